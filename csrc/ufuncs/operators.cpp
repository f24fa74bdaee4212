#include "ufuncs/operators.h"

#include <array>
#include <string>

#include "array/subclass.h"
#include "array/tensor.h"
#include "programs/batch.h"
#include "tape/record.h"
#include "tape/saved.h"
#include "tape/sharing.h"
#include "ufuncs/asking.h"
#include "ufuncs/operation.h"

namespace numtorch {

namespace {

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

// Beside a type that answers ufuncs an operator is the ufunc, as ndarray's are; else it is left to the other's method.
PyObject* beside_foreign(const Operation& operation, PyObject* a, PyObject* b) {
  PyObject* foreign = is_foreign(a) ? a : b;
  const Ref method(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(foreign)), "__array_ufunc__"));
  if (!method) PyErr_Clear();
  if (!method || method.get() == Py_None) return Py_NewRef(Py_NotImplemented);
  const Ref inputs = check(PyTuple_Pack(2, a, b));
  if (PyObject* answer = ask_about_ufunc(operation.ufunc, call_text, inputs.get(), Py_None)) return answer;
  return check(PyObject_CallFunctionObjArgs(operation.ufunc, a, b, nullptr)).release();
}

// A value of integers, as NumPy's integer scalars, repeats a list or tuple.
PyObject* repeated(PyObject* value, PyObject* sequence) {
  if (!is_tensor(value) || (!PyList_Check(sequence) && !PyTuple_Check(sequence))) return nullptr;
  const bool is_integer = c10::isIntegralType(value_of(value).scalar_type(), false);
  if (!is_integer || (as_tensor(value)->flags & kValue) == 0) return nullptr;
  const Py_ssize_t count = PyNumber_AsSsize_t(value, PyExc_OverflowError);
  if (count == -1 && PyErr_Occurred()) throw PythonError{};
  return check(PySequence_Repeat(sequence, count)).release();
}

template <Slot slot>
PyObject* binary_slot(PyObject* a, PyObject* b) {
  return guarded([&] {
    if constexpr (slot == kMultiply) {
      if (PyObject* result = repeated(a, b)) return result;
      if (PyObject* result = repeated(b, a)) return result;
    }
    if (is_foreign(a) || is_foreign(b)) return beside_foreign(slots[slot], a, b);
    return in_class_of(binary(slots[slot], a, b), a, b);
  });
}

template <Slot slot>
PyObject* unary_slot(PyObject* a) {
  return guarded([&] {
    if (overrides_ufuncs(a)) return check(PyObject_CallOneArg(slots[slot].ufunc, a)).release();
    return in_class_of(unary(slots[slot], a), a);
  });
}

PyObject* power_slot(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) return Py_NewRef(Py_NotImplemented);
  return binary_slot<kPower>(a, b);
}

using InPlaceFunction = at::Tensor&(at::Tensor&, const at::Tensor&);
using InPlaceAlphaFunction = at::Tensor&(at::Tensor&, const at::Tensor&, const at::Scalar&);

// By value: while the GIL is released another thread may rebind the Tensors that these are in.
void compute_in_place(const Operation& operation, at::Tensor a, const at::Tensor b) {
  static const at::Scalar one(1);
  spare_saved(a);
  a.unsafeGetTensorImpl()->bump_version();
  Below guard;
  Unlocked release(is_long(a));
  if (operation.kernel->shortcut == Shortcut::BinaryAlpha) {
    operation.in_place->op->typed<InPlaceAlphaFunction>().call(a, b, one);
  } else {
    operation.in_place->op->typed<InPlaceFunction>().call(a, b);
  }
}

// `a op= b` by a kernel, if nothing has to be decided; false otherwise.
bool write_in_place(const Operation& operation, PyObject* a, PyObject* b) {
  const Operands operands = operands_of(operation, a, b);
  if (operands.a == nullptr || operation.in_place == nullptr || operands.b->dim() > operands.a->dim()) return false;
  if (operands.b->sizes() != operands.a->sizes() && operands.b->numel() != 1) return false;
  check_open(a);
  check_open(b);
  PyObject* args[] = {a, b};
  if (any_tracked(args, 2) || outgrows(as_tensor(a), *operands.b)) {
    // The memory may be what a rule reads: compute anew and let the name stand for that.
    const Ref result = check(binary(operation, a, b));
    rebind(as_tensor(a), as_tensor(result.get()), PyUnicode_AsUTF8(operation.in_place->name));
    return true;
  }
  if (may_overlap(*operands.a, *operands.b)) return false;
  compute_in_place(operation, as_tensor(a)->value, *operands.b);
  note_written(as_tensor(a));
  return true;
}

// Under the tape, `x[i] += y`: the view x[i], which nobody else refers to, is replaced by what it would become, and
// Python's own x[i] = ... then writes that. Null if this is something else.
PyObject* hand_on(const Operation& operation, PyObject* a, PyObject* b) {
  PyObject* args[] = {a, b};
  if (Py_REFCNT(a) != 1 || !any_tracked(args, 2)) return nullptr;
  const TensorObject* target = as_tensor(a);
  if ((target->flags & kShared) != 0 || !is_memory_shared(target)) return nullptr;
  Ref result = check(binary(operation, a, b));
  if (!is_tensor(result.get())) return nullptr;
  const at::Tensor& value = value_of(result.get());
  if (value.scalar_type() != target->value.scalar_type() || value.sizes() != target->value.sizes()) return nullptr;
  expect_write(result.get());
  return result.release();
}

// A product with a vector has an axis less than the matrix that it is to be written into.
void check_product_in_place(PyObject* a, PyObject* b) {
  Py_ssize_t axes = 0;
  if (is_tensor(b)) {
    axes = static_cast<Py_ssize_t>(value_of(b).dim());
  } else {
    static PyObject* const ndim =
        check(PyObject_GetAttrString(check(PyImport_ImportModule("numpy")).get(), "ndim")).release();
    axes = PyLong_AsSsize_t(check(PyObject_CallOneArg(ndim, b)).get());
  }
  if (value_of(a).dim() == 0 || axes < 2) {
    fail(PyExc_ValueError,
         "inplace matrix multiplication requires the first operand to have at least one and the second at least two "
         "dimensions.");
  }
}

// The same in place: what the other class makes is to be written into `a`.
PyObject* beside_foreign_in_place(const Operation& operation, PyObject* a, PyObject* b) {
  PyObject* foreign = is_foreign(b) ? b : a;
  const Ref method(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(foreign)), "__array_ufunc__"));
  if (!method) PyErr_Clear();
  if (!method || method.get() == Py_None) return Py_NewRef(Py_NotImplemented);
  const Ref inputs = check(PyTuple_Pack(2, a, b));
  const Ref outputs = check(PyTuple_Pack(1, a));
  const Ref keywords = check(PyDict_New());
  check(PyDict_SetItem(keywords.get(), out_text, outputs.get()));
  if (PyObject* answer = ask_about_ufunc(operation.ufunc, call_text, inputs.get(), keywords.get())) return answer;
  return check(PyObject_Call(operation.ufunc, inputs.get(), keywords.get())).release();
}

template <Slot slot>
PyObject* in_place_slot(PyObject* a, PyObject* b) {
  return guarded([&] {
    const Operation& operation = slots[slot];
    if ((as_tensor(a)->flags & kValue) != 0 && is_foreign(b)) return beside_foreign(operation, a, b);
    if (is_foreign(b) || overrides_ufuncs(a)) return beside_foreign_in_place(operation, a, b);
    if constexpr (slot == kMatmul) check_product_in_place(a, b);
    TensorObject* target = as_tensor(a);
    if ((target->flags & kValue) != 0) return binary(operation, a, b);
    check_writeable(target);
    if (PyObject* result = hand_on(operation, a, b)) return result;
    if (write_in_place(operation, a, b)) return Py_NewRef(a);
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
    const Operation& operation = slots[order[static_cast<std::size_t>(how)]];
    if (!is_text && (is_foreign(b) || overrides_ufuncs(a))) return beside_foreign(operation, a, b);
    return in_class_of(is_text ? call_fallback(operation, a, b) : binary(operation, a, b), a, b);
  });
}

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

void bind_slot(const std::string& ufunc, const Operation& operation) {
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (ufunc == kUfuncs[i]) slots[i] = operation;
  }
}

}  // namespace numtorch
