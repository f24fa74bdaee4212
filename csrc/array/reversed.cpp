#include "array/reversed.h"

#include <ATen/InferSize.h>
#include <ATen/TensorUtils.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/enum_tag.h>
#include <ATen/ops/_conj.h>
#include <ATen/ops/_neg_view.h>
#include <ATen/ops/view_as_complex.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "array/view.h"

namespace numtorch {

namespace {

using c10::OperatorHandle;
using c10::Stack;

c10::DispatchKeySet below(c10::DispatchKeySet keys) {
  return keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, kReversed);
}

// ---- Calls on copies ----

// What an operator writes to: the view that was given, and the copy that it gets instead.
struct Written {
  at::Tensor view;
  at::Tensor copy;
};

// The arguments of one call, taken from the stack and put back resolved.
class Arguments {
 public:
  Arguments(const OperatorHandle& op, Stack& stack) {
    const auto& arguments = op.schema().arguments();
    const std::size_t begin = stack.size() - arguments.size();
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      resolve(stack[begin + i], is_written(arguments[i]));
    }
  }

  // Brings what was written to where it belongs, and gives the caller its own views as results.
  void bring_back(Stack& stack, std::size_t results) {
    for (const Written& written : written_) {
      TORCH_CHECK(written.copy.sizes() == written.view.sizes(), "an output that steps backward cannot be resized");
      const at::DimVector axes = reversed_axes(written.view);
      turn(written.view, axes).copy_(turn(written.copy, axes));
    }
    for (std::size_t i = stack.size() - results; i < stack.size(); ++i) {
      if (stack[i].isTensor()) stack[i] = given(stack[i].toTensor());
    }
  }

 private:
  // Batch normalizations write to their running statistics without saying so.
  static bool is_written(const c10::Argument& argument) {
    const auto* alias = argument.alias_info();
    return (alias != nullptr && alias->isWrite()) || argument.name().rfind("running_", 0) == 0;
  }

  void resolve(c10::IValue& value, bool written) {
    if (value.isTensor()) {
      value = resolve(value.toTensor(), written);
    } else if (value.isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& item : value.toTensorVector()) list.push_back(resolve(item, written));
      value = std::move(list);
    } else if (value.isOptionalTensorList()) {
      c10::List<std::optional<at::Tensor>> list;
      for (const std::optional<at::Tensor>& item : value.toOptionalTensorVector()) {
        list.push_back(item ? std::optional<at::Tensor>(resolve(*item, written)) : std::nullopt);
      }
      value = std::move(list);
    }
  }

  at::Tensor resolve(const at::Tensor& value, bool written) {
    if (!value.defined() || !is_reversed(value)) return value;
    if (!written) return resolved(value);
    for (const Written& other : written_) {
      if (other.view.is_same(value)) return other.copy;
    }
    written_.push_back({value, resolved(value)});
    return written_.back().copy;
  }

  at::Tensor given(const at::Tensor& result) const {
    for (const Written& written : written_) {
      if (written.copy.is_same(result)) return written.view;
    }
    return result;
  }

  std::vector<Written> written_;
};

void call_resolved(const OperatorHandle& op, Stack& stack) {
  Arguments arguments(op, stack);
  op.callBoxed(stack);
  arguments.bring_back(stack, op.schema().returns().size());
}

// ---- Views ----

// What these make of strides and offset is linear in them, but for a constant:
// f(s) = f(the forward ones) - f(the backward ones, as if forward) + f(none).
const std::unordered_set<std::string> kLinear = {
    "alias",        "detach",           "diagonal",  "expand",       "permute",      "select.int", "slice.Tensor",
    "split.Tensor", "split_with_sizes", "squeeze",   "squeeze.dim",  "squeeze.dims", "t",          "transpose.int",
    "unbind.int",   "unfold",           "unsqueeze", "view_as_real",
};

std::string name_of(const OperatorHandle& op) {
  const auto& name = op.operator_name();
  const std::string own = name.name.rfind("aten::", 0) == 0 ? name.name.substr(6) : name.name;
  return name.overload_name.empty() ? own : own + "." + name.overload_name;
}

std::vector<at::Tensor> call_view(const OperatorHandle& op, Stack stack, std::size_t self, const at::Tensor& value) {
  stack[self] = value;
  op.callBoxed(stack);
  if (stack.back().isTensor()) return {stack.back().toTensor()};
  return stack.back().toTensorVector();
}

at::Tensor combine(const at::Tensor& base, const at::Tensor& forward, const at::Tensor& backward,
                   const at::Tensor& none) {
  at::DimVector strides(forward.strides());
  for (std::size_t i = 0; i < strides.size(); ++i) strides[i] += none.strides()[i] - backward.strides()[i];
  const std::int64_t offset = forward.storage_offset() - backward.storage_offset() + none.storage_offset();
  return view_as(base, forward.scalar_type(), forward.sizes(), strides, offset);
}

void call_linear(const OperatorHandle& op, Stack& stack) {
  const std::size_t self = stack.size() - op.schema().arguments().size();
  const at::Tensor base = stack[self].toTensor();
  at::DimVector forward(base.strides());
  at::DimVector backward(base.strides());
  for (std::int64_t& stride : forward) stride = std::max<std::int64_t>(stride, 0);
  for (std::int64_t& stride : backward) stride = std::max<std::int64_t>(-stride, 0);
  const at::DimVector none(forward.size(), 0);
  const auto run = [&](at::IntArrayRef strides, std::int64_t offset) {
    return call_view(op, stack, self, view_of(base, base.sizes(), strides, offset));
  };
  const auto a = run(forward, base.storage_offset()), b = run(backward, 0), c = run(none, 0);
  c10::List<at::Tensor> views;
  for (std::size_t i = 0; i < a.size(); ++i) views.push_back(combine(base, a[i], b[i], c[i]));
  const bool is_list = op.schema().returns()[0].type()->kind() == c10::TypeKind::ListType;
  stack.resize(self);
  stack.emplace_back(is_list ? c10::IValue(views) : c10::IValue(views.get(0)));
}

using Handler = void (*)(Stack&);

// Takes the last `count` values off the stack.
std::vector<c10::IValue> take(Stack& stack, std::size_t count) {
  std::vector<c10::IValue> values(std::make_move_iterator(stack.end() - static_cast<std::ptrdiff_t>(count)),
                                  std::make_move_iterator(stack.end()));
  stack.resize(stack.size() - count);
  return values;
}

// view(self, size)
void call_reshaped(Stack& stack) {
  const auto values = take(stack, 2);
  const at::Tensor base = values[0].toTensor();
  const at::DimVector sizes = at::infer_size_dv(values[1].toIntVector(), base.numel());
  const auto strides = at::detail::computeStride(base.sizes(), base.strides(), sizes);
  TORCH_CHECK(strides.has_value(), "view: the strides do not allow this shape without a copy");
  stack.emplace_back(view_of(base, sizes, *strides, base.storage_offset()));
}

// _reshape_alias(self, size, stride)
void call_restrided(Stack& stack) {
  const auto values = take(stack, 3);
  const at::Tensor base = values[0].toTensor();
  const at::Tensor view = view_of(base, values[1].toIntVector(), values[2].toIntVector(), base.storage_offset());
  const Span span = span_of(view);
  const auto end = span.end * static_cast<std::int64_t>(view.itemsize());
  TORCH_CHECK(view.numel() == 0 || (span.begin >= 0 && end <= static_cast<std::int64_t>(memory_of(base).nbytes())),
              "_reshape_alias: the strides lead out of the memory");
  stack.emplace_back(view);
}

// as_strided(self, size, stride, storage_offset)
void call_as_strided(Stack& stack) {
  const auto values = take(stack, 4);
  const at::Tensor base = values[0].toTensor();
  const std::int64_t offset = values[3].isNone() ? base.storage_offset() : values[3].toInt();
  const at::Tensor all = view_of(base, {0}, {1}, 0);
  stack.emplace_back(all.as_strided(values[1].toIntVector(), values[2].toIntVector(), offset));
}

// view.dtype(self, dtype): all axes but the last stay as they are.
void call_view_dtype(Stack& stack) {
  const auto values = take(stack, 2);
  const at::Tensor base = values[0].toTensor();
  const at::ScalarType type = values[1].toScalarType();
  TORCH_CHECK(base.stride(-1) >= 0 || c10::elementSize(type) == base.itemsize(),
              "view: the last axis steps backward, so its elements can only be read as others of their size");
  const at::DimVector axes = reversed_axes(base);
  stack.emplace_back(turn(turn(base, axes).view(type), axes));
}

// view_as_complex(self): all axes but the last stay as they are.
void call_view_as_complex(Stack& stack) {
  const at::Tensor base = take(stack, 1)[0].toTensor();
  const at::DimVector axes = reversed_axes(base);
  const bool splits = axes.back() == base.dim() - 1;
  stack.emplace_back(splits ? at::view_as_complex(resolved(base)) : turn(at::view_as_complex(turn(base, axes)), axes));
}

template <at::Tensor (*function)(const at::Tensor&)>
void call_elementwise_view(Stack& stack) {
  const at::Tensor base = take(stack, 1)[0].toTensor();
  const at::DimVector axes = reversed_axes(base);
  stack.emplace_back(turn(function(turn(base, axes)), axes));
}

// ---- Copies ----

// copy_(self, src, non_blocking)
void call_copy(Stack& stack) {
  const auto values = take(stack, 3);
  const at::Tensor self = values[0].toTensor();
  const at::Tensor source = values[1].toTensor();
  const at::DimVector axes = reversed_axes(self);
  if (axes.empty()) {
    self.copy_(resolved(source), values[2].toBool());
  } else {
    turn(self, axes).copy_(turn(source.expand(self.sizes()), axes), values[2].toBool());
  }
  stack.emplace_back(self);
}

// clone(self, memory_format): what is resolved is a copy already, in the order of memory of what it is one of.
void call_clone(Stack& stack) {
  const auto values = take(stack, 2);
  const auto format = values[1].isNone() ? at::MemoryFormat::Preserve : values[1].toMemoryFormat();
  const at::Tensor copy = resolved(values[0].toTensor());
  stack.emplace_back(format == at::MemoryFormat::Preserve ? copy : copy.contiguous(format));
}

const std::unordered_map<std::string, Handler> kHandlers = {
    {"view", call_reshaped},
    {"_reshape_alias", call_restrided},
    {"as_strided", call_as_strided},
    {"view.dtype", call_view_dtype},
    {"view_as_complex", call_view_as_complex},
    {"_conj", call_elementwise_view<at::_conj>},
    {"_neg_view", call_elementwise_view<at::_neg_view>},
    {"copy_", call_copy},
    {"clone", call_clone},
};

// These read no element, so they take the view with its steps forward.
const std::unordered_set<std::string> kShapes = {"empty_like", "zeros_like", "ones_like", "full_like"};

void call_forward(const OperatorHandle& op, Stack& stack) {
  const std::size_t self = stack.size() - op.schema().arguments().size();
  stack[self] = forward_of(stack[self].toTensor());
  op.callBoxed(stack);
}

// Asks about the tensor (is_contiguous, storage_offset) and gives none.
bool is_question(const OperatorHandle& op) {
  const auto& returns = op.schema().returns();
  return !returns.empty() && std::none_of(returns.begin(), returns.end(), [](const c10::Argument& result) {
    return result.type()->kind() == c10::TypeKind::TensorType || result.type()->kind() == c10::TypeKind::ListType;
  });
}

bool gives_view(const OperatorHandle& op) {
  for (const auto& result : op.schema().returns()) {
    if (result.alias_info() != nullptr && !result.alias_info()->isWrite()) return true;
  }
  return false;
}

// Made of other operators, each of which comes back here.
bool is_composite(const OperatorHandle& op) {
  return op.hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd);
}

void call_reversed(const OperatorHandle& op, c10::DispatchKeySet keys, Stack* stack) {
  const std::string name = name_of(op);
  const auto handler = kHandlers.find(name);
  if (handler != kHandlers.end()) return handler->second(*stack);
  if (kLinear.count(name) != 0) return call_linear(op, *stack);
  if (kShapes.count(name) != 0) return call_forward(op, *stack);
  if ((is_question(op) || gives_view(op)) && is_composite(op)) return op.redispatchBoxed(below(keys), stack);
  // A copy would take the writes, or the change of shape, that are meant for the view.
  TORCH_CHECK_NOT_IMPLEMENTED(!gives_view(op) && !op.hasTag(at::Tag::inplace_view), name,
                              ": a view of what steps backward is not known; copy it first");
  call_resolved(op, *stack);
}

}  // namespace

void register_reversed() {
  static const auto* const registration = new c10::RegistrationHandleRAII(c10::Dispatcher::singleton().registerFallback(
      kReversed, c10::KernelFunction::makeFromBoxedFunction<&call_reversed>(), "numtorch: reversed views"));
  static_cast<void>(registration);
}

}  // namespace numtorch
