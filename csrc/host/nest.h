// Nests of lists and tuples with numbers in them, read without NumPy.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

#include <optional>

namespace numtorch {

struct Nest {
  at::Tensor value;  // on the CPU
  bool has_tensors = false;
};

// The array of a list or tuple, nested or not, whose elements are Python's numbers and 0-d Tensors on the CPU that no
// gradient depends on, with the dtype that NumPy gives it; none for whatever else is in it, for uneven lists, numbers
// of more than 64 bits and dtypes asked for but float32 and float64: NumPy decides about these.
std::optional<Nest> from_nest(PyObject* object, std::optional<at::ScalarType> type);

}  // namespace numtorch
