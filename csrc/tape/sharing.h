// Who sees the same memory while a gradient is being taken, and what a write does then.
//
// What the tape has kept is never overwritten: a write makes new memory. Where several Tensors see the old one (an
// array and its views), all of them move to the new memory together, each as the view of it that it was of the old one.
#pragma once

#include <Python.h>

#include "array/tensor.h"
#include "tape/run.h"

namespace numtorch {

// Notes that `view`, just made, sees the memory of `source`. Costs one load while no gradient is being taken.
void note_view_slow(TensorObject* source, PyObject* view);
inline PyObject* note_view(TensorObject* source, PyObject* view) {
  if (active_scopes != 0 && view != nullptr) note_view_slow(source, view);
  return view;
}

// The Tensor is about to see other memory.
void leave_family(TensorObject* object);

// A gradient is over.
void forget_families();

// Of a Tensor with the flag kSaved or kFamily that is being freed.
void forget_sharing(TensorObject* object);

// Gives `target` the value and the node of `result`, in place, as an assignment under the tape does, and with it all
// Tensors that are known to see its memory. Raises NotImplementedError where others do.
void rebind(TensorObject* target, const TensorObject* result, const char* function);

// Does a Tensor other than `object` see its memory, apart from what the tape alone still holds?
bool is_memory_shared(const TensorObject* object);

// Is `object` alone with its memory, so that nothing but its own name can tell that it was written?
bool owns_alone(const TensorObject* object);

}  // namespace numtorch
