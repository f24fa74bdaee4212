// NumPy's order 'K': how the axes of an elementwise result lie in memory.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <utility>

namespace numtorch {

// `result` with its axes in memory as NumPy's elementwise functions of these operands would lay them: where the
// operands do not agree, C order wins, and not the first of them as in libtorch. Copies only where that differs.
at::Tensor in_order_of(at::Tensor result, const at::Tensor* const* operands, std::size_t count);

inline at::Tensor in_order_of(at::Tensor result, const at::Tensor& a, const at::Tensor& b) {
  if (result.dim() < 2 || result.is_contiguous()) return result;
  const at::Tensor* operands[] = {&a, &b};
  return in_order_of(std::move(result), operands, 2);
}

}  // namespace numtorch
