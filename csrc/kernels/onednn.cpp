#include "kernels/onednn.h"

#include <ATen/Context.h>
#include <ATen/native/ConvUtils.h>
#include <ATen/ops/mkldnn_convolution.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "array/abstract.h"
#include "array/view.h"

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
  return value.is_cpu() && !is_abstract(value) && value.scalar_type() == at::kFloat && value.layout() == at::kStrided &&
         !value.is_neg() && !is_reversed(value);
}

// Nothing, or one number a column: other shapes are libtorch's to broadcast or to refuse.
bool is_plain_bias(const c10::IValue& bias, std::int64_t columns) {
  if (bias.isNone()) return true;
  const at::Tensor& value = bias.toTensor();
  return is_plain_float(value) && value.dim() == 1 && value.size(0) == columns;
}

// What oneDNN is given as it lies has to fill its memory, in whatever order: it reads a vector as if it did, and knows
// no array whose elements share a place.
at::Tensor filled(const at::Tensor& value) { return value.is_non_overlapping_and_dense() ? value : value.contiguous(); }

c10::IValue filled(const c10::IValue& value) { return value.isNone() ? value : c10::IValue(filled(value.toTensor())); }

const std::optional<c10::OperatorHandle>& linear_operator() {
  static const auto op = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  return op;
}

at::Tensor run_linear(const at::Tensor& x, const at::Tensor& weight, const c10::IValue& bias) {
  c10::Stack stack{x,
                   filled(weight),
                   filled(bias),
                   std::string("none"),
                   c10::impl::GenericList(c10::OptionalType::create(c10::NumberType::get())),
                   std::string()};
  linear_operator()->callBoxed(stack);
  return std::move(stack.front()).toTensor();
}

// Multiplications from which oneDNN was faster, with one thread and with two (bench/products.py); where x is to be
// copied first; and of convolutions, where turning the images pays too.
constexpr std::int64_t kProduct = 2'000'000, kProductWithCopy = 16'000'000;
constexpr std::int64_t kConvolution = 8'000'000, kTurnedConvolution = 32'000'000;

bool fits_linear(const at::Tensor& x, const at::Tensor& weight) {
  const std::int64_t inner = x.size(-1), columns = weight.size(0);
  if (inner < 16 || columns < 8) return false;
  const std::int64_t rows = x.numel() / inner;
  // It copies weights that do not lie row by row, and x.
  if (rows < (weight.is_contiguous() ? 2 : 16)) return false;
  if (x.is_contiguous()) return rows * inner * columns >= kProduct;
  return columns >= 128 && rows * inner * columns >= kProductWithCopy;
}

at::Tensor matmul(const at::Tensor& a, const at::Tensor& b) {
  if (b.dim() != 2 || a.dim() < 2 || a.size(-1) != b.size(0) || !linear_operator().has_value()) return {};
  if (!is_plain_float(a) || !is_plain_float(b) || !is_wider_here()) return {};
  const at::Tensor weight = b.t();
  return fits_linear(a, weight) ? run_linear(a, weight, c10::IValue()) : at::Tensor();
}

at::Tensor mm(const at::Tensor& a, const at::Tensor& b) { return a.dim() == 2 ? matmul(a, b) : at::Tensor(); }

// linear(input, weight, bias)
bool linear(c10::Stack& stack, bool /*tracked*/) {
  const at::Tensor& x = stack[0].toTensor();
  const at::Tensor& weight = stack[1].toTensor();
  if (weight.dim() != 2 || x.dim() < 2 || x.size(-1) != weight.size(1) || !linear_operator().has_value()) return false;
  if (!is_plain_float(x) || !is_plain_float(weight) || !is_plain_bias(stack[2], weight.size(0))) return false;
  if (!fits_linear(x, weight) || !is_wider_here()) return false;
  at::Tensor result = run_linear(x, weight, stack[2]);
  stack.clear();
  stack.emplace_back(std::move(result));
  return true;
}

// A convolution's stride, padding and dilation, in two axes; what it is of and what it makes.
struct Way {
  std::vector<std::int64_t> stride, padding, dilation;

  Way(const c10::Stack& stack, std::size_t first)
      : stride(stack[first].toIntVector()),
        padding(stack[first + 1].toIntVector()),
        dilation(stack[first + 2].toIntVector()) {}

  // What is not of this form is libtorch's to expand or to refuse.
  [[nodiscard]] bool is_plain() const {
    const auto are_at_least = [](const std::vector<std::int64_t>& pair, std::int64_t least) {
      return pair.size() == 2 && std::min(pair[0], pair[1]) >= least;
    };
    return are_at_least(stride, 1) && are_at_least(padding, 0) && are_at_least(dilation, 1);
  }

  // The shape of the result, or nothing where there is none of at least one element.
  [[nodiscard]] std::vector<std::int64_t> result(const at::Tensor& x, const at::Tensor& weight) const {
    auto sizes = at::native::conv_output_size(x.sizes(), weight.sizes(), padding, stride, dilation);
    return *std::min_element(sizes.begin(), sizes.end()) < 1 ? std::vector<std::int64_t>() : sizes;
  }
};

// Multiplications of a convolution of one group whose result has this shape.
std::int64_t work_of(at::IntArrayRef result, const at::Tensor& weight) {
  return result.empty() ? 0 : c10::multiply_integers(result) * c10::multiply_integers(weight.sizes().slice(1));
}

// Planes (convolution of one group in two axes, not transposed) of a plain layout.
bool are_planes(const at::Tensor& x, const at::Tensor& weight, const c10::IValue& transposed,
                const c10::IValue& groups) {
  return x.dim() == 4 && weight.dim() == 4 && is_plain_float(x) && is_plain_float(weight) &&
         x.size(1) == weight.size(1) && groups.toInt() == 1 && !transposed.toBool();
}

// The images in the order of memory that oneDNN is fastest with. Where they count for more than the weights, that is
// channels last, in which it works: it would turn others to it and back, and what follows keeps the order, so one copy
// serves a whole network. Where the weights do, they are what it takes long to turn.
at::Tensor turned(const at::Tensor& x, const at::Tensor& weight, at::IntArrayRef result) {
  constexpr std::int64_t kWeightsPerPlace = 2000;
  if (weight.size(0) < 16 || work_of(result, weight) < kTurnedConvolution)
    return x.contiguous(x.suggest_memory_format());
  const bool has_window = weight.size(2) > 1 || weight.size(3) > 1;
  const bool is_heavy = weight.numel() > kWeightsPerPlace * result[0] * result[2] * result[3];
  return x.contiguous(has_window && is_heavy ? at::MemoryFormat::Contiguous : at::MemoryFormat::ChannelsLast);
}

// convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)
bool convolution(c10::Stack& stack, bool tracked) {
  const at::Tensor& x = stack[0].toTensor();
  const at::Tensor& weight = stack[1].toTensor();
  if (!are_planes(x, weight, stack[6], stack[8]) || !is_plain_bias(stack[2], weight.size(0))) return false;
  const Way way(stack, 3);
  if (!way.is_plain() || !is_wider_here()) return false;
  const auto result = way.result(x, weight);
  if (work_of(result, weight) < kConvolution) return false;
  // On the way back, other kernels (of normalizations, concatenations) lose more by that order than is gained here.
  const at::Tensor images = tracked ? x.contiguous(x.suggest_memory_format()) : turned(x, weight, result);
  at::Tensor y = at::mkldnn_convolution(images, filled(weight), filled(stack[2]).toOptional<at::Tensor>(), way.padding,
                                        way.stride, way.dilation, 1);
  stack.clear();
  stack.emplace_back(std::move(y));
  return true;
}

using Backward = at::native::mkldnn_convolution_backward_stub_DECLARE_DISPATCH_type;

// convolution_backward(grad_output, input, weight, bias_sizes, stride, padding, dilation, transposed, output_padding,
//                      groups, output_mask)
bool convolution_backward(c10::Stack& stack, bool /*tracked*/) {
  const at::Tensor& g = stack[0].toTensor();
  const at::Tensor& x = stack[1].toTensor();
  const at::Tensor& weight = stack[2].toTensor();
  if (Backward::DEFAULT == nullptr || !are_planes(x, weight, stack[7], stack[9]) || !is_plain_float(g)) return false;
  const Way way(stack, 4);
  if (!way.is_plain() || !is_wider_here()) return false;
  const auto result = way.result(x, weight);
  const auto mask = stack[10].toBoolList();
  if (g.sizes() != at::IntArrayRef(result) || mask.size() != 3 || work_of(result, weight) < kConvolution) return false;
  auto [of_x, of_weight, of_bias] =
      Backward::DEFAULT(x.contiguous(x.suggest_memory_format()), filled(g), weight.contiguous(), way.padding,
                        way.stride, way.dilation, 1, {mask[0], mask[1], mask[2]});
  // In the order of x and of the weight, since what comes next goes through both side by side.
  if (of_x.defined()) of_x = of_x.contiguous(x.suggest_memory_format());
  if (of_weight.defined()) of_weight = of_weight.contiguous(weight.suggest_memory_format());
  stack.clear();
  stack.emplace_back(std::move(of_x));
  stack.emplace_back(std::move(of_weight));
  stack.emplace_back(std::move(of_bias));
  return true;
}

// Every short cut: a kernel that is not named here has none, and tests/test_shortcuts.py has operands for each.
std::array<Faster, 5>& table() {
  static std::array<Faster, 5> rows = {{
      {"matmul", {kProduct, kProductWithCopy}, matmul, nullptr},
      {"mm", {kProduct, kProductWithCopy}, mm, nullptr},
      {"linear", {kProduct, kProductWithCopy}, nullptr, linear},
      {"convolution", {kConvolution, kTurnedConvolution}, nullptr, convolution},
      {"convolution_backward", {kConvolution}, nullptr, convolution_backward},
  }};
  return rows;
}

}  // namespace

Faster* find_faster(const std::string& name) {
  for (Faster& row : table()) {
    if (row.kernel == name) return &row;
  }
  return nullptr;
}

std::span<const Faster> all_faster() { return table(); }

bool has_wider_vectors() { return is_wider_here(); }

}  // namespace numtorch
