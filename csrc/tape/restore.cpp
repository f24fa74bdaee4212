#include "tape/restore.h"

#include "array/tensor.h"
#include "kernels/kernel.h"
#include "tape/node.h"
#include "tape/record.h"
#include "tape/run.h"
#include "tape/saved.h"

namespace numtorch {

namespace {

void check_version(PyObject* saved, PyObject* kernel) {
  if (as_tensor(saved)->sequence == version_of(value_of(saved))) return;
  fail(PyExc_RuntimeError,
       "gradient: a value that the gradient of %U needs was overwritten after it was used; write into a copy instead",
       reinterpret_cast<KernelObject*>(kernel)->name);
}

// A saved argument for its rule: checked and, where the rule's own work is recorded, with its history.
Ref restore_one(PyObject* kept, PyObject* parent, PyObject* kernel, bool with_history) {
  if (is_tensor(kept)) {
    check_version(kept, kernel);
    if (!with_history || !is_node(parent) || !is_alive(as_node(parent))) return Ref::borrow(kept);
    Ref alias = check(wrap_result(value_of(kept)));
    attach(alias.get(), parent);
    return alias;
  }
  if (!PyTuple_Check(kept)) return Ref::borrow(kept);
  const Py_ssize_t count = PyTuple_GET_SIZE(kept);
  Ref restored = check(PyTuple_New(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* inner = PyTuple_Check(parent) ? PyTuple_GET_ITEM(parent, i) : Py_None;
    PyTuple_SET_ITEM(restored.get(), i, restore_one(PyTuple_GET_ITEM(kept, i), inner, kernel, with_history).release());
  }
  return restored;
}

// Whose arguments this thread restored last; alive as long as the rule runs that they were restored for.
thread_local PyObject* restored_node = nullptr;

// restore(node, g): (g, result, *args), what the rule of the node's kernel may read.
PyObject* restore(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    if (count != 2 || !is_node(args[0])) fail(PyExc_TypeError, "restore: takes a node and a gradient");
    const NodeObject* node = as_node(args[0]);
    restored_node = args[0];
    const bool with_history = has_scope() && !is_ignored() && is_alive(node);
    const Py_ssize_t total = PyTuple_GET_SIZE(node->args);
    Ref values = check(PyTuple_New(total + 2));
    PyTuple_SET_ITEM(values.get(), 0, Py_NewRef(args[1]));
    // The several results of one kernel hang on parts of its node.
    const bool has_parts = with_history && PyTuple_Check(node->result);
    const Ref made_by = has_parts ? parts_of(args[0]) : Ref::borrow(args[0]);
    PyTuple_SET_ITEM(values.get(), 1, restore_one(node->result, made_by.get(), node->kernel, with_history).release());
    for (Py_ssize_t i = 0; i < total; ++i) {
      PyObject* parent = PyTuple_GET_ITEM(node->parents, i);
      PyObject* kept = PyTuple_GET_ITEM(node->args, i);
      PyTuple_SET_ITEM(values.get(), i + 2, restore_one(kept, parent, node->kernel, with_history).release());
    }
    return values.release();
  });
}

// The node whose rule runs, for the first thing that a rule does.
PyObject* restored(PyObject*, PyObject*) { return Py_NewRef(restored_node == nullptr ? Py_None : restored_node); }

PyMethodDef functions[] = {
    {"restore", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(restore)), METH_FASTCALL, nullptr},
    {"restored", restored, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void register_restore(PyObject* module) { check(PyModule_AddFunctions(module, functions)); }

}  // namespace numtorch
