#include "array/view.h"

#include <ATen/ops/flip.h>

#include <algorithm>
#include <cstdlib>

#include "array/abstract.h"

namespace numtorch {

namespace {

class ReversedImpl final : public c10::TensorImpl {
 public:
  ReversedImpl(c10::Storage memory, c10::DispatchKeySet keys, caffe2::TypeMeta dtype, at::IntArrayRef sizes,
               at::IntArrayRef strides, std::int64_t offset)
      : TensorImpl(keys.add(kReversed), dtype, memory.device()), memory_(std::move(memory)) {
    set_storage_access_should_throw();
    sizes_and_strides_.set_sizes(sizes);
    for (std::size_t i = 0; i < strides.size(); ++i) sizes_and_strides_.stride_at_unchecked(i) = strides[i];
    storage_offset_ = offset;
    refresh_numel();
    refresh_contiguous();
  }

  const c10::Storage& memory() const { return memory_; }

  void release_resources() override {
    memory_ = {};
    TensorImpl::release_resources();
  }

  c10::intrusive_ptr<TensorImpl> shallow_copy_and_detach(const c10::VariableVersion& version,
                                                         bool allow_change) const override {
    auto copy = c10::make_intrusive<ReversedImpl>(memory_, key_set(), dtype(), sizes(), strides(), storage_offset());
    copy->set_version_counter(version);
    copy->set_allow_tensor_metadata_change(allow_change);
    return copy;
  }

  c10::intrusive_ptr<TensorImpl> shallow_copy_and_detach(c10::VariableVersion&& version,
                                                         bool allow_change) const override {
    return shallow_copy_and_detach(version, allow_change);
  }

 private:
  const char* tensorimpl_type_name() const override { return "numtorch::ReversedImpl"; }

  c10::Storage memory_;
};

bool steps_backward(at::IntArrayRef sizes, at::IntArrayRef strides) {
  bool backward = false;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return false;
    backward |= strides[i] < 0 && sizes[i] > 1;
  }
  return backward;
}

// Of an axis of no or one element the stride says nothing, but libtorch takes none below zero.
at::Tensor forward_view(const at::Tensor& base, caffe2::TypeMeta dtype, at::IntArrayRef sizes, at::IntArrayRef strides,
                        std::int64_t offset) {
  at::Tensor view = at::detail::make_tensor<c10::TensorImpl>(c10::TensorImpl::VIEW, c10::Storage(memory_of(base)),
                                                             base.key_set().remove(kReversed), dtype);
  c10::TensorImpl* impl = view.unsafeGetTensorImpl();
  const bool negative = std::any_of(strides.begin(), strides.end(), [](std::int64_t stride) { return stride < 0; });
  if (!negative) {
    impl->set_sizes_and_strides(sizes, strides, offset);
    return view;
  }
  at::DimVector lengths(strides);
  for (std::int64_t& stride : lengths) stride = std::abs(stride);
  impl->set_sizes_and_strides(sizes, lengths, offset);
  return view;
}

at::Tensor make_view(const at::Tensor& base, caffe2::TypeMeta dtype, at::IntArrayRef sizes, at::IntArrayRef strides,
                     std::int64_t offset) {
  at::Tensor view = steps_backward(sizes, strides) ? at::detail::make_tensor<ReversedImpl>(
                                                         memory_of(base), base.key_set(), dtype, sizes, strides, offset)
                                                   : forward_view(base, dtype, sizes, strides, offset);
  view.unsafeGetTensorImpl()->set_version_counter(base.unsafeGetTensorImpl()->version_counter());
  return view;
}

at::ScalarType compute_type(at::ScalarType type) {
  switch (type) {
    case at::kUInt16:
      return at::kShort;
    case at::kUInt32:
      return at::kInt;
    case at::kUInt64:
      return at::kLong;
    default:
      return type;
  }
}

}  // namespace

at::Tensor view_of(const at::Tensor& base, at::IntArrayRef sizes, at::IntArrayRef strides, std::int64_t offset) {
  if (is_abstract(base)) return abstract_view(base, base.scalar_type(), sizes, strides, offset);
  return make_view(base, base.dtype(), sizes, strides, offset);
}

at::Tensor view_as(const at::Tensor& base, at::ScalarType type, at::IntArrayRef sizes, at::IntArrayRef strides,
                   std::int64_t offset) {
  if (is_abstract(base)) return abstract_view(base, type, sizes, strides, offset);
  return make_view(base, c10::scalarTypeToTypeMeta(type), sizes, strides, offset);
}

at::Tensor as_type(const at::Tensor& value, at::ScalarType type) {
  if (value.scalar_type() == type) return value;
  return view_as(value, type, value.sizes(), value.strides(), value.storage_offset());
}

at::Tensor in_compute_type(const at::Tensor& value) { return as_type(value, compute_type(value.scalar_type())); }

at::DimVector reversed_axes(const at::Tensor& value) {
  at::DimVector axes;
  if (!is_reversed(value)) return axes;
  for (std::int64_t i = 0; i < value.dim(); ++i) {
    if (value.stride(i) < 0 && value.size(i) > 1) axes.push_back(i);
  }
  return axes;
}

at::Tensor turn(const at::Tensor& value, at::IntArrayRef axes) {
  if (axes.empty() || value.numel() == 0) return value;
  at::DimVector strides(value.strides());
  std::int64_t offset = value.storage_offset();
  for (const std::int64_t axis : axes) {
    std::int64_t& stride = strides[static_cast<std::size_t>(axis)];
    offset += (value.size(axis) - 1) * stride;
    stride = -stride;
  }
  return view_of(value, value.sizes(), strides, offset);
}

at::Tensor forward_of(const at::Tensor& value) { return turn(value, reversed_axes(value)); }

at::Tensor resolved(const at::Tensor& value) {
  const at::DimVector axes = reversed_axes(value);
  if (axes.empty()) return value;
  return as_type(at::flip(in_compute_type(turn(value, axes)), axes), value.scalar_type());
}

const c10::Storage& memory_of(const at::Tensor& value) {
  if (is_batched(value)) return physical(value).storage();  // the batched tensor holds it
  if (!is_reversed(value)) return value.storage();
  return static_cast<const ReversedImpl*>(value.unsafeGetTensorImpl())->memory();
}

char* address_of(const at::Tensor& value, std::int64_t offset) {
  return static_cast<char*>(memory_of(value).mutable_data()) + offset * static_cast<std::int64_t>(value.itemsize());
}

bool share_memory(const at::Tensor& a, const at::Tensor& b) { return memory_of(a).is_alias_of(memory_of(b)); }

Span span_of(const at::Tensor& value) {
  Span span{value.storage_offset(), value.storage_offset() + 1};
  for (std::int64_t i = 0; i < value.dim(); ++i) {
    const std::int64_t reach = (value.size(i) - 1) * value.stride(i);
    (reach < 0 ? span.begin : span.end) += reach;
  }
  return span;
}

}  // namespace numtorch
