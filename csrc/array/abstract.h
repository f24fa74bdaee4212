// Abstract tensors: no memory with values is behind them.
//
// A program that is traced (compile) computes with tensors that know shape and dtype only, and under vmap one tensor
// stands for many. Both go through libtorch's dispatcher at every step, so that whoever traces or batches sees it: what
// makes views by hand, reads memory or asks who else holds it has to take another way for them.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include <optional>
#include <string>

namespace numtorch {

constexpr c10::DispatchKeySet kAbstract({c10::DispatchKey::Python, c10::DispatchKey::FuncTorchBatched,
                                         c10::DispatchKey::FuncTorchGradWrapper, c10::DispatchKey::Functionalize});

inline bool is_abstract(const at::Tensor& value) { return value.key_set().has_any(kAbstract); }
inline bool is_batched(const at::Tensor& value) { return value.key_set().has(c10::DispatchKey::FuncTorchBatched); }

// What a batched tensor is made of, else the tensor itself.
at::Tensor physical(const at::Tensor& value);

// The elements in the opposite order along axes, by operators, of any dtype.
at::Tensor flipped(const at::Tensor& value, at::IntArrayRef axes);

// Is this thread tracing a program?
bool is_tracing();

// While it lives nothing is traced or batched: for values of the host's, which are known.
class Concrete {
 public:
  Concrete() : guard_(kModes) {}

 private:
  static constexpr c10::DispatchKeySet kModes{
      {c10::DispatchKey::Python, c10::DispatchKey::PythonTLSSnapshot, c10::DispatchKey::FuncTorchDynamicLayerFrontMode,
       c10::DispatchKey::FuncTorchDynamicLayerBackMode, c10::DispatchKey::FuncTorchVmapMode}};
  c10::impl::ExcludeDispatchKeyGuard guard_;
};

// What is known is computed at once, and no part of the program that is traced.
class ConcreteIfKnown {
 public:
  explicit ConcreteIfKnown(const at::Tensor& value) {
    if (!is_abstract(value)) guard_.emplace();
  }

 private:
  std::optional<Concrete> guard_;
};

// A view by the operators that say what it is, as view_as of an abstract tensor: strides may be negative, and then it
// is a copy.
at::Tensor abstract_view(const at::Tensor& base, at::ScalarType type, at::IntArrayRef sizes, at::IntArrayRef strides,
                         std::int64_t offset);

// "model.py, line 12, in loss" of the innermost frame that is a user's; empty if there is none.
std::string user_line();

// The function of a library that this frame called: "unique"; empty if there is none.
std::string user_function();

// Throws if `value` is abstract: its values are not known. `reader` says what asks for them ("float()").
void require_values(const at::Tensor& value, const char* reader);

// Throws: the size of a result depends on values that are not known.
[[noreturn]] void fail_size(const at::Tensor& value, const char* reader);

// numtorch.CompileError, a RuntimeError.
extern PyObject* compile_error;

void register_abstract(PyObject* module);

}  // namespace numtorch
