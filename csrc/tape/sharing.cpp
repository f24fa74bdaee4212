#include "tape/sharing.h"

#include <ATen/ops/as_strided.h>
#include <ATen/ops/clone.h>

#include <algorithm>
#include <cstdlib>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "array/abstract.h"
#include "array/view.h"
#include "programs/batch.h"
#include "tape/node.h"
#include "tape/record.h"
#include "tape/run.h"
#include "tape/saved.h"
#include "tape/strided.h"

namespace numtorch {

namespace {

// The Tensors of one memory. `root` is a Tensor of the tape's own that sees all that they see, with its history.
struct Family {
  Ref root;
  Ref run;                   // the gradient that the history belongs to; null if that cannot be told
  bool is_mixed = false;     // gradients of several threads see the memory
  bool is_mapped = false;    // the memory is that of samples from outside of a batch (batch.h)
  bool is_argument = false;  // the memory is that of an argument of the function, whose own array stays as it is
  std::vector<TensorObject*> members;
};

using Storage = const c10::StorageImpl*;

std::unordered_map<Storage, Family>& families() {
  static auto* map = new std::unordered_map<Storage, Family>();
  return *map;
}

Storage storage_of(const at::Tensor& value) { return memory_of(value).unsafeGetStorageImpl(); }

bool contains(const at::Tensor& outer, const at::Tensor& inner) {
  const auto reals = [](const at::Tensor& value) { return c10::toRealValueType(value.scalar_type()); };
  if (reals(outer) != reals(inner) || outer.numel() == 0) return false;
  const Span a = reals_of(outer);
  const Span b = reals_of(inner);
  return a.begin <= b.begin && b.end <= a.end;
}

// The gradient that views of the Tensor belong to, as far as can be told.
RunObject* run_of(TensorObject* object) {
  if (PyObject* node = live_node(object)) return as_node(node)->run;
  return current_run();
}

Ref alias_of(TensorObject* object) {
  Ref alias = check(wrap(object->value));
  if (PyObject* node = live_node(object)) attach(alias.get(), node);
  return alias;
}

void join(Family& family, TensorObject* object) {
  if ((object->flags & kFamily) != 0) return;
  object->flags |= kFamily;
  family.members.push_back(object);
}

// Does anything hold the memory of `object` beside it, its family and what is kept for rules?
bool has_strangers(const TensorObject* object, const Family* family) {
  // Who traces or batches holds it too; all that see it have been noted since that began.
  if (is_abstract(object->value)) return false;
  const Storage storage = storage_of(object->value);
  std::unordered_set<const c10::TensorImpl*> known{object->value.unsafeGetTensorImpl()};
  if (family != nullptr) {
    known.insert(value_of(family->root.get()).unsafeGetTensorImpl());
    for (const TensorObject* member : family->members) known.insert(member->value.unsafeGetTensorImpl());
  }
  // What only rules hold looks at the memory for nobody else.
  std::unordered_map<const c10::TensorImpl*, std::size_t> kept;
  for (TensorObject* saved = first_saved(storage); saved != nullptr; saved = saved->saved_next) {
    const auto* impl = saved->value.unsafeGetTensorImpl();
    if (storage_of(saved->value) == storage && ++kept[impl] == saved->value.use_count()) known.insert(impl);
  }
  return static_cast<std::size_t>(memory_of(object->value).use_count()) > known.size();
}

Family* family_of(const TensorObject* object) {
  if ((object->flags & kFamily) == 0) return nullptr;
  const auto found = families().find(storage_of(object->value));
  return found == families().end() ? nullptr : &found->second;
}

constexpr const char* kStrangers = "arrays made before it (a view, or what it is a view of) share this Tensor's memory";

[[noreturn]] void refuse(const char* function, const char* why) {
  if (open_batches() != 0) {
    fail(PyExc_RuntimeError,
         "vmap: %s writes what each sample has to a Tensor, and %s; write into a copy, or return what is to be kept",
         function, why);
  }
  fail(PyExc_NotImplementedError,
       "%s: a gradient is being taken, and %s; write into a copy, or build the result without writing", function, why);
}

// Does no element of memory appear twice?
bool is_distinct(const at::Tensor& value) {
  std::vector<std::pair<std::int64_t, std::int64_t>> axes;
  for (std::int64_t i = 0; i < value.dim(); ++i) {
    if (value.size(i) > 1) axes.emplace_back(std::abs(value.stride(i)), value.size(i));
  }
  std::sort(axes.begin(), axes.end());
  std::int64_t reach = 0;
  for (const auto& [stride, size] : axes) {
    if (stride <= reach) return false;
    reach += (size - 1) * stride;
  }
  return true;
}

at::Tensor strided(const at::Tensor& flat, const at::Tensor& like, std::int64_t begin) {
  const std::int64_t offset = flat.storage_offset() - begin;
  if (!is_pairs(like, flat)) return view_of(flat, like.sizes(), like.strides(), offset + like.storage_offset());
  return view_as(flat, like.scalar_type(), like.sizes(), like.strides(), offset / 2 + like.storage_offset());
}

// All that the root sees as one axis, in the order of memory, with the root's history.
Ref flattened(PyObject* root, const Span& span) {
  const at::Tensor& value = value_of(root);
  Ref flat = check(wrap(view_of(value, {span.end - span.begin}, {1}, span.begin)));
  if (value.dim() == 1 && (value.stride(0) == 1 || value.size(0) == 1)) {
    if (PyObject* node = live_node(as_tensor(root))) attach(flat.get(), node);
    return flat;
  }
  if (is_tracked(root)) {
    const Ref bare = check(wrap(value_of(flat.get())));
    record_write(bare.get(), root, value, span.begin, flat.get());
  }
  return flat;
}

// What is flat and complex, as real numbers.
Ref as_reals(PyObject* flat) {
  const at::Tensor& value = value_of(flat);
  const at::ScalarType type = c10::toRealValueType(value.scalar_type());
  Ref reals = check(wrap(view_as(value, type, {2 * value.numel()}, {1}, 2 * value.storage_offset())));
  const Ref bare = check(wrap(value_of(reals.get())));
  record_write(bare.get(), flat, value, 2 * value.storage_offset(), reals.get());
  return reals;
}

bool has_parts(const Family& family) {
  const auto is_part = [](const TensorObject* member) {
    return !member->value.is_complex() && member->value.numel() != 0;
  };
  return value_of(family.root.get()).is_complex() && std::any_of(family.members.begin(), family.members.end(), is_part);
}

void check_family(const TensorObject* target, const Family& family, const char* function) {
  if (!family.is_argument && has_strangers(target, &family)) refuse(function, kStrangers);
  if (family.is_mixed) refuse(function, "gradients of other threads see this Tensor's memory");
  for (const TensorObject* member : family.members) {
    if ((member->flags & kShared) != 0) refuse(function, "an ndarray shares this Tensor's memory");
    if (member->value.numel() != 0 && !contains(value_of(family.root.get()), member->value)) {
      refuse(function, "views of another dtype share this Tensor's memory");
    }
  }
  if (!is_distinct(target->value)) refuse(function, "this Tensor sees some of its elements more than once");
}

// The write reaches every member: new memory, and each Tensor the same part of it as before.
void rebind_family(TensorObject* target, const TensorObject* result, Family& family) {
  const at::Tensor old = target->value;
  const bool was_tracked = is_tracked(family.root.get());
  Span span = span_of(value_of(family.root.get()));
  Ref flat = flattened(family.root.get(), span);
  if (has_parts(family)) {
    span = reals_of(value_of(family.root.get()));
    flat = as_reals(flat.get());
  }
  at::Tensor memory;
  {
    Below guard;
    const auto steps_back = [](const TensorObject* member) { return is_reversed(member->value); };
    if (is_abstract(result->value) && std::any_of(family.members.begin(), family.members.end(), steps_back)) {
      refuse("__setitem__", "a view that steps backward sees its memory");
    }
    const at::Tensor& before = value_of(flat.get());
    memory =
        is_batched(result->value) ? spread_like(before, result->value) : before.clone(at::MemoryFormat::Contiguous);
    strided(memory, old, span.begin).copy_(result->value);
  }
  Ref written = check(wrap(memory));
  auto* source = reinterpret_cast<PyObject*>(const_cast<TensorObject*>(result));
  record_write(flat.get(), source, old, span.begin, written.get());
  Family moved = std::move(family);
  families().erase(storage_of(old));
  for (TensorObject* member : moved.members) {
    const at::Tensor before = member->value;
    if (before.numel() == 0) {
      // It sees no element, but holds the memory that it is a view of.
      member->value = view_of(memory, before.sizes(), before.strides(), 0);
      continue;
    }
    auto* object = reinterpret_cast<PyObject*>(member);
    const bool is_constant = was_tracked && member != target && !is_tracked(object);  // detached
    member->value = strided(memory, before, span.begin);
    if (!is_constant) record_view(written.get(), before, span.begin, object);
  }
  if (result->node != nullptr) attach(reinterpret_cast<PyObject*>(target), result->node);
  moved.root = std::move(written);
  moved.is_argument = false;
  families()[storage_of(memory)] = std::move(moved);
}

void leave(const TensorObject* object) {
  const auto found = families().find(storage_of(object->value));
  if (found == families().end()) return;
  std::erase(found->second.members, object);
  if (found->second.members.empty()) {
    const Family gone = std::move(found->second);  // its root may free others
    families().erase(found);
  }
}

}  // namespace

void leave_family(TensorObject* object) {
  forget_sharing(object);
  object->flags &= static_cast<std::uint8_t>(~kFamily);
}

namespace {

void rebind_alone(TensorObject* target, const TensorObject* result) {
  leave_family(target);
  target->value = result->value;
  attach(reinterpret_cast<PyObject*>(target), result->node);
}

}  // namespace

void note_view_slow(TensorObject* source, PyObject* view) {
  const Storage storage = storage_of(source->value);
  if (storage != storage_of(value_of(view))) return;
  as_tensor(view)->born = source->born;
  RunObject* run = run_of(source);
  Family& family = families()[storage];
  auto* owner = reinterpret_cast<RunObject*>(family.run.get());
  if (owner != nullptr && run != nullptr && !are_related(owner, run)) {
    // Of one that is over nothing would be left: this is another thread's, under way.
    family.is_mixed = true;
  } else if (run != nullptr && owner == nullptr) {
    family.run = Ref::borrow(reinterpret_cast<PyObject*>(run));
  }
  if (!family.root || (source->value.numel() != 0 && !contains(value_of(family.root.get()), source->value))) {
    Ref root = alias_of(source);
    std::swap(family.root, root);
    family.is_argument = (source->flags & kArgument) != 0;
    family.is_mapped = family.is_mapped || is_mapped(source);
  }
  join(family, source);
  join(family, as_tensor(view));
}

void forget_families() {
  // Their histories end with their gradients, and would keep parameters alive.
  std::vector<Family> gone;
  auto& all = families();
  for (auto entry = all.begin(); entry != all.end();) {
    Family& family = entry->second;
    if (active_scopes != 0 && is_abstract(value_of(family.root.get()))) {
      // While a program is traced its views are remembered, without the histories of a gradient that is over.
      family.root = check(wrap(value_of(family.root.get())));
      family.run = Ref();
      ++entry;
      continue;
    }
    const auto* owner = reinterpret_cast<const RunObject*>(family.run.get());
    if (owner == nullptr ? active_scopes != 0 : is_alive(owner)) {
      ++entry;
      continue;
    }
    for (TensorObject* member : family.members) member->flags &= static_cast<std::uint8_t>(~kFamily);
    gone.push_back(std::move(family));
    entry = all.erase(entry);
  }
}

void forget_sharing(TensorObject* object) {
  if ((object->flags & kFamily) != 0) leave(object);
  if ((object->flags & kSaved) != 0) forget_saved(object);
}

void rebind(TensorObject* target, const TensorObject* result, const char* function) {
  if (target->value.numel() == 0) return;
  if ((target->flags & kShared) != 0) refuse(function, "an ndarray shares this Tensor's memory");
  Family* family = family_of(target);
  if (is_mapped(target) || (family != nullptr && family->is_mapped)) {
    fail(PyExc_RuntimeError,
         "vmap: %s writes to an argument of the function, or a view of one, what that has no room for; write into a "
         "copy, or return what is to be kept",
         function);
  }
  if (family != nullptr && family->members.size() > 1) {
    check_family(target, *family, function);
    rebind_family(target, result, *family);
  } else {
    const bool own = (target->flags & kArgument) != 0 || (family != nullptr && family->is_argument);
    if (!own && has_strangers(target, family)) refuse(function, kStrangers);
    rebind_alone(target, result);
  }
  target->flags &= static_cast<std::uint8_t>(~(kValue | kArgument));
}

bool is_memory_shared(const TensorObject* object) {
  if (memory_of(object->value).use_count() == 1) return false;
  const Family* family = family_of(object);
  return (family != nullptr && family->members.size() > 1) || has_strangers(object, family);
}

bool owns_alone(const TensorObject* object) {
  return !is_abstract(object->value) && (object->flags & (kShared | kArgument | kFamily)) == 0 && object->marks == 0 &&
         memory_of(object->value).use_count() == 1 && object->value.use_count() == 1;
}

}  // namespace numtorch
