// Sources of random numbers, one per device and seed.
#pragma once

#include <ATen/core/Generator.h>
#include <pybind11/pybind11.h>

namespace numtorch {

// The generator inside a numtorch._core.Generator; TypeError for anything else.
at::Generator generator_of(PyObject* object);

void register_generator(pybind11::module_& module);

}  // namespace numtorch
