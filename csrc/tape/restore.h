// What a rule reads of its call: the saved values, checked and, where its work is recorded, with their history.
#pragma once

#include <Python.h>

namespace numtorch {

void register_restore(PyObject* module);

}  // namespace numtorch
