#include "array/rounding.h"

#include <ATen/ops/bitwise_and.h>
#include <ATen/ops/real.h>

#include <bit>

namespace numtorch {

namespace {

// The bits of a float64 that a float32 has no room for.
constexpr std::int64_t kLow = (std::int64_t{1} << 29) - 1;

}  // namespace

// What is cut off leaves its trace in the last bit that stays: below float16's last, so that a tie looks like one only
// where it is one. (low + kLow) carries into that bit unless low is 0.
at::Tensor rounded_to_odd(const at::Tensor& value) {
  if (value.scalar_type() == at::kComplexDouble) return rounded_to_odd(at::real(value));
  if (value.scalar_type() != at::kDouble) return value;
  const at::Tensor bits = value.resolve_neg().view(at::kLong);
  at::Tensor odd = at::bitwise_and(bits, kLow).add_(kLow).bitwise_or_(bits).bitwise_and_(~kLow);
  return odd.view(at::kDouble);
}

double rounded_to_odd(double number) {
  const auto bits = std::bit_cast<std::int64_t>(number);
  return std::bit_cast<double>((bits | ((bits & kLow) + kLow)) & ~kLow);
}

void prepare_half(c10::Stack& stack) {
  if (stack[1].isInt() && static_cast<at::ScalarType>(stack[1].toInt()) == at::kHalf) {
    stack[0] = rounded_to_odd(stack[0].toTensor());
  }
}

}  // namespace numtorch
