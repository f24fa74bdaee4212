#include "tape/record.h"

#include <ATen/ops/clone.h>
#include <structmember.h>

#include <utility>
#include <vector>

#include "array/device.h"
#include "array/dtype.h"
#include "kernels/kernel.h"
#include "tape/marks.h"
#include "tape/node.h"
#include "tape/restore.h"
#include "tape/run.h"
#include "tape/saved.h"
#include "tape/sharing.h"
#include "tape/spec.h"

namespace numtorch {

namespace {

PyObject* recorder = nullptr;
PyObject* stale_maker = nullptr;

bool is_differentiable(const at::Tensor& value) {
  return at::isFloatingType(value.scalar_type()) || at::isComplexType(value.scalar_type());
}

bool is_recordable(PyObject* result) {
  if (is_tensor(result)) return is_differentiable(value_of(result));
  if (!PyTuple_Check(result)) return false;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(result); ++i) {
    if (is_recordable(PyTuple_GET_ITEM(result, i))) return true;
  }
  return false;
}

// A saved value: the same memory without a node; `sequence` holds the version it had.
PyObject* save(const at::Tensor& value) {
  PyObject* saved = check(wrap_result(value)).release();
  TensorObject* object = as_tensor(saved);
  object->sequence = version_of(value);
  note_saved(object);
  return saved;
}

PyObject* remember_tensor(PyObject* object, bool saved) {
  return saved ? save(value_of(object)) : make_spec(value_of(object));
}

// The same for an argument: what made it may have its Spec already.
PyObject* remember_argument(PyObject* object, PyObject* node, bool saved) {
  if (saved && (as_tensor(object)->flags & kShared) != 0) {
    // An ndarray sees this memory too, and what is written to that no version counts.
    Below guard;
    return save(value_of(object).clone());
  }
  if (saved) return save(value_of(object));
  if (node == nullptr || is_tensor(as_node(node)->result)) return make_spec(value_of(object));
  return Py_NewRef(as_node(node)->result);
}

// The argument as the node keeps it, and (in `parent`) the nodes behind it; `run` becomes the gradient of them all.
Ref remember(PyObject* object, bool saved, Ref& parent, RunObject*& run) {
  if (is_tensor(object)) {
    PyObject* node = live_node(as_tensor(object));
    if (node != nullptr) run = joined(run, as_node(node)->run);
    parent = Ref::borrow(node == nullptr ? Py_None : node);
    return check(remember_argument(object, node, saved));
  }
  parent = Ref::borrow(Py_None);
  if (!PyTuple_Check(object) && !PyList_Check(object)) return Ref::borrow(object);
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(object);
  Ref kept = check(PyTuple_New(count));
  Ref parents = check(PyTuple_New(count));
  bool tracked = false;
  for (Py_ssize_t i = 0; i < count; ++i) {
    Ref inner;
    PyTuple_SET_ITEM(kept.get(), i, remember(PySequence_Fast_GET_ITEM(object, i), saved, inner, run).release());
    tracked |= inner.get() != Py_None;
    PyTuple_SET_ITEM(parents.get(), i, inner.release());
  }
  if (tracked) parent = std::move(parents);
  return kept;
}

Ref remember_result(PyObject* result, bool saved) {
  if (is_tensor(result)) return check(remember_tensor(result, saved));
  if (!PyTuple_Check(result)) return Ref::borrow(result);
  Ref kept = check(PyTuple_New(PyTuple_GET_SIZE(result)));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(result); ++i) {
    PyTuple_SET_ITEM(kept.get(), i, remember_result(PyTuple_GET_ITEM(result, i), saved).release());
  }
  return kept;
}

// A tuple of results got a tuple of nodes, None where nothing can flow back.
void attach_all(PyObject* result, PyObject* nodes) {
  if (is_tensor(result)) {
    attach(result, nodes);
    return;
  }
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(result); ++i) {
    PyObject* node = PyTuple_GET_ITEM(nodes, i);
    if (node != Py_None) attach_all(PyTuple_GET_ITEM(result, i), node);
  }
}

PyObject* set_recorder(PyObject*, PyObject* function) {
  Py_XSETREF(recorder, Py_NewRef(function));
  Py_RETURN_NONE;
}

// set_stale(function): function(t, node) is the node that stands for `node`, which made t in a gradient that is over.
PyObject* set_stale(PyObject*, PyObject* function) {
  Py_XSETREF(stale_maker, Py_NewRef(function));
  Py_RETURN_NONE;
}

void require_tensor(PyObject* object, const char* function) {
  if (!is_tensor(object))
    fail(PyExc_TypeError, "%s: expected a Tensor, not %.100s", function, Py_TYPE(object)->tp_name);
}

// track(x, node): the same memory as x, as a Tensor whose history is `node`.
PyObject* track(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    if (count != 2) fail(PyExc_TypeError, "track: takes a Tensor and a node");
    require_tensor(args[0], "track");
    PyObject* tracked =
        check(wrap(value_of(args[0]), static_cast<std::uint8_t>((as_tensor(args[0])->flags & kInherited) | kArgument)))
            .release();
    attach(tracked, args[1]);
    return tracked;
  });
}

// untracked(x): the value that x has now, as a Tensor that nothing depends on. What is written to x under the tape does
// not reach it.
PyObject* untracked(PyObject*, PyObject* object) {
  return guarded([&] {
    require_tensor(object, "untracked");
    const at::Tensor& value = value_of(object);
    PyObject* kept = check(wrap(value, as_tensor(object)->flags & (kInherited | kView))).release();
    as_tensor(kept)->sequence = version_of(value);
    return kept;
  });
}

// is_unchanged(kept, x): does x still have the value that untracked(x) kept?
PyObject* is_unchanged(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    if (count != 2) fail(PyExc_TypeError, "is_unchanged: takes what untracked(x) kept, and x");
    require_tensor(args[0], "is_unchanged");
    require_tensor(args[1], "is_unchanged");
    const at::Tensor& kept = value_of(args[0]);
    return PyBool_FromLong(kept.unsafeGetTensorImpl() == value_of(args[1]).unsafeGetTensorImpl() &&
                           as_tensor(args[0])->sequence == version_of(kept));
  });
}

// What a gradient that is over left behind, used in one with respect to the same: how it depends on that is not known.
PyObject* stale_node(TensorObject* object) {
  RunObject* here = current_run();
  RunObject* over = as_node(object->node)->run;
  if (here == nullptr || over == nullptr || stale_maker == nullptr || !shares_source(over, here)) return nullptr;
  add_sources(here, over);
  auto* self = reinterpret_cast<PyObject*>(object);
  const Ref node = check(PyObject_CallFunctionObjArgs(stale_maker, self, object->node, nullptr));
  attach(self, node.get());
  return object->node;
}

PyObject* node_regardless(TensorObject* object) {
  if (object->marks != 0) {
    if (PyObject* leaf = marked_leaf(object)) return leaf;
  }
  if (object->node == nullptr) return nullptr;
  return is_alive(as_node(object->node)) ? object->node : stale_node(object);
}

// has_history(x): does a gradient that is being taken depend on x, or does one that is over (which untracked(x)
// forgets)?
PyObject* has_history(PyObject*, PyObject* object) {
  return guarded([&] {
    require_tensor(object, "has_history");
    const TensorObject* tensor = as_tensor(object);
    return PyBool_FromLong(tensor->node != nullptr || live_node(as_tensor(object)) != nullptr);
  });
}

// left_behind(x): the node of x if it is that of a gradient that is over.
PyObject* left_behind(PyObject*, PyObject* object) {
  return guarded([&] {
    require_tensor(object, "left_behind");
    PyObject* node = as_tensor(object)->node;
    return Py_NewRef(node == nullptr || is_alive(as_node(node)) ? Py_None : node);
  });
}

// is_part(x): does a gradient that is being taken depend on x, inside ignore() too?
PyObject* is_part(PyObject*, PyObject* object) {
  return guarded([&] {
    require_tensor(object, "is_part");
    return PyBool_FromLong(active_scopes != 0 && node_regardless(as_tensor(object)) != nullptr);
  });
}

// begin_write(x): what follows writes to the memory of x without saying so.
PyObject* begin_write(PyObject*, PyObject* object) {
  return guarded([&]() -> PyObject* {
    require_tensor(object, "begin_write");
    TensorObject* tensor = as_tensor(object);
    check_writeable(tensor);
    spare_saved(tensor->value);
    tensor->value.unsafeGetTensorImpl()->bump_version();
    Py_RETURN_NONE;
  });
}

// release(x): x, which leaves a gradient that is over, is a constant from now on.
PyObject* release(PyObject*, PyObject* object) {
  return guarded([&]() -> PyObject* {
    require_tensor(object, "release");
    note_written(as_tensor(object));
    Py_RETURN_NONE;
  });
}

PyObject* node_of(PyObject*, PyObject* object) {
  return guarded([&] {
    require_tensor(object, "node_of");
    PyObject* node = live_node(as_tensor(object));
    if (node != nullptr && has_scope()) joined(current_run(), as_node(node)->run);
    return Py_NewRef(node == nullptr ? Py_None : node);
  });
}

PyObject* rebind_function(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    if (count != 3) fail(PyExc_TypeError, "rebind: takes a target, a result and the caller's name");
    require_tensor(args[0], "rebind");
    require_tensor(args[1], "rebind");
    const char* function = PyUnicode_AsUTF8(args[2]);
    if (function == nullptr) throw PythonError{};
    rebind(as_tensor(args[0]), as_tensor(args[1]), function);
    Py_RETURN_NONE;
  });
}

// record_as(kernel, args, result): what was computed another way counts as the kernel's result for these arguments.
PyObject* record_as(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    const bool fits = count == 3 && PyObject_TypeCheck(args[0], kernel_type) != 0 && PyTuple_Check(args[1]);
    if (!fits) fail(PyExc_TypeError, "record_as: takes a kernel, a tuple of its arguments and a result");
    require_tensor(args[2], "record_as");
    auto* kernel = as_kernel(args[0]);
    const Py_ssize_t given = PyTuple_GET_SIZE(args[1]);
    if (given > static_cast<Py_ssize_t>(kernel->parameters->size())) {
      fail(PyExc_TypeError, "record_as: %U does not take %zd arguments", kernel->name, given);
    }
    std::vector<PyObject*> values;
    for (Py_ssize_t i = 0; i < given; ++i) values.push_back(PyTuple_GET_ITEM(args[1], i));
    if (any_tracked(values.data(), given)) record(kernel, values.data(), given, args[2]);
    return Py_NewRef(args[2]);
  });
}

template <class Function>
PyCFunction as_function(Function* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

// matches(x, like): same shape and dtype?
PyObject* matches(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    if (count != 2) fail(PyExc_TypeError, "matches: takes a Tensor and what it should be like");
    require_tensor(args[0], "matches");
    const at::Tensor& value = value_of(args[0]);
    if (!is_tensor(args[1])) return PyBool_FromLong(spec_matches(args[1], value));
    const at::Tensor& like = value_of(args[1]);
    return PyBool_FromLong(value.scalar_type() == like.scalar_type() && value.sizes() == like.sizes());
  });
}

PyMethodDef functions[] = {
    {"matches", as_function(matches), METH_FASTCALL, nullptr},
    {"set_recorder", set_recorder, METH_O, nullptr},
    {"record_as", as_function(record_as), METH_FASTCALL, nullptr},
    {"track", as_function(track), METH_FASTCALL, nullptr},
    {"untracked", untracked, METH_O, nullptr},
    {"is_unchanged", as_function(is_unchanged), METH_FASTCALL, nullptr},
    {"set_stale", set_stale, METH_O, nullptr},
    {"has_history", has_history, METH_O, nullptr},
    {"left_behind", left_behind, METH_O, nullptr},
    {"is_part", is_part, METH_O, nullptr},
    {"begin_write", begin_write, METH_O, nullptr},
    {"release", release, METH_O, nullptr},
    {"node_of", node_of, METH_O, nullptr},
    {"rebind", as_function(rebind_function), METH_FASTCALL, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

Ref parts_of(PyObject* node) { return check(PyObject_CallOneArg(recorder, node)); }

void attach(PyObject* tensor, PyObject* node) {
  TensorObject* object = as_tensor(tensor);
  if (node != nullptr) settle_run(as_node(node));
  Py_XSETREF(object->node, Py_XNewRef(node));
  object->sequence = next_sequence();
}

PyObject* live_node_slow(TensorObject* object) { return is_ignored() ? nullptr : node_regardless(object); }

bool any_tracked(PyObject* const* args, Py_ssize_t count) {
  if (active_scopes == 0) return false;
  if (traces != 0) require_all_found(args, count);
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* object = args[i];
    if (object == nullptr) continue;
    if (is_tracked(object)) return true;
    if (PyTuple_Check(object) || PyList_Check(object)) {
      for (Py_ssize_t j = 0; j < PySequence_Fast_GET_SIZE(object); ++j) {
        if (is_tracked(PySequence_Fast_GET_ITEM(object, j))) return true;
      }
    }
  }
  return false;
}

void record(KernelObject* kernel, PyObject* const* args, Py_ssize_t count, PyObject* result) {
  if (kernel->rule != nullptr && PyUnicode_Check(kernel->rule)) {
    fail(PyExc_NotImplementedError, "gradient: the kernel %U has no gradient: %U", kernel->name, kernel->rule);
  }
  if (kernel->constant || !is_recordable(result)) return;
  if (kernel->rule == nullptr) {
    fail(PyExc_NotImplementedError, "gradient: the kernel %U has no gradient rule", kernel->name);
  }
  const auto& parameters = *kernel->parameters;
  const auto total = static_cast<Py_ssize_t>(parameters.size());
  std::uint64_t reads = 0;
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (any_tracked(args + i, 1)) reads |= (*kernel->reads)[static_cast<std::size_t>(i)];
  }
  Ref kept = check(PyTuple_New(total));
  Ref parents = check(PyTuple_New(total));
  RunObject* run = has_scope() ? current_run() : nullptr;
  for (Py_ssize_t i = 0; i < total; ++i) {
    const auto& parameter = parameters[static_cast<std::size_t>(i)];
    PyObject* object = i < count ? args[i] : nullptr;
    if (object == nullptr) object = parameter.default_object == nullptr ? Py_None : parameter.default_object;
    Ref parent;
    PyTuple_SET_ITEM(kept.get(), i, remember(object, ((reads >> i) & 1) != 0, parent, run).release());
    PyTuple_SET_ITEM(parents.get(), i, parent.release());
  }
  Ref kept_result = remember_result(result, (reads & kReadsResult) != 0);
  Ref node = check(make_node(Py_NewRef(reinterpret_cast<PyObject*>(kernel)), kept.release(), parents.release(),
                             kept_result.release(), next_sequence(), run));
  // One result hangs on its node; for several, the tape says how they hang together.
  if (!is_tensor(result)) node = parts_of(node.get());
  attach_all(result, node.get());
}

namespace {

int& pending_of(PyObject* value) {
  PyObject* node = as_tensor(value)->node;
  return pending_writes(node == nullptr ? nullptr : as_node(node)->run);
}

}  // namespace

void expect_write(PyObject* result) {
  as_tensor(result)->flags |= kPending;
  ++pending_of(result);
}

void settle_write(PyObject* value) {
  if (!is_tensor(value) || (as_tensor(value)->flags & kPending) == 0) return;
  as_tensor(value)->flags &= static_cast<std::uint8_t>(~kPending);
  int& pending = pending_of(value);
  if (pending > 0) --pending;
}

void register_record(PyObject* module) {
  register_spec(module);
  register_run(module);
  register_node(module);
  register_marks(module);
  register_restore(module);
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
