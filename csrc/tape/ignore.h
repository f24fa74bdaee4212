// The ignore() blocks around what runs: inside them nothing is recorded.
#pragma once

#include <Python.h>

#include "errors/errors.h"

namespace numtorch {

extern int open_ignores;  // blocks that are open, in any context

// Is what runs now inside such a block? Ask only if some are open.
bool is_in_ignore();

// What a context variable says in this context, or null.
Ref context_value(PyObject* variable);

// A gradient begins inside of blocks, which do not concern it: what return_to_ignores needs at its end.
Ref leave_ignores();
void return_to_ignores(const Ref& token);

void register_ignore(PyObject* module);

}  // namespace numtorch
