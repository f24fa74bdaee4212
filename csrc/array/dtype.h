// The fourteen dtypes that NumPy and libtorch share.
#pragma once

#include <Python.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <optional>

namespace numtorch {

// The np.dtype of a libtorch type, borrowed. Throws TypeError for one that NumPy lacks.
PyObject* dtype_of(at::ScalarType type);

// The libtorch type of an np.dtype, or none when libtorch has no such type (byte order included).
std::optional<at::ScalarType> find_scalar_type(PyObject* dtype);

// The libtorch type of anything np.dtype() accepts; TypeError naming `function` for what numtorch lacks.
at::ScalarType scalar_type_of(PyObject* dtype_like, const char* function);

// The position 0..13 of a supported type, or -1.
int index_of(at::ScalarType type);

// NumPy's promotion of two strong dtypes (NEP 50).
at::ScalarType promote(at::ScalarType a, at::ScalarType b);

// A set of dtypes, given as a sequence: bit i stands for dtype i.
std::uint32_t dtype_bits(PyObject* dtypes, const char* function);

void register_dtype(PyObject* module);

}  // namespace numtorch
