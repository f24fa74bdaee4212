// oneDNN's kernels in libtorch, where they outrun the ones it would choose (docs/decisions/0015-onednn.md).
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace numtorch {

// The product of two matrices of these shapes by oneDNN; an undefined Tensor where libtorch's own choice is as good.
using FasterProduct = at::Tensor (*)(const at::Tensor&, const at::Tensor&);

// Computes the call on the stack by oneDNN and leaves its results there; false where libtorch is to choose.
// `tracked`: a gradient is being taken of it.
using FasterCall = bool (*)(c10::Stack&, bool tracked);

// A short cut: what a kernel tries before libtorch's own operator.
struct Faster {
  const char* kernel;
  std::vector<std::int64_t> thresholds;  // multiplications from which it goes another way
  FasterProduct product;                 // where the call is of two Tensors, or null
  FasterCall call;                       // where it is a stack, or null
  std::atomic<std::int64_t> taken{0};    // how often
};

// That of the kernel of this name, or null: there is nothing to choose from.
Faster* find_faster(const std::string& name);

// All of them, and whether this processor takes any.
std::span<const Faster> all_faster();
bool has_wider_vectors();

}  // namespace numtorch
