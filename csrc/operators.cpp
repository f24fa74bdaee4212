#include "operators.h"

#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "dtype.h"
#include "kernel.h"
#include "record.h"
#include "scalars.h"
#include "tensor.h"

namespace numtorch {

namespace {

// A ufunc and the kernel that computes it where nothing has to be decided: equal dtypes out of `dtypes`, one device.
// Everything else goes to the fallback, NumPy's rules in Python (numtorch/functions/ufunc.py).
struct Operation {
  PyObject* ufunc = nullptr;
  KernelObject* kernel = nullptr;
  KernelObject* in_place = nullptr;
  KernelObject* scalar = nullptr;  // with a Python number as second argument, where libtorch has a kernel for it
  std::uint32_t dtypes = 0;        // bit i: dtype i of dtype.h
  bool is_matrix = false;
};

enum Slot : std::size_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kRemainder,
  kPower,
  kMatmul,
  kDivmod,
  kLeftShift,
  kRightShift,
  kAnd,
  kOr,
  kXor,
  kNegative,
  kPositive,
  kAbsolute,
  kInvert,
  kLess,
  kLessEqual,
  kEqual,
  kNotEqual,
  kGreater,
  kGreaterEqual,
  kSlots,
};

constexpr std::array<const char*, kSlots> kUfuncs{
    "add",      "subtract",   "multiply",    "divide",      "floor_divide", "remainder",   "power",    "matmul",
    "divmod",   "left_shift", "right_shift", "bitwise_and", "bitwise_or",   "bitwise_xor", "negative", "positive",
    "absolute", "invert",     "less",        "less_equal",  "equal",        "not_equal",   "greater",  "greater_equal",
};

std::array<Operation, kSlots> slots;  // what the operators of the language call

std::unordered_map<PyObject*, Operation>& operations() {
  static std::unordered_map<PyObject*, Operation> map;
  return map;
}

// What answers a NumPy function: a callable, or the reason why nothing does. A function that creates an array learns
// as `like` which Tensor it was asked for.
struct Handler {
  PyObject* handler = nullptr;
  bool takes_like = false;
};

std::unordered_map<PyObject*, Handler>& functions() {
  static std::unordered_map<PyObject*, Handler> map;
  return map;
}

PyObject* fallback = nullptr;
PyObject* ndarray_type = nullptr;
PyObject* generic_type = nullptr;
PyObject* call_text = nullptr;
PyObject* out_text = nullptr;

PyObject* call_fallback(PyObject* ufunc, PyObject* method, PyObject* inputs, PyObject* keywords) {
  if (fallback == nullptr || ufunc == nullptr) fail(PyExc_RuntimeError, "numtorch._core is used without numtorch");
  return check(PyObject_CallFunctionObjArgs(fallback, ufunc, method, inputs, keywords, nullptr)).release();
}

PyObject* call_fallback(const Operation& operation, PyObject* a, PyObject* b) {
  const Ref inputs = check(b == nullptr ? PyTuple_Pack(1, a) : PyTuple_Pack(2, a, b));
  return call_fallback(operation.ufunc, call_text, inputs.get(), Py_None);
}

bool covers(const Operation& operation, at::ScalarType type) {
  const int index = index_of(type);
  return index >= 0 && ((operation.dtypes >> index) & 1) != 0;
}

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

// The operands of a call that needs no decision, or nulls.
struct Operands {
  const at::Tensor* a = nullptr;
  const at::Tensor* b = nullptr;
};

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

bool has_attribute(PyObject* type, const char* name) {
  const Ref attribute(PyObject_GetAttrString(type, name));
  if (!attribute) PyErr_Clear();
  return static_cast<bool>(attribute);
}

// An operand that is neither an array nor a number for us: its own reflected method or protocol decides.
bool is_foreign(PyObject* object) {
  if (is_tensor(object) || PyFloat_Check(object) || PyLong_Check(object) || PyComplex_Check(object) ||
      PyList_Check(object) || PyTuple_Check(object) || PyRange_Check(object)) {
    return false;
  }
  auto* type = reinterpret_cast<PyObject*>(Py_TYPE(object));
  if (PyObject_IsSubclass(type, ndarray_type) == 1 || PyObject_IsSubclass(type, generic_type) == 1) return false;
  if (has_attribute(type, "__array_ufunc__")) return true;
  return !has_attribute(type, "__array__") && !has_attribute(type, "__array_interface__") &&
         !has_attribute(type, "__dlpack__");
}

bool is_plain_number(PyObject* object) { return PyFloat_CheckExact(object) || PyLong_CheckExact(object); }

PyObject* binary(const Operation& operation, PyObject* a, PyObject* b) {
  if (operation.scalar != nullptr && is_tensor(a) && is_plain_number(b) &&
      covers(operation, value_of(a).scalar_type())) {
    PyObject* args[] = {a, b};
    return call_kernel(operation.scalar, args, 2);
  }
  const Operands operands = operands_of(operation, a, b);
  if (operands.a == nullptr) return call_fallback(operation, a, b);
  Ref result = check(wrap_result(call_binary(operation.kernel, *operands.a, *operands.b)));
  PyObject* args[] = {a, b};
  if (any_tracked(args, 2)) record(operation.kernel, args, 2, result.get());
  return result.release();
}

PyObject* unary(const Operation& operation, PyObject* a) {
  if (operation.kernel == nullptr || !covers(operation, value_of(a).scalar_type())) {
    return call_fallback(operation, a, nullptr);
  }
  return call_kernel(operation.kernel, &a, 1);
}

template <Slot slot>
PyObject* binary_slot(PyObject* a, PyObject* b) {
  return guarded([&] {
    if (is_foreign(is_tensor(a) ? b : a)) return Py_NewRef(Py_NotImplemented);
    return binary(slots[slot], a, b);
  });
}

template <Slot slot>
PyObject* unary_slot(PyObject* a) {
  return guarded([&] { return unary(slots[slot], a); });
}

PyObject* power_slot(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) return Py_NewRef(Py_NotImplemented);
  return binary_slot<kPower>(a, b);
}

bool may_overlap(const at::Tensor& a, const at::Tensor& b) {
  return a.is_alias_of(b) && a.unsafeGetTensorImpl() != b.unsafeGetTensorImpl();
}

using InPlaceFunction = at::Tensor&(at::Tensor&, const at::Tensor&);
using InPlaceAlphaFunction = at::Tensor&(at::Tensor&, const at::Tensor&, const at::Scalar&);

// By value: while the GIL is released another thread may rebind the Tensors that these are in.
void compute_in_place(const Operation& operation, at::Tensor a, const at::Tensor b) {
  static const at::Scalar one(1);
  a.unsafeGetTensorImpl()->bump_version();
  Below guard;
  Unlocked release(is_long(a));
  if (operation.kernel->shortcut == Shortcut::BinaryAlpha) {
    operation.in_place->op->typed<InPlaceAlphaFunction>().call(a, b, one);
  } else {
    operation.in_place->op->typed<InPlaceFunction>().call(a, b);
  }
}

template <Slot slot>
PyObject* in_place_slot(PyObject* a, PyObject* b) {
  return guarded([&] {
    const Operation& operation = slots[slot];
    if (is_foreign(b)) return Py_NewRef(Py_NotImplemented);
    TensorObject* target = as_tensor(a);
    if ((target->flags & kValue) != 0) return binary(operation, a, b);
    check_writeable(target);
    PyObject* args[] = {a, b};
    if (operation.in_place != nullptr && !any_tracked(args, 2)) {
      const Operands operands = operands_of(operation, a, b);
      if (operands.a != nullptr && operands.b->dim() <= operands.a->dim() && !may_overlap(*operands.a, *operands.b)) {
        const bool same = operands.b->sizes() == operands.a->sizes() || operands.b->numel() == 1;
        if (same) {
          compute_in_place(operation, target->value, *operands.b);
          return Py_NewRef(a);
        }
      }
    }
    const Ref inputs = check(PyTuple_Pack(2, a, b));
    const Ref outputs = check(PyTuple_Pack(1, a));
    const Ref keywords = check(PyDict_New());
    check(PyDict_SetItem(keywords.get(), out_text, outputs.get()));
    return call_fallback(operation.ufunc, call_text, inputs.get(), keywords.get());
  });
}

PyObject* in_place_power_slot(PyObject* a, PyObject* b, PyObject*) { return in_place_slot<kPower>(a, b); }

PyObject* compare(PyObject* a, PyObject* b, int how) {
  static constexpr std::array<Slot, 6> order{kLess, kLessEqual, kEqual, kNotEqual, kGreater, kGreaterEqual};
  return guarded([&] {
    const bool is_text = b == Py_None || PyUnicode_Check(b) || PyBytes_Check(b);
    if (!is_text && is_foreign(b)) return Py_NewRef(Py_NotImplemented);
    const Operation& operation = slots[order[static_cast<std::size_t>(how)]];
    return is_text ? call_fallback(operation, a, b) : binary(operation, a, b);
  });
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
  const auto found = operations().find(ufunc);
  if (found == operations().end()) return nullptr;
  if (count == 1 && is_tensor(inputs[0])) return unary(found->second, inputs[0]);
  if (count == 2 && (is_tensor(inputs[0]) || is_tensor(inputs[1]))) return binary(found->second, inputs[0], inputs[1]);
  return nullptr;
}

PyObject* sequence_tuple(PyObject* const* items, Py_ssize_t count) {
  Ref tuple = check(PyTuple_New(count));
  for (Py_ssize_t i = 0; i < count; ++i) PyTuple_SET_ITEM(tuple.get(), i, Py_NewRef(items[i]));
  return tuple.release();
}

PyObject* set_fallback(PyObject*, PyObject* function) {
  Py_XSETREF(fallback, Py_NewRef(function));
  Py_RETURN_NONE;
}

std::uint32_t dtype_bits(PyObject* dtypes) {
  std::uint32_t bits = 0;
  const Ref items = check(PySequence_Fast(dtypes, "register_ufunc: dtypes must be a sequence"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    bits |= 1U << index_of(scalar_type_of(PySequence_Fast_GET_ITEM(items.get(), i), "register_ufunc"));
  }
  return bits;
}

KernelObject* find_in_place(const KernelObject* kernel) {
  if (kernel == nullptr || (kernel->shortcut != Shortcut::Binary && kernel->shortcut != Shortcut::BinaryAlpha))
    return nullptr;
  const auto& name = kernel->op->schema().operator_name();
  if (!c10::Dispatcher::singleton().findSchema({name.name + "_", name.overload_name}).has_value()) return nullptr;
  return find_kernel(name.name.substr(6) + "_" + (name.overload_name.empty() ? "" : "." + name.overload_name));
}

// register_ufunc(ufunc, kernel or None, dtypes, scalar kernel or None)
PyObject* register_ufunc(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *ufunc = nullptr, *kernel = nullptr, *dtypes = nullptr, *scalar = nullptr;
    if (!PyArg_ParseTuple(args, "OOOO:register_ufunc", &ufunc, &kernel, &dtypes, &scalar)) throw PythonError{};
    const Ref name = check(PyObject_GetAttrString(ufunc, "__name__"));
    const std::string text = PyUnicode_AsUTF8(name.get());
    Operation operation;
    operation.ufunc = Py_NewRef(ufunc);
    operation.kernel = kernel == Py_None ? nullptr : reinterpret_cast<KernelObject*>(kernel);
    operation.scalar = scalar == Py_None ? nullptr : reinterpret_cast<KernelObject*>(scalar);
    operation.dtypes = dtype_bits(dtypes);
    operation.is_matrix = text == "matmul";
    operation.in_place = find_in_place(operation.kernel);
    operations()[ufunc] = operation;
    for (std::size_t i = 0; i < kSlots; ++i) {
      if (text == kUfuncs[i]) slots[i] = operation;
    }
    Py_RETURN_NONE;
  });
}

// register_function(function, handler or reason, takes_like=False)
PyObject* register_function(PyObject*, PyObject* args) {
  PyObject *function = nullptr, *handler = nullptr;
  int takes_like = 0;
  if (!PyArg_ParseTuple(args, "OO|p:register_function", &function, &handler, &takes_like)) return nullptr;
  functions()[Py_NewRef(function)] = {Py_NewRef(handler), takes_like != 0};
  Py_RETURN_NONE;
}

PyMethodDef module_functions[] = {
    {"set_fallback", set_fallback, METH_O, nullptr},
    {"register_ufunc", register_ufunc, METH_VARARGS, nullptr},
    {"register_function", register_function, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

template <class Function>
void* slot(Function* function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

PyType_Slot operator_slots[] = {
    {Py_nb_add, slot(binary_slot<kAdd>)},
    {Py_nb_subtract, slot(binary_slot<kSubtract>)},
    {Py_nb_multiply, slot(binary_slot<kMultiply>)},
    {Py_nb_true_divide, slot(binary_slot<kDivide>)},
    {Py_nb_floor_divide, slot(binary_slot<kFloorDivide>)},
    {Py_nb_remainder, slot(binary_slot<kRemainder>)},
    {Py_nb_divmod, slot(binary_slot<kDivmod>)},
    {Py_nb_power, slot(power_slot)},
    {Py_nb_matrix_multiply, slot(binary_slot<kMatmul>)},
    {Py_nb_lshift, slot(binary_slot<kLeftShift>)},
    {Py_nb_rshift, slot(binary_slot<kRightShift>)},
    {Py_nb_and, slot(binary_slot<kAnd>)},
    {Py_nb_or, slot(binary_slot<kOr>)},
    {Py_nb_xor, slot(binary_slot<kXor>)},
    {Py_nb_inplace_add, slot(in_place_slot<kAdd>)},
    {Py_nb_inplace_subtract, slot(in_place_slot<kSubtract>)},
    {Py_nb_inplace_multiply, slot(in_place_slot<kMultiply>)},
    {Py_nb_inplace_true_divide, slot(in_place_slot<kDivide>)},
    {Py_nb_inplace_floor_divide, slot(in_place_slot<kFloorDivide>)},
    {Py_nb_inplace_remainder, slot(in_place_slot<kRemainder>)},
    {Py_nb_inplace_power, slot(in_place_power_slot)},
    {Py_nb_inplace_matrix_multiply, slot(in_place_slot<kMatmul>)},
    {Py_nb_inplace_lshift, slot(in_place_slot<kLeftShift>)},
    {Py_nb_inplace_rshift, slot(in_place_slot<kRightShift>)},
    {Py_nb_inplace_and, slot(in_place_slot<kAnd>)},
    {Py_nb_inplace_or, slot(in_place_slot<kOr>)},
    {Py_nb_inplace_xor, slot(in_place_slot<kXor>)},
    {Py_nb_negative, slot(unary_slot<kNegative>)},
    {Py_nb_positive, slot(unary_slot<kPositive>)},
    {Py_nb_absolute, slot(unary_slot<kAbsolute>)},
    {Py_nb_invert, slot(unary_slot<kInvert>)},
    {Py_tp_richcompare, slot(compare)},
    {0, nullptr},
};

PyObject* array_ufunc(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  return guarded([&] {
    if (count < 3) fail(PyExc_TypeError, "__array_ufunc__: takes a ufunc, a method's name and the inputs");
    PyObject* const* inputs = args + 2;
    const Py_ssize_t inputs_count = count - 2;
    if (any_foreign(inputs, inputs_count)) return Py_NewRef(Py_NotImplemented);
    const bool is_call = args[1] == call_text || PyUnicode_Compare(args[1], call_text) == 0;
    if (is_call && names == nullptr) {
      if (PyObject* result = call_directly(args[0], inputs, inputs_count)) return result;
    }
    const Ref tuple = check(sequence_tuple(inputs, inputs_count));
    const Ref keywords = keywords_of(args + count, names);
    return call_fallback(args[0], args[1], tuple.get(), keywords.get());
  });
}

PyObject* array_function(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  return guarded([&] {
    if (count != 4 || names != nullptr) {
      fail(PyExc_TypeError, "__array_function__: takes a function, types, arguments and keywords");
    }
    const auto found = functions().find(args[0]);
    if (found == functions().end()) return Py_NewRef(Py_NotImplemented);
    PyObject* handler = found->second.handler;
    if (PyUnicode_Check(handler)) {
      const Ref name = check(PyObject_GetAttrString(args[0], "__name__"));
      fail(PyExc_TypeError, "numpy.%U is not supported on Tensors: %U", name.get(), handler);
    }
    if (!found->second.takes_like) return check(PyObject_Call(handler, args[2], args[3])).release();
    const Ref keywords = check(args[3] == nullptr ? PyDict_New() : PyDict_Copy(args[3]));
    check(PyDict_SetItemString(keywords.get(), "like", self));
    return check(PyObject_Call(handler, args[2], keywords.get())).release();
  });
}

void register_operators(PyObject* module) {
  const Ref numpy = check(PyImport_ImportModule("numpy"));
  ndarray_type = check(PyObject_GetAttrString(numpy.get(), "ndarray")).release();
  generic_type = check(PyObject_GetAttrString(numpy.get(), "generic")).release();
  call_text = check(PyUnicode_InternFromString("__call__")).release();
  out_text = check(PyUnicode_InternFromString("out")).release();
  check(PyModule_AddFunctions(module, module_functions));
}

}  // namespace numtorch
