#include "indexing/order.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace numtorch {

namespace {

// One index array, dense, and the dimension that it indexes.
struct Axis {
  at::Tensor indices;
  const std::int64_t* data;
  std::int64_t size;
  std::int64_t stride;  // in bytes
};

constexpr std::int64_t kBlock = 1024;
using Offsets = std::array<std::int64_t, kBlock>;

std::vector<Axis> axes_of(const at::Tensor& view, const Plan& plan) {
  std::vector<Axis> axes;
  for (std::size_t k = 0; k < plan.arrays.size(); ++k) {
    const std::int64_t dimension = plan.first + static_cast<std::int64_t>(k);
    at::Tensor indices = plan.arrays[k].expand(plan.picked).contiguous();
    const auto* data = indices.const_data_ptr<std::int64_t>();
    axes.push_back({std::move(indices), data, view.size(dimension),
                    view.stride(dimension) * static_cast<std::int64_t>(view.itemsize())});
  }
  return axes;
}

void find_offsets(Offsets& offsets, const std::vector<Axis>& axes, std::int64_t start, std::int64_t count) {
  std::fill_n(offsets.begin(), count, std::int64_t{0});
  for (const Axis& axis : axes) {
    const std::int64_t* indices = axis.data + start;
    bool outside = false;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t index = indices[i] < 0 ? indices[i] + axis.size : indices[i];
      outside |= static_cast<std::uint64_t>(index) >= static_cast<std::uint64_t>(axis.size);
      offsets[static_cast<std::size_t>(i)] += index * axis.stride;
    }
    // They were in bounds when they were checked.
    TORCH_CHECK_INDEX(!outside, "index out of bounds: another thread wrote into the array of indices");
  }
}

// The part of the view behind each picked position: dense runs of `run` bytes, `steps` apart.
struct Rest {
  at::DimVector sizes;
  at::DimVector steps;
  std::size_t run;
};

Rest rest_of(const at::Tensor& view, const Plan& plan) {
  const auto item = static_cast<std::int64_t>(view.itemsize());
  const auto arrays = static_cast<std::int64_t>(plan.arrays.size());
  Rest rest{{}, {}, view.itemsize()};
  for (std::int64_t i = 0; i < view.dim(); ++i) {
    if (i >= plan.first && i < plan.first + arrays) continue;
    rest.sizes.push_back(view.size(i));
    rest.steps.push_back(view.stride(i) * item);
  }
  while (!rest.sizes.empty() && (rest.sizes.back() == 1 || rest.steps.back() == static_cast<std::int64_t>(rest.run))) {
    rest.run *= static_cast<std::size_t>(rest.sizes.back());
    rest.sizes.pop_back();
    rest.steps.pop_back();
  }
  return rest;
}

// Spreads dense bytes over strided runs; returns the end of what it read.
const char* spread(char* to, const char* from, at::IntArrayRef sizes, at::IntArrayRef steps, std::size_t run) {
  if (sizes.empty()) {
    std::memcpy(to, from, run);
    return from + run;
  }
  for (std::int64_t i = 0; i < sizes[0]; ++i, to += steps[0]) {
    from = spread(to, from, sizes.slice(1), steps.slice(1), run);
  }
  return from;
}

// The same for single elements of a size that the compiler knows.
template <std::size_t kSize>
const char* spread_items(char* to, const char* from, const Offsets& offsets, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i, from += kSize) {
    std::memcpy(to + offsets[static_cast<std::size_t>(i)], from, kSize);
  }
  return from;
}

const char* spread_block(char* to, const char* from, const Offsets& offsets, std::int64_t count, const Rest& rest) {
  if (rest.sizes.empty()) {
    if (rest.run == 1) return spread_items<1>(to, from, offsets, count);
    if (rest.run == 2) return spread_items<2>(to, from, offsets, count);
    if (rest.run == 4) return spread_items<4>(to, from, offsets, count);
    if (rest.run == 8) return spread_items<8>(to, from, offsets, count);
  }
  for (std::int64_t i = 0; i < count; ++i) {
    from = spread(to + offsets[static_cast<std::size_t>(i)], from, rest.sizes, rest.steps, rest.run);
  }
  return from;
}

// The source laid out as it is read: for each picked position, the rest of the view.
at::Tensor dense_source(const at::Tensor& source, const Plan& plan, at::IntArrayRef shape) {
  const auto picked = static_cast<std::int64_t>(plan.picked.size());
  at::DimVector order;
  for (std::int64_t i = 0; i < picked; ++i) order.push_back(plan.first + i);
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(shape.size()); ++i) {
    if (i < plan.first || i >= plan.first + picked) order.push_back(i);
  }
  return source.resolve_conj().resolve_neg().expand(shape).permute(order).contiguous();
}

}  // namespace

void scatter_in_order(const at::Tensor& view, const Plan& plan, const at::Tensor& source, at::IntArrayRef shape) {
  const at::Tensor values = dense_source(source, plan, shape);
  const std::vector<Axis> axes = axes_of(view, plan);
  const Rest rest = rest_of(view, plan);
  const auto* from = static_cast<const char*>(values.const_data_ptr());
  auto* to = static_cast<char*>(view.mutable_data_ptr());
  const std::int64_t positions = c10::multiply_integers(plan.picked);
  Offsets offsets;
  for (std::int64_t start = 0; start < positions; start += kBlock) {
    const std::int64_t count = std::min(kBlock, positions - start);
    find_offsets(offsets, axes, start, count);
    from = spread_block(to, from, offsets, count, rest);
  }
}

}  // namespace numtorch
