// What a program depends on in what it is given.
#pragma once

#include <Python.h>

#include <string>
#include <vector>

#include "array/tensor.h"

namespace numtorch {

// Appends dtype, device, flags, axes, layout and alignment of a Tensor.
void describe(std::string& text, const TensorObject* object);

// Appends which of the Tensors share memory, if any do.
void describe_sharing(std::string& text, const std::vector<TensorObject*>& objects);

// The arguments of a call as a text that is equal where one program serves, and the Tensors in them, each once. False
// if there is something else in them than Tensors, numbers, strings, None, and tuples, lists and dicts by name of
// these; or a Tensor that a gradient depends on, or that is abstract.
bool read_arguments(PyObject* args, std::string& text, std::vector<TensorObject*>& tensors);

// The number of threads, on which a program depends too that was compiled in this process.
void append_threads(std::string& text);

void register_signature(PyObject* module);

}  // namespace numtorch
