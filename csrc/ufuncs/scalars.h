// Python numbers as 0-d Tensors, kept for reuse: libtorch would make a new one at every call.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

namespace numtorch {

// The number as a 0-d CPU value of type `type` when NumPy would treat it as one without changing `type`
// (a weak scalar that fits); null otherwise. The value is shared: never write to it.
const at::Tensor* weak_scalar(PyObject* number, at::ScalarType type);

// A Python float or int as a floating-point array of type `type` sees it: rounded, and infinite where it is too large.
PyObject* rounded_number(PyObject* number, at::ScalarType type);

}  // namespace numtorch
