#include "ufuncs/operation.h"

#include <c10/util/SmallVector.h>

#include <string>
#include <unordered_map>

#include "array/dtype.h"
#include "array/memory.h"
#include "array/order.h"
#include "array/subclass.h"
#include "array/tensor.h"
#include "array/view.h"
#include "programs/batch.h"
#include "tape/record.h"
#include "ufuncs/operators.h"
#include "ufuncs/scalars.h"

namespace numtorch {

PyObject* call_text = nullptr;
PyObject* out_text = nullptr;

namespace {

std::unordered_map<PyObject*, Operation>& operations() {
  static std::unordered_map<PyObject*, Operation> map;
  return map;
}

PyObject* fallback = nullptr;
PyObject* ndarray_type = nullptr;
PyObject* generic_type = nullptr;

bool can_broadcast(at::IntArrayRef a, at::IntArrayRef b) {
  if (a == b) return true;
  for (std::size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
    const auto m = a[a.size() - i];
    const auto n = b[b.size() - i];
    if (m != n && m != 1 && n != 1) return false;
  }
  return true;
}

bool shapes_fit(const Operation& operation, const at::Tensor& a, const at::Tensor& b) {
  if (operation.is_matrix) return a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(0);
  return can_broadcast(a.sizes(), b.sizes());
}

bool has_attribute(PyObject* type, const char* name) {
  const Ref attribute(PyObject_GetAttrString(type, name));
  if (!attribute) PyErr_Clear();
  return static_cast<bool>(attribute);
}

bool is_plain_number(PyObject* object) { return PyFloat_CheckExact(object) || PyLong_CheckExact(object); }

PyObject* set_fallback(PyObject*, PyObject* function) {
  Py_XSETREF(fallback, Py_NewRef(function));
  Py_RETURN_NONE;
}

// The kernel of that name and overload, if libtorch has it.
KernelObject* find_variant(const std::string& name, const std::string& overload) {
  if (!c10::Dispatcher::singleton().findSchema({name, overload}).has_value()) return nullptr;
  return find_kernel(name.substr(6) + (overload.empty() ? "" : "." + overload));
}

KernelObject* find_in_place(const KernelObject* kernel) {
  if (kernel == nullptr || (kernel->shortcut != Shortcut::Binary && kernel->shortcut != Shortcut::BinaryAlpha))
    return nullptr;
  const auto& name = kernel->op->schema().operator_name();
  if (!c10::Dispatcher::singleton().findSchema({name.name + "_", name.overload_name}).has_value()) return nullptr;
  return find_kernel(name.name.substr(6) + "_" + (name.overload_name.empty() ? "" : "." + name.overload_name));
}

// "exp.out" of "exp", "eq.Tensor_out" of "eq.Tensor", "add.out" of "add.Tensor".
KernelObject* find_output(const KernelObject* kernel) {
  if (kernel == nullptr || kernel->shortcut == Shortcut::None) return nullptr;
  const auto& name = kernel->op->schema().operator_name();
  KernelObject* found = name.overload_name.empty() ? nullptr : find_variant(name.name, name.overload_name + "_out");
  if (found == nullptr) found = find_variant(name.name, "out");
  return found != nullptr && found->parameters->size() == kernel->parameters->size() + 1 ? found : nullptr;
}

// Does NumPy list a loop from floats to a float ("ff->f")?
bool has_float_loop(PyObject* ufunc) {
  const Ref types = check(PyObject_GetAttrString(ufunc, "types"));
  for (const char* loop : {"f->f", "ff->f"}) {
    const Ref text = check(PyUnicode_FromString(loop));
    if (check(PySequence_Contains(types.get(), text.get())) != 0) return true;
  }
  return false;
}

bool is_elementwise(PyObject* ufunc) {
  const Ref signature = check(PyObject_GetAttrString(ufunc, "signature"));
  return signature.get() == Py_None;
}

// register_ufunc(ufunc, kernel or None, dtypes, scalar kernel or None, limit=0)
PyObject* register_ufunc(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *ufunc = nullptr, *kernel = nullptr, *dtypes = nullptr, *scalar = nullptr;
    long long limit = 0;
    if (!PyArg_ParseTuple(args, "OOOO|L:register_ufunc", &ufunc, &kernel, &dtypes, &scalar, &limit))
      throw PythonError{};
    const Ref name = check(PyObject_GetAttrString(ufunc, "__name__"));
    const std::string text = PyUnicode_AsUTF8(name.get());
    Operation operation;
    operation.ufunc = Py_NewRef(ufunc);
    operation.kernel = kernel == Py_None ? nullptr : reinterpret_cast<KernelObject*>(kernel);
    operation.scalar = scalar == Py_None ? nullptr : reinterpret_cast<KernelObject*>(scalar);
    operation.dtypes = dtype_bits(dtypes, "register_ufunc");
    operation.limit = limit;
    if (operation.kernel != nullptr && is_elementwise(ufunc)) operation.kernel->elementwise = true;
    operation.is_matrix = text == "matmul";
    operation.in_place = find_in_place(operation.kernel);
    operation.output = find_output(operation.kernel);
    operation.keeps_dtype = has_float_loop(ufunc);
    operations()[ufunc] = operation;
    bind_slot(text, operation);
    Py_RETURN_NONE;
  });
}

// register_function(function, handler or reason, takes_like=False)
// Of what several kernels in a row computed, axes lie as the last of them left them.
void order_result(PyObject* result, const at::Tensor* const* operands, std::size_t count) {
  TensorObject* tensor = as_tensor(result);
  if (is_tracked(result) || tensor->value.dim() < 2) return;
  Below guard;
  tensor->value = in_order_of(tensor->value, operands, count);
}

void order_inputs(PyObject* results, PyObject* inputs) {
  c10::SmallVector<const at::Tensor*, 2> operands;
  bool all_contiguous = true;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(inputs); ++i) {
    PyObject* input = PyTuple_GET_ITEM(inputs, i);
    if (input == results) return;
    if (!is_tensor(input)) continue;
    operands.push_back(&value_of(input));
    all_contiguous = all_contiguous && operands.back()->is_contiguous();
  }
  if (all_contiguous) return;
  if (is_tensor(results)) {
    order_result(results, operands.data(), operands.size());
  } else if (PyTuple_CheckExact(results)) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(results); ++i) {
      PyObject* result = PyTuple_GET_ITEM(results, i);
      if (is_tensor(result)) order_result(result, operands.data(), operands.size());
    }
  }
}

// in_order_of(result, operands): `result` laid out as NumPy's elementwise functions of these Tensors would lay it.
PyObject* in_order_of_function(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject *result = nullptr, *operands = nullptr;
    if (!PyArg_ParseTuple(args, "OO!:in_order_of", &result, &PyTuple_Type, &operands)) throw PythonError{};
    order_inputs(result, operands);
    return Py_NewRef(result);
  });
}

PyMethodDef module_functions[] = {
    {"in_order_of", in_order_of_function, METH_VARARGS,
     "in_order_of(result, operands): result, just made, laid out as an elementwise function of Tensors."},
    {"set_fallback", set_fallback, METH_O, nullptr},
    {"register_ufunc", register_ufunc, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

PyObject* call_fallback(PyObject* ufunc, PyObject* method, PyObject* inputs, PyObject* keywords) {
  if (fallback == nullptr || ufunc == nullptr) fail(PyExc_RuntimeError, "numtorch._core is used without numtorch");
  Ref result = check(PyObject_CallFunctionObjArgs(fallback, ufunc, method, inputs, keywords, nullptr));
  if (method == call_text && keywords == Py_None && is_elementwise(ufunc)) order_inputs(result.get(), inputs);
  return owning(std::move(result));
}

PyObject* call_fallback(const Operation& operation, PyObject* a, PyObject* b) {
  const Ref inputs = check(b == nullptr ? PyTuple_Pack(1, a) : PyTuple_Pack(2, a, b));
  return call_fallback(operation.ufunc, call_text, inputs.get(), Py_None);
}

bool covers(const Operation& operation, at::ScalarType type) {
  const int index = index_of(type);
  return index >= 0 && ((operation.dtypes >> index) & 1) != 0;
}

Operands operands_of(const Operation& operation, PyObject* a, PyObject* b) {
  if (operation.kernel == nullptr) return {};
  if (is_tensor(a) && is_tensor(b)) {
    const at::Tensor& x = value_of(a);
    const at::Tensor& y = value_of(b);
    const bool plain = x.scalar_type() == y.scalar_type() && covers(operation, x.scalar_type()) &&
                       x.device() == y.device() && shapes_fit(operation, x, y);
    return plain ? Operands{&x, &y} : Operands{};
  }
  if (operation.is_matrix) return {};
  if (is_tensor(a)) {
    const at::Tensor& x = value_of(a);
    const at::Tensor* y = covers(operation, x.scalar_type()) ? weak_scalar(b, x.scalar_type()) : nullptr;
    return y == nullptr ? Operands{} : Operands{&x, y};
  }
  const at::Tensor& y = value_of(b);
  const at::Tensor* x = covers(operation, y.scalar_type()) ? weak_scalar(a, y.scalar_type()) : nullptr;
  return x == nullptr ? Operands{} : Operands{x, &y};
}

bool answers_ufuncs(PyObject* object) {
  if (is_tensor(object)) return overrides_ufuncs(object);
  auto* type = reinterpret_cast<PyObject*>(Py_TYPE(object));
  if (PyObject_IsSubclass(type, ndarray_type) == 1 || PyObject_IsSubclass(type, generic_type) == 1) return false;
  return has_attribute(type, "__array_ufunc__");
}

bool is_foreign(PyObject* object) {
  if (is_tensor(object)) return overrides_ufuncs(object);
  if (PyFloat_Check(object) || PyLong_Check(object) || PyComplex_Check(object) || PyList_Check(object) ||
      PyTuple_Check(object) || PyRange_Check(object)) {
    return false;
  }
  auto* type = reinterpret_cast<PyObject*>(Py_TYPE(object));
  if (PyObject_IsSubclass(type, ndarray_type) == 1 || PyObject_IsSubclass(type, generic_type) == 1) return false;
  if (has_attribute(type, "__array_ufunc__")) return true;
  if (has_attribute(type, "__array__") || has_attribute(type, "__array_interface__")) return false;
  // Another library's array may be more than its numbers, as one with a mask is: its own operators know.
  return !has_attribute(type, "__dlpack__") || has_attribute(type, "__array_namespace__");
}

bool may_overlap(const at::Tensor& a, const at::Tensor& b) {
  return share_memory(a, b) && a.unsafeGetTensorImpl() != b.unsafeGetTensorImpl();
}

PyObject* binary(const Operation& operation, PyObject* a, PyObject* b) {
  if (operation.scalar != nullptr && is_tensor(a) && is_plain_number(b) &&
      covers(operation, value_of(a).scalar_type())) {
    const Ref number(rounded_number(b, value_of(a).scalar_type()));
    PyObject* args[] = {a, number.get()};
    return call_kernel(operation.scalar, args, 2);
  }
  const Operands operands = operands_of(operation, a, b);
  if (operands.a == nullptr) return call_fallback(operation, a, b);
  check_open(a);
  check_open(b);
  Ref result = check(wrap_result(call_binary(operation.kernel, *operands.a, *operands.b)));
  PyObject* args[] = {a, b};
  if (any_tracked(args, 2)) record(operation.kernel, args, 2, result.get());
  return result.release();
}

PyObject* unary(const Operation& operation, PyObject* a) {
  const at::Tensor& value = value_of(a);
  if (operation.kernel == nullptr || !covers(operation, value.scalar_type()) || exceeds(operation.limit, value)) {
    return call_fallback(operation, a, nullptr);
  }
  return call_kernel(operation.kernel, &a, 1);
}

const Operation* find_operation(PyObject* ufunc) {
  const auto found = operations().find(ufunc);
  return found == operations().end() ? nullptr : &found->second;
}

void register_operation(PyObject* module) {
  const Ref numpy = check(PyImport_ImportModule("numpy"));
  ndarray_type = check(PyObject_GetAttrString(numpy.get(), "ndarray")).release();
  generic_type = check(PyObject_GetAttrString(numpy.get(), "generic")).release();
  call_text = check(PyUnicode_InternFromString("__call__")).release();
  out_text = check(PyUnicode_InternFromString("out")).release();
  check(PyModule_AddFunctions(module, module_functions));
}

}  // namespace numtorch
