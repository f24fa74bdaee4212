// Memory lent to NumPy for the length of one call, where NumPy's own loop is the faster kernel.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

namespace numtorch {

// Writes the 0-d `value` of the same dtype to where `mask`, of the shape of `target`, is true, by NumPy's loop; false
// if libtorch's is the faster one, or NumPy cannot see the memory.
bool fill_on_host(const at::Tensor& target, const at::Tensor& mask, const at::Tensor& value);

void register_lending(PyObject* module);

}  // namespace numtorch
