#include "programs/found.h"

#include <string>

#include "array/abstract.h"
#include "array/tensor.h"
#include "errors/errors.h"

namespace numtorch {

int traces = 0;

namespace {

constexpr std::uint8_t kAlways = 255;  // a constant of numtorch's own, of all traces

std::uint8_t last_trace = 0;
thread_local std::uint8_t own_trace = 0;
thread_local int concrete_blocks = 0;

std::string where() {
  const std::string line = user_line();
  return line.empty() ? "" : " (" + line + ")";
}

void require_known(PyObject* object) {
  if (object != nullptr && is_tensor(object)) require_found(as_tensor(object));
}

// require_found(t): CompileError if the trace that is under way does not know the Tensor.
PyObject* require_found_function(PyObject*, PyObject* object) {
  return guarded([&]() -> PyObject* {
    require_known(object);
    Py_RETURN_NONE;
  });
}

// call_concretely(function): what it returns; inside, nothing is traced or batched, and Tensors have values. What it
// makes may be used in every trace.
PyObject* call_concretely(PyObject*, PyObject* function) {
  return guarded([&] {
    const Concrete concrete;
    struct Block {
      Block() {
        ++traces;  // so that what is made asks for the number of its trace
        ++concrete_blocks;
      }
      ~Block() {
        --concrete_blocks;
        --traces;
      }
    } const block;
    return check(PyObject_CallNoArgs(function)).release();
  });
}

}  // namespace

std::uint8_t current_trace_slow() { return concrete_blocks != 0 ? kAlways : own_trace; }

bool is_tracing() { return own_trace != 0 && concrete_blocks == 0; }

void enter_trace() {
  last_trace = last_trace + 1 == kAlways ? 1 : last_trace + 1;
  own_trace = last_trace;
  ++traces;
}

void leave_trace() {
  own_trace = 0;
  --traces;
}

void require_found(const TensorObject* object) {
  if (own_trace == 0 || concrete_blocks != 0 || object->known == own_trace || object->known == kAlways) return;
  const bool abstract = is_abstract(object->value);
  if (abstract && object->known == 0) return;  // an input
  if (abstract) {
    fail(compile_error,
         "compile: this Tensor is from inside a compiled function, which was traced and is over%s; return it instead "
         "of keeping it elsewhere",
         where().c_str());
  }
  fail(compile_error,
       "compile: a Tensor is used that is neither an argument nor found in what the function holds (its closure, "
       "globals, attributes and their parts)%s; it would be a constant of the program: pass it as an argument",
       where().c_str());
}

void require_all_found(PyObject* const* args, Py_ssize_t count) {
  if (own_trace == 0) return;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* object = args[i];
    require_known(object);
    if (object == nullptr || (!PyTuple_Check(object) && !PyList_Check(object))) continue;
    for (Py_ssize_t j = 0; j < PySequence_Fast_GET_SIZE(object); ++j) {
      require_known(PySequence_Fast_GET_ITEM(object, j));
    }
  }
}

void register_found(PyObject* module) {
  static PyMethodDef functions[] = {
      {"require_found", require_found_function, METH_O,
       "require_found(t): CompileError if the trace that is under way does not know the Tensor."},
      {"call_concretely", call_concretely, METH_O,
       "call_concretely(function): what it returns; inside, nothing is traced, and Tensors have values."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
