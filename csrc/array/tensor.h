// The Tensor object: a Python object with an at::Tensor inside.
#pragma once

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/Tensor.h>
#include <Python.h>

#include <cstdint>

#include "errors/errors.h"

namespace numtorch {

enum Flag : std::uint8_t {
  kValue = 1,       // a 0-d result that stands for a NumPy scalar: hashable, never written in place
  kReadOnly = 2,    // writes raise ValueError
  kShared = 4,      // memory that something outside (an ndarray, a DLPack consumer) sees too
  kSaved = 8,       // what the tape keeps for a rule (saved.cpp)
  kPending = 16,    // what x[i] += y made, on its way back into x (record.cpp)
  kView = 32,       // sees the memory of another array
  kFamily = 64,     // is listed among the Tensors of one memory (sharing.cpp)
  kArgument = 128,  // an argument of a function whose gradient is being taken: the caller's memory, until it is written
};

// What a view has in common with what it is a view of.
constexpr std::uint8_t kInherited = kValue | kReadOnly | kShared;

struct TensorObject {
  PyObject_HEAD
  at::Tensor value;
  PyObject* node;  // the tape's node that made this value, or null
  PyObject* weakrefs;
  TensorObject* saved_next;   // of a saved value, the next in its list,
  TensorObject** saved_link;  // and what points to this one (saved.cpp)
  std::uint64_t sequence;     // when `node` was recorded; of a saved value, its version (record.h)
  std::uint32_t born;         // the batch that it was made in, and whether it is an argument there (batch.h)
  std::uint16_t marks;        // how many gradients, on any thread, hold this object as a leaf
  std::uint8_t flags;
  std::uint8_t known;  // in which trace it was made (found.h); 0 is none
};

extern PyTypeObject* tensor_type;

inline bool is_tensor(PyObject* object) { return PyObject_TypeCheck(object, tensor_type) != 0; }
inline TensorObject* as_tensor(PyObject* object) { return reinterpret_cast<TensorObject*>(object); }
inline const at::Tensor& value_of(PyObject* object) { return as_tensor(object)->value; }

// A new Tensor around `value`, without a node. Throws when memory is out.
PyObject* wrap(at::Tensor value, std::uint8_t flags = 0);

// The same as an object of a subclass.
PyObject* wrap_as(PyTypeObject* type, at::Tensor value, std::uint8_t flags);

// The same for what an operation computed: a 0-d result is a value, as a NumPy scalar is.
inline PyObject* wrap_result(at::Tensor value) {
  const std::uint8_t flags = value.dim() == 0 ? kValue : 0;
  return wrap(std::move(value), flags);
}

// Throws ValueError, in NumPy's words, if `object` may not be written to.
void check_writeable(const TensorObject* object);

// Every call into libtorch happens below its own autograd.
using Below = at::AutoDispatchBelowADInplaceOrView;

// Releases the GIL while it lives, if the work is worth the price.
class Unlocked {
 public:
  explicit Unlocked(bool release) : state_(release ? PyEval_SaveThread() : nullptr) {}
  ~Unlocked() {
    if (state_ != nullptr) take_gil_back(state_);
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  PyThreadState* state_;
};

// Elements from which an operation outlasts handing the GIL over.
constexpr std::int64_t kLongWork = 8192;
inline bool is_long(const at::Tensor& value) { return value.numel() >= kLongWork || !value.is_cpu(); }

void register_tensor(PyObject* module);

}  // namespace numtorch
