// Reading and writing what a plan says.
#pragma once

#include "array/view.h"
#include "indexing/plan.h"

namespace numtorch {

// True if the memory that the two span overlaps.
bool overlaps(const at::Tensor& a, const at::Tensor& b);

// A copy of what arrays or a mask pick.
at::Tensor gather(const at::Tensor& array, const Plan& plan);

enum class Write : std::uint8_t { Assign, Add };

// Writes `source`, of the array's dtype, on its device or a 0-d one on the host, where the plan says.
// NumPy's errors for shapes that do not fit.
void scatter(const at::Tensor& array, const Plan& plan, const at::Tensor& source, Write mode);

}  // namespace numtorch
