// DLPack, both ways.
#include <ATen/DLConvertor.h>
#include <ATen/DeviceAccelerator.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "array/device.h"
#include "array/dtype.h"
#include "array/view.h"
#include "host/convert.h"
#include "tape/record.h"
#include "tape/saved.h"

namespace numtorch {

namespace {

constexpr long kMajor = 1;  // of DLPack's versions, the last one with the layout that is read here

template <class Managed>
struct Names {
  static constexpr const char* fresh = at::DLPackTraits<Managed>::capsule;
  static constexpr const char* used = at::DLPackTraits<Managed>::used;
};

// ---- Out ----

// Runs when the capsule goes; a consumer that took the memory over has renamed it.
template <class Managed>
void drop_capsule(PyObject* capsule) {
  if (PyCapsule_IsValid(capsule, Names<Managed>::fresh) == 0) return;
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, Names<Managed>::fresh));
  if (managed->deleter != nullptr) managed->deleter(managed);
}

template <class Managed>
PyObject* to_capsule(Managed* managed) {
  PyObject* capsule = PyCapsule_New(managed, Names<Managed>::fresh, drop_capsule<Managed>);
  if (capsule == nullptr) managed->deleter(managed);
  return check(capsule).release();
}

DLDevice device_of_memory(const at::Tensor& value) {
  DLTensor view{};
  at::toDLPackNonOwning(forward_of(value), &view);
  return view.device;
}

struct Request {
  PyObject* stream = Py_None;
  bool versioned = false;
  std::optional<DLDevice> device;
  std::optional<bool> copy;
};

bool wants_versioned(PyObject* max_version) {
  if (max_version == Py_None) return false;
  long major = 0;
  long minor = 0;
  if (!PyTuple_Check(max_version) ||
      !PyArg_ParseTuple(max_version, "ll;max_version must be (major, minor)", &major, &minor)) {
    PyErr_Clear();
    fail(PyExc_TypeError, "__dlpack__: max_version must be None or a tuple of two integers, not %R", max_version);
  }
  return major >= kMajor;
}

std::optional<DLDevice> wanted_device(PyObject* device) {
  if (device == Py_None) return std::nullopt;
  int type = 0;
  int id = 0;
  if (!PyTuple_Check(device) || !PyArg_ParseTuple(device, "ii", &type, &id)) {
    PyErr_Clear();
    fail(PyExc_TypeError, "__dlpack__: dl_device must be None or a tuple of two integers, not %R", device);
  }
  return DLDevice{static_cast<DLDeviceType>(type), id};
}

Request parse_request(PyObject* args, PyObject* keywords) {
  static const char* names[] = {"stream", "max_version", "dl_device", "copy", nullptr};
  Request request;
  PyObject* max_version = Py_None;
  PyObject* device = Py_None;
  PyObject* copy = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$OOOO:__dlpack__", const_cast<char**>(names), &request.stream,
                                   &max_version, &device, &copy)) {
    throw PythonError{};
  }
  request.versioned = wants_versioned(max_version);
  request.device = wanted_device(device);
  if (copy != Py_None) request.copy = check(PyObject_IsTrue(copy)) != 0;
  return request;
}

bool on_default_stream(c10::Device device) {
  const c10::impl::VirtualGuardImpl guard(device.type());
  return at::accelerator::getCurrentStream(device.index()) == guard.getDefaultStream(device);
}

// What was launched must be done before the consumer's stream reads. libtorch's default stream is the one that None
// and 1 name; any other pair waits on the host, which is right for every stream. -1 asks for no waiting.
void hand_over(const at::Tensor& value, PyObject* stream) {
  long number = 1;
  if (stream != Py_None) {
    number = PyLong_AsLong(stream);
    if (number == -1 && PyErr_Occurred()) throw PythonError{};
  }
  if (value.is_cpu()) {
    if (stream != Py_None && number != -1)
      fail(PyExc_ValueError, "__dlpack__: stream must be None for memory on the CPU");
    return;
  }
  if (number == -1 || (number == 1 && on_default_stream(value.device()))) return;
  Unlocked release(true);
  at::accelerator::getCurrentStream(value.device().index()).synchronize();
}

bool is_same(DLDevice a, DLDevice b) { return a.device_type == b.device_type && a.device_id == b.device_id; }

// The value to export, a copy if it must be one.
at::Tensor prepare(PyObject* self, const Request& request) {
  const TensorObject* object = as_tensor(self);
  require_values(object->value, "__dlpack__");
  const bool move = request.device && !is_same(*request.device, device_of_memory(object->value));
  if (move && request.device->device_type != kDLCPU) {
    fail(PyExc_BufferError, "__dlpack__: this Tensor is on dev=%ld; it goes to its own device or to the CPU only",
         dev_of(object->value.device()));
  }
  const bool needed = move || object->value.is_conj() || object->value.is_neg() || is_reversed(object->value) ||
                      (object->flags & kValue) != 0;
  if (needed && request.copy == false)
    fail(PyExc_BufferError, "__dlpack__: copy=False, but this Tensor must be copied");
  if (!needed && !request.copy.value_or(false)) return object->value;
  const c10::Device target = move ? c10::Device(c10::kCPU) : object->value.device();
  at::Tensor copy = cast_value(object->value, object->value.scalar_type(), target);
  Below guard;
  return copy.resolve_conj().resolve_neg();
}

PyObject* export_dlpack(PyObject* self, const Request& request) {
  check_untracked(self, "__dlpack__");
  TensorObject* object = as_tensor(self);
  const at::Tensor value = prepare(self, request);
  const bool shared = value.is_same(object->value);
  const bool read_only = shared && (object->flags & kReadOnly) != 0;
  if (read_only && !request.versioned) {
    fail(PyExc_BufferError, "__dlpack__: this Tensor is read-only, which DLPack before version 1.0 cannot express");
  }
  hand_over(value, request.stream);
  if (shared) {
    spare_saved(object->value);
    object->flags |= kShared;
  }
  if (!request.versioned) return to_capsule(at::toDLPack(value));
  DLManagedTensorVersioned* managed = at::toDLPackVersioned(value);
  if (read_only) managed->flags |= DLPACK_FLAG_BITMASK_READ_ONLY;
  if (!shared) managed->flags |= DLPACK_FLAG_BITMASK_IS_COPIED;
  return to_capsule(managed);
}

// ---- In ----

Ref call_dlpack(PyObject* object, const char* function) {
  const Ref method(PyObject_GetAttrString(object, "__dlpack__"));
  if (!method) {
    PyErr_Clear();
    fail(PyExc_TypeError, "%s: object must have __dlpack__, and %.100s has not", function, Py_TYPE(object)->tp_name);
  }
  const Ref nothing = check(PyTuple_New(0));
  const Ref version = check(Py_BuildValue("{s(ii)}", "max_version", 1, 0));
  PyObject* capsule = PyObject_Call(method.get(), nothing.get(), version.get());
  if (capsule == nullptr && PyErr_ExceptionMatches(PyExc_TypeError)) {
    PyErr_Clear();  // an exporter from before version 1.0 knows no max_version
    capsule = PyObject_CallNoArgs(method.get());
  }
  return check(capsule);
}

// Makes all steps forward and the data that of the first element in memory, as libtorch reads it. Gives the axes that
// stepped backward.
at::DimVector go_forward(DLTensor& view) {
  at::DimVector axes;
  std::int64_t before = 0;
  for (int i = 0; view.strides != nullptr && i < view.ndim; ++i) {
    if (view.strides[i] >= 0 || view.shape[i] < 2) continue;
    axes.push_back(i);
    before -= (view.shape[i] - 1) * view.strides[i];
    view.strides[i] = -view.strides[i];
  }
  const std::int64_t bytes = before * (view.dtype.bits * view.dtype.lanes / 8);
  view.data = static_cast<char*>(view.data) + static_cast<std::int64_t>(view.byte_offset) - bytes;
  view.byte_offset = 0;
  return axes;
}

template <class Managed>
at::Tensor take(PyObject* capsule) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, Names<Managed>::fresh));
  const at::DimVector axes = go_forward(managed->dl_tensor);
  const at::Tensor value = turn(at::DLPackTraits<Managed>::fromDLPack(managed, {}), axes);
  check(PyCapsule_SetName(capsule, Names<Managed>::used));
  dtype_of(value.scalar_type());  // a TypeError for what NumPy lacks
  return value;
}

at::Tensor take_versioned(PyObject* capsule, const char* function, std::uint8_t* flags) {
  const auto* managed = static_cast<const DLManagedTensorVersioned*>(
      PyCapsule_GetPointer(capsule, Names<DLManagedTensorVersioned>::fresh));
  if (managed->version.major > kMajor) {
    fail(PyExc_BufferError, "%s: DLPack version %u is not known", function, managed->version.major);
  }
  const std::uint64_t given = managed->flags;
  at::Tensor value = take<DLManagedTensorVersioned>(capsule);
  *flags = static_cast<std::uint8_t>((given & DLPACK_FLAG_BITMASK_IS_COPIED) != 0 ? 0 : kShared | kView);
  if ((given & DLPACK_FLAG_BITMASK_READ_ONLY) != 0) *flags |= kReadOnly;
  return value;
}

// The exporter made its memory ready on the default stream.
void await_default_stream(const at::Tensor& value) {
  if (value.is_cpu() || on_default_stream(value.device())) return;
  Unlocked release(true);
  at::accelerator::synchronizeDevice(value.device().index());
}

}  // namespace

at::Tensor from_dlpack(PyObject* object, const char* function, std::uint8_t* flags) {
  const Ref capsule = PyCapsule_CheckExact(object) ? Ref::borrow(object) : call_dlpack(object, function);
  at::Tensor value;
  if (PyCapsule_IsValid(capsule.get(), Names<DLManagedTensorVersioned>::fresh) != 0) {
    value = take_versioned(capsule.get(), function, flags);
  } else if (PyCapsule_IsValid(capsule.get(), Names<DLManagedTensor>::fresh) != 0) {
    value = take<DLManagedTensor>(capsule.get());
    *flags = kShared | kView;
  } else {
    fail(PyExc_TypeError, "%s: __dlpack__ must give a fresh DLPack capsule, not %R", function, capsule.get());
  }
  await_default_stream(value);
  return value;
}

PyObject* import_dlpack(PyObject*, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    static const char* names[] = {"", "dev", "copy", nullptr};
    PyObject* object = nullptr;
    PyObject* dev = Py_None;
    PyObject* copy = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$OO:from_dlpack", const_cast<char**>(names), &object, &dev,
                                     &copy)) {
      throw PythonError{};
    }
    std::uint8_t flags = 0;
    at::Tensor value = from_dlpack(object, "from_dlpack()", &flags);
    const c10::Device device = dev == Py_None ? value.device() : device_of(dev);
    const bool move = device != value.device();
    if (move && copy == Py_False) {
      fail(PyExc_BufferError, "from_dlpack(): copy=False, but the memory is on dev=%ld", dev_of(value.device()));
    }
    if (!move && (copy == Py_None || check(PyObject_IsTrue(copy)) == 0)) return wrap(std::move(value), flags);
    return wrap(cast_value(value, value.scalar_type(), device));
  });
}

namespace method {

PyObject* dlpack(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&] { return export_dlpack(self, parse_request(args, keywords)); });
}

PyObject* dlpack_device(PyObject* self, PyObject*) {
  return guarded([&] {
    const DLDevice device = device_of_memory(value_of(self));
    return check(Py_BuildValue("(ii)", static_cast<int>(device.device_type), static_cast<int>(device.device_id)))
        .release();
  });
}

}  // namespace method

}  // namespace numtorch
