// To and from the host's objects: ndarrays, scalars, sequences, buffers, DLPack.
#pragma once

#include <Python.h>
#include <c10/core/Device.h>

#include <optional>

#include "array/abstract.h"
#include "array/tensor.h"

namespace numtorch {

// The Tensor value of an array-like (Tensor, ndarray, scalar, nested list, DLPack, __array_interface__, __array__)
// on `device` with `dtype` (its own if none). Shares memory only when `copy` is false and it can. Records nothing:
// a list holding a tracked Tensor is a TypeError here, and goes through to_tensor.
at::Tensor to_value(PyObject* object, std::optional<at::ScalarType> dtype, c10::Device device, bool copy,
                    const char* function);

// The same as a Tensor object, recorded where a Tensor in `object` is tracked; without `device`, where the data is.
// `object` itself if it is such a Tensor already and `copy` is false. New reference.
PyObject* to_tensor(PyObject* object, std::optional<at::ScalarType> dtype, std::optional<c10::Device> device, bool copy,
                    const char* function);

// `tensor` with another dtype or on another device, always a copy, recorded if it is tracked. New reference.
PyObject* cast(PyObject* tensor, at::ScalarType dtype, c10::Device device);

// The same for a value, never recorded. Warns as NumPy does when an imaginary part is lost. By value, here and below:
// in a warning's filter, or while the GIL is released, another thread may give the Tensor that it is in other memory.
at::Tensor cast_value(at::Tensor value, at::ScalarType dtype, c10::Device device);

// A copy with its memory in NumPy's order 'C', 'F', 'A' or 'K', recorded if `tensor` is tracked. New reference.
PyObject* copy_tensor(PyObject* tensor, char order);

// An ndarray on the host with a copy of the value (waits for the device). New reference.
PyObject* to_array(at::Tensor value);

// The same, but a NumPy scalar for a 0-d value. New reference.
PyObject* to_ndarray(at::Tensor value);

// The Python number of a one-element value (waits for the device). New reference.
PyObject* to_number(at::Tensor value);

// What `object.__dlpack__()` gives, without a copy; `flags` receives kShared, and kReadOnly if its owner says so.
at::Tensor from_dlpack(PyObject* object, const char* function, std::uint8_t* flags);

// The number protocol's conversions, by NumPy's rules.
PyObject* to_float_slot(PyObject* self);
PyObject* to_int_slot(PyObject* self);
PyObject* to_index_slot(PyObject* self);
int to_bool_slot(PyObject* self);

// The buffer protocol.
int get_buffer(PyObject* self, Py_buffer* view, int flags);
void release_buffer(PyObject* self, Py_buffer* view);

// Fills `view` with the memory of `value`, but for its owner; release_buffer undoes it.
void describe_buffer(const at::Tensor& value, bool readonly, Py_buffer* view, int flags);

// Is the memory of `value`, as it lies, what an ndarray of its dtype would hold?
inline bool is_plain(const at::Tensor& value) {
  return value.is_cpu() && !is_abstract(value) && !value.is_conj() && !value.is_neg();
}

// Is the memory contiguous in Fortran's order?
bool is_fortran(const at::Tensor& value);

// TypeError naming `function` and the way out if `self` is tracked.
void check_untracked(PyObject* self, const char* function);

// Tensor's methods, in one table: export.cpp, dlpack.cpp and copy.cpp define them.
namespace method {
PyObject* array(PyObject* self, PyObject* args, PyObject* keywords);
PyObject* item(PyObject* self, PyObject* args);
PyObject* tolist(PyObject* self, PyObject*);
PyObject* numpy(PyObject* self, PyObject*);
PyObject* complex(PyObject* self, PyObject*);
PyObject* dlpack(PyObject* self, PyObject* args, PyObject* keywords);
PyObject* dlpack_device(PyObject* self, PyObject*);
PyObject* astype(PyObject* self, PyObject* args, PyObject* keywords);
PyObject* to(PyObject* self, PyObject* args, PyObject* keywords);
PyObject* copy(PyObject* self, PyObject* args, PyObject* keywords);
PyObject* shallow_copy(PyObject* self, PyObject*);
PyObject* deep_copy(PyObject* self, PyObject* memo);
PyObject* reduce(PyObject* self, PyObject*);
}  // namespace method

extern PyMethodDef convert_methods[];
extern PyGetSetDef convert_getset[];

// The module's functions that are not about values coming in; convert.cpp lists them.
PyObject* collect(PyObject* module, PyObject* object);
PyObject* summary(PyObject* module, PyObject* args);
PyObject* rebuild(PyObject* module, PyObject* args);
PyObject* import_dlpack(PyObject* module, PyObject* args, PyObject* keywords);

void register_convert(PyObject* module);

}  // namespace numtorch
