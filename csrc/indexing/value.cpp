#include "indexing/value.h"

#include <ATen/EmptyTensor.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <limits>

#include "array/device.h"
#include "array/dtype.h"
#include "array/tensor.h"
#include "host/convert.h"
#include "host/host.h"

namespace numtorch {

namespace {

template <class T>
bool put(void* element, T value) {
  std::memcpy(element, &value, sizeof(T));
  return true;
}

// A finite number that becomes infinite is left to NumPy, which warns.
bool put_float(void* element, double number) {
  const auto narrow = static_cast<float>(number);
  return (std::isfinite(narrow) || !std::isfinite(number)) && put(element, narrow);
}

// Two roundings could differ from NumPy's one: only what a float holds exactly.
bool put_half(void* element, double number) {
  const auto narrow = static_cast<float>(number);
  if (static_cast<double>(narrow) != number || std::abs(narrow) > 65504.0F) return false;
  return put(element, c10::Half(narrow));
}

bool write_double(double number, at::ScalarType type, void* element) {
  switch (type) {
    case at::kBool:
      return put(element, number != 0.0);
    case at::kHalf:
      return put_half(element, number);
    case at::kFloat:
      return put_float(element, number);
    case at::kDouble:
      return put(element, number);
    case at::kComplexFloat:
      return put_float(static_cast<float*>(element) + 1, 0.0) && put_float(element, number);
    case at::kComplexDouble:
      return put(element, std::complex<double>(number));
    default:
      return false;
  }
}

template <class T>
bool put_integer(void* element, long long number) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_signed_v<T>) {
    if (number < Limits::min() || number > Limits::max()) return false;
  } else {
    if (number < 0 || static_cast<unsigned long long>(number) > Limits::max()) return false;
  }
  return put(element, static_cast<T>(number));
}

bool write_integer(long long number, at::ScalarType type, void* element) {
  constexpr long long kExact = 1LL << 53;
  switch (type) {
    case at::kChar:
      return put_integer<std::int8_t>(element, number);
    case at::kShort:
      return put_integer<std::int16_t>(element, number);
    case at::kInt:
      return put_integer<std::int32_t>(element, number);
    case at::kLong:
      return put_integer<std::int64_t>(element, number);
    case at::kByte:
      return put_integer<std::uint8_t>(element, number);
    case at::kUInt16:
      return put_integer<std::uint16_t>(element, number);
    case at::kUInt32:
      return put_integer<std::uint32_t>(element, number);
    case at::kUInt64:
      return put_integer<std::uint64_t>(element, number);
    default:
      return number > -kExact && number < kExact && write_double(static_cast<double>(number), type, element);
  }
}

bool write_complex(Py_complex number, at::ScalarType type, void* element) {
  if (type == at::kComplexDouble) return put(element, std::complex<double>(number.real, number.imag));
  if (type != at::kComplexFloat) return false;
  auto* parts = static_cast<float*>(element);
  return put_float(parts, number.real) && put_float(parts + 1, number.imag);
}

at::Tensor number_tensor(const void* element, at::ScalarType type) {
  at::Tensor tensor(at::detail::empty_cpu({}, type));
  std::memcpy(tensor.mutable_data_ptr(), element, c10::elementSize(type));
  return tensor;
}

PyObject* numpy_attribute(const char* name) {
  return check(PyObject_GetAttrString(check(PyImport_ImportModule("numpy")).get(), name)).release();
}

// What NumPy itself casts, with its errors and warnings: its own arrays and scalars, and Python's objects, which it
// converts one by one with int(), float() and bool().
bool is_for_numpy(PyObject* value) {
  if (is_sequence(value)) return !holds_tensor(value);
  return PyLong_Check(value) || PyFloat_Check(value) || PyComplex_Check(value) || PyUnicode_Check(value) ||
         PyBytes_Check(value) || PyAnySet_Check(value) || PyDict_Check(value) || PyRange_Check(value) ||
         value == Py_None || is_numpy(value);
}

Ref cast_by_numpy(PyObject* value, at::ScalarType type) {
  static constinit Once<PyObject> asarray([] { return numpy_attribute("asarray"); });
  return check(PyObject_CallFunctionObjArgs(asarray, value, dtype_of(type), nullptr));
}

// NumPy's own assignment to one element.
Ref element_by_numpy(PyObject* value, at::ScalarType type) {
  static constinit Once<PyObject> zeros([] { return numpy_attribute("zeros"); });
  const Ref shape = check(PyTuple_New(0));
  Ref holder = check(PyObject_CallFunctionObjArgs(zeros, shape.get(), dtype_of(type), nullptr));
  check(PyObject_SetItem(holder.get(), shape.get(), value));
  return holder;
}

// A value for an element of a signed integer array goes through int(), which NaN and what is too large do not survive.
// Not on a GPU, which would have to be waited for.
bool is_number_for_integer(PyObject* value, at::ScalarType type) {
  if (!is_tensor(value) || (as_tensor(value)->flags & kValue) == 0 || !at::isIntegralType(type, false)) return false;
  const at::Tensor& source = value_of(value);
  return source.is_cpu() && !is_abstract(source) && source.scalar_type() != type && at::isSignedType(type) &&
         source.scalar_type() != at::kBool && !source.is_complex();
}

}  // namespace

bool write_number(PyObject* number, at::ScalarType type, void* element) {
  if (PyFloat_CheckExact(number)) return write_double(PyFloat_AS_DOUBLE(number), type, element);
  if (PyLong_CheckExact(number)) {
    int overflow = 0;
    const long long integer = PyLong_AsLongLongAndOverflow(number, &overflow);
    return overflow == 0 && write_integer(integer, type, element);
  }
  if (PyBool_Check(number)) return write_integer(number == Py_True, type, element);
  return PyComplex_CheckExact(number) && write_complex(PyComplex_AsCComplex(number), type, element);
}

at::Tensor assigned_value(PyObject* value, at::ScalarType type, c10::Device device, std::int64_t max_dim) {
  if (is_tensor(value)) {
    const at::Tensor& source = value_of(value);
    if (source.device() != device) fail_two_devices("__setitem__", device, source.device());
    return source.scalar_type() == type ? source : cast_value(source, type, device);
  }
  alignas(16) unsigned char element[16];
  if (write_number(value, type, element)) return number_tensor(element, type);
  refuse_masked(value, "__setitem__");
  if (!is_for_numpy(value)) return to_value(value, type, device, false, "__setitem__");
  const bool scalar = max_dim >= 0 && is_numpy(value) && !is_ndarray(value);
  const Ref array = scalar ? element_by_numpy(value, type) : cast_by_numpy(value, type);
  at::Tensor source = to_value(array.get(), type, device, false, "__setitem__");
  if (!is_numpy(value) && max_dim >= 0 && source.dim() > max_dim) {
    fail(PyExc_ValueError,
         "setting an array element with a sequence. The requested array would exceed the maximum number of dimension "
         "of %lld.",
         static_cast<long long>(max_dim));
  }
  return source;
}

at::Tensor assigned_element(PyObject* value, at::ScalarType type, c10::Device device) {
  if (is_number_for_integer(value, type)) {
    const Ref number = check(PyObject_CallMethod(value, "item", nullptr));
    return assigned_element(number.get(), type, device);
  }
  if (!holds_tensor(value)) {
    const Ref element = element_by_numpy(value, type);
    return to_value(element.get(), type, device, false, "__setitem__");
  }
  at::Tensor source = assigned_value(value, type, device, -1);
  if (source.dim() > 0) fail(PyExc_ValueError, "setting an array element with a sequence.");
  return source;
}

bool holds_tensor(PyObject* object, int depth) {
  if (is_tensor(object)) return true;
  if (!is_sequence(object)) return false;
  check_depth(depth);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    if (holds_tensor(PySequence_Fast_GET_ITEM(object, i), depth + 1)) return true;
  }
  return false;
}

bool is_ndarray(PyObject* object) {
  static constinit Once<PyObject> type([] { return numpy_attribute("ndarray"); });
  return PyObject_TypeCheck(object, reinterpret_cast<PyTypeObject*>(static_cast<PyObject*>(type))) != 0;
}

}  // namespace numtorch
