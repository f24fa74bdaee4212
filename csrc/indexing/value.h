// The value of an assignment, cast as NumPy's assignment casts.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

namespace numtorch {

// The bits of a Python number as one element of `type`; false for what NumPy must decide (out of range, nan
// into an integer, complex into a real, anything but an exact bool, int, float or complex).
bool write_number(PyObject* number, at::ScalarType type, void* element);

// The value as a tensor of `type` on `device` (or a 0-d one on the host). `max_dim` bounds the depth of nested
// lists and has NumPy's scalars checked for range, as its basic assignment does; -1 does not. May share memory with the
// value.
at::Tensor assigned_value(PyObject* value, at::ScalarType type, c10::Device device, std::int64_t max_dim);

// The same for a single element, which takes no sequence.
at::Tensor assigned_element(PyObject* value, at::ScalarType type, c10::Device device);

// Is it a Tensor, or are there any in a list or tuple?
bool holds_tensor(PyObject* object, int depth = 0);

bool is_ndarray(PyObject* object);

}  // namespace numtorch
