#include "array/device.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <thread>

#include "array/tensor.h"
#include "errors/errors.h"

namespace numtorch {

namespace {

thread_local c10::Device default_of_thread(c10::kCPU);

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

PyObject* cudnn_is_available(PyObject*, PyObject*) {
  return guarded([] { return PyBool_FromLong(at::Context::hasCuDNN() && count_devices() > 0); });
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

// OpenMP ends the process where the system gives it fewer threads than it was told to make.
long most_threads() { return std::max(1024L, static_cast<long>(std::thread::hardware_concurrency())); }

PyObject* set_num_threads(PyObject*, PyObject* count) {
  return guarded([&]() -> PyObject* {
    int overflow = 0;
    const long threads = PyLong_AsLongAndOverflow(count, &overflow);
    if (threads == -1 && PyErr_Occurred()) throw PythonError{};
    if (overflow < 0 || (overflow == 0 && threads < 1)) {
      fail(PyExc_ValueError, "set_num_threads: the number of threads must be at least 1, not %S", count);
    }
    if (overflow > 0 || threads > most_threads()) {
      fail(PyExc_ValueError, "set_num_threads: the number of threads must be at most %ld, not %S", most_threads(),
           count);
    }
    at::set_num_threads(static_cast<int>(threads));
    Py_RETURN_NONE;
  });
}

PyObject* get_num_threads(PyObject*, PyObject*) {
  return guarded([] { return PyLong_FromLong(at::get_num_threads()); });
}

PyObject* default_dev(PyObject*, PyObject*) {
  return guarded([] { return PyLong_FromLong(dev_of(default_device())); });
}

PyObject* set_default_dev(PyObject*, PyObject* dev) {
  return guarded([&]() -> PyObject* {
    const c10::Device device = device_of(dev);
    const Ref previous = check(PyLong_FromLong(dev_of(default_device())));
    default_of_thread = device;
    return Py_NewRef(previous.get());
  });
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
    {"device_count", device_count, METH_NOARGS,
     "device_count()\n"
     "--\n"
     "\n"
     "Number of GPUs that `dev` can name: 0 to one less than this.\n"
     "\n"
     "Returns\n"
     "-------\n"
     "int\n"
     "    0 on a machine without a GPU, or with a CPU build of libtorch.\n"
     "\n"
     "Examples\n"
     "--------\n"
     ">>> import numtorch as nt\n"
     ">>> nt.device_count() >= 0\n"
     "True\n"},
    {"cuda_is_available", cuda_is_available, METH_NOARGS,
     "cuda_is_available()\n"
     "--\n"
     "\n"
     "Whether libtorch has CUDA and there is at least one GPU.\n"
     "\n"
     "Returns\n"
     "-------\n"
     "bool\n"
     "\n"
     "Examples\n"
     "--------\n"
     ">>> import numtorch as nt\n"
     ">>> dev = 0 if nt.cuda_is_available() else -1\n"},
    {"cudnn_is_available", cudnn_is_available, METH_NOARGS,
     "cudnn_is_available()\n"
     "--\n"
     "\n"
     "Whether libtorch has cuDNN, whose convolutions and recurrences it then takes, and there is at least one GPU.\n"
     "\n"
     "Returns\n"
     "-------\n"
     "bool\n"
     "\n"
     "Examples\n"
     "--------\n"
     ">>> import numtorch as nt\n"
     ">>> nt.cudnn_is_available() <= nt.cuda_is_available()\n"
     "True\n"},
    {"synchronize", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(synchronize)),
     METH_VARARGS | METH_KEYWORDS,
     "synchronize(dev=None)\n"
     "--\n"
     "\n"
     "Wait until a device has done all that it was given to do.\n"
     "\n"
     "Parameters\n"
     "----------\n"
     "dev : int, optional\n"
     "    The device; by default all of them. The CPU is never behind.\n"
     "\n"
     "Raises\n"
     "------\n"
     "ValueError\n"
     "    There is no such device.\n"
     "\n"
     "Examples\n"
     "--------\n"
     ">>> import numtorch as nt\n"
     ">>> nt.synchronize()\n"},
    {"empty_cache", empty_cache, METH_NOARGS,
     "empty_cache()\n"
     "--\n"
     "\n"
     "Give memory that libtorch keeps for reuse on the GPUs back to the driver.\n"
     "\n"
     "Notes\n"
     "-----\n"
     "Does nothing on the CPU. Memory in use by Tensors is not touched.\n"
     "\n"
     "Examples\n"
     "--------\n"
     ">>> import numtorch as nt\n"
     ">>> nt.empty_cache()\n"},
    {"memory_allocated", memory_allocated, METH_O,
     "memory_allocated(dev, /)\n"
     "--\n"
     "\n"
     "Bytes that Tensors occupy on a GPU.\n"
     "\n"
     "Parameters\n"
     "----------\n"
     "dev : int\n"
     "    A GPU; libtorch does not count the CPU's memory.\n"
     "\n"
     "Returns\n"
     "-------\n"
     "int\n"
     "    Bytes.\n"
     "\n"
     "Raises\n"
     "------\n"
     "ValueError\n"
     "    `dev` is the CPU, or there is no such device.\n"
     "\n"
     "Examples\n"
     "--------\n"
     ">>> import numtorch as nt\n"
     ">>> used = nt.memory_allocated(0) if nt.device_count() else None\n"},
    {"set_num_threads", set_num_threads, METH_O,
     "set_num_threads(count, /)\n"
     "--\n"
     "\n"
     "Let libtorch's CPU kernels use this many threads.\n"
     "\n"
     "Parameters\n"
     "----------\n"
     "count : int\n"
     "    From 1 to 1024, or to the number of processors if there are more.\n"
     "\n"
     "Raises\n"
     "------\n"
     "ValueError\n"
     "    `count` is less than 1, or larger than that.\n"
     "\n"
     "Notes\n"
     "-----\n"
     "A process that was forked begins with one thread.\n"
     "\n"
     "Examples\n"
     "--------\n"
     ">>> import numtorch as nt\n"
     ">>> before = nt.get_num_threads()\n"
     ">>> nt.set_num_threads(1)\n"
     ">>> nt.get_num_threads()\n"
     "1\n"
     ">>> nt.set_num_threads(before)\n"},
    {"get_num_threads", get_num_threads, METH_NOARGS,
     "get_num_threads()\n"
     "--\n"
     "\n"
     "Number of threads that libtorch's CPU kernels use.\n"
     "\n"
     "Returns\n"
     "-------\n"
     "int\n"
     "\n"
     "Examples\n"
     "--------\n"
     ">>> import numtorch as nt\n"
     ">>> nt.get_num_threads() >= 1\n"
     "True\n"},
    {"default_dev", default_dev, METH_NOARGS, "default_dev(): where this thread makes Tensors if no one says where."},
    {"set_default_dev", set_default_dev, METH_O, "set_default_dev(dev): the same from now on; returns what it was."},
    {"manual_seed", manual_seed, METH_O,
     "manual_seed(seed, /)\n"
     "--\n"
     "\n"
     "Restart libtorch's own random numbers, on all devices.\n"
     "\n"
     "Parameters\n"
     "----------\n"
     "seed : int\n"
     "    Taken modulo 2**64.\n"
     "\n"
     "Notes\n"
     "-----\n"
     "NumPy's generators are not concerned.\n"
     "\n"
     "Examples\n"
     "--------\n"
     ">>> import numtorch as nt\n"
     ">>> nt.manual_seed(0)\n"},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

c10::Device device_of(long dev) {
  if (dev == -1) return {c10::kCPU};
  const long count = count_devices();
  if (dev >= 0 && dev < count) {
    const c10::DeviceType type = *at::getAccelerator(false);
    at::globalContext().lazyInitDevice(type);  // its allocator's counters are there only from then on
    return {type, static_cast<c10::DeviceIndex>(dev)};
  }
  if (count == 0)
    fail(PyExc_ValueError, "dev=%ld: there is no such device; this machine has dev=-1 (the CPU) only", dev);
  fail(PyExc_ValueError, "dev=%ld: there is no such device; there are -1 (the CPU) and 0 to %ld", dev, count - 1);
}

c10::Device default_device() { return default_of_thread; }

c10::Device device_of(PyObject* dev) {
  if (dev == nullptr || dev == Py_None) return default_device();
  if (PyBool_Check(dev) || !PyIndex_Check(dev)) {
    fail(PyExc_TypeError,
         "dev must be an integer, -1 for the CPU or 0, 1, ... for a GPU, not %R; a dtype is given as dtype=", dev);
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
