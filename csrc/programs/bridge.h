// Between Tensors and the objects of Python's torch, which compile traces with: the same at::Tensor in another object.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

#include "errors/errors.h"

namespace numtorch {

// The torch.Tensor of a value. RuntimeError if Python's torch was not imported, or is one that is not known.
Ref to_torch_object(const at::Tensor& value);

// The value of a torch.Tensor.
at::Tensor from_torch_object(PyObject* object);

void register_bridge(PyObject* module);

}  // namespace numtorch
