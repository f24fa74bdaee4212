// The kernels of parts of flat memory: what a view under the tape reads, and what a write through one changes.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

#include "array/view.h"

namespace numtorch {

// The span in real numbers, of which a complex one is two.
Span reals_of(const at::Tensor& value);

// Is `part` complex, in memory of real numbers?
bool is_pairs(const at::Tensor& part, const at::Tensor& flat);

// Records that the Tensor `view` sees of `flat`, which begins at `begin` of its memory, the part where `of` lies.
void record_view(PyObject* flat, const at::Tensor& of, std::int64_t begin, PyObject* view);

// Records that `result` is `flat` with `source` where `of` lies.
void record_write(PyObject* flat, PyObject* source, const at::Tensor& of, std::int64_t begin, PyObject* result);

void register_strided(PyObject* module);

}  // namespace numtorch
