#include "onednn.h"

#include <ATen/Context.h>
#include <ATen/native/ConvUtils.h>
#include <ATen/ops/mkldnn_convolution.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "view.h"

namespace numtorch {

namespace {

// MKL, libtorch's choice for products, leaves 512-bit vectors alone on processors that are not Intel's.
bool is_wider_here() {
#if defined(__x86_64__)
  static const bool wider =
      !__builtin_cpu_is("intel") && __builtin_cpu_supports("avx512f") != 0 && at::globalContext().hasMKLDNN();
  return wider && at::globalContext().userEnabledMkldnn();
#else
  return false;
#endif
}

bool is_plain_float(const at::Tensor& value) {
  return value.is_cpu() && value.scalar_type() == at::kFloat && value.layout() == at::kStrided && !value.is_neg() &&
         !is_reversed(value);
}

bool is_plain_float_or_none(const c10::IValue& bias) { return bias.isNone() || is_plain_float(bias.toTensor()); }

const std::optional<c10::OperatorHandle>& linear_operator() {
  static const auto op = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  return op;
}

at::Tensor run_linear(const at::Tensor& x, const at::Tensor& weight, const c10::IValue& bias) {
  c10::Stack stack{x,
                   weight,
                   bias,
                   std::string("none"),
                   c10::impl::GenericList(c10::OptionalType::create(c10::NumberType::get())),
                   std::string()};
  linear_operator()->callBoxed(stack);
  return std::move(stack.front()).toTensor();
}

// From where oneDNN was faster, with one thread and with two (bench/products.py).
bool fits_linear(const at::Tensor& x, const at::Tensor& weight) {
  constexpr std::int64_t kLeast = 2'000'000;
  const std::int64_t inner = x.size(-1), columns = weight.size(0);
  if (inner < 16 || columns < 8) return false;
  const std::int64_t rows = x.numel() / inner;
  // It copies weights that do not lie row by row, and x.
  if (rows < (weight.is_contiguous() ? 2 : 16)) return false;
  if (x.is_contiguous()) return rows * inner * columns >= kLeast;
  return columns >= 128 && rows * inner * columns >= 8 * kLeast;
}

at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
  if (b.dim() != 2 || a.dim() < 2 || a.size(-1) != b.size(0)) return {};
  if (!is_plain_float(a) || !is_plain_float(b) || !is_wider_here()) return {};
  const at::Tensor weight = b.t();
  return fits_linear(a, weight) ? run_linear(a, weight, c10::IValue()) : at::Tensor();
}

// linear(input, weight, bias)
bool linear(c10::Stack& stack, bool /*tracked*/) {
  const at::Tensor& x = stack[0].toTensor();
  const at::Tensor& weight = stack[1].toTensor();
  if (weight.dim() != 2 || x.dim() < 2 || x.size(-1) != weight.size(1)) return false;
  if (!is_plain_float(x) || !is_plain_float(weight) || !is_plain_float_or_none(stack[2])) return false;
  if (!fits_linear(x, weight) || !is_wider_here()) return false;
  at::Tensor result = run_linear(x, weight, stack[2]);
  stack.clear();
  stack.emplace_back(std::move(result));
  return true;
}

// Multiplications of a convolution of one group whose result has this shape.
std::int64_t work_of(at::IntArrayRef result, const at::Tensor& weight) {
  return c10::multiply_integers(result) * c10::multiply_integers(weight.sizes().slice(1));
}

// Planes (convolution of one group in two axes, not transposed) to which oneDNN's setting up is nothing.
bool fits_convolution(const at::Tensor& x, const at::Tensor& weight, at::IntArrayRef result) {
  constexpr std::int64_t kLeast = 8'000'000;
  return x.dim() == 4 && weight.dim() == 4 && is_plain_float(x) && is_plain_float(weight) &&
         x.size(1) == weight.size(1) && work_of(result, weight) >= kLeast && is_wider_here();
}

// The images in the order of memory that oneDNN is fastest with. Where they count for more than the weights, that is
// channels last, in which it works: it would turn others to it and back, and what follows keeps the order, so one copy
// serves a whole network. Where the weights do, they are what it takes long to turn.
at::Tensor turned(const at::Tensor& x, const at::Tensor& weight, at::IntArrayRef result) {
  constexpr std::int64_t kLeast = 32'000'000;
  constexpr std::int64_t kWeightsPerPlace = 2000;
  if (weight.size(0) < 16 || work_of(result, weight) < kLeast) return x.contiguous(x.suggest_memory_format());
  const bool has_window = weight.size(2) > 1 || weight.size(3) > 1;
  const bool is_heavy = weight.numel() > kWeightsPerPlace * result[0] * result[2] * result[3];
  return x.contiguous(has_window && is_heavy ? at::MemoryFormat::Contiguous : at::MemoryFormat::ChannelsLast);
}

// convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)
bool convolution(c10::Stack& stack, bool tracked) {
  const at::Tensor& x = stack[0].toTensor();
  const at::Tensor& weight = stack[1].toTensor();
  const std::int64_t groups = stack[8].toInt();
  if (groups != 1 || stack[6].toBool() || x.dim() != 4 || weight.dim() != 4) return false;
  const auto stride = stack[3].toIntVector(), padding = stack[4].toIntVector(), dilation = stack[5].toIntVector();
  if (stride.size() != 2 || padding.size() != 2 || dilation.size() != 2) return false;
  if (std::min(stride[0], stride[1]) < 1 || !is_plain_float_or_none(stack[2])) return false;
  const auto result = at::native::conv_output_size(x.sizes(), weight.sizes(), padding, stride, dilation);
  if (!fits_convolution(x, weight, result)) return false;
  // On the way back, other kernels (of normalizations, concatenations) lose more by that order than is gained here.
  const at::Tensor images = tracked ? x.contiguous(x.suggest_memory_format()) : turned(x, weight, result);
  at::Tensor y =
      at::mkldnn_convolution(images, weight, stack[2].toOptional<at::Tensor>(), padding, stride, dilation, groups);
  stack.clear();
  stack.emplace_back(std::move(y));
  return true;
}

// convolution_backward(grad_output, input, weight, bias_sizes, stride, padding, dilation, transposed, output_padding,
//                      groups, output_mask)
bool convolution_backward(c10::Stack& stack, bool /*tracked*/) {
  using Backward = at::native::mkldnn_convolution_backward_stub_DECLARE_DISPATCH_type;
  const at::Tensor& g = stack[0].toTensor();
  const at::Tensor& x = stack[1].toTensor();
  const at::Tensor& weight = stack[2].toTensor();
  const std::int64_t groups = stack[9].toInt();
  if (Backward::DEFAULT == nullptr || groups != 1 || stack[7].toBool()) return false;
  if (!is_plain_float(g) || !fits_convolution(x, weight, g.sizes())) return false;
  const auto mask = stack[10].toBoolList();
  auto [of_x, of_weight, of_bias] =
      Backward::DEFAULT(x.contiguous(x.suggest_memory_format()), g, weight.contiguous(), stack[5].toIntVector(),
                        stack[4].toIntVector(), stack[6].toIntVector(), groups, {mask[0], mask[1], mask[2]});
  // In the order of x and of the weight, since what comes next goes through both side by side.
  if (of_x.defined()) of_x = of_x.contiguous(x.suggest_memory_format());
  if (of_weight.defined()) of_weight = of_weight.contiguous(weight.suggest_memory_format());
  stack.clear();
  stack.emplace_back(std::move(of_x));
  stack.emplace_back(std::move(of_weight));
  stack.emplace_back(std::move(of_bias));
  return true;
}

}  // namespace

FasterProduct faster_product(const std::string& name) {
  return (name == "matmul" || name == "mm") && linear_operator().has_value() ? product : nullptr;
}

FasterCall faster_call(const std::string& name) {
  static const std::unordered_map<std::string, FasterCall> calls = {{"convolution", convolution},
                                                                    {"convolution_backward", convolution_backward}};
  if (name == "linear" && linear_operator().has_value()) return linear;
  const auto found = calls.find(name);
  return found == calls.end() ? nullptr : found->second;
}

}  // namespace numtorch
