// NumPy's indexing: mp_subscript and mp_ass_subscript of Tensor.
#pragma once

#include <Python.h>

namespace numtorch {

PyObject* get_item(PyObject* self, PyObject* index);
int set_item(PyObject* self, PyObject* index, PyObject* value);  // value null: deletion, a ValueError

void register_index(PyObject* module);

}  // namespace numtorch
