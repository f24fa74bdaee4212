// Values of the host's own objects: Python numbers, ndarrays, and what NumPy makes an ndarray of.
#pragma once

#include <Python.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <optional>

#include "array/tensor.h"

namespace numtorch {

// What is asked of a conversion.
struct Source {
  c10::Device device;
  bool copy;
  const char* function;
  std::uint8_t* flags;  // receives kShared and kReadOnly of memory that is shared
};

inline bool is_sequence(PyObject* object) { return PyList_Check(object) || PyTuple_Check(object); }

// NumPy's limit on axes, and so on lists in lists. A list may hold itself: whoever goes into lists counts how deep.
constexpr int kDeepest = 64;

// ValueError, in NumPy's words, where lists are nested deeper than that.
inline void check_depth(int depth) {
  if (depth < kDeepest) return;
  fail(PyExc_ValueError,
       "setting an array element with a sequence. The requested array would exceed the maximum number of dimension of "
       "%d.",
       kDeepest);
}

// An ndarray or a NumPy scalar.
bool is_numpy(PyObject* object);

// A NumPy scalar; an ndarray of no subclass.
bool is_numpy_scalar(PyObject* object);
bool is_exact_array(PyObject* object);

// Whether it is a bool of NumPy's; before NumPy 2.3 it passes for an integer.
bool is_numpy_bool(PyObject* object);

// TypeError if `object` is one of NumPy's masked arrays with masked elements, which as plain numbers would count.
void refuse_masked(PyObject* object, const char* function);

// The value of `object`, with NumPy's own conversion to `type` where one is given.
at::Tensor from_host(PyObject* object, std::optional<at::ScalarType> type, const Source& source);

}  // namespace numtorch
