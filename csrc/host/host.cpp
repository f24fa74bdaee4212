#include "host/host.h"

#include <ATen/EmptyTensor.h>
#include <ATen/ops/_to_copy.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/scalar_tensor.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "array/abstract.h"
#include "array/dtype.h"
#include "array/view.h"

namespace numtorch {

namespace {

using Type = std::optional<at::ScalarType>;

struct NumPy {
  PyObject* array;
  PyObject* asarray;
  PyObject* ndarray;
  PyObject* generic;
  PyObject* boolean;
};

const NumPy& numpy() {
  static constinit Once<const NumPy> names([]() -> const NumPy* {
    const Ref module = check(PyImport_ImportModule("numpy"));
    const auto get = [&](const char* name) { return check(PyObject_GetAttrString(module.get(), name)).release(); };
    return new NumPy{get("array"), get("asarray"), get("ndarray"), get("generic"), get("bool_")};
  });
  return *names;
}

bool is_instance(PyObject* object, PyObject* type) {
  return PyObject_TypeCheck(object, reinterpret_cast<PyTypeObject*>(type)) != 0;
}

// ---- Python numbers ----

struct Number {
  at::Scalar value;
  at::ScalarType type;
};

// NumPy's choice: int64, or uint64 for what only fits there.
Number number_from_int(PyObject* object, const char* function) {
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(object, &overflow);
  if (small == -1 && overflow == 0 && PyErr_Occurred()) throw PythonError{};
  if (overflow == 0) return {at::Scalar(static_cast<std::int64_t>(small)), at::kLong};
  const unsigned long long large = overflow > 0 ? PyLong_AsUnsignedLongLong(object) : 0;
  if (overflow < 0 || PyErr_Occurred()) {
    PyErr_Clear();
    fail(PyExc_OverflowError, "%s: the Python integer fits neither int64 nor uint64", function);
  }
  return {at::Scalar(static_cast<std::uint64_t>(large)), at::kUInt64};
}

// The number that `object` is, if no rule of NumPy's about the conversion to `type` is needed.
std::optional<Number> find_number(PyObject* object, Type type, const char* function) {
  if (PyBool_Check(object)) return Number{at::Scalar(object == Py_True), type.value_or(at::kBool)};
  if (PyFloat_Check(object)) {
    if (type.value_or(at::kDouble) == at::kDouble) return Number{at::Scalar(PyFloat_AS_DOUBLE(object)), at::kDouble};
    const double value = PyFloat_AS_DOUBLE(object);
    const bool fits = !std::isfinite(value) || std::abs(value) <= double{std::numeric_limits<float>::max()};
    if (*type == at::kFloat && fits) return Number{at::Scalar(value), at::kFloat};
  } else if (PyLong_Check(object)) {
    if (!type) return number_from_int(object, function);
    if (*type == at::kDouble || *type == at::kFloat) {
      const double value = PyLong_AsDouble(object);
      if (value == -1.0 && PyErr_Occurred()) throw PythonError{};
      if (*type == at::kFloat && std::abs(value) > double{std::numeric_limits<float>::max()}) return std::nullopt;
      return Number{at::Scalar(value), *type};
    }
  } else if (PyComplex_Check(object) && type.value_or(at::kComplexDouble) == at::kComplexDouble) {
    const Py_complex value = PyComplex_AsCComplex(object);
    return Number{at::Scalar(c10::complex<double>(value.real, value.imag)), at::kComplexDouble};
  }
  return std::nullopt;
}

template <class T>
at::Tensor host_scalar(T value, at::ScalarType type) {
  at::Tensor result = at::detail::empty_cpu({}, type);
  *static_cast<T*>(result.mutable_data_ptr()) = value;
  return result;
}

at::Tensor from_number(const Number& number, c10::Device device) {
  Below guard;
  if (!device.is_cpu()) return at::scalar_tensor(number.value, at::TensorOptions(number.type).device(device));
  switch (number.type) {
    case at::kDouble:
      return host_scalar(number.value.toDouble(), number.type);
    case at::kFloat:
      return host_scalar(number.value.toFloat(), number.type);
    case at::kLong:
      return host_scalar(number.value.toLong(), number.type);
    default:
      return at::scalar_tensor(number.value, at::TensorOptions(number.type));
  }
}

// ---- ndarrays ----

// An ndarray's memory. Dropped by whichever thread lets the last Tensor go; leaked when the interpreter is gone.
struct HeldBuffer {
  Py_buffer view{};
  bool held = false;

  HeldBuffer(PyObject* array, int flags) {
    check(PyObject_GetBuffer(array, &view, flags));
    held = true;
  }
  HeldBuffer(const HeldBuffer&) = delete;
  HeldBuffer& operator=(const HeldBuffer&) = delete;
  ~HeldBuffer() {
    PyGILState_STATE state{};
    if (!held || !try_to_ensure_gil(&state)) return;
    PyBuffer_Release(&view);
    PyGILState_Release(state);
  }
};

struct Layout {
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // in elements
  bool possible = true;               // strides count elements
  bool contiguous = true;             // in C order
};

// Axes of length 1 may have any stride in NumPy; they get the one that a contiguous array has.
Layout layout_of(const Py_buffer& view) {
  const auto ndim = static_cast<std::size_t>(view.ndim);
  Layout layout;
  layout.shape.assign(view.shape, view.shape + ndim);
  layout.strides.resize(ndim);
  layout.possible = reinterpret_cast<std::uintptr_t>(view.buf) % static_cast<std::uintptr_t>(view.itemsize) == 0;
  std::int64_t dense = 1;
  for (std::size_t i = ndim; i-- > 0;) {
    const Py_ssize_t stride = layout.shape[i] == 1 ? dense * view.itemsize : view.strides[i];
    layout.possible = layout.possible && stride % view.itemsize == 0;
    layout.strides[i] = stride / view.itemsize;
    layout.contiguous = layout.contiguous && layout.strides[i] == dense;
    dense *= layout.shape[i];
  }
  return layout;
}

// A tensor on the host's memory. `owner` goes with it.
template <class Owner>
at::Tensor on_memory(const Py_buffer& view, const Layout& layout, at::ScalarType type, Owner owner) {
  std::vector<std::int64_t> forward = layout.strides;
  std::int64_t before = 0;  // elements in memory before the first one
  for (std::size_t i = 0; i < forward.size(); ++i) {
    if (forward[i] >= 0) continue;
    before -= (layout.shape[i] - 1) * forward[i];
    forward[i] = -forward[i];
  }
  char* first = static_cast<char*>(view.buf) - before * view.itemsize;
  const at::Tensor all = at::from_blob(first, layout.shape, forward, owner, at::TensorOptions(type));
  return before == 0 ? all : view_of(all, layout.shape, layout.strides, before);
}

at::Tensor copy_buffer(const Py_buffer& view, const Layout& layout, at::ScalarType type, c10::Device device) {
  Below guard;
  const std::int64_t count = view.len / view.itemsize;
  if (device.is_cpu() && layout.contiguous && count < kLongWork) {
    at::Tensor result = at::detail::empty_cpu(layout.shape, type);
    std::memcpy(result.mutable_data_ptr(), view.buf, static_cast<std::size_t>(view.len));
    return result;
  }
  Unlocked release(true);
  const at::Tensor source = on_memory(view, layout, type, [](void*) {});
  return device.is_cpu() ? at::clone(source) : at::_to_copy(source, at::TensorOptions(type).device(device));
}

at::Tensor from_memory(PyObject* array, at::ScalarType type, const Source& source) {
  auto buffer = std::make_shared<HeldBuffer>(array, PyBUF_STRIDED_RO);
  const Py_buffer& view = buffer->view;
  const Layout layout = layout_of(view);
  if (view.len == 0) {
    Below guard;
    return at::empty(layout.shape, at::TensorOptions(type).device(source.device));
  }
  if (!layout.possible) {
    const Ref dense = check(PyObject_CallOneArg(numpy().array, array));
    return from_memory(dense.get(), type, {source.device, true, source.function, source.flags});
  }
  if (source.copy || !source.device.is_cpu()) return copy_buffer(view, layout, type, source.device);
  *source.flags = static_cast<std::uint8_t>(kShared | kView | (view.readonly != 0 ? kReadOnly : 0));
  Below guard;
  return on_memory(view, layout, type, [buffer](void*) {});
}

// `array` in native byte order, or a TypeError naming the dtypes that there are.
Ref to_native(PyObject* array, PyObject* dtype, const char* function) {
  const Ref native = check(PyObject_CallMethod(dtype, "newbyteorder", "s", "="));
  scalar_type_of(native.get(), function);
  return check(PyObject_CallMethod(array, "astype", "O", native.get()));
}

at::Tensor from_array(PyObject* array, const Source& source) {
  const Ref dtype = check(PyObject_GetAttrString(array, "dtype"));
  if (const Type type = find_scalar_type(dtype.get())) return from_memory(array, *type, source);
  const Ref native = to_native(array, dtype.get(), source.function);
  const Ref native_dtype = check(PyObject_GetAttrString(native.get(), "dtype"));
  const at::ScalarType type = scalar_type_of(native_dtype.get(), source.function);
  return from_memory(native.get(), type, {source.device, true, source.function, source.flags});
}

}  // namespace

bool is_numpy(PyObject* object) { return is_instance(object, numpy().ndarray) || is_instance(object, numpy().generic); }

void refuse_masked(PyObject* object, const char* function) {
  if (Py_TYPE(object) == reinterpret_cast<PyTypeObject*>(numpy().ndarray) || !is_instance(object, numpy().ndarray))
    return;
  static PyObject* const is_masked = [] {
    const Ref module = check(PyImport_ImportModule("numpy.ma"));
    return check(PyObject_GetAttrString(module.get(), "is_masked")).release();
  }();
  if (check(PyObject_IsTrue(check(PyObject_CallOneArg(is_masked, object)).get())) == 0) return;
  fail(PyExc_TypeError,
       "%s: a Tensor has no mask, and %.100s has masked elements; give their values, .filled(value), or what is under "
       "the mask, .data",
       function, Py_TYPE(object)->tp_name);
}

bool is_numpy_scalar(PyObject* object) { return is_instance(object, numpy().generic); }

bool is_exact_array(PyObject* object) { return Py_TYPE(object) == reinterpret_cast<PyTypeObject*>(numpy().ndarray); }

bool is_numpy_bool(PyObject* object) { return is_instance(object, numpy().boolean); }

at::Tensor from_host(PyObject* object, Type type, const Source& source) {
  refuse_masked(object, source.function);
  const Concrete concrete;
  if (const auto number = find_number(object, type, source.function)) return from_number(*number, source.device);
  const bool fresh = is_sequence(object);
  if (!type && is_instance(object, numpy().ndarray)) return from_array(object, source);
  const Ref array =
      check(PyObject_CallFunctionObjArgs(numpy().asarray, object, type ? dtype_of(*type) : nullptr, nullptr));
  return from_array(array.get(), {source.device, source.copy || fresh, source.function, source.flags});
}

}  // namespace numtorch
