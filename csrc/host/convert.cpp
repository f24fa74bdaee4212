#include "host/convert.h"

#include <ATen/ops/clone.h>

#include <vector>

#include "array/device.h"
#include "array/dtype.h"
#include "host/host.h"
#include "host/nest.h"
#include "kernels/kernel.h"
#include "tape/record.h"

namespace numtorch {

namespace {

using Type = std::optional<at::ScalarType>;

// On the type, as for every special method.
bool has_dlpack(PyObject* object) {
  if (is_numpy(object)) return false;
  const Ref method(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(object)), "__dlpack__"));
  if (!method) PyErr_Clear();
  return static_cast<bool>(method);
}

// By value: while the GIL is released another thread may give the Tensor that it is in other memory.
at::Tensor adapt(const at::Tensor value, Type type, c10::Device device, bool copy) {
  const at::ScalarType target = type.value_or(value.scalar_type());
  if (target != value.scalar_type() || device != value.device()) return cast_value(value, target, device);
  if (!copy) return value;
  Below guard;
  Unlocked release(is_long(value));
  return at::clone(value);
}

// ---- Sequences that hold Tensors ----

void find_in_sequence(PyObject* sequence, int depth, const char* function, std::optional<c10::Device>& device) {
  check_depth(depth);
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence);
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(sequence, i);
    if (is_sequence(item)) {
      find_in_sequence(item, depth + 1, function, device);
    } else if (is_tensor(item)) {
      const c10::Device other = value_of(item).device();
      if (device && *device != other) fail_two_devices(function, *device, other);
      device = other;
    } else {
      refuse_masked(item, function);
    }
  }
}

// The device of the Tensors in a list or tuple, at any depth, if there are any.
std::optional<c10::Device> device_in(PyObject* object, const char* function) {
  std::optional<c10::Device> device;
  if (is_sequence(object)) find_in_sequence(object, 0, function, device);
  return device;
}

void check_same_shape(const at::Tensor& a, const at::Tensor& b, const char* function) {
  if (a.sizes() == b.sizes()) return;
  const auto text = [](const at::Tensor& value) {
    const Ref shape = check(PyTuple_New(static_cast<Py_ssize_t>(value.dim())));
    for (std::int64_t i = 0; i < value.dim(); ++i) {
      PyTuple_SET_ITEM(shape.get(), static_cast<Py_ssize_t>(i), check(PyLong_FromLongLong(value.size(i))).release());
    }
    return check(PyObject_Str(shape.get()));
  };
  fail(PyExc_ValueError, "%s: the elements of a list must have one shape (no inhomogeneous shape), not %U and %U",
       function, text(a).get(), text(b).get());
}

Ref stack(const std::vector<Ref>& members) {
  static constinit Once<KernelObject> kernel([] { return find_kernel("stack"); });
  const Ref list = check(PyList_New(static_cast<Py_ssize_t>(members.size())));
  for (std::size_t i = 0; i < members.size(); ++i) {
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), Py_NewRef(members[i].get()));
  }
  PyObject* args[] = {list.get(), nullptr};
  return check(call_kernel(kernel, args, 2));
}

Ref stack_sequence(PyObject* sequence, Type type, c10::Device device, const char* function) {
  std::vector<Ref> members;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); ++i) {
    const Ref item = Ref::borrow(PySequence_Fast_GET_ITEM(sequence, i));
    const bool nested = device_in(item.get(), function).has_value();
    members.push_back(nested ? stack_sequence(item.get(), type, device, function)
                             : Ref(to_tensor(item.get(), type, device, false, function)));
  }
  at::ScalarType common = value_of(members.front().get()).scalar_type();
  for (const Ref& member : members) {
    check_same_shape(value_of(members.front().get()), value_of(member.get()), function);
    common = promote(common, value_of(member.get()).scalar_type());
  }
  for (Ref& member : members) {
    if (value_of(member.get()).scalar_type() != common) member = Ref(cast(member.get(), common, device));
  }
  return stack(members);
}

bool is_array_protocol_error() {
  return PyErr_ExceptionMatches(PyExc_ValueError) != 0 || PyErr_ExceptionMatches(PyExc_TypeError) != 0;
}

// `object` with every object in it whose ``__array__`` gives a Tensor, which NumPy refuses, replaced by that Tensor;
// null, with the error that is set, if there is none.
Ref with_own_arrays(PyObject* object, int depth = 0) {
  check_depth(depth);
  if (is_sequence(object)) {
    bool found = false;
    const Ref list = check(PyList_New(0));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
      PyObject* item = PySequence_Fast_GET_ITEM(object, i);
      const Ref own = with_own_arrays(item, depth + 1);
      found = found || static_cast<bool>(own);
      check(PyList_Append(list.get(), own ? own.get() : item));
    }
    return found ? Ref::borrow(list.get()) : Ref();
  }
  if (is_numpy(object) || PyType_Check(object) != 0) return {};
  const Ref method(PyObject_GetAttrString(object, "__array__"));
  if (!method) {
    PyErr_Clear();
    return {};
  }
  Ref made(PyObject_CallNoArgs(method.get()));
  if (!made) PyErr_Clear();
  return made && is_tensor(made.get()) ? std::move(made) : Ref();
}

// Inside `catch`: the object with its own Tensors, or the error goes on.
Ref own_arrays_or_throw(PyObject* object) {
  if (!is_array_protocol_error()) throw PythonError{};
  PyObject *type, *error, *traceback;
  PyErr_Fetch(&type, &error, &traceback);
  Ref kept_type(type), kept_error(error), kept_traceback(traceback);
  Ref own = with_own_arrays(object);
  if (own) return own;
  PyErr_Restore(kept_type.release(), kept_error.release(), kept_traceback.release());
  throw PythonError{};
}

// Of what is no Tensor and holds none. Sets `copy` to false where it is done with.
Ref from_foreign(PyObject* object, Type dtype, std::optional<c10::Device> device, bool& copy, const char* function) {
  std::uint8_t flags = 0;
  if (has_dlpack(object)) {
    at::Tensor value = from_dlpack(object, function, &flags);
    return check(wrap(std::move(value), flags));
  }
  try {
    at::Tensor value = from_host(object, dtype, {device.value_or(default_device()), copy, function, &flags});
    copy = false;
    if (is_tracing()) {
      // A program makes it anew at each call, and may write to it.
      Below guard;
      value = at::clone(value);
      flags = 0;
    }
    return check(wrap(std::move(value), flags));
  } catch (const PythonError&) {
    return check(to_tensor(own_arrays_or_throw(object).get(), dtype, device, copy, function));
  }
}

// ---- numtorch.tensor ----

PyObject* tensor(PyObject*, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    static const char* names[] = {"object", "dev", "dtype", "copy", nullptr};
    PyObject* object = nullptr;
    PyObject* dev = Py_None;
    PyObject* dtype = Py_None;
    PyObject* copy = Py_True;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OOO:tensor", const_cast<char**>(names), &object, &dev, &dtype,
                                     &copy)) {
      fail_keywords("tensor()", keywords);
    }
    const Type type = dtype == Py_None ? Type{} : scalar_type_of(dtype, "tensor()");
    const auto device = dev == Py_None ? std::optional<c10::Device>{} : device_of(dev);
    const bool is_value = is_tensor(object) && (as_tensor(object)->flags & kValue) != 0;
    return to_tensor(object, type, device, is_value || check(PyObject_IsTrue(copy)) != 0, "tensor()");
  });
}

const char* const kTensorDoc =
    "tensor(object, dev=None, dtype=None, copy=True)\n--\n\n"
    "A Tensor from an array-like.\n\n"
    "Parameters\n----------\n"
    "object : array_like\n"
    "    A Tensor, an ndarray of any layout, a number, a nest of lists and tuples (Tensors in it are stacked), or an\n"
    "    object with ``__dlpack__``, ``__array_interface__`` or ``__array__``.\n"
    "dev : int, optional\n"
    "    Device: -1 is the CPU; 0, 1, ... are GPUs. By default the device it is on for a Tensor or a DLPack object,\n"
    "    and that of `numtorch.device` (without it, the CPU) for what is on the host.\n"
    "dtype : dtype_like, optional\n    By default the dtype that NumPy would choose.\n"
    "copy : bool, default True\n"
    "    False shares memory with `object` where that is possible, and copies otherwise, as `numpy.asarray` does.\n\n"
    "Returns\n-------\nTensor\n\n"
    "Raises\n------\n"
    "TypeError\n    A dtype that libtorch lacks: object, string, datetime, longdouble, structured; a masked array with "
    "masked\n"
    "    elements.\n"
    "ValueError\n    A device that does not exist, Tensors on two devices, or elements of unequal shapes.\n\n"
    "See Also\n--------\ncollect : back to an ndarray.\n\n"
    "Examples\n--------\n"
    ">>> import numpy as np\n>>> from numtorch import tensor\n>>> tensor(np.arange(3.0))\n"
    "Tensor([0., 1., 2.], dtype=float64, dev=-1)\n"
    ">>> tensor([[1, 2], [3, 4]], dtype=np.float32)\n"
    "Tensor([[1., 2.],\n        [3., 4.]], dtype=float32, dev=-1)\n";

const char* const kCollectDoc =
    "collect(object, /)\n--\n\n"
    "The values of a Tensor on the host: a new ndarray, or a NumPy scalar for a Tensor that stands for one.\n\n"
    "Waits for the device. An ndarray or a number is returned as it is. A Tensor that a gradient depends on is\n"
    "collected too: its values, cut off from the gradient.\n\n"
    "Examples\n--------\n"
    ">>> from numtorch import collect, tensor\n>>> collect(tensor([1.0, 2.0]) + 1)\narray([2., 3.])\n";

const char* const kFromDlpackDoc =
    "from_dlpack(object, /, *, dev=None, copy=None)\n--\n\n"
    "A Tensor on the memory of an object that speaks DLPack.\n\n"
    "Parameters\n----------\n"
    "object : object with ``__dlpack__`` and ``__dlpack_device__``\n"
    "dev : int, optional\n    Device; by default where the data is.\n"
    "copy : bool, optional\n    True always copies, None only to change the device, False raises instead.\n\n"
    "Raises\n------\n"
    "TypeError\n    Not a DLPack object, or a dtype that NumPy lacks.\n"
    "BufferError\n    The memory cannot be shared: copy=False and another device.\n\n"
    "Examples\n--------\n"
    ">>> import numpy as np\n>>> from numtorch import from_dlpack\n>>> a = np.zeros(2)\n>>> t = from_dlpack(a)\n"
    ">>> a[0] = 1\n>>> t\nTensor([1., 0.], dtype=float64, dev=-1)\n";

PyCFunction with_keywords(PyCFunctionWithKeywords function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

// find_dev(operands): the device of the first Tensor among them or in lists there; None if there is none.
PyObject* find_first(PyObject* operands, int depth) {
  check_depth(depth);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(operands); ++i) {
    PyObject* operand = PySequence_Fast_GET_ITEM(operands, i);
    if (is_tensor(operand)) return operand;
    if (!is_sequence(operand)) continue;
    if (PyObject* found = find_first(operand, depth + 1)) return found;
  }
  return nullptr;
}

PyObject* find_dev(PyObject*, PyObject* operands) {
  return guarded([&] {
    const Ref items = check(PySequence_Fast(operands, "find_dev: a sequence is needed"));
    PyObject* found = find_first(items.get(), 0);
    return found == nullptr ? Py_NewRef(Py_None) : check(PyLong_FromLong(dev_of(value_of(found).device()))).release();
  });
}

PyMethodDef functions[] = {
    {"find_dev", find_dev, METH_O, "find_dev(operands): the device of the first Tensor among them, or in lists there."},
    {"tensor", with_keywords(tensor), METH_VARARGS | METH_KEYWORDS, kTensorDoc},
    {"collect", collect, METH_O, kCollectDoc},
    {"from_dlpack", with_keywords(import_dlpack), METH_VARARGS | METH_KEYWORDS, kFromDlpackDoc},
    {"summary", summary, METH_VARARGS, "summary(tensor, edgeitems): the corners of a Tensor, an ndarray."},
    {"rebuild", rebuild, METH_VARARGS, "rebuild(type, array, dev, is_value): what pickle calls."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

PyMethodDef convert_methods[] = {
    {"__array__", with_keywords(method::array), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"__complex__", method::complex, METH_NOARGS, nullptr},
    {"__copy__", method::shallow_copy, METH_NOARGS, nullptr},
    {"__deepcopy__", method::deep_copy, METH_O, nullptr},
    {"__dlpack__", with_keywords(method::dlpack), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"__dlpack_device__", method::dlpack_device, METH_NOARGS, nullptr},
    {"__reduce__", method::reduce, METH_NOARGS, nullptr},
    {"astype", with_keywords(method::astype), METH_VARARGS | METH_KEYWORDS,
     "astype($self, dtype, order='K', casting='unsafe', subok=True, copy=True)\n--\n\n"
     "A copy with another dtype; see `numpy.ndarray.astype`."},
    {"copy", with_keywords(method::copy), METH_VARARGS | METH_KEYWORDS,
     "copy($self, order='C')\n--\n\nA copy; see `numpy.ndarray.copy`."},
    {"item", method::item, METH_VARARGS,
     "item($self, *args)\n--\n\nOne element as a Python number; see `numpy.ndarray.item`. Waits for the device."},
    {"numpy", method::numpy, METH_NOARGS, "numpy($self)\n--\n\nA copy on the host: what `numtorch.collect` gives."},
    {"to", with_keywords(method::to), METH_VARARGS | METH_KEYWORDS,
     "to($self, dev=None, dtype=None)\n--\n\n"
     "This Tensor on another device or with another dtype; itself if nothing changes."},
    {"tolist", method::tolist, METH_NOARGS,
     "tolist($self)\n--\n\nThe elements as a nest of lists of Python numbers. Waits for the device."},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef convert_getset[] = {{nullptr, nullptr, nullptr, nullptr, nullptr}};

at::Tensor to_value(PyObject* object, Type dtype, c10::Device device, bool copy, const char* function) {
  if (is_tensor(object)) return adapt(value_of(object), dtype, device, copy);
  if (auto nest = from_nest(object, dtype)) return adapt(std::move(nest->value), dtype, device, false);
  std::uint8_t flags = 0;
  if (const auto source = device_in(object, function)) {
    const Ref stacked = stack_sequence(object, dtype, *source, function);
    check_untracked(stacked.get(), function);
    return adapt(value_of(stacked.get()), dtype, device, false);
  }
  if (has_dlpack(object)) return adapt(from_dlpack(object, function, &flags), dtype, device, copy);
  try {
    return from_host(object, dtype, {device, copy, function, &flags});
  } catch (const PythonError&) {
    const Ref own = own_arrays_or_throw(object);
    if (is_tensor(own.get())) check_untracked(own.get(), function);
    return to_value(own.get(), dtype, device, copy, function);
  }
}

PyObject* to_tensor(PyObject* object, Type dtype, std::optional<c10::Device> device, bool copy, const char* function) {
  Ref tensor;
  if (is_tensor(object)) {
    tensor = Ref::borrow(object);
  } else if (auto nest = from_nest(object, dtype)) {
    if (!device && !nest->has_tensors) device = default_device();
    tensor = check(wrap(std::move(nest->value)));
    copy = false;
  } else if (const auto source = device_in(object, function)) {
    tensor = stack_sequence(object, dtype, *source, function);
    copy = false;
  } else {
    tensor = from_foreign(object, dtype, device, copy, function);
  }
  const at::Tensor& value = value_of(tensor.get());
  const at::ScalarType type = dtype.value_or(value.scalar_type());
  const c10::Device target = device.value_or(value.device());
  if (type != value.scalar_type() || target != value.device()) {
    tensor = Ref(cast(tensor.get(), type, target));
  } else if (copy) {
    tensor = Ref(copy_tensor(tensor.get(), 'K'));
  }
  // What NumPy calls an array, not a scalar, whatever it was made from.
  if (tensor.get() != object) as_tensor(tensor.get())->flags &= static_cast<std::uint8_t>(~kValue);
  return tensor.release();
}

void register_convert(PyObject* module) { check(PyModule_AddFunctions(module, functions)); }

}  // namespace numtorch
