// What the tape keeps for rules, by its memory: whoever is about to overwrite that copies it first.
#pragma once

#include "array/tensor.h"

namespace numtorch {

extern std::int64_t saved_count;

// `saved` is what the tape keeps of a value.
void note_saved(TensorObject* saved);

// It is being freed, or gets other memory. Of a Tensor with the flag kSaved.
void forget_saved(TensorObject* saved);

// The first of those that may see this memory; the others follow by saved_next, with those of other memory among them.
TensorObject* first_saved(const c10::StorageImpl* storage);

// `value` is about to be written to, without a record: what rules keep of its memory moves away. Costs one load while
// nothing is kept.
void spare_saved_slow(const at::Tensor& value);
inline void spare_saved(const at::Tensor& value) {
  if (saved_count != 0) spare_saved_slow(value);
}

// How often the memory of a value was written to.
std::uint64_t version_of(const at::Tensor& value);

}  // namespace numtorch
