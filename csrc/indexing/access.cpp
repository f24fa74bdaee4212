#include "indexing/access.h"

#include <ATen/ops/add.h>
#include <ATen/ops/alias.h>
#include <ATen/ops/copy.h>
#include <ATen/ops/fill.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/index.h>
#include <ATen/ops/index_put.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/masked_select.h>
#include <ATen/ops/nonzero_numpy.h>
#include <ATen/ops/permute.h>
#include <ATen/ops/select.h>
#include <ATen/ops/slice.h>
#include <ATen/ops/unsqueeze.h>
#include <ATen/ops/where.h>

#include <utility>
#include <vector>

#include "array/abstract.h"
#include "array/tensor.h"
#include "host/convert.h"
#include "host/lend.h"
#include "indexing/order.h"

namespace numtorch {

namespace {

using Indices = c10::List<std::optional<at::Tensor>>;

at::Tensor view_in_compute_type(const at::Tensor& array, const Plan& plan) {
  if (is_abstract(array)) return in_compute_type(forward_view(array, plan));
  return in_compute_type(view_of(array, plan.sizes, plan.strides, plan.offset));
}

Indices indices_of(const Plan& plan) {
  Indices indices;
  indices.reserve(static_cast<std::size_t>(plan.first) + plan.arrays.size());
  for (std::int64_t i = 0; i < plan.first; ++i) indices.push_back(std::nullopt);
  for (const at::Tensor& array : plan.arrays) indices.push_back(array);
  return indices;
}

// Where a mask whose values are known is true.
Indices indices_of(const at::Tensor& mask) {
  const Concrete concrete;
  Indices indices;
  for (const at::Tensor& found : at::nonzero_numpy(mask)) indices.push_back(found);
  return indices;
}

// Drops the leading ones that NumPy drops in an assignment; false if the source still does not fit.
bool fit(at::Tensor& source, at::IntArrayRef shape) {
  const auto wanted = static_cast<std::int64_t>(shape.size());
  while (source.dim() > wanted && source.size(0) == 1) source = source.select(0, 0);
  if (source.dim() > wanted) return false;
  const std::int64_t lead = wanted - source.dim();
  for (std::int64_t i = 0; i < source.dim(); ++i) {
    if (source.size(i) != 1 && source.size(i) != shape[static_cast<std::size_t>(lead + i)]) return false;
  }
  return true;
}

// Turns the source round along those of the target's dimensions that it has.
at::Tensor turn_source(const at::Tensor& source, at::IntArrayRef dimensions, std::int64_t target_dim) {
  at::DimVector own;
  for (const std::int64_t dimension : dimensions) {
    const std::int64_t axis = dimension - (target_dim - source.dim());
    if (axis >= 0 && source.size(axis) > 1) own.push_back(axis);
  }
  return turn(source, own);
}

// The same by an operator.
at::Tensor turned(const at::Tensor& source, at::IntArrayRef dimensions, std::int64_t target_dim) {
  at::DimVector own;
  for (const std::int64_t dimension : dimensions) {
    const std::int64_t axis = dimension - (target_dim - source.dim());
    if (axis >= 0 && source.size(axis) > 1) own.push_back(axis);
  }
  return own.empty() ? source : flipped(source, own);
}

void scatter_view(const at::Tensor& array, const Plan& plan, const at::Tensor& given, Write mode) {
  at::Tensor view =
      is_abstract(array) ? forward_view(array, plan) : view_of(array, plan.sizes, plan.strides, plan.offset);
  at::Tensor source = given;
  if (!fit(source, plan.sizes)) {
    fail(PyExc_ValueError, "could not broadcast input array from shape %s into shape %s",
         shape_text(given.sizes()).c_str(), shape_text(plan.sizes).c_str());
  }
  Unlocked release(is_long(view));
  if (is_abstract(array)) source = turned(source, backward_dimensions(plan), view.dim());
  if (is_reversed(view)) {
    source = turn_source(source, reversed_axes(view), view.dim());
    view = forward_of(view);
  }
  if (mode == Write::Add) {
    view.add_(source);
  } else if (source.dim() == 0 && !view.is_cpu() && source.is_cpu()) {
    view.fill_(source);  // copying would bring as many elements over as the view has
  } else {
    view.copy_(source);
  }
}

void scatter_mask(const at::Tensor& array, const at::Tensor& mask, const at::Tensor& source, Write mode) {
  if (source.dim() > 1) {
    fail(PyExc_TypeError,
         "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, input has %lld dimensions",
         static_cast<long long>(source.dim()));
  }
  if (mask.dim() == 0) return scatter_mask(array.reshape({1}), mask.reshape({1}), source, mode);
  at::Tensor target = in_compute_type(array);
  const at::Tensor values = in_compute_type(source);
  if (source.numel() == 1 && mode == Write::Assign) {
    if (fill_on_host(array, mask, source.reshape({}))) return;
    Unlocked release(is_long(array));
    target.masked_fill_(mask, values.reshape({}));
    return;
  }
  if (is_abstract(mask) && source.numel() == 1) {  // an addition
    target.copy_(at::where(mask, target.add(values.reshape({})), target));
    return;
  }
  if (is_abstract(mask)) fail_size(mask, "an assignment of several values through a mask");
  Indices indices;
  {
    Unlocked release(is_long(array));
    indices = indices_of(mask);
  }
  const std::int64_t count = indices.empty() ? 0 : indices.get(0)->numel();
  if (source.numel() != 1 && source.numel() != count) {
    fail(PyExc_ValueError,
         "NumPy boolean array indexing assignment cannot assign %lld input values to the %lld output values where the "
         "mask is true",
         static_cast<long long>(source.numel()), static_cast<long long>(count));
  }
  if (count == 0) return;
  Unlocked release(is_long(array));
  target.index_put_(indices, values, mode == Write::Add);
}

bool needs_order(const at::Tensor& array, const Plan& plan, std::int64_t count, Write mode) {
  return mode == Write::Assign && !plan.distinct && is_plain(array) && count >= kParallelFrom;
}

void scatter_arrays(const at::Tensor& array, const Plan& plan, const at::Tensor& given, Write mode) {
  const at::DimVector shape = result_shape(plan);
  at::Tensor source = given;
  if (!fit(source, shape)) {
    fail(PyExc_ValueError,
         "shape mismatch: value array of shape %s could not be broadcast to indexing result of shape %s",
         shape_text(given.sizes()).c_str(), shape_text(shape).c_str());
  }
  const std::int64_t count = c10::multiply_integers(shape);
  if (count == 0) return;
  at::Tensor view = view_in_compute_type(array, plan);
  Unlocked release(count >= kLongWork || !array.is_cpu());
  const auto dim = static_cast<std::int64_t>(shape.size());
  source = in_compute_type(source);
  source = is_abstract(source) || is_abstract(array) ? turned(source, plan.reversed, dim)
                                                     : turn_source(source, plan.reversed, dim);
  if (needs_order(array, plan, count, mode)) return scatter_in_order(view, plan, source, shape);
  view.index_put_(indices_of(plan), source, mode == Write::Add);
}

std::pair<const char*, const char*> bytes_of(const at::Tensor& value) {
  const Span span = span_of(value);
  return {address_of(value, span.begin), address_of(value, span.end)};
}

// Along one dimension index_select is two to five times as fast as index.
at::Tensor gather_along(const at::Tensor& view, const Plan& plan) {
  at::Tensor indices = plan.arrays[0];
  if (plan.negative) indices = at::where(indices.lt(0), indices.add(view.size(plan.first)), indices);
  // Nobody has looked at them: what is out of bounds must not become an index from the end.
  if (is_abstract(indices)) indices = at::where(indices.lt(0), view.size(plan.first), indices);
  if (indices.dim() == 1) return at::index_select(view, plan.first, indices);
  if (view.dim() == 1 && is_fortran(indices) && !indices.is_contiguous()) {
    // NumPy walks the indices as they lie, and gives the elements in that order.
    std::vector<std::int64_t> axes(static_cast<std::size_t>(indices.dim()));
    for (std::size_t k = 0; k < axes.size(); ++k) axes[k] = static_cast<std::int64_t>(axes.size() - 1 - k);
    const at::Tensor turned = indices.permute(axes);
    return at::index_select(view, 0, turned.reshape({-1})).reshape(turned.sizes()).permute(axes);
  }
  return at::index_select(view, plan.first, indices.reshape({-1})).reshape(result_shape(plan));
}

}  // namespace

at::Tensor forward_view(const at::Tensor& array, const Plan& plan) {
  Below guard;
  at::Tensor view = array;
  std::int64_t dimension = 0;
  for (const Step& step : plan.steps) {
    switch (step.kind) {
      case Step::Select:
        view = at::select(view, dimension, step.start);
        break;
      case Step::Slice:
        if (step.start != 0 || step.stop != view.size(dimension) || step.step != 1) {
          view = at::slice(view, dimension, step.start, step.stop, step.step);
        }
        ++dimension;
        break;
      case Step::Unsqueeze:
        view = at::unsqueeze(view, dimension++);
        break;
      case Step::Keep:
        ++dimension;
    }
  }
  if (!plan.order.empty()) view = at::permute(view, plan.order);
  return view.unsafeGetTensorImpl() == array.unsafeGetTensorImpl() ? at::alias(view) : view;
}

at::DimVector backward_dimensions(const Plan& plan) {
  at::DimVector dimensions;
  for (std::size_t i = 0; i < plan.strides.size(); ++i) {
    if (plan.strides[i] < 0 && plan.sizes[i] > 1) dimensions.push_back(static_cast<std::int64_t>(i));
  }
  return dimensions;
}

bool overlaps(const at::Tensor& a, const at::Tensor& b) {
  if (a.numel() == 0 || b.numel() == 0 || a.device() != b.device()) return false;
  if (is_abstract(a) || is_abstract(b)) return share_memory(a, b);
  const auto [a_low, a_high] = bytes_of(a);
  const auto [b_low, b_high] = bytes_of(b);
  return a_low < b_high && b_low < a_high;
}

at::Tensor gather(const at::Tensor& array, const Plan& plan) {
  const at::ScalarType type = array.scalar_type();
  if (plan.mask.defined() && is_abstract(plan.mask)) fail_size(plan.mask, "x[mask]");
  if (plan.mask.defined() && is_abstract(array)) {
    return as_type(at::index(in_compute_type(array), indices_of(plan.mask)), type);
  }
  if (plan.mask.defined()) return as_type(at::masked_select(in_compute_type(array), plan.mask), type);
  const at::Tensor view = view_in_compute_type(array, plan);
  at::Tensor result = plan.arrays.size() == 1 ? gather_along(view, plan) : at::index(view, indices_of(plan));
  if (!plan.reversed.empty()) result = at::flip(result, plan.reversed);
  return as_type(result, type);
}

void scatter(const at::Tensor& array, const Plan& plan, const at::Tensor& source, Write mode) {
  Below guard;
  if (plan.mask.defined()) return scatter_mask(array, plan.mask, source, mode);
  if (plan.arrays.empty()) return scatter_view(array, plan, source, mode);
  scatter_arrays(array, plan, source, mode);
}

}  // namespace numtorch
