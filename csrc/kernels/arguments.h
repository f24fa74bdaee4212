// Python objects to libtorch's stack values and back, as an operator's schema asks.
#pragma once

#include <ATen/core/ivalue.h>
#include <Python.h>

#include "kernels/kernel.h"

namespace numtorch {

// What kind of value a schema's type asks for, and whether None will do.
Kind kind_of(const c10::TypePtr& type, bool& optional);

// Throws TypeError naming the kernel and its parameter when the object does not fit.
c10::IValue to_ivalue(const KernelObject* kernel, const Parameter& parameter, PyObject* object);

// New reference. Tensors are wrapped as results; tuples and lists become tuples.
PyObject* from_ivalue(const c10::IValue& value);

// A parameter's default, as the tape and a reader see it.
PyObject* default_to_python(const c10::IValue& value);

}  // namespace numtorch
