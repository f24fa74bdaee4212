#include "host/nest.h"

#include <ATen/EmptyTensor.h>
#include <ATen/ops/_to_copy.h>

#include <cmath>
#include <limits>
#include <utility>

#include "array/dtype.h"
#include "array/tensor.h"
#include "host/convert.h"
#include "host/host.h"
#include "tape/record.h"

namespace numtorch {

namespace {

using Type = std::optional<at::ScalarType>;

// A float that float32 cannot hold is NumPy's to warn about.
bool fits(double number, Type type) {
  return type != at::kFloat || !std::isfinite(number) || std::abs(number) <= double{std::numeric_limits<float>::max()};
}

// The first walk: lengths, and the dtype that holds every element. No Python code runs in it or in the second one.
class Survey {
 public:
  explicit Survey(Type wanted) : wanted_(wanted) {}

  bool see(PyObject* object, std::size_t depth) {
    if (is_sequence(object)) return see_sequence(object, depth);
    if (shape.size() != depth) return false;
    closed_ = true;
    return see_element(object);
  }

  at::DimVector shape;
  Type common;
  bool has_tensors = false;

 private:
  bool see_sequence(PyObject* sequence, std::size_t depth) {
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence);
    if (count == 0 || depth >= static_cast<std::size_t>(kDeepest)) return false;
    if (shape.size() == depth) {
      if (closed_) return false;  // an element of another list was a number
      shape.push_back(count);
    } else if (shape[depth] != count) {
      return false;
    }
    for (Py_ssize_t i = 0; i < count; ++i) {
      if (!see(PySequence_Fast_GET_ITEM(sequence, i), depth + 1)) return false;
    }
    return true;
  }

  bool see_element(PyObject* object) {
    if (PyFloat_CheckExact(object)) return fits(PyFloat_AS_DOUBLE(object), wanted_) && join(at::kDouble);
    if (PyBool_Check(object)) return join(at::kBool);
    if (PyLong_CheckExact(object)) {
      int overflow = 0;
      PyLong_AsLongLongAndOverflow(object, &overflow);
      return overflow == 0 && join(at::kLong);
    }
    if (PyComplex_CheckExact(object)) return !wanted_ && join(at::kComplexDouble);
    if (Py_TYPE(object) != tensor_type || is_tracked(object)) return false;
    const at::Tensor& value = value_of(object);
    if (value.dim() != 0 || is_abstract(value) || !value.is_cpu() || value.scalar_type() == at::kUInt64) return false;
    has_tensors = true;
    return (!wanted_ || (!value.is_complex() && fits(value.item().toDouble(), wanted_))) && join(value.scalar_type());
  }

  bool join(at::ScalarType type) {
    common = common && *common != type ? promote(*common, type) : type;
    return true;
  }

  Type wanted_;
  bool closed_ = false;  // the innermost lists are known
};

double as_double(PyObject* object) {
  if (PyFloat_CheckExact(object)) return PyFloat_AS_DOUBLE(object);
  return PyLong_Check(object) ? PyLong_AsDouble(object) : value_of(object).item().toDouble();
}

std::int64_t as_long(PyObject* object) {
  return PyLong_Check(object) ? PyLong_AsLongLong(object) : value_of(object).item().toLong();
}

bool as_bool(PyObject* object) { return PyBool_Check(object) ? object == Py_True : value_of(object).item().toBool(); }

c10::complex<double> as_complex(PyObject* object) {
  if (is_tensor(object)) return value_of(object).item().toComplexDouble();
  const Py_complex value = PyComplex_AsCComplex(object);
  return {value.real, value.imag};
}

template <class T>
T* fill(PyObject* object, T* place, T (*read)(PyObject*)) {
  if (!is_sequence(object)) {
    *place = read(object);
    return place + 1;
  }
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    place = fill(PySequence_Fast_GET_ITEM(object, i), place, read);
  }
  return place;
}

template <class T>
at::Tensor filled(PyObject* object, const at::DimVector& shape, at::ScalarType type, T (*read)(PyObject*)) {
  at::Tensor result = at::detail::empty_cpu(shape, type);
  fill(object, static_cast<T*>(result.mutable_data_ptr()), read);
  return result;
}

at::Tensor read_nest(PyObject* object, const at::DimVector& shape, at::ScalarType type) {
  if (type == at::kBool) return filled(object, shape, at::kBool, as_bool);
  if (c10::isIntegralType(type, false)) return filled(object, shape, at::kLong, as_long);
  if (c10::isComplexType(type)) return filled(object, shape, at::kComplexDouble, as_complex);
  return filled(object, shape, at::kDouble, as_double);
}

}  // namespace

std::optional<Nest> from_nest(PyObject* object, Type type) {
  if (!is_sequence(object) || (type && *type != at::kDouble && *type != at::kFloat)) return std::nullopt;
  Survey survey(type);
  Below guard;
  const Concrete concrete;
  if (!survey.see(object, 0) || (type && c10::isComplexType(*survey.common))) return std::nullopt;
  const at::ScalarType wanted = type.value_or(*survey.common);
  at::Tensor value = read_nest(object, survey.shape, wanted);
  if (value.scalar_type() != wanted) value = at::_to_copy(value, at::TensorOptions(wanted));
  return Nest{std::move(value), survey.has_tensors};
}

}  // namespace numtorch
