// What a ufunc or operator computes at once, by one kernel; everything else is NumPy's rules in Python.
#pragma once

#include <Python.h>

#include "kernels/kernel.h"

namespace numtorch {

// A ufunc and the kernel that computes it where nothing has to be decided: equal dtypes out of `dtypes`, one device.
// Everything else goes to the fallback, NumPy's rules in Python (numtorch/functions/ufuncs/call.py).
struct Operation {
  PyObject* ufunc = nullptr;
  KernelObject* kernel = nullptr;
  KernelObject* in_place = nullptr;  // the kernel that writes into its first argument, for in-place operators
  KernelObject* output = nullptr;    // the kernel that writes into `out`
  KernelObject* scalar = nullptr;    // with a Python number as second argument, where libtorch has a kernel for it
  std::uint32_t dtypes = 0;          // bit i: dtype i of dtype.h
  std::int64_t limit = 0;            // elements on the CPU above which Python knows something faster; 0: none
  bool is_matrix = false;
  bool keeps_dtype = false;  // floating-point operands give a result of their dtype
};

// The operands of a call that needs no decision, or nulls.
struct Operands {
  const at::Tensor* a = nullptr;
  const at::Tensor* b = nullptr;
};

// Values that the operation's kernel may be called with for these objects, at least one of them a Tensor.
Operands operands_of(const Operation& operation, PyObject* a, PyObject* b);

// Is `value` so large that one kernel alone is not the fastest way?
inline bool exceeds(std::int64_t limit, const at::Tensor& value) {
  return limit != 0 && value.numel() > limit && value.is_cpu();
}

// Does the operation's kernel take this dtype with NumPy's meaning?
bool covers(const Operation& operation, at::ScalarType type);

// An operand that is neither an array nor a number for us: its own reflected method or protocol decides.
bool is_foreign(PyObject* object);

// One of a class, Tensor's and NumPy's excepted, that answers ufuncs itself.
bool answers_ufuncs(PyObject* object);

// Different Tensors on one memory, so that writing into one may change the other while it is read.
bool may_overlap(const at::Tensor& a, const at::Tensor& b);

// New references; `a`, or `a` or `b`, is a Tensor. Recorded when tracked.
PyObject* unary(const Operation& operation, PyObject* a);
PyObject* binary(const Operation& operation, PyObject* a, PyObject* b);

// NumPy's rules in Python: fallback(ufunc, method, inputs, keywords or None).
PyObject* call_fallback(PyObject* ufunc, PyObject* method, PyObject* inputs, PyObject* keywords);
PyObject* call_fallback(const Operation& operation, PyObject* a, PyObject* b);

// The operation registered for a ufunc, or null.
const Operation* find_operation(PyObject* ufunc);

extern PyObject* call_text;  // "__call__", interned
extern PyObject* out_text;   // "out", interned

void register_operation(PyObject* module);

}  // namespace numtorch
