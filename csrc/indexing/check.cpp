#include "indexing/check.h"

#include <ATen/ops/aminmax.h>
#include <ATen/ops/stack.h>

#include <tuple>
#include <vector>

#include "array/abstract.h"
#include "array/tensor.h"

namespace numtorch {

namespace {

// Calls libtorch: under Below. Throws at the first index that is out of bounds; true if some index is negative.
bool check_on_host(const at::Tensor& indices, std::int64_t axis, std::int64_t size) {
  const at::Tensor dense = indices.contiguous();
  const std::int64_t* data = dense.const_data_ptr<std::int64_t>();
  const std::int64_t count = dense.numel();
  const auto shift = static_cast<std::uint64_t>(size);
  bool outside = false;
  std::int64_t signs = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    outside |= static_cast<std::uint64_t>(data[i]) + shift >= 2 * shift;
    signs |= data[i];
  }
  if (!outside) return signs < 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (data[i] < -size || data[i] >= size) fail_bounds(data[i], axis, size);
  }
  return signs < 0;
}

// The least and greatest of each device array, brought over together: one wait.
void check_on_device(Plan& plan, const std::vector<std::size_t>& chosen, const at::Tensor& array) {
  std::vector<at::Tensor> extremes;
  for (const std::size_t i : chosen) {
    const auto [least, greatest] = at::aminmax(physical(plan.arrays[i]));
    extremes.push_back(least);
    extremes.push_back(greatest);
  }
  at::Tensor found = at::stack(extremes);
  {
    Unlocked release(true);
    found = found.cpu();
  }
  const std::int64_t* data = found.const_data_ptr<std::int64_t>();
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const std::int64_t axis = plan.axes[chosen[k]];
    const std::int64_t size = array.size(axis);
    if (data[2 * k] < -size || data[2 * k + 1] >= size)
      check_on_host(physical(plan.arrays[chosen[k]]).cpu(), axis, size);
    plan.negative |= data[2 * k] < 0;
  }
}

}  // namespace

void fail_bounds(std::int64_t index, std::int64_t axis, std::int64_t size) {
  fail(PyExc_IndexError, "index %lld is out of bounds for axis %lld with size %lld", static_cast<long long>(index),
       static_cast<long long>(axis), static_cast<long long>(size));
}

void check_bounds(Plan& plan, const at::Tensor& array) {
  Below guard;
  const Concrete concrete;
  std::vector<std::size_t> on_device;
  for (std::size_t i = 0; i < plan.arrays.size(); ++i) {
    const at::Tensor indices = physical(plan.arrays[i]);  // under vmap, those of all samples
    const std::int64_t axis = plan.axes[i];
    if (axis < 0 || indices.numel() == 0) continue;
    if (is_abstract(indices)) {
      plan.negative = true;  // it may be; the compiled program checks the bounds itself
      continue;
    }
    if (!indices.is_cpu()) {
      on_device.push_back(i);
    } else {
      plan.negative |= check_on_host(indices, axis, array.size(axis));
    }
  }
  if (!on_device.empty()) check_on_device(plan, on_device, array);
}

void check_mask(const at::Tensor& mask, const at::Tensor& array, std::int64_t axis) {
  for (std::int64_t i = 0; i < mask.dim(); ++i) {
    // NumPy takes a mask of nothing for any length.
    if (mask.size(i) == array.size(axis + i) || mask.size(i) == 0) continue;
    fail(PyExc_IndexError,
         "boolean index did not match indexed array along axis %lld; size of axis is %lld but size of corresponding "
         "boolean axis is %lld",
         static_cast<long long>(axis + i), static_cast<long long>(array.size(axis + i)),
         static_cast<long long>(mask.size(i)));
  }
}

}  // namespace numtorch
