// The hook between the kernels and the tape. The tape itself is Python (numtorch/autograd/tape.py).
#pragma once

#include <Python.h>

#include "array/tensor.h"
#include "errors/errors.h"
#include "programs/found.h"
#include "tape/node.h"

namespace numtorch {

struct KernelObject;

// The tape's node of `object` if it belongs to a gradient that is not over, on whatever thread that began; borrowed or
// null. The first test costs one load while no gradient is being taken anywhere.
PyObject* live_node_slow(TensorObject* object);
inline PyObject* live_node(TensorObject* object) {
  if (active_scopes == 0) return nullptr;
  if (traces != 0) require_found(object);
  if (object->node == nullptr && object->marks == 0) return nullptr;
  return live_node_slow(object);
}
inline bool is_tracked(PyObject* object) {
  return active_scopes != 0 && is_tensor(object) && live_node(as_tensor(object)) != nullptr;
}

// Any Tensor among `args`, or in a list or tuple there, that is tracked?
bool any_tracked(PyObject* const* args, Py_ssize_t count);

// Records that `kernel`, called with `args` (schema order, every argument present), gave `result`
// (a Tensor, or a tuple or list of Tensors). Call it only if any_tracked(args).
void record(KernelObject* kernel, PyObject* const* args, Py_ssize_t count, PyObject* result);

// The nodes of the several results of the call that `node` is, as the tape hangs them together.
Ref parts_of(PyObject* node);

// From now on `node` (or nothing, if null) is what made the Tensor's value.
void attach(PyObject* tensor, PyObject* node);

// Outside of the gradient that made it, the Tensor was written to: it is no longer that gradient's.
inline void note_written(TensorObject* object) {
  if (object->node != nullptr && !is_alive(reinterpret_cast<NodeObject*>(object->node))) Py_CLEAR(object->node);
}

// Of x[i] += y under the tape: the view x[i] dies with the statement, so that its new value is handed on instead of
// written, and has to arrive in x, which settle_write says. The gradient raises if one never does.
void expect_write(PyObject* result);
void settle_write(PyObject* value);

void register_record(PyObject* module);

}  // namespace numtorch
