// Reading and writing what a plan says.
#pragma once

#include "array/view.h"
#include "indexing/plan.h"

namespace numtorch {

// The view that a plan without a mask says, of an abstract array by operators: its steps are forward.
at::Tensor forward_view(const at::Tensor& array, const Plan& plan);

// The dimensions of that view along which the plan steps backward; none where arrays pick.
at::DimVector backward_dimensions(const Plan& plan);

// True if the memory that the two span overlaps.
bool overlaps(const at::Tensor& a, const at::Tensor& b);

// A copy of what arrays or a mask pick.
at::Tensor gather(const at::Tensor& array, const Plan& plan);

enum class Write : std::uint8_t { Assign, Add };

// Writes `source`, of the array's dtype, on its device or a 0-d one on the host, where the plan says.
// NumPy's errors for shapes that do not fit.
void scatter(const at::Tensor& array, const Plan& plan, const at::Tensor& source, Write mode);

}  // namespace numtorch
