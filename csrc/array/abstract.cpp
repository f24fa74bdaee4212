#include "array/abstract.h"

#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/ops/alias.h>
#include <ATen/ops/any.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "array/tensor.h"
#include "array/view.h"
#include "errors/errors.h"
#include "programs/batch.h"
#include "programs/found.h"
#include "tape/run.h"
#include "tape/sharing.h"

namespace numtorch {

PyObject* compile_error = nullptr;

namespace {

// Is the code of a frame a user's, and not that of a library that it calls?
bool is_users(PyFrameObject* frame) {
  const Ref globals(PyFrame_GetGlobals(frame));
  PyObject* name = PyDict_GetItemString(globals.get(), "__name__");
  if (name == nullptr || !PyUnicode_Check(name)) return false;  // evaluated text: who evaluates it tells more
  const char* text = PyUnicode_AsUTF8(name);
  if (text == nullptr) {
    PyErr_Clear();
    return true;
  }
  const std::string module(text);
  for (const char* library : {"numtorch", "numpy", "torch"}) {
    if (module == library || module.rfind(std::string(library) + ".", 0) == 0) return false;
  }
  return true;
}

[[noreturn]] void fail_abstract(const at::Tensor& value, const char* reader, const char* wants, const char* instead) {
  const std::string line = user_line();
  const std::string where = line.empty() ? "" : " (" + line + ")";
  if (is_batched(value)) {
    const std::string function = user_function();
    if (!function.empty()) reader = function.c_str();
    if (open_batches() == 0) {
      fail(PyExc_RuntimeError,
           "vmap: %s asks for %s of a Tensor from inside vmap, which is over%s; return it instead of keeping it "
           "elsewhere",
           reader, wants, where.c_str());
    }
    fail(PyExc_RuntimeError, "vmap: %s asks for %s of a Tensor that stands for many%s; each may have another one; %s",
         reader, wants, where.c_str(), instead);
  }
  if (!is_tracing()) {
    fail(compile_error,
         "%s: this Tensor is from inside a compiled function%s, which was traced and is over; return it instead of "
         "keeping it elsewhere",
         reader, where.c_str());
  }
  fail(compile_error, "compile: %s asks for %s of a Tensor%s, and while a program is traced there is none; %s", reader,
       wants, where.c_str(), instead);
}

at::DimVector doubled(at::IntArrayRef lengths, std::int64_t last) {
  at::DimVector result;
  for (const std::int64_t length : lengths) result.push_back(2 * length);
  result.push_back(last);
  return result;
}

at::DimVector with_pair(at::IntArrayRef sizes) {
  at::DimVector result(sizes);
  result.push_back(2);
  return result;
}

// `base` looked at as another dtype, whose strides and offset count elements of that dtype.
at::Tensor strided_as(const at::Tensor& base, at::ScalarType type, at::IntArrayRef sizes, at::IntArrayRef strides,
                      std::int64_t offset) {
  if (type == base.scalar_type()) {
    const bool same = sizes == base.sizes() && strides == base.strides() && offset == base.storage_offset();
    return same ? at::alias(base) : at::as_strided(base, sizes, strides, offset);
  }
  if (base.is_complex() && type == c10::toRealValueType(base.scalar_type())) {
    return at::as_strided(at::view_as_real(base), sizes, strides, offset);
  }
  if (at::isComplexType(type) && c10::toRealValueType(type) == base.scalar_type()) {
    return at::view_as_complex(at::as_strided(base, with_pair(sizes), doubled(strides, 1), 2 * offset));
  }
  const bool same = sizes == base.sizes() && strides == base.strides() && offset == base.storage_offset();
  return (same ? base : at::as_strided(base, sizes, strides, offset)).view(type);
}

PyObject* begin_trace(PyObject*, PyObject*) {
  enter_trace();
  ++active_scopes;  // what sees which memory is written down from now on, for writes under a gradient
  Py_RETURN_NONE;
}

PyObject* end_trace(PyObject*, PyObject*) {
  return guarded([&]() -> PyObject* {
    if (!is_tracing()) fail(PyExc_RuntimeError, "end_trace: none is open");
    leave_trace();
    --active_scopes;
    forget_families();
    Py_RETURN_NONE;
  });
}

PyObject* tracing(PyObject*, PyObject*) { return PyBool_FromLong(is_tracing()); }

PyObject* abstract(PyObject*, PyObject* object) {
  return PyBool_FromLong(is_tensor(object) && is_abstract(value_of(object)));
}

// require_values(t, reader): raises if the values of the Tensor are not known.
PyObject* require_values_function(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    const char* reader = nullptr;
    if (!PyArg_ParseTuple(args, "Os:require_values", &object, &reader)) throw PythonError{};
    if (is_tensor(object)) require_values(value_of(object), reader);
    Py_RETURN_NONE;
  });
}

// any_true(x, unknown): is an element of x true, under vmap in any of the samples? `unknown` while a program is traced.
PyObject* any_true(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject* object = nullptr;
    int unknown = 0;
    if (!PyArg_ParseTuple(args, "O!p:any_true", tensor_type, &object, &unknown)) throw PythonError{};
    const at::Tensor value = physical(value_of(object));
    if (is_abstract(value)) return PyBool_FromLong(unknown);
    bool found = false;
    {
      Below guard;
      const Concrete concrete;
      Unlocked release(is_long(value));
      found = at::any(value).item<bool>();
    }
    return PyBool_FromLong(found);
  });
}

// require_size(x, reader): raises if the values of x, which say how long a result is, are not known.
PyObject* require_size(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    const char* reader = nullptr;
    if (!PyArg_ParseTuple(args, "Os:require_size", &object, &reader)) throw PythonError{};
    if (is_tensor(object) && is_abstract(value_of(object))) fail_size(value_of(object), reader);
    Py_RETURN_NONE;
  });
}

PyObject* user_line_function(PyObject*, PyObject*) {
  return guarded([&] { return check(PyUnicode_FromString(user_line().c_str())).release(); });
}

}  // namespace

namespace {

// Where a user's code called: the frame, and the name of the library's function that it called, if there is one.
struct Call {
  Ref frame;
  std::string function;
};

// Functions that lead from a user's call to the one that has the name of what was called.
constexpr std::array kBetween{"answer", "call", "call_with", "call_plain", "array_interface", "mapped"};

std::string name_of(PyFrameObject* frame) {
  const Ref code(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
  const char* name = PyUnicode_AsUTF8(reinterpret_cast<PyCodeObject*>(code.get())->co_name);
  if (name == nullptr) PyErr_Clear();
  return name == nullptr || name[0] == '_' || name[0] == '<' ? "" : name;
}

Call user_call() {
  Call call;
  call.frame = Ref::borrow(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
  while (call.frame) {
    auto* frame = reinterpret_cast<PyFrameObject*>(call.frame.get());
    if (is_users(frame)) break;
    const std::string name = name_of(frame);
    if (std::find(kBetween.begin(), kBetween.end(), name) == kBetween.end()) call.function = name;
    call.frame = Ref(reinterpret_cast<PyObject*>(PyFrame_GetBack(frame)));
  }
  return call;
}

}  // namespace

std::string user_line() {
  const Call call = user_call();
  if (!call.frame) return {};
  auto* frame = reinterpret_cast<PyFrameObject*>(call.frame.get());
  const Ref code(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
  const auto* object = reinterpret_cast<PyCodeObject*>(code.get());
  const char* file = PyUnicode_AsUTF8(object->co_filename);
  const char* name = PyUnicode_AsUTF8(object->co_name);
  if (file == nullptr || name == nullptr) {
    PyErr_Clear();
    return {};
  }
  return std::string(file) + ", line " + std::to_string(PyFrame_GetLineNumber(frame)) + ", in " + name;
}

std::string user_function() { return user_call().function; }

at::Tensor physical(const at::Tensor& value) {
  at::Tensor inner = value;
  while (const auto* batched = at::functorch::maybeGetBatchedImpl(inner)) inner = batched->value();
  return inner;
}

at::Tensor flipped(const at::Tensor& value, at::IntArrayRef axes) {
  return as_type(at::flip(in_compute_type(value), axes), value.scalar_type());
}

at::Tensor abstract_view(const at::Tensor& base, at::ScalarType type, at::IntArrayRef sizes, at::IntArrayRef strides,
                         std::int64_t offset) {
  Below guard;
  at::DimVector forward(strides);
  at::DimVector backward;
  for (std::size_t i = 0; i < forward.size(); ++i) {
    if (forward[i] >= 0) continue;
    if (sizes[i] > 1) {
      backward.push_back(static_cast<std::int64_t>(i));
      offset += (sizes[i] - 1) * forward[i];
    }
    forward[i] = -forward[i];
  }
  const at::Tensor view = strided_as(base, type, sizes, forward, offset);
  return backward.empty() ? view : flipped(view, backward);
}

void require_values(const at::Tensor& value, const char* reader) {
  if (!is_abstract(value)) return;
  fail_abstract(value, reader, "the values", "compute on with the Tensor (np.where in the place of if)");
}

void fail_size(const at::Tensor& value, const char* reader) {
  fail_abstract(value, reader, "a size that depends on the values",
                "np.where(mask, a, b) has the size of its arguments");
}

void register_abstract(PyObject* module) {
  compile_error =
      PyErr_NewExceptionWithDoc("numtorch.CompileError",
                                "A function that cannot be compiled; the message names the line that is the reason.\n\n"
                                "Examples\n--------\n"
                                ">>> import numtorch as nt\n"
                                ">>> try:\n...     nt.compile(float)(nt.tensor(1.0))\n"
                                "... except nt.CompileError:\n...     print('no program')\nno program\n",
                                PyExc_RuntimeError, nullptr);
  check(PyModule_AddObjectRef(module, "CompileError", compile_error));
  static PyMethodDef functions[] = {
      {"begin_trace", begin_trace, METH_NOARGS, "begin_trace(): what this thread computes from now on is a program."},
      {"end_trace", end_trace, METH_NOARGS, "end_trace(): the end of what begin_trace began."},
      {"is_tracing", tracing, METH_NOARGS, "is_tracing(): whether this thread traces a program."},
      {"is_abstract", abstract, METH_O, "is_abstract(x): whether x is a Tensor whose values are not known."},
      {"require_values", require_values_function, METH_VARARGS,
       "require_values(x, reader): raises if x is a Tensor whose values are not known."},
      {"require_size", require_size, METH_VARARGS,
       "require_size(x, reader): raises if x is a Tensor whose values, which say how long a result is, are not known."},
      {"any_true", any_true, METH_VARARGS,
       "any_true(x, unknown): whether an element is true, under vmap in any sample; unknown if that is not known."},
      {"user_line", user_line_function, METH_NOARGS, "user_line(): where in a user's code this is."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
