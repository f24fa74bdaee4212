// Which Tensors a trace knows: its inputs, which have no values meanwhile, and what is made in it.
//
// Any other Tensor would be a constant of the program without anybody's having said so, and is refused.
#pragma once

#include <Python.h>

#include <cstdint>

namespace numtorch {

struct TensorObject;

extern int traces;  // under way, on all threads

// The number of the trace that this thread is in, from 1 on; 0 if it is in none.
std::uint8_t current_trace_slow();
inline std::uint8_t current_trace() { return traces == 0 ? 0 : current_trace_slow(); }

void enter_trace();
void leave_trace();

// Throws CompileError while this thread traces, if the trace does not know the Tensor.
void require_found(const TensorObject* object);
void require_all_found(PyObject* const* args, Py_ssize_t count);

void register_found(PyObject* module);

}  // namespace numtorch
