// The code that asks: whether it has numtorch.numpy in NumPy's place.
#pragma once

#include <Python.h>

namespace numtorch {

// Does the module whose code runs hold `numtorch.numpy` among its names? `abc`, which asks for others, is passed over.
bool caller_uses_namespace();

}  // namespace numtorch
