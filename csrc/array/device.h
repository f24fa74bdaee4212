// Devices by number: -1 the CPU, 0, 1, ... the accelerators, through libtorch's device-generic interface.
#pragma once

#include <Python.h>
#include <c10/core/Device.h>

namespace numtorch {

// ValueError naming the devices there are when `dev` is not one of them.
c10::Device device_of(long dev);

// Where this thread makes Tensors if no one says where: the CPU, or what numtorch.device chose.
c10::Device default_device();

// The same for a Python argument; None and a null pointer are the default, anything but an integer a TypeError.
c10::Device device_of(PyObject* dev);

inline long dev_of(c10::Device device) { return device.is_cpu() ? -1 : device.index(); }

// ValueError naming both devices.
[[noreturn]] void fail_two_devices(const char* function, c10::Device a, c10::Device b);

void register_device(PyObject* module);

}  // namespace numtorch
