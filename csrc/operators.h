// Tensor's number slots, and the same fast path for ufuncs called through NumPy.
#pragma once

#include <Python.h>

namespace numtorch {

// Fills Tensor's number protocol (nb_add ...) and tp_richcompare.
extern PyType_Slot operator_slots[];

// __array_ufunc__ and __array_function__.
PyObject* array_ufunc(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names);
PyObject* array_function(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names);

void register_operators(PyObject* module);

}  // namespace numtorch
