#include "ufuncs/protocol.h"

#include <unordered_map>

#include "array/dtype.h"
#include "array/memory.h"
#include "array/subclass.h"
#include "array/tensor.h"
#include "programs/batch.h"
#include "tape/record.h"
#include "tape/saved.h"
#include "ufuncs/asking.h"
#include "ufuncs/operation.h"

namespace numtorch {

namespace {

// What stands for one of NumPy's functions: a callable, or a string that says why nothing does.
struct Function {
  PyObject* handler = nullptr;
  bool takes_like = false;         // NumPy takes `like=` away before it asks; the handler wants it back
  KernelObject* kernel = nullptr;  // what a call with one Tensor (two vectors), not empty, of these dtypes is
  std::uint32_t dtypes = 0;        // bit i: dtype i of dtype.h
  std::int64_t limit = 0;          // elements on the CPU above which the handler is faster; 0: none
};

std::unordered_map<PyObject*, Function>& functions() {
  static std::unordered_map<PyObject*, Function> map;
  return map;
}

// What is no operand of its own: text and None to compare with, and the indices of ufunc.at.
bool is_passive(PyObject* object) {
  return object == Py_None || PyUnicode_Check(object) || PyBytes_Check(object) || PySlice_Check(object) ||
         object == Py_Ellipsis;
}

bool any_foreign(PyObject* const* inputs, Py_ssize_t count) {
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (!is_passive(inputs[i]) && is_foreign(inputs[i])) return true;
  }
  return false;
}

Ref keywords_of(PyObject* const* values, PyObject* names) {
  if (names == nullptr || PyTuple_GET_SIZE(names) == 0) return Ref::borrow(Py_None);
  Ref keywords = check(PyDict_New());
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); ++i) {
    check(PyDict_SetItem(keywords.get(), PyTuple_GET_ITEM(names, i), values[i]));
  }
  return keywords;
}

// The one-or-two-argument call without keywords that a kernel can answer at once; null otherwise.
PyObject* call_directly(PyObject* ufunc, PyObject* const* inputs, Py_ssize_t count) {
  const Operation* operation = find_operation(ufunc);
  if (operation == nullptr) return nullptr;
  if (count == 1 && is_tensor(inputs[0])) return unary(*operation, inputs[0]);
  if (count == 2 && (is_tensor(inputs[0]) || is_tensor(inputs[1]))) return binary(*operation, inputs[0], inputs[1]);
  return nullptr;
}

using UnaryOutput = at::Tensor&(const at::Tensor&, at::Tensor&);
using BinaryOutput = at::Tensor&(const at::Tensor&, const at::Tensor&, at::Tensor&);
using AlphaOutput = at::Tensor&(const at::Tensor&, const at::Tensor&, const at::Scalar&, at::Tensor&);

// By value: while the GIL is released another thread may rebind the Tensors that these are in.
void compute_into(const Operation& operation, const at::Tensor a, const at::Tensor b, at::Tensor out) {
  static const at::Scalar one(1);
  const c10::OperatorHandle& op = *operation.output->op;
  spare_saved(out);
  out.unsafeGetTensorImpl()->bump_version();
  Below guard;
  Unlocked release(is_long(out));
  switch (operation.kernel->shortcut) {
    case Shortcut::Unary:
      op.typed<UnaryOutput>().call(a, out);
      break;
    case Shortcut::Binary:
      op.typed<BinaryOutput>().call(a, b, out);
      break;
    case Shortcut::BinaryAlpha:
      op.typed<AlphaOutput>().call(a, b, one, out);
      break;
    case Shortcut::None:
      break;
  }
}

bool is_plain_output(const Operation& operation, const TensorObject* out, const Operands& operands) {
  if (is_batched(out->value)) return false;  // libtorch has no such kernels for it
  if (outgrows(out, *operands.a) || (operands.b != nullptr && outgrows(out, *operands.b))) return false;
  const at::Tensor& like = operands.a->dim() == 0 && operands.b != nullptr ? *operands.b : *operands.a;
  const at::Tensor& value = out->value;
  const bool same = value.scalar_type() == like.scalar_type() && value.sizes() == like.sizes() &&
                    value.device() == like.device() && at::isFloatingType(value.scalar_type());
  if (!same || (out->flags & (kValue | kReadOnly)) != 0 || may_overlap(value, *operands.a)) return false;
  if (operands.b == nullptr) return true;
  return (operands.b->sizes() == like.sizes() || operands.b->dim() == 0) && !may_overlap(value, *operands.b) &&
         !operation.is_matrix;
}

// The same with out=(out,), where `out` can be written to as it is; null otherwise.
PyObject* write_directly(PyObject* ufunc, PyObject* const* inputs, Py_ssize_t count, PyObject* outputs) {
  const Operation* operation = find_operation(ufunc);
  if (operation == nullptr || operation->output == nullptr || !operation->keeps_dtype) return nullptr;
  if (!PyTuple_Check(outputs) || PyTuple_GET_SIZE(outputs) != 1 || !is_tensor(PyTuple_GET_ITEM(outputs, 0)))
    return nullptr;
  PyObject* out = PyTuple_GET_ITEM(outputs, 0);
  if (any_tracked(inputs, count) || is_tracked(out)) return nullptr;
  Operands operands;
  if (count == 1 && operation->kernel->shortcut == Shortcut::Unary && is_tensor(inputs[0]) &&
      covers(*operation, value_of(inputs[0]).scalar_type())) {
    operands.a = &value_of(inputs[0]);
  } else if (count == 2 && operation->kernel->shortcut != Shortcut::Unary &&
             (is_tensor(inputs[0]) || is_tensor(inputs[1]))) {
    operands = operands_of(*operation, inputs[0], inputs[1]);
  }
  if (operands.a == nullptr || !is_plain_output(*operation, as_tensor(out), operands)) return nullptr;
  compute_into(*operation, *operands.a, operands.b == nullptr ? at::Tensor() : *operands.b, value_of(out));
  note_written(as_tensor(out));
  return Py_NewRef(out);
}

PyObject* sequence_tuple(PyObject* const* items, Py_ssize_t count) {
  Ref tuple = check(PyTuple_New(count));
  for (Py_ssize_t i = 0; i < count; ++i) PyTuple_SET_ITEM(tuple.get(), i, Py_NewRef(items[i]));
  return tuple.release();
}

PyObject* register_function(PyObject*, PyObject* args) {
  PyObject *function = nullptr, *handler = nullptr;
  int takes_like = 0;
  if (!PyArg_ParseTuple(args, "OO|p:register_function", &function, &handler, &takes_like)) return nullptr;
  Function& entry = functions()[Py_NewRef(function)];
  entry.handler = Py_NewRef(handler);
  entry.takes_like = takes_like != 0;
  Py_RETURN_NONE;
}

// register_direct(function, kernel, dtypes, limit=0)
PyObject* register_direct(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *function = nullptr, *kernel = nullptr, *dtypes = nullptr;
    long long limit = 0;
    if (!PyArg_ParseTuple(args, "OO!O|L:register_direct", &function, kernel_type, &kernel, &dtypes, &limit))
      throw PythonError{};
    const auto found = functions().find(function);
    if (found == functions().end())
      fail(PyExc_ValueError, "register_direct: the function is not registered: %R", function);
    found->second.kernel = reinterpret_cast<KernelObject*>(kernel);
    found->second.dtypes = dtype_bits(dtypes, "register_direct");
    found->second.limit = limit;
    Py_RETURN_NONE;
  });
}

bool takes(const Function& function, PyObject* object) {
  if (!is_tensor(object) || value_of(object).numel() == 0 || exceeds(function.limit, value_of(object))) return false;
  const int index = index_of(value_of(object).scalar_type());
  return index >= 0 && ((function.dtypes >> index) & 1) != 0;
}

bool are_like_vectors(const at::Tensor& a, const at::Tensor& b) {
  return a.dim() == 1 && a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type();
}

// f(t), or of a kernel with two arguments f(v, w), where a kernel alone is the answer; null otherwise.
PyObject* call_kernel_directly(const Function& function, PyObject* args, PyObject* keywords) {
  if (function.kernel == nullptr || (keywords != nullptr && PyDict_GET_SIZE(keywords) != 0)) return nullptr;
  const Py_ssize_t count = PyTuple_GET_SIZE(args);
  const Py_ssize_t wanted = function.kernel->shortcut == Shortcut::Binary ? 2 : 1;
  if (count != wanted || !takes(function, PyTuple_GET_ITEM(args, 0))) return nullptr;
  PyObject* values[] = {PyTuple_GET_ITEM(args, 0), count == 2 ? PyTuple_GET_ITEM(args, 1) : nullptr};
  if (count == 2 && !(is_tensor(values[1]) && are_like_vectors(value_of(values[0]), value_of(values[1]))))
    return nullptr;
  return call_kernel(function.kernel, values, count);
}

struct NDArray {
  PyTypeObject* type;
  PyObject* array_function;  // what a subclass has too unless it overrides it
};

const NDArray& ndarray() {
  static constinit Once<const NDArray> found([]() -> const NDArray* {
    const Ref numpy = check(PyImport_ImportModule("numpy"));
    Ref type = check(PyObject_GetAttrString(numpy.get(), "ndarray"));
    PyObject* function = check(PyObject_GetAttrString(type.get(), "__array_function__")).release();
    return new NDArray{reinterpret_cast<PyTypeObject*>(type.release()), function};
  });
  return *found;
}

// Is an array of this type one that a call with Tensors may convert? Others answer NumPy's functions themselves.
bool is_own(PyTypeObject* type) {
  if (type == tensor_type || type == ndarray().type || PyType_IsSubtype(type, tensor_type) != 0) return true;
  if (PyType_IsSubtype(type, ndarray().type) == 0) return false;
  const Ref function = check(PyObject_GetAttrString(reinterpret_cast<PyObject*>(type), "__array_function__"));
  return function.get() == ndarray().array_function;
}

bool all_own(PyObject* types) {
  const Ref items = check(PySequence_Fast(types, "__array_function__: types must be a collection of types"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(items.get(), i);
    if (PyType_Check(item) != 0 && !is_own(reinterpret_cast<PyTypeObject*>(item))) return false;
  }
  return true;
}

PyMethodDef module_functions[] = {
    {"register_function", register_function, METH_VARARGS, nullptr},
    {"register_direct", register_direct, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

bool has_foreign_output(PyObject* const* values, PyObject* names) {
  const Py_ssize_t count = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (PyUnicode_Compare(PyTuple_GET_ITEM(names, i), out_text) != 0 || !PyTuple_Check(values[i])) continue;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(values[i]); ++k) {
      PyObject* output = PyTuple_GET_ITEM(values[i], k);
      if (output != Py_None && answers_ufuncs(output)) return true;
    }
  }
  return false;
}

// A class that answers itself is asked by NumPy, unless it knows the ufunc by another object.
PyObject* ask_foreign(PyObject* const* args, Py_ssize_t count, PyObject* names) {
  const Ref inputs = check(sequence_tuple(args + 2, count - 2));
  const Ref keywords = keywords_of(args + count, names);
  PyObject* answer = ask_about_ufunc(args[0], args[1], inputs.get(), keywords.get());
  return answer == nullptr ? Py_NewRef(Py_NotImplemented) : answer;
}

// Of objects of subclasses: the result is of their class, too.
PyObject* in_class_of_inputs(PyObject* result, PyObject* const* inputs, Py_ssize_t count) {
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (is_subclass(inputs[i])) return in_class_of(result, inputs[i]);
  }
  return result;
}

}  // namespace

PyObject* array_ufunc(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  return guarded([&] {
    if (count < 3) fail(PyExc_TypeError, "__array_ufunc__: takes a ufunc, a method's name and the inputs");
    PyObject* const* inputs = args + 2;
    const Py_ssize_t inputs_count = count - 2;
    if (any_foreign(inputs, inputs_count) || has_foreign_output(args + count, names))
      return ask_foreign(args, count, names);
    const bool is_call = args[1] == call_text || PyUnicode_Compare(args[1], call_text) == 0;
    if (is_call && names == nullptr) {
      if (PyObject* result = call_directly(args[0], inputs, inputs_count))
        return in_class_of_inputs(result, inputs, inputs_count);
    }
    if (is_call && names != nullptr && PyTuple_GET_SIZE(names) == 1 && PyTuple_GET_ITEM(names, 0) == out_text) {
      if (PyObject* result = write_directly(args[0], inputs, inputs_count, args[count])) return result;
    }
    const Ref tuple = check(sequence_tuple(inputs, inputs_count));
    const Ref keywords = keywords_of(args + count, names);
    return in_class_of_inputs(call_fallback(args[0], args[1], tuple.get(), keywords.get()), inputs, inputs_count);
  });
}

PyObject* array_function(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  return guarded([&] {
    if (count != 4 || names != nullptr) {
      fail(PyExc_TypeError, "__array_function__: takes a function, types, arguments and keywords");
    }
    const auto found = functions().find(function_of_numpy(args[0]));
    if (found == functions().end() || !all_own(args[1])) return Py_NewRef(Py_NotImplemented);
    if (PyObject* result = call_kernel_directly(found->second, args[2], args[3])) return result;
    PyObject* handler = found->second.handler;
    if (PyUnicode_Check(handler)) {
      const Ref name = check(PyObject_GetAttrString(args[0], "__name__"));
      fail(PyExc_TypeError, "numpy.%U is not supported on Tensors: %U", name.get(), handler);
    }
    if (!found->second.takes_like) return owning(check(PyObject_Call(handler, args[2], args[3])));
    const Ref keywords = check(args[3] == nullptr ? PyDict_New() : PyDict_Copy(args[3]));
    check(PyDict_SetItemString(keywords.get(), "like", self));
    return owning(check(PyObject_Call(handler, args[2], keywords.get())));
  });
}

void register_protocol(PyObject* module) { check(PyModule_AddFunctions(module, module_functions)); }

}  // namespace numtorch
