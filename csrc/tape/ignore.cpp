#include "tape/ignore.h"

namespace numtorch {

int open_ignores = 0;

namespace {

PyObject* ignore_variable = nullptr;  // the blocks around this context, a tuple of entries

// Is the frame of a generator at work on this thread, and not waiting?
bool is_running(PyObject* frame) {
  Ref at(reinterpret_cast<PyObject*>(PyThreadState_GetFrame(PyThreadState_Get())));
  while (at) {
    if (at.get() == frame) return true;
    at = Ref(reinterpret_cast<PyObject*>(PyFrame_GetBack(reinterpret_cast<PyFrameObject*>(at.get()))));
  }
  return false;
}

// An entry is a list: the frame of the generator that holds the block, or None; and whether the block is open.
bool is_effective(PyObject* entry) {
  if (PyList_GET_ITEM(entry, 1) != Py_True) return false;
  PyObject* frame = PyList_GET_ITEM(entry, 0);
  return frame == Py_None || is_running(frame);
}

// begin_ignore(frame): an entry, to be given to end_ignore; `frame` is that of the generator that holds the block.
PyObject* begin_ignore(PyObject*, PyObject* frame) {
  return guarded([&] {
    Ref entry = check(PyList_New(2));
    PyList_SET_ITEM(entry.get(), 0, Py_NewRef(frame));
    PyList_SET_ITEM(entry.get(), 1, Py_NewRef(Py_True));
    const Ref before = context_value(ignore_variable);
    const Ref last = check(PyTuple_Pack(1, entry.get()));
    const Ref entries = before ? check(PySequence_Concat(before.get(), last.get())) : Ref::borrow(last.get());
    check(PyContextVar_Set(ignore_variable, entries.get()));
    ++open_ignores;
    return entry.release();
  });
}

PyObject* end_ignore(PyObject*, PyObject* entry) {
  return guarded([&]() -> PyObject* {
    if (!PyList_CheckExact(entry) || PyList_GET_SIZE(entry) != 2) {
      fail(PyExc_TypeError, "end_ignore: takes what begin_ignore gave");
    }
    if (PyList_GET_ITEM(entry, 1) != Py_True) Py_RETURN_NONE;
    check(PyList_SetItem(entry, 0, Py_NewRef(Py_None)));
    check(PyList_SetItem(entry, 1, Py_NewRef(Py_False)));
    --open_ignores;
    // The block may end in another context than it began in, as that of a generator does that is thrown away.
    const Ref before = context_value(ignore_variable);
    const Ref kept = check(PyList_New(0));
    for (Py_ssize_t i = 0; before && i < PyTuple_GET_SIZE(before.get()); ++i) {
      PyObject* other = PyTuple_GET_ITEM(before.get(), i);
      if (other != entry) check(PyList_Append(kept.get(), other));
    }
    const Ref entries = check(PyList_AsTuple(kept.get()));
    check(PyContextVar_Set(ignore_variable, entries.get()));
    Py_RETURN_NONE;
  });
}

PyMethodDef functions[] = {
    {"begin_ignore", begin_ignore, METH_O, nullptr},
    {"end_ignore", end_ignore, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

Ref context_value(PyObject* variable) {
  PyObject* value = nullptr;
  check(PyContextVar_Get(variable, nullptr, &value));
  return Ref(value);
}

bool is_in_ignore() {
  const Ref entries = context_value(ignore_variable);
  for (Py_ssize_t i = 0; entries && i < PyTuple_GET_SIZE(entries.get()); ++i) {
    if (is_effective(PyTuple_GET_ITEM(entries.get(), i))) return true;
  }
  return false;
}

Ref leave_ignores() {
  if (open_ignores == 0) return Ref();
  const Ref nothing = check(PyTuple_New(0));
  return check(PyContextVar_Set(ignore_variable, nothing.get()));
}

void return_to_ignores(const Ref& token) {
  if (token) check(PyContextVar_Reset(ignore_variable, token.get()));
}

void register_ignore(PyObject* module) {
  ignore_variable = check(PyContextVar_New("numtorch.ignore", nullptr)).release();
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
