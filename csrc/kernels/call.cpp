// Calling kernels: from Python's arguments to libtorch's stack and back.
#include <ATen/DeviceAccelerator.h>
#include <ATen/ops/clone.h>

#include "array/device.h"
#include "array/order.h"
#include "array/subclass.h"
#include "array/view.h"
#include "errors/wording.h"
#include "kernels/arguments.h"
#include "kernels/kernel.h"
#include "programs/batch.h"
#include "tape/record.h"
#include "tape/saved.h"
#include "tape/sharing.h"

namespace numtorch {

namespace {

[[noreturn]] void fail_arguments(const KernelObject* kernel, const char* what, const char* which) {
  fail(PyExc_TypeError, "%U: %s %s; the kernel is %s", kernel->name, what, which, schema_text(kernel).c_str());
}

// Arguments by position in the schema; null where none was given.
struct Arguments {
  PyObject* values[kMaxArguments] = {};
  Py_ssize_t count = 0;
};

void place_keyword(const KernelObject* kernel, Arguments& arguments, PyObject* name, PyObject* value) {
  const auto& parameters = *kernel->parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name_object != name && PyUnicode_Compare(parameters[i].name_object, name) != 0) continue;
    if (arguments.values[i] != nullptr) fail_arguments(kernel, "got twice the argument", parameters[i].name.c_str());
    arguments.values[i] = value;
    return;
  }
  fail_arguments(kernel, "has no argument named", PyUnicode_AsUTF8(name));
}

Arguments arrange(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  const auto& parameters = *kernel->parameters;
  Arguments arguments;
  arguments.count = static_cast<Py_ssize_t>(parameters.size());
  std::size_t positional = 0;
  while (positional < parameters.size() && !parameters[positional].keyword_only) ++positional;
  if (static_cast<std::size_t>(count) > positional) {
    fail_arguments(kernel, "got too many positional arguments:", std::to_string(count).c_str());
  }
  for (Py_ssize_t i = 0; i < count; ++i) arguments.values[i] = args[i];
  const Py_ssize_t keywords = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
  for (Py_ssize_t i = 0; i < keywords; ++i)
    place_keyword(kernel, arguments, PyTuple_GET_ITEM(names, i), args[count + i]);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (arguments.values[i] == nullptr && !parameters[i].has_default) {
      fail_arguments(kernel, "lacks the argument", parameters[i].name.c_str());
    }
  }
  return arguments;
}

// What is known of a call's Tensors before it runs.
struct Survey {
  const at::Tensor* first = nullptr;
  bool is_long = false;

  void see(const KernelObject* kernel, const at::Tensor& value) {
    if (first == nullptr) {
      first = &value;
    } else if (first->device() != value.device()) {
      fail_two_devices(PyUnicode_AsUTF8(kernel->name), first->device(), value.device());
    }
    is_long |= numtorch::is_long(value);
  }

  void see(const KernelObject* kernel, PyObject* object) {
    if (object == nullptr) return;
    if (is_tensor(object)) {
      see(kernel, value_of(object));
    } else if (PyTuple_Check(object) || PyList_Check(object)) {
      const Py_ssize_t count = PySequence_Fast_GET_SIZE(object);
      for (Py_ssize_t i = 0; i < count; ++i) {
        PyObject* item = PySequence_Fast_GET_ITEM(object, i);
        check_open(item);
        if (is_tensor(item)) see(kernel, value_of(item));
      }
    }
  }
};

at::Tensor ordered_result(PyObject* const* args, Py_ssize_t count, at::Tensor result) {
  if (result.dim() < 2 || result.is_contiguous()) return result;
  c10::SmallVector<const at::Tensor*, 4> operands;
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (args[i] != nullptr && is_tensor(args[i])) operands.push_back(&value_of(args[i]));
  }
  if (operands.size() < 2) return result;
  Below guard;
  return in_order_of(std::move(result), operands.data(), operands.size());
}

// Conjugates that are still to be taken: some kernels leave them so, and others do not take them.
void resolve_conjugates(c10::Stack& stack) {
  for (c10::IValue& value : stack) {
    if (value.isTensor() && value.toTensor().defined() && value.toTensor().is_conj())
      value = value.toTensor().resolve_conj();
  }
}

void run_stack(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count, bool release, bool tracked,
               c10::Stack& stack) {
  const auto& parameters = *kernel->parameters;
  stack.clear();
  stack.reserve(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    PyObject* object = static_cast<Py_ssize_t>(i) < count ? args[i] : nullptr;
    if (object == nullptr && !parameters[i].has_default)
      fail_arguments(kernel, "lacks the argument", parameters[i].name.c_str());
    stack.push_back(object == nullptr ? parameters[i].default_value : to_ivalue(kernel, parameters[i], object));
  }
  Below guard;
  Unlocked unlocked(release);
  if (kernel->prepare != nullptr) kernel->prepare(stack);
  if (kernel->faster != nullptr && kernel->faster->call != nullptr && kernel->faster->call(stack, tracked)) {
    ++kernel->faster->taken;
    return;
  }
  kernel->op->callBoxed(stack);
  if (!kernel->views) resolve_conjugates(stack);
}

// Frees what can be freed: unreachable Python objects and libtorch's cached blocks.
void make_room() {
  const Ref gc = check(PyImport_ImportModule("gc"));
  check(PyObject_CallMethod(gc.get(), "collect", nullptr));
  if (at::getAccelerator(false).has_value() && at::accelerator::deviceCount() > 0) at::accelerator::emptyCache();
}

// Inside `catch (...)`: goes on only if memory was what lacked.
void require_out_of_memory(const KernelObject* kernel) {
  set_kernel_error(kernel->name);
  if (PyErr_ExceptionMatches(out_of_memory_error) == 0) throw PythonError{};
  PyErr_Clear();
}

// Computes, and once more after making room if memory ran out.
template <class Compute>
auto with_retry(const KernelObject* kernel, Compute compute) -> decltype(compute()) {
  try {
    return compute();
  } catch (const PythonError&) {
    throw;
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    require_out_of_memory(kernel);
  }
  make_room();
  return compute();
}

void before_write(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count) {
  if (any_tracked(args, count)) {
    fail(PyExc_NotImplementedError,
         "%U writes into its arguments, which a gradient being taken needs; use the kernel that returns a new Tensor",
         kernel->name);
  }
  for (Py_ssize_t i = 0; i < count; ++i) {
    if ((*kernel->parameters)[static_cast<std::size_t>(i)].written && args[i] != nullptr && is_tensor(args[i])) {
      check_writeable(as_tensor(args[i]));
      spare_saved(as_tensor(args[i])->value);
      as_tensor(args[i])->value.unsafeGetTensorImpl()->bump_version();
      note_written(as_tensor(args[i]));
    }
  }
}

// A view counts the writes to its memory together with what it views, and cannot be written to if that cannot.
PyObject* wrap_view(const at::Tensor& value, TensorObject* source) {
  if (!value.defined()) return Py_NewRef(Py_None);
  if (!share_memory(value, source->value)) return wrap_result(value);
  // An array made from a value is written to without changing the value.
  if ((source->flags & kValue) != 0 && value.dim() > 0 && value.numel() == 1) {
    Below guard;
    return wrap(at::clone(value));
  }
  if (value.unsafeGetTensorImpl() != source->value.unsafeGetTensorImpl()) {
    value.unsafeGetTensorImpl()->set_version_counter(source->value.unsafeGetTensorImpl()->version_counter());
  }
  const int inherited = (source->flags & kInherited) | kView;
  const auto flags = static_cast<std::uint8_t>(value.dim() == 0 ? inherited : inherited & ~kValue);
  return note_view(source, wrap(value, flags));
}

PyObject* wrap_views(const c10::IValue& value, TensorObject* source) {
  if (value.isTensor()) return wrap_view(value.toTensor(), source);
  if (!value.isTensorList()) return from_ivalue(value);
  const auto views = value.toTensorVector();
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(views.size())));
  for (std::size_t i = 0; i < views.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), check(wrap_view(views[i], source)).release());
  }
  return tuple.release();
}

PyObject* result_at(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count, const c10::IValue& value,
                    std::size_t i) {
  const int alias = (*kernel->aliases)[i];
  if (alias >= 0 && alias < count && args[alias] != nullptr && is_tensor(args[alias])) return Py_NewRef(args[alias]);
  const int source = (*kernel->sources)[i];
  if (source >= 0 && source < count && args[source] != nullptr && is_tensor(args[source])) {
    return wrap_views(value, as_tensor(args[source]));
  }
  return from_ivalue(value);
}

PyObject* collect_results(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count,
                          const c10::Stack& stack) {
  if (stack.empty()) return Py_NewRef(Py_None);
  if (stack.size() == 1) return result_at(kernel, args, count, stack[0], 0);
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(stack.size())));
  for (std::size_t i = 0; i < stack.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i),
                     check(result_at(kernel, args, count, stack[i], i)).release());
  }
  return tuple.release();
}

at::Tensor run_shortcut(const KernelObject* kernel, PyObject* const* args) {
  if (kernel->shortcut == Shortcut::Unary) return call_unary(kernel, value_of(args[0]));
  return call_binary(kernel, value_of(args[0]), value_of(args[1]));
}

// Whether the call fits the unboxed signature: Tensors only, on one device, alpha left at its default.
bool fits_shortcut(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count) {
  switch (kernel->shortcut) {
    case Shortcut::None:
      return false;
    case Shortcut::Unary:
      return count == 1 && is_tensor(args[0]);
    case Shortcut::Binary:
    case Shortcut::BinaryAlpha:
      return (count == 2 || (count == 3 && args[2] == nullptr)) && is_tensor(args[0]) && args[1] != nullptr &&
             is_tensor(args[1]) && value_of(args[0]).device() == value_of(args[1]).device();
  }
  return false;
}

at::Tensor compute_binary(const KernelObject* kernel, const at::Tensor& a, const at::Tensor& b) {
  static const at::Scalar one(1);
  if (kernel->faster != nullptr && kernel->faster->product != nullptr) {
    at::Tensor result = kernel->faster->product(a, b);
    if (result.defined()) {
      ++kernel->faster->taken;
      return result;
    }
  }
  at::Tensor result =
      kernel->shortcut == Shortcut::Binary ? kernel->typed->binary->call(a, b) : kernel->typed->alpha->call(a, b, one);
  return kernel->elementwise ? in_order_of(std::move(result), a, b) : result;
}

}  // namespace

at::Tensor call_unary(const KernelObject* kernel, const at::Tensor& a) {
  const auto& function = *kernel->typed->unary;
  Below guard;
  if (!is_long(a)) return function.call(a);
  const at::Tensor held = a;  // another thread may rebind the Tensor that `a` is in
  Unlocked release(true);
  return function.call(held);
}

at::Tensor call_binary(const KernelObject* kernel, const at::Tensor& a, const at::Tensor& b) {
  Below guard;
  if (!is_long(a) && !is_long(b)) return compute_binary(kernel, a, b);
  const at::Tensor held_a = a;
  const at::Tensor held_b = b;
  Unlocked release(true);
  return compute_binary(kernel, held_a, held_b);
}

PyObject* call_kernel(KernelObject* kernel, PyObject* const* args, Py_ssize_t count) {
  const bool tracked = any_tracked(args, count);
  for (Py_ssize_t i = 0; i < count; ++i) check_open(args[i]);
  if (fits_shortcut(kernel, args, count)) {
    Ref result = check(wrap_result(with_retry(kernel, [&] { return run_shortcut(kernel, args); })));
    if (tracked) record(kernel, args, count, result.get());
    return in_class_of(result.release(), args[0]);
  }
  if (kernel->writes) before_write(kernel, args, count);
  Survey survey;
  for (Py_ssize_t i = 0; i < count; ++i) survey.see(kernel, args[i]);
  c10::Stack stack;
  const bool release = survey.is_long || survey.first == nullptr;
  with_retry(kernel, [&] { run_stack(kernel, args, count, release, tracked, stack); });
  if (kernel->elementwise && stack.size() == 1 && stack[0].isTensor()) {
    stack[0] = ordered_result(args, count, stack[0].toTensor());
  }
  Ref result = check(collect_results(kernel, args, count, stack));
  if (tracked) record(kernel, args, count, result.get());
  return count > 0 && args[0] != nullptr ? in_class_of(result.release(), args[0]) : result.release();
}

PyObject* call_kernel_vector(PyObject* self, PyObject* const* args, std::size_t flags, PyObject* names) {
  return guarded([&] {
    const auto count = static_cast<Py_ssize_t>(PyVectorcall_NARGS(flags));
    auto* kernel = as_kernel(self);
    if (kernel->op == nullptr)
      fail(PyExc_TypeError, "%U is recorded by Tensor itself and cannot be called", kernel->name);
    if (names == nullptr && fits_shortcut(kernel, args, count)) return call_kernel(kernel, args, count);
    const Arguments arguments = arrange(kernel, args, count, names);
    return call_kernel(kernel, arguments.values, arguments.count);
  });
}

}  // namespace numtorch
