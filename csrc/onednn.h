// oneDNN's kernels in libtorch, where they outrun the ones it would choose (docs/decisions/0015-onednn.md).
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <string>

namespace numtorch {

// The product of two matrices of these shapes by oneDNN; an undefined Tensor where libtorch's own choice is as good.
using FasterProduct = at::Tensor (*)(const at::Tensor&, const at::Tensor&);

// Computes the call on the stack by oneDNN and leaves its results there; false where libtorch is to choose.
// `tracked`: a gradient is being taken of it.
using FasterCall = bool (*)(c10::Stack&, bool tracked);

// For the kernel of that name, or null: there is nothing to choose from, or not on this processor.
FasterProduct faster_product(const std::string& name);
FasterCall faster_call(const std::string& name);

}  // namespace numtorch
