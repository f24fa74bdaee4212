// Tensor's number slots.
#pragma once

#include <Python.h>

#include <string>

#include "ufuncs/operation.h"

namespace numtorch {

// Fills Tensor's number protocol (nb_add ...) and tp_richcompare.
extern PyType_Slot operator_slots[];

// The operator that stands for a ufunc, if there is one, computes by `operation`.
void bind_slot(const std::string& ufunc, const Operation& operation);

}  // namespace numtorch
