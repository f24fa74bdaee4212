#include "programs/program.h"

#include <ATen/Version.h>

#include <string>
#include <utility>

#include "programs/signature.h"
#include "tape/record.h"
#include "tape/saved.h"
#include "tape/sharing.h"

namespace numtorch {

namespace {

// What to give back without asking Python: one output, or a tuple of outputs, or neither.
enum class Shape : std::uint8_t { One, Tuple, Built };

struct ProgramObject {
  PyObject_HEAD
  Runner* runner;
  std::vector<std::size_t>* written;                          // inputs
  std::vector<std::pair<std::size_t, std::size_t>>* rebound;  // inputs, and the outputs that they see afterwards
  std::vector<std::uint8_t>* flags;                           // of outputs
  std::vector<std::size_t>* order;                            // which outputs to give back
  PyObject* finish;  // function(outputs, inputs): what was returned, after other effects; or None
  Shape shape;
};

PyTypeObject* program_type = nullptr;

ProgramObject* as_program(PyObject* object) { return reinterpret_cast<ProgramObject*>(object); }

void deallocate(PyObject* self) {
  ProgramObject* program = as_program(self);
  delete program->runner;
  delete program->written;
  delete program->rebound;
  delete program->flags;
  delete program->order;
  Py_CLEAR(program->finish);
  PyTypeObject* type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

std::vector<std::size_t> sizes_from(PyObject* sequence) {
  const Ref items = check(PySequence_Fast(sequence, "Program: expected a sequence of numbers"));
  std::vector<std::size_t> sizes;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    const std::size_t size = PyLong_AsSize_t(PySequence_Fast_GET_ITEM(items.get(), i));
    if (PyErr_Occurred() != nullptr) throw PythonError{};
    sizes.push_back(size);
  }
  return sizes;
}

// Program(run, written, rebound, flags, order, finish): run is a function, or (path, device) of a library; rebound is
// flat, an input and its output in turn; order is an output, a tuple of outputs, or None where `finish` builds.
PyObject* construct_program(PyTypeObject* type, PyObject* args, PyObject*) {
  return guarded([&] {
    PyObject *run = nullptr, *written = nullptr, *rebound = nullptr, *flags = nullptr, *order = nullptr,
             *finish = nullptr;
    if (!PyArg_ParseTuple(args, "OOOOOO:Program", &run, &written, &rebound, &flags, &order, &finish)) {
      throw PythonError{};
    }
    const Ref self = check(type->tp_alloc(type, 0));
    ProgramObject* program = as_program(self.get());
    program->written = new std::vector<std::size_t>(sizes_from(written));
    program->rebound = new std::vector<std::pair<std::size_t, std::size_t>>();
    const auto pairs = sizes_from(rebound);
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) program->rebound->emplace_back(pairs[i], pairs[i + 1]);
    program->flags = new std::vector<std::uint8_t>();
    for (const std::size_t flag : sizes_from(flags)) program->flags->push_back(static_cast<std::uint8_t>(flag));
    program->order = new std::vector<std::size_t>();
    program->finish = Py_NewRef(finish);
    program->shape = Shape::Built;
    if (PyLong_Check(order)) {
      program->shape = Shape::One;
      program->order->push_back(PyLong_AsSize_t(order));
    } else if (PyTuple_Check(order)) {
      program->shape = Shape::Tuple;
      *program->order = sizes_from(order);
    }
    for (const std::size_t i : *program->order) {
      if (i >= program->flags->size()) fail(PyExc_ValueError, "Program: there is no output %zu", i);
    }
    if (PyTuple_Check(run)) {
      const char *path = nullptr, *device = nullptr;
      if (!PyArg_ParseTuple(run, "ss", &path, &device)) throw PythonError{};
      program->runner = library_runner(path, device).release();
    } else {
      program->runner = python_runner(run).release();
    }
    return Py_NewRef(self.get());
  });
}

std::vector<at::Tensor> run_on(const ProgramObject* program, const std::vector<TensorObject*>& inputs) {
  for (const std::size_t i : *program->written) {
    check_writeable(inputs[i]);
    spare_saved(inputs[i]->value);
    inputs[i]->value.unsafeGetTensorImpl()->bump_version();
    note_written(inputs[i]);
  }
  std::vector<at::Tensor> values;
  values.reserve(inputs.size());
  for (const TensorObject* input : inputs) values.push_back(input->value);
  return program->runner->run(std::move(values));
}

Ref tuple_of(const std::vector<Ref>& outputs, const std::vector<std::size_t>& order) {
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(order.size())));
  for (std::size_t i = 0; i < order.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), Py_NewRef(outputs[order[i]].get()));
  }
  return tuple;
}

Ref finished(const ProgramObject* program, const std::vector<Ref>& outputs, const std::vector<TensorObject*>& inputs) {
  const Ref made = check(PyList_New(static_cast<Py_ssize_t>(outputs.size())));
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    PyList_SET_ITEM(made.get(), static_cast<Py_ssize_t>(i), Py_NewRef(outputs[i].get()));
  }
  const Ref given = check(PyList_New(static_cast<Py_ssize_t>(inputs.size())));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    PyList_SET_ITEM(given.get(), static_cast<Py_ssize_t>(i), Py_NewRef(reinterpret_cast<PyObject*>(inputs[i])));
  }
  return check(PyObject_CallFunctionObjArgs(program->finish, made.get(), given.get(), nullptr));
}

}  // namespace

PyObject* run_program(PyObject* self, const std::vector<TensorObject*>& inputs) {
  const ProgramObject* program = as_program(self);
  std::vector<at::Tensor> values = run_on(program, inputs);
  if (values.size() != program->flags->size()) {
    fail(PyExc_RuntimeError, "a program gave %zu results, not %zu", values.size(), program->flags->size());
  }
  std::vector<Ref> outputs;
  outputs.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    outputs.push_back(check(wrap(std::move(values[i]), (*program->flags)[i])));
  }
  for (const auto& [input, output] : *program->rebound) {
    leave_family(inputs[input]);
    inputs[input]->value = value_of(outputs[output].get());
    Py_CLEAR(inputs[input]->node);
  }
  switch (program->shape) {
    case Shape::One:
      return outputs[(*program->order)[0]].release();
    case Shape::Tuple:
      return tuple_of(outputs, *program->order).release();
    case Shape::Built:
      break;
  }
  return finished(program, outputs, inputs).release();
}

bool is_program(PyObject* object) { return Py_TYPE(object) == program_type; }

namespace {

// program.run(inputs): calls it with a list of Tensors.
PyObject* run_method(PyObject* self, PyObject* list) {
  return guarded([&] {
    if (!PyList_Check(list)) fail(PyExc_TypeError, "Program.run: takes a list of Tensors");
    std::vector<TensorObject*> inputs;
    const Ref held = Ref::borrow(list);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); ++i) {
      PyObject* item = PyList_GET_ITEM(list, i);
      if (!is_tensor(item)) fail(PyExc_TypeError, "Program.run: takes a list of Tensors");
      inputs.push_back(as_tensor(item));
    }
    return run_program(self, inputs);
  });
}

}  // namespace

namespace {

// cpu_capability(): the vector instructions that libtorch chose for this machine.
PyObject* cpu_capability(PyObject*, PyObject*) {
  return guarded([&] { return check(PyUnicode_FromString(at::get_cpu_capability().c_str())).release(); });
}

// libtorch_version(): of the headers that this was compiled with, without the name of its build.
PyObject* libtorch_version(PyObject*, PyObject*) {
  return guarded([&] {
    const std::string version(NUMTORCH_TORCH_VERSION);
    return check(PyUnicode_FromString(version.substr(0, version.find('+')).c_str())).release();
  });
}

}  // namespace

void register_program(PyObject* module) {
  static PyMethodDef functions[] = {
      {"cpu_capability", cpu_capability, METH_NOARGS, "cpu_capability(): the vector instructions of this machine."},
      {"libtorch_version", libtorch_version, METH_NOARGS, "libtorch_version(): such as '2.13.0'."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, functions));
  static PyMethodDef methods[] = {
      {"run", run_method, METH_O, "run(inputs): what the program gives for a list of Tensors."},
      {nullptr, nullptr, 0, nullptr},
  };
  static PyType_Slot slots[] = {
      {Py_tp_doc, const_cast<char*>("A compiled program.")},
      {Py_tp_new, reinterpret_cast<void*>(construct_program)},
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
      {Py_tp_methods, methods},
      {0, nullptr},
  };
  static PyType_Spec spec{"numtorch._core.Program", sizeof(ProgramObject), 0, Py_TPFLAGS_DEFAULT, slots};
  program_type = reinterpret_cast<PyTypeObject*>(check(PyType_FromModuleAndSpec(module, &spec, nullptr)).release());
  check(PyModule_AddObjectRef(module, "Program", reinterpret_cast<PyObject*>(program_type)));
}

}  // namespace numtorch
