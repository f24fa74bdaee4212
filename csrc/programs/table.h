// The programs of one function, by the arguments that they serve: what a call of a compiled function looks into first.
#pragma once

#include <Python.h>

namespace numtorch {

void register_table(PyObject* module);

}  // namespace numtorch
