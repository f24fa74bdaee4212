// A program that was compiled: how to call it, and what its results are.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

#include <memory>
#include <string>
#include <vector>

#include "array/tensor.h"
#include "errors/errors.h"

namespace numtorch {

// Runs a program. The inputs are not written to but where it says so.
class Runner {
 public:
  Runner() = default;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  virtual ~Runner() = default;
  virtual std::vector<at::Tensor> run(std::vector<at::Tensor> inputs) = 0;
};

// One that is a Python function from a list of torch.Tensors, which it empties, to a sequence of them.
std::unique_ptr<Runner> python_runner(PyObject* function);

// One that is in a library made ahead of time; no Python is in it.
std::unique_ptr<Runner> library_runner(const std::string& path, const std::string& device);

bool is_program(PyObject* object);

// What the program gives for these inputs; new reference.
PyObject* run_program(PyObject* program, const std::vector<TensorObject*>& inputs);

void register_program(PyObject* module);

}  // namespace numtorch
