// What libtorch says when a kernel refuses its arguments, in an error of NumPy's kind and without libtorch's own
// places.
#pragma once

#include <Python.h>

#include <string>

namespace numtorch {

struct Wording {
  PyObject* type;  // borrowed
  std::string text;
};

// What to say for an error of no kind of its own.
Wording wording_of(const char* message);

// The message without what is for libtorch's developers: places in its source, C++ stacks and types.
std::string plain_text(const char* message);

// As set_python_error, with the name of the kernel before an error that is about its arguments.
void set_kernel_error(PyObject* kernel_name) noexcept;

}  // namespace numtorch
