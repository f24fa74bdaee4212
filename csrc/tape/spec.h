// What the tape keeps of a Tensor whose values no rule will read.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

namespace numtorch {

// A Spec: shape, dtype and device of `value`, without its memory. New reference.
PyObject* make_spec(const at::Tensor& value);

// Does `value` have the shape and dtype of this Spec? TypeError if it is none.
bool spec_matches(PyObject* spec, const at::Tensor& value);

void register_spec(PyObject* module);

}  // namespace numtorch
