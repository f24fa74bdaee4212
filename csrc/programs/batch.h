// vmap: one tensor that stands for many, by libtorch's own batching.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

namespace numtorch {

struct TensorObject;

// How many batches this thread has open.
int open_batches();

// A write of `source` to `target`: is one of the batches of `source` none of the target's, whose memory has no room for
// it? RuntimeError if the target is from before the batch began.
bool outgrows(const TensorObject* target, const at::Tensor& source);

// A copy of `value` with all batches of `like`.
at::Tensor spread_like(const at::Tensor& value, const at::Tensor& like);

void register_batch(PyObject* module);

}  // namespace numtorch
