// What a program depends on of the Tensors that it is given.
#pragma once

#include <Python.h>

namespace numtorch {

void register_signature(PyObject* module);

}  // namespace numtorch
