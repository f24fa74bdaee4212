#define PY_SSIZE_T_CLEAN
#include "programs/table.h"

#include <ATen/EmptyTensor.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "programs/program.h"
#include "programs/signature.h"
#include "tape/record.h"
#include "tape/saved.h"

namespace numtorch {

namespace {

// That a holder has a value under a key, and where to look whether it still has.
struct Edge {
  enum Kind : std::uint8_t { Cell, Item, Element, Attribute };
  Kind kind;
  Ref holder;
  Ref key;
  Ref value;              // null of a Tensor, which may be another one
  std::uint64_t version;  // of a Tensor that is to be the same
  std::string bytes;      // of an ndarray, which is a constant of the program
};

struct Entry {
  Ref program;
  std::vector<Edge> edges;
  std::vector<Edge> tensors;
  std::vector<std::vector<Edge>> numbers;  // those of one group are equal, and one input
  std::string held;                        // what the Tensors that the function holds are like
};

using Entries = std::unordered_map<std::string, Entry>;

struct TableObject {
  PyObject_HEAD
  Entries* entries;
  bool by_threads;
};

PyTypeObject* table_type = nullptr;

TableObject* as_table(PyObject* object) { return reinterpret_cast<TableObject*>(object); }

// Programs(by_threads): whether a program serves for one number of threads only.
PyObject* construct_table(PyTypeObject* type, PyObject* args, PyObject*) {
  return guarded([&] {
    int by_threads = 1;
    if (!PyArg_ParseTuple(args, "p:Programs", &by_threads)) throw PythonError{};
    PyObject* self = check(type->tp_alloc(type, 0)).release();
    as_table(self)->entries = new Entries();
    as_table(self)->by_threads = by_threads != 0;
    return self;
  });
}

void deallocate(PyObject* self) {
  delete as_table(self)->entries;
  PyTypeObject* type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

// The bytes of an ndarray, in order; empty of anything else.
std::string bytes_of(PyObject* object) {
  if (is_tensor(object) || PyBytes_Check(object) || !PyObject_CheckBuffer(object)) return {};
  Py_buffer view;
  if (PyObject_GetBuffer(object, &view, PyBUF_FULL_RO) != 0) {
    PyErr_Clear();
    return {};
  }
  std::string bytes(static_cast<std::size_t>(view.len), '\0');
  const int failed = PyBuffer_ToContiguous(bytes.data(), &view, view.len, 'C');
  PyBuffer_Release(&view);
  if (failed != 0) throw PythonError{};
  return bytes;
}

// Are the bytes of an ndarray still these?
bool has_bytes(PyObject* object, const std::string& bytes) {
  Py_buffer view;
  if (PyObject_GetBuffer(object, &view, PyBUF_C_CONTIGUOUS) != 0) {
    PyErr_Clear();
    return bytes_of(object) == bytes;
  }
  const auto size = static_cast<std::size_t>(view.len);
  const bool same = size == bytes.size() && std::memcmp(view.buf, bytes.data(), size) == 0;
  PyBuffer_Release(&view);
  return same;
}

Edge edge_from(PyObject* item, bool same) {
  PyObject *holder = nullptr, *key = nullptr, *value = nullptr;
  if (!PyArg_ParseTuple(item, "OOO", &holder, &key, &value)) throw PythonError{};
  Edge::Kind kind = Edge::Attribute;
  if (PyCell_Check(holder)) {
    kind = Edge::Cell;
  } else if (PyDict_CheckExact(holder)) {
    kind = Edge::Item;
  } else if (PyList_CheckExact(holder) || PyTuple_CheckExact(holder)) {
    kind = Edge::Element;
  }
  return {kind,
          Ref::borrow(holder),
          Ref::borrow(key),
          same ? Ref::borrow(value) : Ref(),
          is_tensor(value) ? version_of(value_of(value)) : 0,
          same ? bytes_of(value) : std::string()};
}

std::vector<Edge> edges_from(PyObject* list, bool same) {
  std::vector<Edge> edges;
  const Ref items = check(PySequence_Fast(list, "add: expected a sequence of edges"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    edges.push_back(edge_from(PySequence_Fast_GET_ITEM(items.get(), i), same));
  }
  return edges;
}

// What is there now; null if nothing.
Ref current(const Edge& edge) {
  switch (edge.kind) {
    case Edge::Cell:
      return Ref::borrow(PyCell_GET(edge.holder.get()));
    case Edge::Item: {
      PyObject* found = PyDict_GetItemWithError(edge.holder.get(), edge.key.get());
      if (found == nullptr && PyErr_Occurred() != nullptr) throw PythonError{};
      return Ref::borrow(found);
    }
    case Edge::Element: {
      const Py_ssize_t index = PyLong_AsSsize_t(edge.key.get());
      if (index < 0 || index >= PySequence_Fast_GET_SIZE(edge.holder.get())) return {};
      return Ref::borrow(PySequence_Fast_GET_ITEM(edge.holder.get(), index));
    }
    case Edge::Attribute:
      break;
  }
  Ref found(PyObject_GetAttr(edge.holder.get(), edge.key.get()));
  if (!found) PyErr_Clear();
  return found;
}

bool is_number(PyObject* object) {
  return PyLong_CheckExact(object) || PyFloat_CheckExact(object) || PyUnicode_CheckExact(object);
}

bool holds(const Edge& edge) {
  const Ref now = current(edge);
  if (!now) return false;
  if (now.get() == edge.value.get()) {
    if (is_tensor(now.get())) return version_of(value_of(now.get())) == edge.version;
    return edge.bytes.empty() || has_bytes(now.get(), edge.bytes);
  }
  if (Py_TYPE(now.get()) != Py_TYPE(edge.value.get()) || !is_number(now.get())) return false;
  const bool equal = check(PyObject_RichCompareBool(now.get(), edge.value.get(), Py_EQ)) != 0;
  return equal && (!PyFloat_CheckExact(now.get()) || PyFloat_AS_DOUBLE(now.get()) != 0);  // 0.0 and -0.0
}

// Adds a number of the host as a value.
bool add_number(const std::vector<Edge>& group, std::vector<TensorObject*>& inputs, std::vector<Ref>& kept) {
  const Ref first = current(group.front());
  if (!first || Py_TYPE(first.get()) != Py_TYPE(group.front().value.get())) return false;
  for (const Edge& edge : group) {
    const Ref now = current(edge);
    if (now.get() == first.get()) continue;
    if (!now || Py_TYPE(now.get()) != Py_TYPE(first.get())) return false;
    if (check(PyObject_RichCompareBool(now.get(), first.get(), Py_EQ)) == 0) return false;
  }
  at::Tensor value;
  if (PyFloat_CheckExact(first.get())) {
    value = at::Tensor(at::detail::empty_cpu({}, at::kDouble));
    *value.mutable_data_ptr<double>() = PyFloat_AS_DOUBLE(first.get());
  } else {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(first.get(), &overflow);
    if (overflow != 0) return false;
    value = at::Tensor(at::detail::empty_cpu({}, at::kLong));
    *value.mutable_data_ptr<std::int64_t>() = number;
  }
  kept.push_back(check(wrap(std::move(value), kValue)));
  inputs.push_back(as_tensor(kept.back().get()));
  return true;
}

// Adds the Tensors that the function holds; false if something is not as it was.
bool add_held(const Entry& entry, std::vector<TensorObject*>& inputs, std::vector<Ref>& kept) {
  for (const Edge& edge : entry.edges) {
    if (!holds(edge)) return false;
  }
  if (entry.tensors.empty() && entry.numbers.empty()) return true;
  const std::size_t given = inputs.size();
  for (const Edge& edge : entry.tensors) {
    Ref now = current(edge);
    if (!now || !is_tensor(now.get()) || is_tracked(now.get())) return false;
    TensorObject* object = as_tensor(now.get());
    if (std::find(inputs.begin(), inputs.end(), object) == inputs.end()) inputs.push_back(object);
    kept.push_back(std::move(now));
  }
  for (const std::vector<Edge>& group : entry.numbers) {
    if (!add_number(group, inputs, kept)) return false;
  }
  std::string text;
  for (std::size_t i = given; i < inputs.size(); ++i) describe(text, inputs[i]);
  describe_sharing(text, inputs);
  return text == entry.held;
}

// table.call(args): what the program for these arguments gives; NotImplemented if there is none.
PyObject* call(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    std::string text;
    std::vector<TensorObject*> inputs;
    if (!read_arguments(args, text, inputs)) Py_RETURN_NOTIMPLEMENTED;
    if (as_table(self)->by_threads) append_threads(text);
    const Entries& entries = *as_table(self)->entries;
    const auto found = entries.find(text);
    std::vector<Ref> kept;
    if (found == entries.end() || !add_held(found->second, inputs, kept)) Py_RETURN_NOTIMPLEMENTED;
    const Ref program = Ref::borrow(found->second.program.get());
    return run_program(program.get(), inputs);
  });
}

// table.add(text, program, edges, tensor edges, inputs): the program serves arguments that read like `text`.
PyObject* add(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    const char* bytes = nullptr;
    Py_ssize_t size = 0;
    PyObject *program = nullptr, *edges = nullptr, *tensors = nullptr, *numbers = nullptr, *inputs = nullptr;
    Py_ssize_t given = 0;
    if (!PyArg_ParseTuple(args, "y#OOOOOn:add", &bytes, &size, &program, &edges, &tensors, &numbers, &inputs, &given)) {
      throw PythonError{};
    }
    if (!is_program(program)) fail(PyExc_TypeError, "add: expected a Program");
    Entry entry{Ref::borrow(program), edges_from(edges, true), edges_from(tensors, false), {}, {}};
    const Ref groups = check(PySequence_Fast(numbers, "add: expected a sequence of groups"));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(groups.get()); ++i) {
      entry.numbers.push_back(edges_from(PySequence_Fast_GET_ITEM(groups.get(), i), true));
    }
    const Ref items = check(PySequence_Fast(inputs, "add: expected a sequence of Tensors"));
    std::vector<TensorObject*> objects;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
      objects.push_back(as_tensor(PySequence_Fast_GET_ITEM(items.get(), i)));
      if (i >= given) describe(entry.held, objects.back());
    }
    describe_sharing(entry.held, objects);
    std::string text(bytes, static_cast<std::size_t>(size));
    if (as_table(self)->by_threads) append_threads(text);
    as_table(self)->entries->insert_or_assign(std::move(text), std::move(entry));
    Py_RETURN_NONE;
  });
}

PyObject* clear(PyObject* self, PyObject*) {
  Entries gone;
  std::swap(gone, *as_table(self)->entries);
  Py_RETURN_NONE;
}

}  // namespace

void register_table(PyObject* module) {
  static PyMethodDef methods[] = {
      {"call", call, METH_O, "call(args): what the program for these arguments gives, or NotImplemented."},
      {"add", add, METH_VARARGS,
       "add(text, program, edges, tensor_edges, inputs, given): a program for such arguments."},
      {"clear", clear, METH_NOARGS, "clear(): no programs."},
      {nullptr, nullptr, 0, nullptr},
  };
  static PyType_Slot slots[] = {
      {Py_tp_doc, const_cast<char*>("The programs of a function, by arguments.")},
      {Py_tp_new, reinterpret_cast<void*>(construct_table)},
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
      {Py_tp_methods, methods},
      {0, nullptr},
  };
  static PyType_Spec spec{"numtorch._core.Programs", sizeof(TableObject), 0, Py_TPFLAGS_DEFAULT, slots};
  table_type = reinterpret_cast<PyTypeObject*>(check(PyType_FromModuleAndSpec(module, &spec, nullptr)).release());
  check(PyModule_AddObjectRef(module, "Programs", reinterpret_cast<PyObject*>(table_type)));
}

}  // namespace numtorch
