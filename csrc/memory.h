// What ndarray's attributes say of an array's memory, and the setters among them.
#pragma once

#include <Python.h>

namespace numtorch {

int set_shape(PyObject* self, PyObject* shape, void*);
int set_real(PyObject* self, PyObject* value, void*);
int set_imag(PyObject* self, PyObject* value, void*);

void register_memory(PyObject* module);

}  // namespace numtorch
