// Memory lent to NumPy for the length of one call, where NumPy's own loop is the faster kernel.
#pragma once

#include <Python.h>

namespace numtorch {

void register_lending(PyObject* module);

}  // namespace numtorch
