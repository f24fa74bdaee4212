#include "indexing/plan.h"

#include <ATen/ops/bitwise_not.h>
#include <ATen/ops/nonzero_numpy.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstdlib>

#include "array/abstract.h"
#include "array/tensor.h"
#include "indexing/check.h"

namespace numtorch {

namespace {

constexpr std::size_t kMostAxes = 64;  // NumPy's

struct Dimension {
  std::int64_t size;
  std::int64_t stride;
  bool indexed = false;
};

// Builds a plan part by part, walking along the array's axes.
class Planner {
 public:
  explicit Planner(const at::Tensor& array) : array_(array) { plan_.offset = array.storage_offset(); }

  Plan plan(const Parts& parts) {
    parts_ = &parts;
    measure(parts);
    for (const Part& part : parts.items) add(part);
    keep(array_.dim() - axis_);
    if (plan_.arrays.empty()) {
      plan_.scalar = only_integers_;
    } else {
      arrange_arrays();
    }
    check_count();
    check_arrays();
    if (!plan_.arrays.empty()) go_forward();
    for (const Dimension& dimension : dimensions_) {
      plan_.sizes.push_back(dimension.size);
      plan_.strides.push_back(dimension.stride);
    }
    return std::move(plan_);
  }

 private:
  // How many axes the parts use, and so how many an ellipsis stands for.
  void measure(const Parts& parts) {
    std::int64_t used = 0;
    for (const Part& part : parts.items) {
      if (part.kind == Part::Mask) {
        used += part.array.dim();
      } else if (part.kind == Part::Integer || part.kind == Part::Slice || part.kind == Part::Integers) {
        ++used;
      }
    }
    if (used > array_.dim()) {
      fail(PyExc_IndexError, "too many indices for array: array is %lld-dimensional, but %lld were indexed",
           static_cast<long long>(array_.dim()), static_cast<long long>(used));
    }
    ellipsis_ = array_.dim() - used;
    only_integers_ = used == array_.dim();
  }

  void check_count() const {
    const std::size_t count = dimensions_.size() - plan_.arrays.size() + plan_.picked.size();
    if (count > kMostAxes) {
      fail(PyExc_IndexError, "number of dimensions must be within [0, %zu], indexing result would have %zu", kMostAxes,
           count);
    }
  }

  void add(const Part& part) {
    switch (part.kind) {
      case Part::Integer:
        mark_advanced();
        return select(part.start);
      case Part::Slice:
        mark_basic();
        return slice(part);
      case Part::NewAxis:
        mark_basic();
        say({Step::Unsqueeze});
        return dimensions_.push_back(
            {1, axis_ < array_.dim() ? array_.size(axis_) * array_.stride(axis_) : std::int64_t{1}});
      case Part::Ellipsis:
        mark_basic();
        return keep(ellipsis_);
      case Part::Integers:
        mark_advanced();
        plan_.distinct = false;
        return pick(part.array);
      case Part::Mask:
        mark_advanced();
        return pick_mask(part.array);
      case Part::Flag:
        mark_advanced();
        return pick_flag(part.start != 0);
    }
  }

  // Arrays (integers among them) that something basic separates move to the front.
  void mark_advanced() {
    if (!seen_advanced_) {
      seen_advanced_ = true;
      plan_.first = static_cast<std::int64_t>(dimensions_.size());
    } else if (basic_since_) {
      separated_ = true;
    }
  }

  void mark_basic() {
    only_integers_ = false;
    basic_since_ = seen_advanced_;
  }

  // What an abstract array has to be told.
  void say(const Step& step) {
    if (is_abstract_) plan_.steps.push_back(step);
  }

  void keep(std::int64_t count) {
    for (; count > 0; --count, ++axis_) {
      say({Step::Keep});
      dimensions_.push_back({array_.size(axis_), array_.stride(axis_)});
    }
  }

  void select(std::int64_t index) {
    const std::int64_t size = array_.size(axis_);
    if (index < -size || index >= size) fail_integer(index, size);
    say({Step::Select, index < 0 ? index + size : index});
    plan_.offset += (index < 0 ? index + size : index) * array_.stride(axis_);
    ++axis_;
  }

  // As in NumPy: that a mask does not fit is said before what an integer leaves.
  [[noreturn]] void fail_integer(std::int64_t index, std::int64_t size) const {
    std::int64_t axis = 0;
    for (const Part& part : parts_->items) {
      if (part.kind == Part::Mask) {
        check_mask(part.array, array_, axis);
        axis += part.array.dim();
      } else if (part.kind == Part::Ellipsis) {
        axis += ellipsis_;
      } else if (part.kind != Part::NewAxis && part.kind != Part::Flag) {
        ++axis;
      }
    }
    fail_bounds(index, axis_, size);
  }

  void slice(const Part& part) {
    Py_ssize_t start = part.start;
    Py_ssize_t stop = part.stop;
    const Py_ssize_t step = part.step;
    const std::int64_t stride = array_.stride(axis_);
    const std::int64_t count = PySlice_AdjustIndices(array_.size(axis_), &start, &stop, step);
    ++axis_;
    if (count == 0) {
      say({Step::Slice, 0, 0, 1});
      return dimensions_.push_back({0, stride});
    }
    const std::int64_t last = start + (count - 1) * step;
    say({Step::Slice, std::min<std::int64_t>(start, last), std::max<std::int64_t>(start, last) + 1, std::abs(step)});
    plan_.offset += start * stride;
    dimensions_.push_back({count, count == 1 ? stride : stride * step});
  }

  void pick(const at::Tensor& indices) {
    say({Step::Keep});
    dimensions_.push_back({array_.size(axis_), array_.stride(axis_), true});
    plan_.arrays.push_back(indices);
    plan_.axes.push_back(axis_++);
  }

  void pick_mask(const at::Tensor& mask) {
    check_mask(mask, array_, axis_);
    if (is_abstract(mask)) fail_size(mask, "an index with a mask");
    Below guard;
    const Concrete concrete;
    Unlocked release(is_long(mask));
    for (const at::Tensor& indices : at::nonzero_numpy(mask)) {
      say({Step::Keep});
      dimensions_.push_back({array_.size(axis_), array_.stride(axis_), true});
      plan_.arrays.push_back(indices);
      plan_.axes.push_back(-1);  // in bounds as it is
      ++axis_;
    }
    plan_.distinct = plan_.distinct && !masked_;
    masked_ = true;
  }

  void pick_flag(bool flag) {
    say({Step::Unsqueeze});
    dimensions_.push_back({1, 1, true});
    Below guard;
    const Concrete concrete;
    const auto options = at::TensorOptions(at::kLong).device(array_.device());
    plan_.arrays.push_back(at::zeros({flag ? 1 : 0}, options));
    plan_.axes.push_back(-1);
  }

  // Brings the indexed dimensions together and the arrays to one shape.
  void arrange_arrays() {
    if (separated_) {
      if (is_abstract_) bring_to_front();
      std::stable_partition(dimensions_.begin(), dimensions_.end(), [](const Dimension& d) { return d.indexed; });
      plan_.first = 0;
    }
    for (const at::Tensor& indices : plan_.arrays) {
      if (!fits(indices.sizes())) fail_broadcast();
    }
  }

  void bring_to_front() {
    for (const bool indexed : {true, false}) {
      for (std::size_t i = 0; i < dimensions_.size(); ++i) {
        if (dimensions_[i].indexed == indexed) plan_.order.push_back(static_cast<std::int64_t>(i));
      }
    }
  }

  bool fits(at::IntArrayRef shape) {
    at::DimVector& picked = plan_.picked;
    if (shape.size() > picked.size()) picked.insert(picked.begin(), shape.size() - picked.size(), 1);
    const std::size_t lead = picked.size() - shape.size();
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (picked[lead + i] == 1) picked[lead + i] = shape[i];
      if (shape[i] != 1 && shape[i] != picked[lead + i]) return false;
    }
    return true;
  }

  [[noreturn]] void fail_broadcast() const {
    std::string shapes;
    for (const at::Tensor& indices : plan_.arrays) shapes += shape_text(indices.sizes()) + " ";
    fail(PyExc_IndexError, "shape mismatch: indexing arrays could not be broadcast together with shapes %s",
         shapes.c_str());
  }

  // What arrays pick is picked from a view that steps forward: what is picked is turned round afterwards, and along an
  // indexed dimension the indices count from the other end.
  void go_forward() {
    const auto count = static_cast<std::int64_t>(plan_.arrays.size());
    const auto grown = static_cast<std::int64_t>(plan_.picked.size()) - count;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(dimensions_.size()); ++i) {
      Dimension& dimension = dimensions_[static_cast<std::size_t>(i)];
      if (dimension.stride >= 0 || dimension.size < 2) continue;
      plan_.offset += (dimension.size - 1) * dimension.stride;
      dimension.stride = -dimension.stride;
      if (dimension.indexed) {
        count_from_end(plan_.arrays[static_cast<std::size_t>(i - plan_.first)]);
      } else {
        plan_.reversed.push_back(i >= plan_.first ? i + grown : i);
      }
    }
  }

  // i becomes -1 - i, which of the same length is size - 1 - i.
  void count_from_end(at::Tensor& indices) {
    Below guard;
    const ConcreteIfKnown concrete(indices);
    indices = at::bitwise_not(indices);
    plan_.negative = true;
  }

  void check_arrays() {
    const bool nothing = std::find(plan_.picked.begin(), plan_.picked.end(), 0) != plan_.picked.end();
    if (!plan_.arrays.empty() && !nothing) check_bounds(plan_, array_);
    Below guard;
    for (at::Tensor& indices : plan_.arrays) {
      if (indices.device() != array_.device()) indices = indices.to(array_.device());
    }
  }

  const at::Tensor& array_;
  const bool is_abstract_ = is_abstract(array_);
  const Parts* parts_ = nullptr;
  Plan plan_;
  c10::SmallVector<Dimension, 6> dimensions_;
  std::int64_t axis_ = 0;
  std::int64_t ellipsis_ = 0;
  bool only_integers_ = false;
  bool seen_advanced_ = false;
  bool basic_since_ = false;
  bool separated_ = false;
  bool masked_ = false;
};

bool is_full_mask(const at::Tensor& array, const Parts& parts) {
  if (parts.items.size() != 1) return false;
  const Part& part = parts.items[0];
  return part.kind == Part::Mask ? part.array.sizes() == array.sizes() : part.kind == Part::Flag && array.dim() == 0;
}

Plan mask_plan(const at::Tensor& array, const Part& part) {
  Plan plan;
  Below guard;
  if (part.kind == Part::Flag) {
    const Concrete concrete;
    plan.mask = at::zeros({}, at::TensorOptions(at::kBool).device(array.device()));
    if (part.start != 0) plan.mask.logical_not_();
    return plan;
  }
  check_mask(part.array, array, 0);
  plan.mask = part.array.device() == array.device() ? part.array : part.array.to(array.device());
  return plan;
}

}  // namespace

Plan make_plan(const at::Tensor& array, const Parts& parts) {
  if (is_full_mask(array, parts)) return mask_plan(array, parts.items[0]);
  return Planner(array).plan(parts);
}

at::DimVector result_shape(const Plan& plan) {
  at::DimVector shape(plan.sizes);
  if (plan.arrays.empty()) return shape;
  const auto first = shape.begin() + plan.first;
  shape.erase(first, first + static_cast<std::int64_t>(plan.arrays.size()));
  shape.insert(shape.begin() + plan.first, plan.picked.begin(), plan.picked.end());
  return shape;
}

std::string shape_text(at::IntArrayRef shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ",";
    text += std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace numtorch
