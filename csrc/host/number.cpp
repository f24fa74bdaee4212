// Out to the host: Python numbers.
#include <ATen/ops/_to_copy.h>

#include "array/dtype.h"
#include "array/view.h"
#include "host/convert.h"
#include "tape/record.h"

namespace numtorch {

namespace {

template <class T>
T read(const at::Tensor& value) {
  return *static_cast<const T*>(value.const_data_ptr());
}

PyObject* number_from_memory(const at::Tensor& value) {
  switch (value.scalar_type()) {
    case at::kBool:
      return PyBool_FromLong(read<bool>(value));
    case at::kChar:
      return PyLong_FromLong(read<std::int8_t>(value));
    case at::kShort:
      return PyLong_FromLong(read<std::int16_t>(value));
    case at::kInt:
      return PyLong_FromLong(read<std::int32_t>(value));
    case at::kLong:
      return PyLong_FromLongLong(read<std::int64_t>(value));
    case at::kByte:
      return PyLong_FromLong(read<std::uint8_t>(value));
    case at::kUInt16:
      return PyLong_FromLong(read<std::uint16_t>(value));
    case at::kUInt32:
      return PyLong_FromUnsignedLong(read<std::uint32_t>(value));
    case at::kUInt64:
      return PyLong_FromUnsignedLongLong(read<std::uint64_t>(value));
    case at::kHalf:
      return PyFloat_FromDouble(static_cast<float>(read<at::Half>(value)));
    case at::kFloat:
      return PyFloat_FromDouble(read<float>(value));
    case at::kDouble:
      return PyFloat_FromDouble(read<double>(value));
    case at::kComplexFloat: {
      const auto z = read<c10::complex<float>>(value);
      return PyComplex_FromDoubles(z.real(), z.imag());
    }
    case at::kComplexDouble: {
      const auto z = read<c10::complex<double>>(value);
      return PyComplex_FromDoubles(z.real(), z.imag());
    }
    default:
      dtype_of(value.scalar_type());
  }
  fail(PyExc_SystemError, "numtorch: no number of that dtype");
}

// ---- Number slots ----

const at::Tensor& scalar_of(PyObject* self) {
  if (value_of(self).dim() != 0) fail(PyExc_TypeError, "only 0-dimensional arrays can be converted to Python scalars");
  return value_of(self);
}

Ref number_of(PyObject* self, const char* function) {
  const at::Tensor& value = scalar_of(self);
  check_untracked(self, function);
  return check(to_number(value));
}

Ref real_number_of(PyObject* self, const char* function) {
  if (scalar_of(self).is_complex()) {
    fail(PyExc_TypeError, "%s argument must be a real number, not a Tensor of dtype %S; take t.real first", function,
         dtype_of(value_of(self).scalar_type()));
  }
  return number_of(self, function);
}

// ---- item ----

std::int64_t index_within(PyObject* object, std::int64_t size, std::int64_t axis) {
  const Py_ssize_t index = PyNumber_AsSsize_t(object, PyExc_IndexError);
  if (index == -1 && PyErr_Occurred()) throw PythonError{};
  if (index < -size || index >= size) {
    fail(PyExc_IndexError, "index %zd is out of bounds for axis %lld with size %lld", index,
         static_cast<long long>(axis), static_cast<long long>(size));
  }
  return index < 0 ? index + size : index;
}

// How many elements after the first one, in memory, the element of that number in C order lies.
std::int64_t flat_offset(const at::Tensor& value, PyObject* index) {
  const Py_ssize_t given = PyNumber_AsSsize_t(index, PyExc_IndexError);
  if (given == -1 && PyErr_Occurred()) throw PythonError{};
  const std::int64_t count = value.numel();
  if (given < -count || given >= count) {
    fail(PyExc_IndexError, "index %zd is out of bounds for size %lld", given, static_cast<long long>(count));
  }
  std::int64_t rest = given < 0 ? given + count : given;
  std::int64_t offset = 0;
  for (std::int64_t axis = value.dim(); axis-- > 0;) {
    offset += rest % value.size(axis) * value.stride(axis);
    rest /= value.size(axis);
  }
  return offset;
}

std::int64_t item_offset(const at::Tensor& value, PyObject* args) {
  const bool nested = PyTuple_GET_SIZE(args) == 1 && PyTuple_Check(PyTuple_GET_ITEM(args, 0));
  PyObject* indices = nested ? PyTuple_GET_ITEM(args, 0) : args;
  const Py_ssize_t count = PyTuple_GET_SIZE(indices);
  if (count == 0) {
    if (value.numel() != 1) fail(PyExc_ValueError, "can only convert an array of size 1 to a Python scalar");
    return 0;
  }
  if (count == 1) return flat_offset(value, PyTuple_GET_ITEM(indices, 0));
  if (count != value.dim()) fail(PyExc_ValueError, "incorrect number of indices for array");
  std::int64_t offset = 0;
  for (std::int64_t axis = 0; axis < count; ++axis) {
    offset += index_within(PyTuple_GET_ITEM(indices, axis), value.size(axis), axis) * value.stride(axis);
  }
  return offset;
}

}  // namespace

PyObject* to_number(at::Tensor value) {
  if (value.numel() != 1) fail(PyExc_ValueError, "can only convert an array of size 1 to a Python scalar");
  if (is_plain(value)) return number_from_memory(value);
  require_values(value, "a Python number (float(), int(), bool(), item())");
  at::Tensor host;
  {
    Below guard;
    Unlocked release(!value.is_cpu());
    host = at::_to_copy(value, value.options().device(at::kCPU)).resolve_conj().resolve_neg();
  }
  return number_from_memory(host);
}

PyObject* to_float_slot(PyObject* self) {
  return guarded([&] {
    const Ref number = real_number_of(self, "float()");
    return check(PyNumber_Float(number.get())).release();
  });
}

PyObject* to_int_slot(PyObject* self) {
  return guarded([&] {
    const Ref number = real_number_of(self, "int()");
    return check(PyNumber_Long(number.get())).release();
  });
}

PyObject* to_index_slot(PyObject* self) {
  return guarded([&] {
    const at::Tensor& value = value_of(self);
    if (value.dim() != 0 || !at::isIntegralType(value.scalar_type(), false)) {
      fail(PyExc_TypeError, "only integer scalar arrays can be converted to a scalar index");
    }
    return to_number(value);
  });
}

int to_bool_slot(PyObject* self) {
  return guarded_int([&] {
    const at::Tensor& value = value_of(self);
    if (value.numel() == 0) {
      fail(PyExc_ValueError,
           "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty.");
    }
    if (value.numel() > 1) {
      fail(PyExc_ValueError,
           "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()");
    }
    const Ref number(to_number(value));
    return check(PyObject_IsTrue(number.get()));
  });
}

namespace method {

PyObject* item(PyObject* self, PyObject* args) {
  return guarded([&] {
    const at::Tensor value = value_of(self);  // an index may run Python code
    const std::int64_t offset = item_offset(value, args);
    Below guard;
    return to_number(view_of(value, {}, {}, value.storage_offset() + offset));
  });
}

PyObject* complex(PyObject* self, PyObject*) {
  return guarded([&] {
    const Ref number = number_of(self, "complex()");
    return check(PyObject_CallOneArg(reinterpret_cast<PyObject*>(&PyComplex_Type), number.get())).release();
  });
}

}  // namespace method

}  // namespace numtorch
