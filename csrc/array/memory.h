// What ndarray's attributes say of an array's memory, and the setters among them.
#pragma once

#include <Python.h>

#include "errors/errors.h"

namespace numtorch {

int set_shape(PyObject* self, PyObject* shape, void*);
int set_real(PyObject* self, PyObject* value, void*);
int set_imag(PyObject* self, PyObject* value, void*);

// `result`, of a call that is done, as the owner of memory that nobody else sees. New reference.
PyObject* owning(Ref result);

void register_memory(PyObject* module);

}  // namespace numtorch
