// Views: tensors on the memory of others, with steps forward or backward.
//
// libtorch has no negative strides. A view that steps backward is a tensor of numtorch's own: it says its signed
// strides and the place of its first element, and carries one dispatch key more, at which libtorch's dispatcher hands
// every call over (reversed.cpp). Reading its storage raises; what reads memory itself asks memory_of and address_of.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>

namespace numtorch {

// libtorch lists it for code outside of it, above its own keys, and registers nothing for it.
constexpr c10::DispatchKey kReversed = c10::DispatchKey::DeferredInit;

inline bool is_reversed(const at::Tensor& value) { return value.key_set().has(kReversed); }

// A tensor on the memory of `base`, sharing its version. Strides may be negative; the offset is the first element's.
at::Tensor view_of(const at::Tensor& base, at::IntArrayRef sizes, at::IntArrayRef strides, std::int64_t offset);

// The same with another dtype of the same size, or on bits read as another.
at::Tensor view_as(const at::Tensor& base, at::ScalarType type, at::IntArrayRef sizes, at::IntArrayRef strides,
                   std::int64_t offset);
at::Tensor as_type(const at::Tensor& value, at::ScalarType type);

// libtorch moves the wider unsigned integers in few of its kernels: the signed ones move the same bits.
at::Tensor in_compute_type(const at::Tensor& value);

// The axes along which a tensor steps backward.
at::DimVector reversed_axes(const at::Tensor& value);

// A view of the same elements in the other order along `axes`.
at::Tensor turn(const at::Tensor& value, at::IntArrayRef axes);

// The same elements with all steps forward, in another order if `value` is reversed.
at::Tensor forward_of(const at::Tensor& value);

// `value` itself, or a copy of it without negative strides if it is reversed: what libtorch's kernels take.
at::Tensor resolved(const at::Tensor& value);

// The memory behind a tensor, and where in it the element with that offset is.
const c10::Storage& memory_of(const at::Tensor& value);
char* address_of(const at::Tensor& value, std::int64_t offset);

bool share_memory(const at::Tensor& a, const at::Tensor& b);

// The elements of its memory that a tensor spans, from the first in memory to one past the last. Not of an empty one.
struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};
Span span_of(const at::Tensor& value);

}  // namespace numtorch
