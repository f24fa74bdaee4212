#include "tape/marks.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tape/node.h"
#include "tape/run.h"

namespace numtorch {

namespace {

// Who a Tensor is to a gradient that it is a leaf of, by way of its name and not of an argument.
struct Mark {
  Ref node;
  std::uint64_t sequence;

  RunObject* run() const { return as_node(node.get())->run; }
};

using Marks = std::unordered_map<const TensorObject*, std::vector<Mark>>;

// Whoever marks a Tensor holds it until it is unmarked. Guarded by the GIL.
Marks& marks() {
  static auto* map = new Marks();
  return *map;
}

// mark(x, node): to the gradient of the node, x itself is that leaf until unmark(x, node).
PyObject* mark(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    if (count != 2 || !is_tensor(args[0]) || !is_node(args[1]))
      fail(PyExc_TypeError, "mark: takes a Tensor and a node");
    TensorObject* object = as_tensor(args[0]);
    marks()[object].push_back({Ref::borrow(args[1]), next_sequence()});
    ++object->marks;
    Py_RETURN_NONE;
  });
}

PyObject* unmark(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    if (count != 2 || !is_tensor(args[0])) fail(PyExc_TypeError, "unmark: takes a Tensor and a node");
    const auto found = marks().find(as_tensor(args[0]));
    if (found == marks().end()) fail(PyExc_RuntimeError, "unmark: the Tensor is not marked");
    auto& all = found->second;
    const auto is_it = [&](const Mark& mark) { return mark.node.get() == args[1]; };
    const auto place = std::find_if(all.rbegin(), all.rend(), is_it);
    if (place == all.rend()) fail(PyExc_RuntimeError, "unmark: the Tensor is not marked as this node");
    const Mark gone = std::move(*place);
    all.erase(std::next(place).base());
    if (all.empty()) marks().erase(found);
    --as_tensor(args[0])->marks;
    Py_RETURN_NONE;
  });
}

// The mark that counts for what this thread does.
const Mark* mark_of(const TensorObject* object) {
  const auto found = marks().find(object);
  if (found == marks().end()) return nullptr;
  const auto& all = found->second;
  const RunObject* here = current_run();
  const Mark* only = nullptr;
  for (auto mark = all.rbegin(); mark != all.rend(); ++mark) {
    if (here != nullptr) {
      // The gradients of two threads with respect to one parameter stay apart.
      if (are_related(here, mark->run())) return &*mark;
    } else if (is_alive(mark->run())) {
      if (only != nullptr && !are_related(only->run(), mark->run())) {
        fail(PyExc_RuntimeError,
             "gradient: two threads take gradients with respect to a parameter that this thread uses, and to which of "
             "them the work belongs cannot be told; hand the work over with contextvars.copy_context().run, or use "
             "ignore() here");
      }
      if (only == nullptr) only = &*mark;
    }
  }
  return only;
}

PyMethodDef functions[] = {
    {"mark", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(mark)), METH_FASTCALL, nullptr},
    {"unmark", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(unmark)), METH_FASTCALL, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

PyObject* marked_leaf(const TensorObject* object) {
  const Mark* mark = mark_of(object);
  // A leaf that was written to since it was marked is what was written.
  return mark != nullptr && object->sequence < mark->sequence ? mark->node.get() : nullptr;
}

void register_marks(PyObject* module) { check(PyModule_AddFunctions(module, functions)); }

}  // namespace numtorch
