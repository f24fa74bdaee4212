#include "device.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>

#include "errors.h"
#include "tensor.h"

namespace numtorch {

namespace {

// An accelerator that libtorch was built for but that this machine lacks counts as none.
long count_devices() {
  if (!at::getAccelerator(false).has_value()) return 0;
  try {
    return at::accelerator::deviceCount();
  } catch (const c10::Error&) {
    return 0;
  }
}

PyObject* device_count(PyObject*, PyObject*) {
  return guarded([] { return PyLong_FromLong(count_devices()); });
}

PyObject* cuda_is_available(PyObject*, PyObject*) {
  return guarded(
      [] { return PyBool_FromLong(at::getAccelerator(false) == c10::DeviceType::CUDA && count_devices() > 0); });
}

PyObject* synchronize(PyObject*, PyObject* args, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* names[] = {"dev", nullptr};
    PyObject* dev = nullptr;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O:synchronize", const_cast<char**>(names), &dev))
      throw PythonError{};
    const long count = count_devices();
    const bool all = dev == nullptr || dev == Py_None;
    const c10::Device device = all ? c10::Device(c10::kCPU) : device_of(dev);
    {
      Unlocked release(count > 0);
      for (long i = 0; i < count; ++i) {
        if (all || (!device.is_cpu() && device.index() == i)) {
          at::accelerator::synchronizeDevice(static_cast<c10::DeviceIndex>(i));
        }
      }
    }
    Py_RETURN_NONE;
  });
}

PyObject* empty_cache(PyObject*, PyObject*) {
  return guarded([]() -> PyObject* {
    if (count_devices() > 0) at::accelerator::emptyCache();
    Py_RETURN_NONE;
  });
}

PyObject* memory_allocated(PyObject*, PyObject* dev) {
  return guarded([&] {
    const c10::Device device = device_of(dev);
    if (device.is_cpu())
      fail(PyExc_ValueError, "memory_allocated: dev must be a GPU; libtorch does not count the CPU's memory");
    const auto stats = at::accelerator::getDeviceStats(device.index());
    return PyLong_FromLongLong(stats.allocated_bytes[0].current);
  });
}

PyObject* set_num_threads(PyObject*, PyObject* count) {
  return guarded([&]() -> PyObject* {
    const long threads = PyLong_AsLong(count);
    if (threads == -1 && PyErr_Occurred()) throw PythonError{};
    if (threads < 1)
      fail(PyExc_ValueError, "set_num_threads: the number of threads must be at least 1, not %ld", threads);
    at::set_num_threads(static_cast<int>(threads));
    Py_RETURN_NONE;
  });
}

PyObject* get_num_threads(PyObject*, PyObject*) {
  return guarded([] { return PyLong_FromLong(at::get_num_threads()); });
}

PyObject* manual_seed(PyObject*, PyObject* seed) {
  return guarded([&]() -> PyObject* {
    const unsigned long long value = PyLong_AsUnsignedLongLongMask(seed);
    if (value == static_cast<unsigned long long>(-1) && PyErr_Occurred()) throw PythonError{};
    at::manual_seed(value);
    Py_RETURN_NONE;
  });
}

PyMethodDef functions[] = {
    {"device_count", device_count, METH_NOARGS, nullptr},
    {"cuda_is_available", cuda_is_available, METH_NOARGS, nullptr},
    {"synchronize", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(synchronize)),
     METH_VARARGS | METH_KEYWORDS, nullptr},
    {"empty_cache", empty_cache, METH_NOARGS, nullptr},
    {"memory_allocated", memory_allocated, METH_O, nullptr},
    {"set_num_threads", set_num_threads, METH_O, nullptr},
    {"get_num_threads", get_num_threads, METH_NOARGS, nullptr},
    {"manual_seed", manual_seed, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

c10::Device device_of(long dev) {
  if (dev == -1) return {c10::kCPU};
  const long count = count_devices();
  if (dev >= 0 && dev < count) return {*at::getAccelerator(false), static_cast<c10::DeviceIndex>(dev)};
  if (count == 0)
    fail(PyExc_ValueError, "dev=%ld: there is no such device; this machine has dev=-1 (the CPU) only", dev);
  fail(PyExc_ValueError, "dev=%ld: there is no such device; there are -1 (the CPU) and 0 to %ld", dev, count - 1);
}

c10::Device device_of(PyObject* dev) {
  if (dev == nullptr || dev == Py_None) return {c10::kCPU};
  if (PyBool_Check(dev) || !PyIndex_Check(dev)) {
    fail(PyExc_TypeError, "dev must be an integer, -1 for the CPU or the number of a GPU, not %R", dev);
  }
  const Ref number = check(PyNumber_Index(dev));
  const long value = PyLong_AsLong(number.get());
  if (value == -1 && PyErr_Occurred()) throw PythonError{};
  return device_of(value);
}

void fail_two_devices(const char* function, c10::Device a, c10::Device b) {
  fail(PyExc_ValueError, "%s: the arguments are on two devices, dev=%ld and dev=%ld; move one with .to(dev=...)",
       function, dev_of(a), dev_of(b));
}

void register_device(PyObject* module) { check(PyModule_AddFunctions(module, functions)); }

}  // namespace numtorch
