// The tape's node: one recorded call. What it means, and the walk back, is numtorch/autograd/nodes.py and tape.py.
#pragma once

#include <Python.h>

#include <cstdint>

#include "tape/run.h"

namespace numtorch {

struct NodeObject {
  PyObject_HEAD
  PyObject* kernel;   // null for a leaf or a part of several results
  PyObject* args;     // tuple, schema order: Tensors that the rule reads, Specs of others, plain values
  PyObject* parents;  // tuple, as long: the node behind each argument, None, or a tuple for a list
  PyObject* result;   // Tensor if the rule reads it, else Spec; a tuple for several results
  std::uint64_t sequence;
  RunObject* run;  // the gradient that it belongs to; null if it was made outside of all
};

extern PyTypeObject* node_type;
inline NodeObject* as_node(PyObject* object) { return reinterpret_cast<NodeObject*>(object); }
inline bool is_node(PyObject* object) { return PyObject_TypeCheck(object, node_type) != 0; }

// A new node that takes over the references given.
PyObject* make_node(PyObject* kernel, PyObject* args, PyObject* parents, PyObject* result, std::uint64_t sequence,
                    RunObject* run);

// Whether what the node made is tracked.
inline bool is_alive(const NodeObject* node) { return is_alive(node->run); }

// A node that Python made belongs to the gradient of its parents, if it was made outside of all.
void settle_run(NodeObject* node);

void register_node(PyObject* module);

}  // namespace numtorch
