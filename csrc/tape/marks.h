// Parameters: Tensors that are leaves of a gradient by way of their names, and not as arguments.
#pragma once

#include <Python.h>

#include "array/tensor.h"

namespace numtorch {

// The leaf that the Tensor is to the gradient which this thread's work belongs to; borrowed or null. Throws if two
// gradients of other threads could be meant.
PyObject* marked_leaf(const TensorObject* object);

void register_marks(PyObject* module);

}  // namespace numtorch
