#include "programs/batch.h"

#include <ATen/functorch/BatchedFallback.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/movedim.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/where.h>

#include <utility>
#include <vector>

#include "array/abstract.h"
#include "array/tensor.h"
#include "errors/errors.h"
#include "indexing/plan.h"
#include "tape/run.h"
#include "tape/sharing.h"

namespace numtorch {

namespace {

using at::functorch::BatchedTensorImpl;
using at::functorch::maybeGetBatchedImpl;
using at::functorch::RandomnessType;

struct Open {
  std::uint32_t number;
  std::int64_t size;
  int randomness;
};

thread_local std::vector<Open> open;  // this thread's batches, by level
std::uint32_t last_batch = 0;         // guarded by the GIL

const at::Tensor& given_tensor(PyObject* object, const char* function) {
  if (!is_tensor(object)) {
    fail(PyExc_TypeError, "%s: expected a Tensor, not %.100s", function, Py_TYPE(object)->tp_name);
  }
  check_open(object);
  return value_of(object);
}

// begin_batch(size, randomness): the level of a new batch, innermost; randomness is 0 error, 1 same, 2 different.
PyObject* begin_batch(PyObject*, PyObject* args) {
  return guarded([&] {
    long long size = 0;
    int randomness = 0;
    if (!PyArg_ParseTuple(args, "Li:begin_batch", &size, &randomness)) throw PythonError{};
    static const bool quiet = [] {
      at::functorch::setVmapFallbackWarningEnabled(false);
      return true;
    }();
    static_cast<void>(quiet);
    const std::int64_t level = at::functorch::initAndPushDynamicLayer(
        at::functorch::TransformType::Vmap, c10::SymInt(size), static_cast<RandomnessType>(randomness));
    last_batch = last_batch + 1 == kMapped ? 1 : last_batch + 1;
    open.push_back({last_batch, static_cast<std::int64_t>(size), randomness});
    ++active_scopes;  // what sees which memory is written down from now on, for writes that need more of it
    return PyLong_FromLongLong(level);
  });
}

// batches(): (size, randomness) of each batch that this thread has open, the outermost, of level 1, first.
PyObject* batches(PyObject*, PyObject*) {
  return guarded([&] {
    Ref list = check(PyList_New(0));
    for (const Open& batch : open) {
      const Ref item = check(Py_BuildValue("Li", static_cast<long long>(batch.size), batch.randomness));
      check(PyList_Append(list.get(), item.get()));
    }
    return list.release();
  });
}

PyObject* end_batch(PyObject*, PyObject*) {
  return guarded([&]() -> PyObject* {
    if (open.empty()) fail(PyExc_RuntimeError, "end_batch: none is open");
    at::functorch::popDynamicLayerAndDeleteMetadata();
    open.pop_back();
    --active_scopes;
    forget_families();
    Py_RETURN_NONE;
  });
}

// batched(t, axis, level): the Tensor that stands for the slices of t along an axis.
PyObject* batched(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject* object = nullptr;
    long long axis = 0;
    long long level = 0;
    if (!PyArg_ParseTuple(args, "OLL:batched", &object, &axis, &level)) throw PythonError{};
    const at::Tensor& value = given_tensor(object, "batched");
    Below guard;
    at::Tensor made = at::functorch::addBatchDim(value, axis, level);
    const int flags = (as_tensor(object)->flags & (kReadOnly | kShared)) | kView;
    // An element of a 1-d array is a value, as in a loop.
    const bool is_value = made.dim() == 0;
    Ref result = check(wrap(std::move(made), static_cast<std::uint8_t>(is_value ? kValue : flags)));
    as_tensor(result.get())->born |= kMapped;
    return result.release();
  });
}

// Does nothing else see the memory behind it, and it no element twice?
bool is_alone(const BatchedTensorImpl* batched) {
  for (;;) {
    const at::Tensor& value = batched->value();
    if (value.use_count() != 1) return false;
    const auto* inner = maybeGetBatchedImpl(value);
    if (inner == nullptr) return value.storage().use_count() == 1 && value.is_non_overlapping_and_dense();
    batched = inner;
  }
}

// unbatched(t, level, size, axis): all that t stands for in that batch, along a new axis.
PyObject* unbatched(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject* object = nullptr;
    long long level = 0;
    long long size = 0;
    long long axis = 0;
    if (!PyArg_ParseTuple(args, "OLLL:unbatched", &object, &level, &size, &axis)) throw PythonError{};
    const at::Tensor& value = given_tensor(object, "unbatched");
    Below guard;
    const auto* inner = maybeGetBatchedImpl(value);
    if (inner != nullptr && inner->level() == level) {
      const bool alone = is_alone(inner);
      const at::Tensor all = inner->bdim() == axis ? inner->value() : at::movedim(inner->value(), inner->bdim(), axis);
      return check(wrap(alone ? all : all.clone())).release();
    }
    // It is the same for each.
    std::vector<std::int64_t> shape = value.sizes().vec();
    shape.insert(shape.begin() + axis, size);
    return check(wrap(value.unsqueeze(axis).expand(shape).clone())).release();
  });
}

bool has_level(const at::Tensor& value, std::int64_t level) {
  at::Tensor inner = value;
  while (const auto* batched = maybeGetBatchedImpl(inner)) {
    if (batched->level() == level) return true;
    inner = batched->value();
  }
  return false;
}

// levels_of(t): the levels at which t is batched.
PyObject* levels_of(PyObject*, PyObject* object) {
  return guarded([&] {
    at::Tensor inner = given_tensor(object, "levels_of");
    Ref list = check(PyList_New(0));
    while (const auto* batched = maybeGetBatchedImpl(inner)) {
      const Ref level = check(PyLong_FromLongLong(batched->level()));
      check(PyList_Append(list.get(), level.get()));
      inner = batched->value();
    }
    return list.release();
  });
}

at::Tensor known_true(std::int64_t size, c10::Device device) {
  const Concrete concrete;
  return at::ones({size}, at::TensorOptions(at::kBool).device(device));
}

}  // namespace

int open_batches() { return static_cast<int>(open.size()); }
std::uint32_t current_batch() { return open.empty() ? 0 : open.back().number; }

void check_open_slow(const TensorObject* object) {
  const auto level = static_cast<std::size_t>(maybeGetBatchedImpl(object->value)->level());
  if (level <= open.size() && open[level - 1].number <= (object->born & ~kMapped)) return;
  fail(PyExc_RuntimeError,
       "vmap: this Tensor of shape %s is from inside vmap, which is over or runs on another thread; return it instead "
       "of keeping it elsewhere",
       shape_text(object->value.sizes()).c_str());
}

bool outgrows(const TensorObject* target, const at::Tensor& source) {
  if (open.empty() || !is_batched(source)) return false;
  bool outgrown = false;
  at::Tensor inner = source;
  while (const auto* batched = maybeGetBatchedImpl(inner)) {
    const std::int64_t level = batched->level();
    inner = batched->value();
    if (has_level(target->value, level)) continue;
    outgrown = true;
    if (is_mapped(target) || target->born < open[static_cast<std::size_t>(level - 1)].number) {
      fail(PyExc_RuntimeError,
           "vmap: a write to a Tensor of shape %s from outside of the function, which has no room for what each sample "
           "writes; return what is to be kept, or write into a copy",
           shape_text(target->value.sizes()).c_str());
    }
  }
  return outgrown;
}

at::Tensor spread_like(const at::Tensor& value, const at::Tensor& like) {
  Below guard;
  std::vector<std::pair<std::int64_t, std::int64_t>> missing;  // level and size
  at::Tensor inner = like;
  while (const auto* batched = maybeGetBatchedImpl(inner)) {
    if (!has_level(value, batched->level())) {
      missing.emplace_back(batched->level(), batched->value().size(batched->bdim()));
    }
    inner = batched->value();
  }
  // By an operator, which nests the batches in their order.
  at::Tensor result = value;
  for (const auto& [level, size] : missing) {
    at::Tensor all = at::functorch::addBatchDim(known_true(size, value.device()), 0, level);
    result = at::where(all, result, result);
  }
  return missing.empty() ? result.clone() : result;
}

void register_batch(PyObject* module) {
  static PyMethodDef functions[] = {
      {"begin_batch", begin_batch, METH_VARARGS, "begin_batch(size, randomness): the level of a new batch."},
      {"batches", batches, METH_NOARGS,
       "batches(): size and randomness of this thread's batches, the outermost first."},
      {"end_batch", end_batch, METH_NOARGS, "end_batch(): the end of the innermost batch."},
      {"batched", batched, METH_VARARGS, "batched(t, axis, level): the Tensor that stands for slices of t."},
      {"unbatched", unbatched, METH_VARARGS, "unbatched(t, level, size, axis): all that t stands for."},
      {"levels_of", levels_of, METH_O, "levels_of(t): the levels at which t is batched, the innermost first."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
