// A kernel: one aten operator (an overload), callable from Python by its schema.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <Python.h>

#include <optional>
#include <string>
#include <vector>

#include "array/tensor.h"
#include "kernels/onednn.h"

namespace numtorch {

enum class Kind : std::uint8_t {
  Tensor,
  TensorList,
  OptionalTensorList,
  Scalar,
  ScalarList,
  Int,
  IntList,
  Float,
  FloatList,
  Bool,
  BoolList,
  String,
  ScalarType,
  Layout,
  MemoryFormat,
  Device,
  Generator,
  Unsupported,
};

struct Parameter {
  std::string name;
  Kind kind;
  bool optional;  // None is accepted
  bool keyword_only;
  bool written;  // the operator writes to it (self of add_, out)
  bool has_default;
  int length;                // of int[2]: a single int stands for all; 0 otherwise
  PyObject* name_object;     // interned
  PyObject* default_object;  // null without default
  c10::IValue default_value;
};

// The signatures that skip the IValue stack.
enum class Shortcut : std::uint8_t { None, Unary, Binary, BinaryAlpha };

using UnaryFunction = at::Tensor(const at::Tensor&);
using BinaryFunction = at::Tensor(const at::Tensor&, const at::Tensor&);
using AlphaFunction = at::Tensor(const at::Tensor&, const at::Tensor&, const at::Scalar&);

// The operator under its C++ signature: checked once here, libtorch would check it at every call.
struct Typed {
  std::optional<c10::TypedOperatorHandle<UnaryFunction>> unary;
  std::optional<c10::TypedOperatorHandle<BinaryFunction>> binary;
  std::optional<c10::TypedOperatorHandle<AlphaFunction>> alpha;
};

struct KernelObject {
  PyObject_HEAD
  vectorcallfunc vectorcall;
  PyObject* name;                     // "add.Tensor"
  PyObject* rule;                     // what the tape attached, or a str: why there is none
  std::vector<std::uint64_t>* reads;  // per parameter: what its rule reads; bit i: argument i, bit 63: the result
  c10::OperatorHandle* op;            // null for a kernel that numtorch itself defines (indexing)
  std::vector<Parameter>* parameters;
  std::vector<int>* aliases;     // per result: the written parameter that it is, or -1
  std::vector<int>* sources;     // per result: the parameter whose memory it may share, or -1
  Typed* typed;                  // null without shortcut
  Faster* faster;                // or null: to be tried before libtorch's operator
  void (*prepare)(c10::Stack&);  // or null: what the stack needs first
  Shortcut shortcut;
  bool writes;       // some parameter is written
  bool views;        // the result may share memory with an argument
  bool elementwise;  // one element of the result for each of the broadcast arguments
  bool constant;     // declared by the tape: the result does not depend smoothly on any argument
};

extern PyTypeObject* kernel_type;
inline KernelObject* as_kernel(PyObject* object) { return reinterpret_cast<KernelObject*>(object); }
constexpr std::size_t kMaxArguments = 64;
constexpr std::uint64_t kReadsResult = std::uint64_t{1} << 63;

// The kernel of that name, made at most once. Borrowed; throws ValueError for an unknown one.
KernelObject* find_kernel(const std::string& name);

// A kernel of numtorch's own (no aten operator of that meaning): recorded by name, with these argument names.
KernelObject* define_kernel(const std::string& name, const std::vector<std::string>& parameters);

// "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor"
std::string schema_text(const KernelObject* kernel);

// Calls with arguments in schema order, null for one left out (its default is taken). New reference.
// Records if an argument is tracked.
PyObject* call_kernel(KernelObject* kernel, PyObject* const* args, Py_ssize_t count);

// kernel(...) from Python: positional and keyword arguments, by the schema.
PyObject* call_kernel_vector(PyObject* self, PyObject* const* args, std::size_t flags, PyObject* names);

// Calls an elementwise kernel on values, without recording (Shortcut::Unary, or the binary ones).
at::Tensor call_unary(const KernelObject* kernel, const at::Tensor& a);
at::Tensor call_binary(const KernelObject* kernel, const at::Tensor& a, const at::Tensor& b);

void register_kernel(PyObject* module);

}  // namespace numtorch
