// Subclasses of Tensor: what is made of an object of one is of that class, too, as ndarray's subclasses do it.
#pragma once

#include <Python.h>

#include "array/tensor.h"

namespace numtorch {

inline bool is_subclass(PyObject* object) { return Py_TYPE(object) != tensor_type && is_tensor(object); }

// Does the class of this Tensor answer ufuncs itself?
bool overrides_ufuncs(PyObject* object);

// `result`, just made, in the class of `source`; a value, which stands for a scalar, stays what it is.
PyObject* in_class_of_slow(PyObject* result, PyObject* source);
inline PyObject* in_class_of(PyObject* result, PyObject* source) {
  return result != nullptr && is_subclass(source) ? in_class_of_slow(result, source) : result;
}

// The same for what two operands made: in the class of the first that is of a subclass.
inline PyObject* in_class_of(PyObject* result, PyObject* a, PyObject* b) {
  return in_class_of(result, is_subclass(a) ? a : b);
}

// Makes a base Tensor, just made, an object of a subclass, with value, node and flags. New reference.
Ref as_class(Ref tensor, PyTypeObject* type);

// Tells an object of a subclass what it was made of (None: of nothing).
void finalize(PyObject* object, PyObject* source);

void register_subclass(PyObject* module);

}  // namespace numtorch
