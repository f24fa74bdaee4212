#include "array/making.h"

#include <ATen/ops/min.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/view_as_real.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <utility>
#include <vector>

#include "array/abstract.h"
#include "array/device.h"
#include "array/dtype.h"
#include "array/subclass.h"
#include "array/tensor.h"
#include "array/view.h"

namespace numtorch {

namespace {

// One length of a shape. Arrays have __index__ too, but only those of one integer can use it.
std::int64_t length_of(PyObject* item) {
  Ref number(PyBool_Check(item) || !PyIndex_Check(item) ? nullptr : PyNumber_Index(item));
  if (!number) {
    PyErr_Clear();
    fail(PyExc_TypeError,
         "Tensor: a shape is made of integers, not %.100s; numtorch.tensor(...) makes a Tensor from an array",
         Py_TYPE(item)->tp_name);
  }
  const long long length = PyLong_AsLongLong(number.get());
  if (length == -1 && PyErr_Occurred()) throw PythonError{};
  if (length < 0) fail(PyExc_ValueError, "Tensor: negative dimensions are not allowed");
  return length;
}

std::vector<std::int64_t> shape_from(PyObject* args) {
  PyObject* lengths = args;
  if (PyTuple_GET_SIZE(args) == 1) {
    PyObject* only = PyTuple_GET_ITEM(args, 0);
    if (PyTuple_Check(only) || PyList_Check(only)) lengths = only;
  }
  const Ref items = check(PySequence_Fast(lengths, "Tensor: the shape must be integers or a tuple of them"));
  std::vector<std::int64_t> shape;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    const Ref item = Ref::borrow(PySequence_Fast_GET_ITEM(items.get(), i));  // its __index__ may change the list
    shape.push_back(length_of(item.get()));
  }
  return shape;
}

// `statistics` makes a mean of what it added up as a Fraction by calling the type of the numbers that it was given.
bool is_fraction(PyObject* object) {
  if (PyLong_Check(object) || PyTuple_Check(object) || PyList_Check(object) || is_tensor(object)) return false;
  const Ref module(PyImport_GetModule(check(PyUnicode_FromString("fractions")).get()));
  if (!module) return false;
  const Ref type = check(PyObject_GetAttrString(module.get(), "Fraction"));
  return check(PyObject_IsInstance(object, type.get())) != 0;
}

PyObject* from_fraction(PyTypeObject* type, PyObject* fraction) {
  const Ref number = check(PyNumber_Float(fraction));
  Below guard;
  return wrap_as(type, at::scalar_tensor(PyFloat_AS_DOUBLE(number.get()), at::TensorOptions(at::kDouble)), kValue);
}

PyObject* array_constructor = nullptr;  // NumPy's ndarray(shape, dtype, buffer, ...), in Python

bool has_keyword_of_numpy(PyObject* keywords) {
  if (keywords == nullptr) return false;
  for (const char* name : {"shape", "buffer", "offset", "strides", "order"}) {
    if (PyDict_GetItemString(keywords, name) != nullptr) return true;
  }
  return false;
}

// Tensor(2, 3), or ndarray((2, 3), dtype, ...) as NumPy's class is called?
bool is_call_of_numpy(PyObject* args, PyObject* keywords) {
  if (array_constructor == nullptr) return false;
  if (has_keyword_of_numpy(keywords)) return true;
  return PyTuple_GET_SIZE(args) > 1 &&
         (PyIndex_Check(PyTuple_GET_ITEM(args, 1)) == 0 || PyTuple_Check(PyTuple_GET_ITEM(args, 0)) ||
          PyList_Check(PyTuple_GET_ITEM(args, 0)));
}

// set_constructor(f): what answers ndarray(shape, dtype, buffer, ...).
PyObject* set_constructor(PyObject*, PyObject* function) {
  Py_XSETREF(array_constructor, Py_NewRef(function));
  Py_RETURN_NONE;
}

// starts_negative_zero(t, axis): is one of the first terms along the axis, on the CPU, -0.0?
PyObject* starts_negative_zero(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject* object = nullptr;
    Py_ssize_t axis = 0;
    if (!PyArg_ParseTuple(args, "O!n:starts_negative_zero", tensor_type, &object, &axis)) throw PythonError{};
    if (is_abstract(value_of(object))) return PyBool_FromLong(0);
    Below guard;
    const at::Tensor first = resolved(value_of(object)).select(axis, 0);
    const at::Tensor parts = first.is_complex() ? at::view_as_real(first.resolve_conj()) : first;
    if (parts.numel() == 0) return PyBool_FromLong(0);
    // Of its bits -0.0 has the first one alone: the least integer.
    switch (parts.scalar_type()) {
      case at::kHalf:
        return PyBool_FromLong(parts.view(at::kShort).min().item<std::int16_t>() == INT16_MIN);
      case at::kFloat:
        return PyBool_FromLong(parts.view(at::kInt).min().item<std::int32_t>() == INT32_MIN);
      default:
        return PyBool_FromLong(parts.view(at::kLong).min().item<std::int64_t>() == INT64_MIN);
    }
  });
}

// as_array(t): t, just made, is an array and not a value. as_read_only(t): and writes to it raise.
PyObject* as_array(PyObject*, PyObject* object) {
  return guarded([&] {
    if (!is_tensor(object)) fail(PyExc_TypeError, "as_array: expected a Tensor, not %.100s", Py_TYPE(object)->tp_name);
    as_tensor(object)->flags &= static_cast<std::uint8_t>(~kValue);
    return Py_NewRef(object);
  });
}

// as_value(t): t, just made, stands for a NumPy scalar if it has no axes.
PyObject* as_value(PyObject*, PyObject* object) {
  return guarded([&] {
    if (!is_tensor(object)) fail(PyExc_TypeError, "as_value: expected a Tensor, not %.100s", Py_TYPE(object)->tp_name);
    TensorObject* tensor = as_tensor(object);
    if (tensor->value.dim() == 0) {
      tensor->flags = static_cast<std::uint8_t>((tensor->flags & ~(kView | kReadOnly)) | kValue);
    }
    return Py_NewRef(object);
  });
}

PyObject* is_contiguous(PyObject*, PyObject* object) {
  return PyBool_FromLong(is_tensor(object) && value_of(object).is_contiguous());
}

PyObject* as_read_only(PyObject*, PyObject* object) {
  return guarded([&] {
    if (!is_tensor(object))
      fail(PyExc_TypeError, "as_read_only: expected a Tensor, not %.100s", Py_TYPE(object)->tp_name);
    as_tensor(object)->flags = static_cast<std::uint8_t>((as_tensor(object)->flags & ~kValue) | kReadOnly);
    return Py_NewRef(object);
  });
}

// zeros_like(t): np.zeros_like(t) without keywords, an array that is not a value.
PyObject* zeros_like(PyObject*, PyObject* object) {
  return guarded([&] {
    if (!is_tensor(object)) {
      fail(PyExc_TypeError, "zeros_like: expected a Tensor, not %.100s", Py_TYPE(object)->tp_name);
    }
    Below guard;
    return wrap(at::zeros_like(value_of(object)));
  });
}

// are_alike(arrays): a list or tuple of Tensors with axes, of one dtype, number of axes and device, the first in C
// order? Where it is, so is what they are joined to.
PyObject* are_alike(PyObject*, PyObject* arrays) {
  if (!PyTuple_Check(arrays) && !PyList_Check(arrays)) Py_RETURN_FALSE;
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(arrays);
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(arrays, i);
    if (!is_tensor(item) || value_of(item).dim() == 0) Py_RETURN_FALSE;
    const at::Tensor& first = value_of(PySequence_Fast_GET_ITEM(arrays, 0));
    const at::Tensor& value = value_of(item);
    if (value.scalar_type() != first.scalar_type() || value.dim() != first.dim() || value.device() != first.device()) {
      Py_RETURN_FALSE;
    }
  }
  return PyBool_FromLong(count > 0 && value_of(PySequence_Fast_GET_ITEM(arrays, 0)).is_contiguous());
}

PyMethodDef module_functions[] = {
    {"zeros_like", zeros_like, METH_O, "zeros_like(t): zeros of the shape, dtype, device and order of t."},
    {"are_alike", are_alike, METH_O,
     "are_alike(arrays): Tensors with axes, of one dtype, number of axes and device, the first in C order?"},
    {"starts_negative_zero", starts_negative_zero, METH_VARARGS,
     "starts_negative_zero(t, axis): is one of the first terms along the axis, on the CPU, -0.0?"},
    {"as_array", as_array, METH_O, "as_array(t): t, just made, as an array that is not a value."},
    {"as_value", as_value, METH_O, "as_value(t): t, just made, as a value if it has no axes."},
    {"is_contiguous", is_contiguous, METH_O, "is_contiguous(t): whether the elements lie in C order, without gaps."},
    {"set_constructor", set_constructor, METH_O, nullptr},
    {"as_read_only", as_read_only, METH_O, "as_read_only(t): t, just made, as an array that cannot be written to."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

PyObject* construct(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    if (is_call_of_numpy(args, keywords)) {
      Ref made = check(PyObject_Call(array_constructor, args, keywords));
      if (!is_tensor(made.get())) fail(PyExc_TypeError, "Tensor(): made a %.100s", Py_TYPE(made.get())->tp_name);
      made = as_class(std::move(made), type);
      if (type != tensor_type) finalize(made.get(), Py_None);
      return made.release();
    }
    static const char* names[] = {"dev", "dtype", nullptr};
    PyObject* dev = nullptr;
    PyObject* dtype = nullptr;
    const Ref nothing = check(PyTuple_New(0));
    if (!PyArg_ParseTupleAndKeywords(nothing.get(), keywords, "|$OO:Tensor", const_cast<char**>(names), &dev, &dtype)) {
      fail_keywords("Tensor()", keywords);
    }
    if (keywords == nullptr && PyTuple_GET_SIZE(args) == 1 && is_fraction(PyTuple_GET_ITEM(args, 0))) {
      return from_fraction(type, PyTuple_GET_ITEM(args, 0));
    }
    const auto shape = shape_from(args);
    const bool given = dtype != nullptr && dtype != Py_None;
    const at::ScalarType scalar_type = given ? scalar_type_of(dtype, "Tensor") : at::kFloat;
    const c10::Device device = device_of(dev);
    Ref made;
    {
      Below guard;
      made = check(wrap_as(type, at::zeros(shape, at::TensorOptions().dtype(scalar_type).device(device)), 0));
    }
    if (type != tensor_type) finalize(made.get(), Py_None);
    return made.release();
  });
}

void register_making(PyObject* module) { check(PyModule_AddFunctions(module, module_functions)); }

}  // namespace numtorch
