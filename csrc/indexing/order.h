// Writing through index arrays in order: the last of several writes to one place wins, as in NumPy.
#pragma once

#include "indexing/plan.h"

namespace numtorch {

// libtorch writes in parallel from this many elements on, and then it is chance which write comes last.
constexpr std::int64_t kParallelFrom = 3000;

// Writes `source`, which broadcasts to `shape`, into a view on the host, on this thread alone.
void scatter_in_order(const at::Tensor& view, const Plan& plan, const at::Tensor& source, at::IntArrayRef shape);

}  // namespace numtorch
