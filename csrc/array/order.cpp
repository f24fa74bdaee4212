#include "array/order.h"

#include <c10/util/SmallVector.h>

#include <algorithm>
#include <cstdlib>

namespace numtorch {

namespace {

using Axes = c10::SmallVector<std::int64_t, 8>;

// The stride of `operand` along an axis of a result with `dim` axes; 0 where there is nothing to go along.
std::int64_t stride_along(const at::Tensor& operand, std::int64_t axis, std::int64_t dim) {
  const std::int64_t own = axis - (dim - operand.dim());
  return own < 0 || operand.size(own) == 1 ? 0 : std::abs(operand.stride(own));
}

enum class Verdict : std::uint8_t { Open, Stay, Swap };

// Whether `axis` must be faster than `other`, which stands before it: only if no operand says the opposite.
Verdict compare(const at::Tensor* const* operands, std::size_t count, std::int64_t axis, std::int64_t other,
                std::int64_t dim) {
  Verdict verdict = Verdict::Open;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t mine = stride_along(*operands[i], axis, dim);
    const std::int64_t theirs = stride_along(*operands[i], other, dim);
    if (mine == 0 || theirs == 0) continue;
    if (theirs <= mine) return Verdict::Stay;
    verdict = Verdict::Swap;
  }
  return verdict;
}

// The axes from the fastest to the slowest: NumPy's insertion sort, which decides what the strides leave open.
Axes sorted_axes(const at::Tensor* const* operands, std::size_t count, std::int64_t dim) {
  Axes axes;
  for (std::int64_t axis = dim; axis-- > 0;) {
    std::size_t place = axes.size();
    for (std::size_t i = axes.size(); i-- > 0;) {
      const Verdict verdict = compare(operands, count, axis, axes[i], dim);
      if (verdict == Verdict::Stay) break;
      if (verdict == Verdict::Swap) place = i;
    }
    axes.insert(axes.begin() + static_cast<std::ptrdiff_t>(place), axis);
  }
  return axes;
}

}  // namespace

at::Tensor in_order_of(at::Tensor result, const at::Tensor* const* operands, std::size_t count) {
  const std::int64_t dim = result.dim();
  if (dim < 2) return result;
  Axes axes = sorted_axes(operands, count, dim);
  std::reverse(axes.begin(), axes.end());
  const at::Tensor sorted = result.permute(axes);
  if (sorted.is_contiguous()) return result;
  Axes back(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) back[static_cast<std::size_t>(axes[i])] = static_cast<std::int64_t>(i);
  return sorted.contiguous().permute(back);
}

}  // namespace numtorch
