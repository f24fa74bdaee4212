// Copies of a Tensor: another dtype, another device, another order in memory, another process.
#include <ATen/ops/_to_copy.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/real.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "array/device.h"
#include "array/dtype.h"
#include "array/rounding.h"
#include "array/subclass.h"
#include "host/convert.h"
#include "kernels/kernel.h"
#include "tape/record.h"

namespace numtorch {

namespace {

bool loses_imaginary_part(at::ScalarType from, at::ScalarType to) {
  return at::isComplexType(from) && !at::isComplexType(to) && to != at::kBool;
}

void warn_imaginary_part() {
  static constinit Once<PyObject> category([] {
    const Ref module = check(PyImport_ImportModule("numpy.exceptions"));
    return check(PyObject_GetAttrString(module.get(), "ComplexWarning")).release();
  });
  check(PyErr_WarnEx(category, "Casting complex values to real discards the imaginary part", 1));
}

// A copy stands for a NumPy scalar where its source does.
PyObject* like(Ref result, PyObject* source) {
  TensorObject* object = as_tensor(result.get());
  object->flags = static_cast<std::uint8_t>((object->flags & ~kValue) | (as_tensor(source)->flags & kValue));
  return result.release();
}

// A copy in the class of its source, which is told of it.
Ref as_type(Ref tensor, PyTypeObject* type, PyObject* source) {
  const bool changes = Py_TYPE(tensor.get()) != type;
  Ref result = as_class(std::move(tensor), type);
  if (changes) finalize(result.get(), source);
  return result;
}

Ref clone(PyObject* tensor, const char* memory_format) {
  static constinit Once<KernelObject> kernel([] { return find_kernel("clone"); });
  if (!is_tracked(tensor)) {
    const at::Tensor value = value_of(tensor);  // another thread may give the Tensor other memory
    const bool preserve = memory_format[0] == 'p';
    Below guard;
    at::Tensor copy;
    {
      Unlocked release(is_long(value));
      copy = at::clone(value, preserve ? at::MemoryFormat::Preserve : at::MemoryFormat::Contiguous);
    }
    return check(wrap(std::move(copy)));
  }
  const Ref format = check(PyUnicode_FromString(memory_format));
  PyObject* args[] = {tensor, format.get()};
  return check(call_kernel(kernel, args, 2));
}

Ref reversed(PyObject* tensor) {
  static constinit Once<KernelObject> kernel([] { return find_kernel("permute"); });
  const auto count = static_cast<Py_ssize_t>(value_of(tensor).dim());
  const Ref axes = check(PyTuple_New(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyTuple_SET_ITEM(axes.get(), i, check(PyLong_FromSsize_t(count - 1 - i)).release());
  }
  PyObject* args[] = {tensor, axes.get()};
  return check(call_kernel(kernel, args, 2));
}

// `standard` stands in for None.
char order_of(PyObject* order, char standard) {
  if (order == Py_None) return standard;
  if (PyUnicode_Check(order) && PyUnicode_GET_LENGTH(order) == 1) {
    const Py_UCS4 letter = Py_UNICODE_TOUPPER(PyUnicode_READ_CHAR(order, 0));
    if (letter == 'C' || letter == 'F' || letter == 'A' || letter == 'K') return static_cast<char>(letter);
  }
  fail(PyExc_ValueError, "order must be one of 'C', 'F', 'A', or 'K' (got %R)", order);
}

// What 'A' stands for.
char order_in_memory(const at::Tensor& value) { return is_fortran(value) && !value.is_contiguous() ? 'F' : 'C'; }

bool has_order(const at::Tensor& value, char order) {
  if (order == 'C') return value.is_contiguous();
  if (order == 'F') return is_fortran(value);
  return true;
}

void check_casting(PyObject* tensor, at::ScalarType type, PyObject* casting) {
  static constinit Once<PyObject> can_cast([] {
    const Ref module = check(PyImport_ImportModule("numpy"));
    return check(PyObject_GetAttrString(module.get(), "can_cast")).release();
  });
  PyObject* from = dtype_of(value_of(tensor).scalar_type());
  PyObject* to = dtype_of(type);
  const Ref allowed = check(PyObject_CallFunctionObjArgs(can_cast, from, to, casting, nullptr));
  if (check(PyObject_IsTrue(allowed.get())) != 0) return;
  const char* what = value_of(tensor).dim() == 0 ? "scalar" : "array data";
  fail(PyExc_TypeError, "Cannot cast %s from %R to %R according to the rule %R", what, from, to, casting);
}

// An ndarray with a copy of the value, in Fortran's order where that is the value's, as NumPy's pickles keep it.
Ref ordered_array(const at::Tensor& value) {
  if (value.is_contiguous() || !is_fortran(value)) return Ref(to_array(value));
  const Ref turned(to_array(value.numpy_T()));
  return check(PyObject_GetAttrString(turned.get(), "T"));
}

// The attributes that a subclass's instance carries.
Ref attributes(PyObject* self) {
  PyObject* dict = PyObject_GetAttrString(self, "__dict__");
  if (dict == nullptr) PyErr_Clear();
  return Ref(dict);
}

void set_attributes(PyObject* target, const Ref& values) {
  if (!values) return;
  const Ref own = attributes(target);
  if (own) check(PyDict_Update(own.get(), values.get()));
}

Ref copy_as_self(PyObject* self, char order) { return as_type(Ref(copy_tensor(self, order)), Py_TYPE(self), self); }

}  // namespace

bool is_fortran(const at::Tensor& value) {
  std::int64_t dense = 1;
  for (std::int64_t i = 0; i < value.dim(); ++i) {
    if (value.size(i) != 1 && value.stride(i) != dense) return false;
    dense *= value.size(i);
  }
  return true;
}

at::Tensor cast_value(at::Tensor value, at::ScalarType dtype, c10::Device device) {
  const bool drop = loses_imaginary_part(value.scalar_type(), dtype);
  if (drop) warn_imaginary_part();
  Below guard;
  Unlocked release(is_long(value) || !device.is_cpu());
  const at::Tensor source = drop ? at::real(value) : value;
  return at::_to_copy(dtype == at::kHalf ? rounded_to_odd(source) : source, at::TensorOptions(dtype).device(device));
}

PyObject* cast(PyObject* tensor, at::ScalarType dtype, c10::Device device) {
  const bool differentiable = at::isFloatingType(dtype) || at::isComplexType(dtype);
  const bool tracked = is_tracked(tensor);
  if (!differentiable || !tracked) {
    return like(check(wrap(cast_value(value_of(tensor), dtype, device))), tensor);
  }
  Ref source = Ref::borrow(tensor);
  if (loses_imaginary_part(value_of(tensor).scalar_type(), dtype)) {
    static constinit Once<KernelObject> real([] { return find_kernel("real"); });
    warn_imaginary_part();
    source = check(call_kernel(real, &tensor, 1));
  }
  static constinit Once<KernelObject> to_copy([] { return find_kernel("_to_copy"); });
  const Ref dev = check(PyLong_FromLong(dev_of(device)));
  std::array<PyObject*, 7> args{source.get(), dtype_of(dtype), nullptr, dev.get()};
  return like(check(call_kernel(to_copy, args.data(), args.size())), tensor);
}

PyObject* copy_tensor(PyObject* tensor, char order) {
  const at::Tensor& value = value_of(tensor);
  if (order == 'A') order = order_in_memory(value);
  if (order == 'F' && value.dim() > 1) {
    const Ref turned = reversed(tensor);
    const Ref copied = clone(turned.get(), "contiguous_format");
    Ref result = reversed(copied.get());
    as_tensor(result.get())->flags &= static_cast<std::uint8_t>(~kView);  // of memory that is its alone
    return like(std::move(result), tensor);
  }
  return like(clone(tensor, order == 'K' ? "preserve_format" : "contiguous_format"), tensor);
}

PyObject* rebuild(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject* type = nullptr;
    PyObject* array = nullptr;
    long dev = -1;
    int is_value = 0;
    if (!PyArg_ParseTuple(args, "O!Olp:rebuild", &PyType_Type, &type, &array, &dev, &is_value)) throw PythonError{};
    auto* class_ = reinterpret_cast<PyTypeObject*>(type);
    if (PyType_IsSubtype(class_, tensor_type) == 0) fail(PyExc_TypeError, "rebuild(): %R is not a Tensor's type", type);
    at::Tensor value = to_value(array, std::nullopt, device_of(dev), true, "rebuild()");
    return as_class(check(wrap(std::move(value), is_value != 0 ? kValue : 0)), class_).release();
  });
}

// The dtype asked for, or none where it is one that no Tensor has and the values may become NumPy's: on the host, and
// no gradient depends on them.
std::optional<at::ScalarType> type_or_none(PyObject* self, PyObject* dtype) {
  try {
    return scalar_type_of(dtype, "astype()");
  } catch (const PythonError&) {
    if (!value_of(self).is_cpu() || is_tracked(self)) throw;
    PyErr_Clear();
    return std::nullopt;
  }
}

PyObject* on_host(PyObject* self, PyObject* args, PyObject* keywords) {
  const Ref array(to_array(value_of(self)));
  const Ref method = check(PyObject_GetAttrString(array.get(), "astype"));
  return check(PyObject_Call(method.get(), args, keywords)).release();
}

namespace method {

PyObject* astype(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    static const char* names[] = {"dtype", "order", "casting", "subok", "copy", nullptr};
    PyObject* dtype = nullptr;
    PyObject* order = Py_None;
    PyObject* casting = nullptr;
    int subok = 1;
    int copy = 1;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OOpp:astype", const_cast<char**>(names), &dtype, &order,
                                     &casting, &subok, &copy)) {
      throw PythonError{};
    }
    const auto wanted = type_or_none(self, dtype);
    if (!wanted) return on_host(self, args, keywords);
    const at::ScalarType type = *wanted;
    char letter = order_of(order, 'K');
    if (letter == 'A') letter = order_in_memory(value_of(self));
    if (casting != nullptr) check_casting(self, type, casting);
    const at::Tensor& value = value_of(self);
    PyTypeObject* class_ = subok != 0 ? Py_TYPE(self) : tensor_type;
    Ref result = Ref::borrow(self);
    if (type != value.scalar_type()) {
      result = Ref(cast(self, type, value.device()));
      copy = 0;
    }
    if (copy != 0 || !has_order(value_of(result.get()), letter)) result = Ref(copy_tensor(result.get(), letter));
    // Never strips the subclass off `self`: that would take its value away.
    if (result.get() == self) return Py_TYPE(self) == class_ ? result.release() : copy_tensor(self, letter);
    return as_type(std::move(result), class_, self).release();
  });
}

PyObject* to(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    static const char* names[] = {"dev", "dtype", nullptr};
    PyObject* dev = Py_None;
    PyObject* dtype = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|OO:to", const_cast<char**>(names), &dev, &dtype)) {
      fail_keywords("to()", keywords);
    }
    const at::Tensor value = value_of(self);  // a dtype may run Python code
    const at::ScalarType type = dtype == Py_None ? value.scalar_type() : scalar_type_of(dtype, "to()");
    const c10::Device device = dev == Py_None ? value.device() : device_of(dev);
    if (type == value.scalar_type() && device == value.device()) return Py_NewRef(self);
    return as_type(Ref(cast(self, type, device)), Py_TYPE(self), self).release();
  });
}

PyObject* copy(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    static const char* names[] = {"order", nullptr};
    PyObject* order = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O:copy", const_cast<char**>(names), &order)) throw PythonError{};
    return copy_as_self(self, order_of(order, 'C')).release();
  });
}

PyObject* shallow_copy(PyObject* self, PyObject*) {
  return guarded([&] {
    Ref result = copy_as_self(self, 'K');
    set_attributes(result.get(), attributes(self));
    return result.release();
  });
}

PyObject* deep_copy(PyObject* self, PyObject* memo) {
  return guarded([&] {
    Ref result = copy_as_self(self, 'K');
    if (const Ref own = attributes(self)) {
      const Ref module = check(PyImport_ImportModule("copy"));
      set_attributes(result.get(), check(PyObject_CallMethod(module.get(), "deepcopy", "OO", own.get(), memo)));
    }
    return result.release();
  });
}

PyObject* reduce(PyObject* self, PyObject*) {
  return guarded([&] {
    check_untracked(self, "pickle");
    const at::Tensor value = value_of(self);  // what follows runs Python code
    const Ref module = check(PyImport_ImportModule("numtorch._core"));
    const Ref function = check(PyObject_GetAttrString(module.get(), "rebuild"));
    const Ref array = ordered_array(value);
    const Ref state = check(PyObject_CallMethod(self, "__getstate__", nullptr));
    const long is_value = as_tensor(self)->flags & kValue;
    return check(Py_BuildValue("O(OOlN)O", function.get(), Py_TYPE(self), array.get(), dev_of(value.device()),
                               PyBool_FromLong(is_value), state.get()))
        .release();
  });
}

}  // namespace method

}  // namespace numtorch
