// vmap: one tensor that stands for many, by libtorch's own batching.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>

#include <cstdint>

#include "array/abstract.h"
#include "array/tensor.h"

namespace numtorch {

// How many batches this thread has open.
int open_batches();

// The number of the innermost of them, which no other batch has; 0 for none.
std::uint32_t current_batch();

// In TensorObject::born: a slice of a Tensor from outside of the batch, for each of the samples.
constexpr std::uint32_t kMapped = std::uint32_t{1} << 31;
inline bool is_mapped(const TensorObject* object) { return (object->born & kMapped) != 0; }

// RuntimeError if the Tensor is from a batch that is over, or another thread's.
void check_open_slow(const TensorObject* object);
inline void check_open(PyObject* object) {
  if (object != nullptr && is_tensor(object) && is_batched(value_of(object))) check_open_slow(as_tensor(object));
}

// A write of `source` to `target`: is one of the batches of `source` none of the target's, whose memory has no room for
// it? RuntimeError if the target is from before the batch began.
bool outgrows(const TensorObject* target, const at::Tensor& source);

// A copy of `value` with all batches of `like`.
at::Tensor spread_like(const at::Tensor& value, const at::Tensor& like);

void register_batch(PyObject* module);

}  // namespace numtorch
