// Tensors made by calling their type, and what is said and asked of those just made.
#pragma once

#include <Python.h>

namespace numtorch {

// Tensor(2, 3, dev=, dtype=), and NumPy's ndarray(shape, dtype, buffer, ...).
PyObject* construct(PyTypeObject* type, PyObject* args, PyObject* keywords);

void register_making(PyObject* module);

}  // namespace numtorch
