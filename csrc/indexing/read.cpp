// From a Python index to its parts.
#include <ATen/ops/zeros.h>

#include "array/abstract.h"
#include "array/device.h"
#include "array/tensor.h"
#include "host/convert.h"
#include "host/host.h"
#include "indexing/plan.h"
#include "indexing/value.h"

namespace numtorch {

namespace {

constexpr const char* kInvalid =
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid "
    "indices";

// libtorch counts what is true in a mask, and then writes as many elements as there are by then: where the GIL is
// released meanwhile, no other thread may have a way to the mask.
at::Tensor guarded_mask(at::Tensor mask, PyObject* object) {
  if (is_abstract(mask)) return mask;
  const bool is_private = Py_REFCNT(object) == 1 && mask.storage().use_count() == 1;
  if (is_private || !mask.is_cpu() || !is_long(mask)) return mask;
  Below guard;
  return mask.clone();
}

void add_array(Parts& parts, at::Tensor array, bool is_array) {
  Below guard;
  const ConcreteIfKnown concrete(array);
  const bool boolean = array.scalar_type() == at::kBool;
  if (!boolean && !at::isIntegralType(array.scalar_type(), false)) {
    // An empty list has no integers in it, and is one of integers none the less.
    if (is_array || array.numel() > 0) {
      fail(PyExc_IndexError, "%s", is_array ? "arrays used as indices must be of integer (or boolean) type" : kInvalid);
    }
  }
  if (!boolean && array.scalar_type() != at::kLong) array = array.to(at::kLong);
  if (array.dim() > 0 || (is_abstract(array) && !boolean)) {
    parts.items.push_back({boolean ? Part::Mask : Part::Integers, 0, 0, 1, std::move(array)});
    return;
  }
  if (is_abstract(array)) fail_size(array, "an index with a boolean");
  Unlocked release(!array.is_cpu());
  const std::int64_t integer = boolean ? array.item<bool>() : array.item<std::int64_t>();
  parts.items.push_back({boolean ? Part::Flag : Part::Integer, integer});
}

void read_tensor(Parts& parts, PyObject* object, c10::Device device) {
  const at::Tensor& array = value_of(object);
  if (!array.is_cpu() && array.device() != device) fail_two_devices("indexing", device, array.device());
  // A value stands for a NumPy scalar, which indexes as an int does; a 0-d array makes a copy.
  const bool value = (as_tensor(object)->flags & kValue) != 0;
  parts.copies = parts.copies || (array.dim() == 0 && !value);
  add_array(parts, array.scalar_type() == at::kBool ? guarded_mask(array, object) : array, true);
}

bool read_integer(Parts& parts, PyObject* object) {
  const Py_ssize_t integer = PyNumber_AsSsize_t(object, PyExc_OverflowError);
  if (integer == -1 && PyErr_Occurred()) {
    PyErr_Clear();
    return false;
  }
  parts.items.push_back({Part::Integer, integer});
  return true;
}

// Whatever to_value cannot make an array of is no index.
at::Tensor array_of(PyObject* object, c10::Device device, bool is_array) {
  refuse_masked(object, "indexing");
  try {
    return to_value(object, std::nullopt, device, false, "indexing");
  } catch (const PythonError&) {
    if (!PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_OverflowError)) throw;
    PyErr_Clear();
    fail(PyExc_IndexError, "%s", is_array ? "arrays used as indices must be of integer (or boolean) type" : kInvalid);
  }
}

void read_object(Parts& parts, PyObject* object, c10::Device device) {
  const bool is_array = is_ndarray(object);
  if (!is_array && PyIndex_Check(object) && !is_numpy_bool(object) && read_integer(parts, object)) return;
  if (PyUnicode_Check(object) || PyBytes_Check(object)) fail(PyExc_IndexError, "%s", kInvalid);
  // On the host the bounds are checked without waiting for a device; lists of Tensors are put together where those are.
  const at::Tensor array = array_of(object, holds_tensor(object) ? device : c10::Device(c10::kCPU), is_array);
  parts.copies = parts.copies || (is_array && array.dim() == 0);
  add_array(parts, array.scalar_type() == at::kBool ? guarded_mask(array, object) : array, is_array);
}

void read_slice(Parts& parts, PyObject* object) {
  Py_ssize_t start;
  Py_ssize_t stop;
  Py_ssize_t step;
  check(PySlice_Unpack(object, &start, &stop, &step));
  parts.items.push_back({Part::Slice, start, stop, step});
}

void read_ellipsis(Parts& parts) {
  for (const Part& part : parts.items) {
    if (part.kind == Part::Ellipsis) {
      fail(PyExc_IndexError, "an index can only have a single ellipsis ('...')");
    }
  }
  parts.items.push_back({Part::Ellipsis});
}

void read_part(Parts& parts, PyObject* object, c10::Device device) {
  if (PyLong_CheckExact(object) && read_integer(parts, object)) return;
  if (PySlice_Check(object)) return read_slice(parts, object);
  if (object == Py_None) return parts.items.push_back({Part::NewAxis});
  if (object == Py_Ellipsis) return read_ellipsis(parts);
  if (PyBool_Check(object)) return parts.items.push_back({Part::Flag, object == Py_True});
  if (is_tensor(object)) return read_tensor(parts, object, device);
  read_object(parts, object, device);
}

Ref freeze_slice(const Part& part) {
  const Ref start = check(PyLong_FromLongLong(part.start));
  const Ref stop = check(PyLong_FromLongLong(part.stop));
  const Ref step = check(PyLong_FromLongLong(part.step));
  return check(PySlice_New(start.get(), stop.get(), step.get()));
}

Ref freeze_array(const at::Tensor& array, c10::Device device) {
  Below guard;
  const ConcreteIfKnown concrete(array);
  return check(wrap(array.to(device, /*non_blocking=*/false, /*copy=*/true), kReadOnly));
}

Ref freeze_part(const Part& part, c10::Device device) {
  switch (part.kind) {
    case Part::Integer:
      return check(PyLong_FromLongLong(part.start));
    case Part::Slice:
      return freeze_slice(part);
    case Part::NewAxis:
      return Ref::borrow(Py_None);
    case Part::Ellipsis:
      return Ref::borrow(Py_Ellipsis);
    case Part::Integers:
    case Part::Mask:
      return freeze_array(part.array, device);
    case Part::Flag:
      break;
  }
  Below guard;
  const Concrete concrete;
  at::Tensor flag = at::zeros({}, at::TensorOptions().dtype(at::kBool));
  *flag.mutable_data_ptr<bool>() = part.start != 0;
  return check(wrap(std::move(flag), kReadOnly));  // on the host, where reading it waits for nothing
}

// With the error of a slice set: replaces it by that of a later part of the index, if there is one.
void check_others(PyObject* index, Py_ssize_t from, c10::Device device) {
  PyObject *type, *error, *traceback;
  PyErr_Fetch(&type, &error, &traceback);
  const Ref kept_type(type), kept_error(error), kept_traceback(traceback);
  Parts others;
  for (Py_ssize_t i = from; i < PyTuple_GET_SIZE(index); ++i) {
    if (!PySlice_Check(PyTuple_GET_ITEM(index, i))) read_part(others, PyTuple_GET_ITEM(index, i), device);
  }
  PyErr_Restore(Py_XNewRef(type), Py_XNewRef(error), Py_XNewRef(traceback));
}

}  // namespace

Parts read_index(PyObject* index, c10::Device device) {
  Parts parts;
  if (!PyTuple_Check(index)) {
    read_part(parts, index, device);
    return parts;
  }
  const Py_ssize_t count = PyTuple_GET_SIZE(index);
  for (Py_ssize_t i = 0; i < count; ++i) {
    try {
      read_part(parts, PyTuple_GET_ITEM(index, i), device);
    } catch (const PythonError&) {
      // As in NumPy: what is no index at all is said before what a slice lacks.
      if (PySlice_Check(PyTuple_GET_ITEM(index, i))) check_others(index, i + 1, device);
      throw;
    }
  }
  return parts;
}

Ref freeze_index(const Parts& parts, c10::Device device) {
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(parts.items.size())));
  for (std::size_t i = 0; i < parts.items.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), freeze_part(parts.items[i], device).release());
  }
  return tuple;
}

}  // namespace numtorch
