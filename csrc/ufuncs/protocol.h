// NumPy's protocols: what np.exp(t) and np.sum(t) arrive at.
#pragma once

#include <Python.h>

namespace numtorch {

// __array_ufunc__ and __array_function__.
PyObject* array_ufunc(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names);
PyObject* array_function(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names);

void register_protocol(PyObject* module);

}  // namespace numtorch
