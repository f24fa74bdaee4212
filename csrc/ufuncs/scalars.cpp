#include "ufuncs/scalars.h"

#include <ATen/ops/scalar_tensor.h>

#include <array>
#include <bit>
#include <limits>

#include "array/abstract.h"
#include "array/rounding.h"
#include "array/tensor.h"

namespace numtorch {

namespace {

struct Entry {
  std::uint64_t real = 0;
  std::uint64_t imag = 0;
  at::ScalarType type = at::ScalarType::Undefined;
  at::Tensor value;
};

constexpr std::size_t kEntries = 512;

// Not freed at exit: libtorch's allocator may be gone by then. The GIL guards it.
std::array<Entry, kEntries>& entries() {
  static auto* table = new std::array<Entry, kEntries>();
  return *table;
}

// While a program is traced a constant belongs to one loop of it, and is not met in another. Two are in use at a time.
const at::Tensor& made_anew(at::ScalarType type, const at::Scalar& scalar) {
  thread_local std::array<at::Tensor, 4> recent;
  thread_local std::size_t next = 0;
  Below guard;
  const Concrete concrete;
  at::Tensor& value = recent[next++ % recent.size()];
  value = at::scalar_tensor(scalar, at::TensorOptions().dtype(type));
  return value;
}

const at::Tensor& cached(std::uint64_t real, std::uint64_t imag, at::ScalarType type, const at::Scalar& scalar) {
  if (is_tracing()) return made_anew(type, scalar);
  const std::uint64_t mixed = (real ^ (imag * 31) ^ (static_cast<std::uint64_t>(type) << 7)) * 0x9E3779B97F4A7C15U;
  Entry& entry = entries()[mixed >> 55];
  if (entry.type != type || entry.real != real || entry.imag != imag) {
    Below guard;
    const Concrete concrete;
    entry = {real, imag, type, at::scalar_tensor(scalar, at::TensorOptions().dtype(type))};
  }
  return entry.value;
}

// As a cast rounds: what is too large becomes infinite, where libtorch's own conversion refuses.
double rounded(double number, at::ScalarType type) {
  if (type == at::kHalf) number = rounded_to_odd(number);
  return type == at::kDouble || type == at::kComplexDouble ? number : static_cast<double>(static_cast<float>(number));
}

const at::Tensor& cached_double(double number, at::ScalarType type) {
  return cached(std::bit_cast<std::uint64_t>(number), 0, type, rounded(number, type));
}

template <class Integer>
bool holds(long long number) {
  return number >= static_cast<long long>(std::numeric_limits<Integer>::min()) &&
         number <= static_cast<long long>(std::numeric_limits<Integer>::max());
}

bool fits(long long number, at::ScalarType type) {
  switch (type) {
    case at::kByte:
      return holds<std::uint8_t>(number);
    case at::kChar:
      return holds<std::int8_t>(number);
    case at::kShort:
      return holds<std::int16_t>(number);
    case at::kInt:
      return holds<std::int32_t>(number);
    case at::kLong:
      return true;
    default:
      return false;
  }
}

const at::Tensor* weak_integer(PyObject* number, at::ScalarType type) {
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
  if (overflow != 0) return nullptr;
  if (at::isFloatingType(type) || at::isComplexType(type)) return &cached_double(static_cast<double>(value), type);
  if (!fits(value, type)) return nullptr;
  return &cached(static_cast<std::uint64_t>(value), 0, type, static_cast<std::int64_t>(value));
}

}  // namespace

const at::Tensor* weak_scalar(PyObject* number, at::ScalarType type) {
  if (PyFloat_CheckExact(number) || (type == at::kDouble && PyFloat_Check(number))) {
    if (!at::isFloatingType(type) && !at::isComplexType(type)) return nullptr;
    return &cached_double(PyFloat_AS_DOUBLE(number), type);
  }
  if (PyLong_CheckExact(number)) return weak_integer(number, type);
  if (PyComplex_CheckExact(number) && at::isComplexType(type)) {
    const c10::complex<double> value(PyComplex_RealAsDouble(number), PyComplex_ImagAsDouble(number));
    return &cached(std::bit_cast<std::uint64_t>(value.real()), std::bit_cast<std::uint64_t>(value.imag()), type,
                   c10::complex<double>(rounded(value.real(), type), rounded(value.imag(), type)));
  }
  return nullptr;
}

PyObject* rounded_number(PyObject* number, at::ScalarType type) {
  int overflow = 0;
  if (PyLong_CheckExact(number)) PyLong_AsLongLongAndOverflow(number, &overflow);
  if (type == at::kDouble && overflow == 0) return Py_NewRef(number);
  const double value = PyFloat_AsDouble(number);
  if (value == -1.0 && PyErr_Occurred() != nullptr) throw PythonError{};
  const double held = type == at::kHalf
                          ? static_cast<double>(static_cast<c10::Half>(static_cast<float>(rounded(value, type))))
                          : rounded(value, type);
  return held == value && overflow == 0 ? Py_NewRef(number) : check(PyFloat_FromDouble(held)).release();
}

}  // namespace numtorch
