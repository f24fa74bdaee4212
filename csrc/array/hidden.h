// Names that an ndarray has and a NumPy scalar lacks, hidden from 0-d results that stand for one.
#pragma once

#include <Python.h>

namespace numtorch {

void hide_names(PyTypeObject* type);

}  // namespace numtorch
