// The checks that NumPy makes of an index before it touches an element.
#pragma once

#include "indexing/plan.h"

namespace numtorch {

[[noreturn]] void fail_bounds(std::int64_t index, std::int64_t axis, std::int64_t size);

// Every index array within its axis. libtorch would check on the CPU only: on a GPU its kernel kills the context.
// Notes in the plan whether any is negative.
void check_bounds(Plan& plan, const at::Tensor& array);

// The mask has the lengths of the array's axes from `axis` on.
void check_mask(const at::Tensor& mask, const at::Tensor& array, std::int64_t axis);

}  // namespace numtorch
