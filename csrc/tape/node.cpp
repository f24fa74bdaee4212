#include "tape/node.h"

#include <structmember.h>

#include <utility>
#include <vector>

#include "errors/errors.h"

namespace numtorch {

PyTypeObject* node_type = nullptr;

namespace {

constexpr std::size_t kFreeLimit = 256;
constexpr int kDepthLimit = 50;

// The GIL guards these.
std::vector<NodeObject*> free_objects;
std::vector<PyObject*> pending;  // references to drop once the stack is shallow again
int depth = 0;

// A graph may be a chain of a hundred thousand nodes: freeing it must not recurse as deep.
void drop(PyObject* reference) {
  if (reference == nullptr) return;
  if (depth >= kDepthLimit) {
    pending.push_back(reference);
    return;
  }
  ++depth;
  Py_DECREF(reference);
  --depth;
  while (depth == 0 && !pending.empty()) {
    PyObject* next = pending.back();
    pending.pop_back();
    ++depth;
    Py_DECREF(next);
    --depth;
  }
}

void deallocate(PyObject* self) {
  NodeObject* node = as_node(self);
  drop(std::exchange(node->args, nullptr));
  drop(std::exchange(node->result, nullptr));
  drop(std::exchange(node->parents, nullptr));
  Py_CLEAR(node->kernel);
  Py_CLEAR(node->run);
  PyTypeObject* type = Py_TYPE(self);
  if (type == node_type && free_objects.size() < kFreeLimit) {
    free_objects.push_back(node);
  } else {
    type->tp_free(self);
  }
  Py_DECREF(type);
}

PyObject* construct(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    Ref node = check(PyType_GenericNew(type, args, keywords));
    auto* run = reinterpret_cast<PyObject*>(active_scopes == 0 ? nullptr : current_run());
    as_node(node.get())->run = reinterpret_cast<RunObject*>(Py_XNewRef(run));
    return node.release();
  });
}

// The run of the first node among parents that may be None and tuples.
RunObject* run_among(PyObject* parents) {
  if (parents == nullptr || !PyTuple_Check(parents)) return nullptr;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(parents); ++i) {
    PyObject* parent = PyTuple_GET_ITEM(parents, i);
    RunObject* run = is_node(parent) ? as_node(parent)->run : run_among(parent);
    if (is_alive(run)) return run;
  }
  return nullptr;
}

PyMemberDef members[] = {
    {"kernel", T_OBJECT, offsetof(NodeObject, kernel), 0, "What ran; None for a leaf or a part of several results."},
    {"args", T_OBJECT, offsetof(NodeObject, args), 0, "Arguments: values that the rule reads, Specs of other Tensors."},
    {"parents", T_OBJECT, offsetof(NodeObject, parents), 0, "The node behind each argument, None, or a tuple of them."},
    {"result", T_OBJECT, offsetof(NodeObject, result), 0, "The result if the rule reads it, else its Spec."},
    {"run", T_OBJECT, offsetof(NodeObject, run), READONLY, "The gradient that it belongs to."},
    {"sequence", T_ULONGLONG, offsetof(NodeObject, sequence), 0, "When it ran; parents come before their children."},
    {nullptr, 0, 0, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>("One recorded call.")},
    {Py_tp_new, reinterpret_cast<void*>(construct)},
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
    {Py_tp_members, members},
    {0, nullptr},
};

PyType_Spec spec{"numtorch._core.Node", sizeof(NodeObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

}  // namespace

void settle_run(NodeObject* node) {
  if (node->run != nullptr) return;
  RunObject* run = run_among(node->parents);
  node->run = reinterpret_cast<RunObject*>(Py_XNewRef(reinterpret_cast<PyObject*>(run)));
}

PyObject* make_node(PyObject* kernel, PyObject* args, PyObject* parents, PyObject* result, std::uint64_t sequence,
                    RunObject* run) {
  NodeObject* node = nullptr;
  if (free_objects.empty()) {
    node = as_node(check(node_type->tp_alloc(node_type, 0)).release());
  } else {
    node = free_objects.back();
    free_objects.pop_back();
    PyObject_Init(reinterpret_cast<PyObject*>(node), node_type);
  }
  node->kernel = kernel;
  node->args = args;
  node->parents = parents;
  node->result = result;
  node->sequence = sequence;
  node->run = reinterpret_cast<RunObject*>(Py_XNewRef(reinterpret_cast<PyObject*>(run)));
  return reinterpret_cast<PyObject*>(node);
}

void register_node(PyObject* module) {
  node_type = reinterpret_cast<PyTypeObject*>(check(PyType_FromModuleAndSpec(module, &spec, nullptr)).release());
  check(PyModule_AddObjectRef(module, "Node", reinterpret_cast<PyObject*>(node_type)));
}

}  // namespace numtorch
