#include "tape/saved.h"

#include <ATen/ops/clone.h>

#include <array>
#include <unordered_map>
#include <vector>

#include "array/view.h"
#include "indexing/access.h"

namespace numtorch {

std::int64_t saved_count = 0;  // guarded by the GIL, as the lists are

namespace {

// Lists by a hash of the memory's address, through the Tensors themselves: what is listed is alive, and to note a value
// costs next to nothing.
constexpr std::size_t kLists = 1 << 14;
std::array<TensorObject*, kLists> lists{};

TensorObject*& list_of(const c10::StorageImpl* storage) {
  const auto address = reinterpret_cast<std::uintptr_t>(storage);
  return lists[((address >> 6) ^ (address >> 20)) % kLists];
}

const c10::StorageImpl* storage_of(const at::Tensor& value) { return memory_of(value).unsafeGetStorageImpl(); }

}  // namespace

std::uint64_t version_of(const at::Tensor& value) {
  return value.unsafeGetTensorImpl()->version_counter().current_version();
}

void note_saved(TensorObject* saved) {
  TensorObject*& list = list_of(storage_of(saved->value));
  saved->saved_next = list;
  saved->saved_link = &list;
  if (list != nullptr) list->saved_link = &saved->saved_next;
  list = saved;
  saved->flags |= kSaved;
  ++saved_count;
}

void forget_saved(TensorObject* saved) {
  *saved->saved_link = saved->saved_next;
  if (saved->saved_next != nullptr) saved->saved_next->saved_link = saved->saved_link;
  saved->flags &= static_cast<std::uint8_t>(~kSaved);
  --saved_count;
}

TensorObject* first_saved(const c10::StorageImpl* storage) { return list_of(storage); }

void spare_saved_slow(const at::Tensor& value) {
  const c10::StorageImpl* storage = storage_of(value);
  std::vector<TensorObject*> found;
  for (TensorObject* saved = list_of(storage); saved != nullptr; saved = saved->saved_next) {
    if (storage_of(saved->value) == storage && overlaps(saved->value, value)) found.push_back(saved);
  }
  std::unordered_map<const c10::TensorImpl*, at::Tensor> copies;  // what two rules keep is one
  for (TensorObject* saved : found) {
    at::Tensor& copy = copies[saved->value.unsafeGetTensorImpl()];
    if (!copy.defined()) {
      Below guard;
      copy = saved->value.clone();
    }
    forget_saved(saved);
    saved->value = copy;
    saved->sequence = version_of(copy);
  }
}

}  // namespace numtorch
