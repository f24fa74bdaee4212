#include "array/caller.h"

#include "errors/errors.h"

namespace numtorch {

namespace {

// `numtorch.numpy` once somebody has imported it; borrowed.
PyObject* find_namespace() {
  static PyObject* found = nullptr;
  if (found == nullptr) {
    static PyObject* const name = check(PyUnicode_InternFromString("numtorch.numpy")).release();
    found = PyImport_GetModule(name);
    if (found == nullptr && PyErr_Occurred()) throw PythonError{};
  }
  return found;
}

bool holds(PyObject* globals, PyObject* module) {
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(globals, &position, nullptr, &value) != 0) {
    if (value == module) return true;
  }
  return false;
}

bool is_module(PyObject* globals, const char* text) {
  PyObject* name = PyDict_GetItemString(globals, "__name__");
  return name != nullptr && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, text) == 0;
}

// The names of the first module up the stack that is not `abc`.
Ref asking_globals(PyObject* globals) {
  if (!is_module(globals, "abc")) return Ref::borrow(globals);
  PyFrameObject* frame = PyEval_GetFrame();
  Ref held;
  while (frame != nullptr) {
    Ref names = check(PyFrame_GetGlobals(frame));
    if (!is_module(names.get(), "abc")) return names;
    frame = PyFrame_GetBack(frame);
    held = Ref(reinterpret_cast<PyObject*>(frame));
  }
  return {};
}

}  // namespace

bool caller_uses_namespace() {
  PyObject* globals = PyEval_GetGlobals();
  const Ref asking = globals == nullptr ? Ref() : asking_globals(globals);
  if (!asking) return false;
  // Up to Python 3.11 it asks for a float before it asks for a ratio.
  if (is_module(asking.get(), "fractions")) return true;
  PyObject* module = find_namespace();
  return module != nullptr && holds(asking.get(), module);
}

}  // namespace numtorch
