// Functions of NumPy's namespace: callables that ask the classes of their arguments first, as NumPy's dispatchers do.
#pragma once

#include <Python.h>

namespace numtorch {

// What a class that answers ufuncs itself says to `method` of NumPy's `ufunc`; null if it is to be asked by NumPy.
PyObject* ask_about_ufunc(PyObject* ufunc, PyObject* method, PyObject* inputs, PyObject* keywords);

// NumPy's function of one of the namespace; any other object is itself. Borrowed.
PyObject* function_of_numpy(PyObject* function);

void register_asking(PyObject* module);

}  // namespace numtorch
