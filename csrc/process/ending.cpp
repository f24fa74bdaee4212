#include "process/ending.h"

#include <unistd.h>

#include "errors/errors.h"

namespace numtorch {

bool at_exit = false;

namespace {

bool is_ending() {
#if PY_VERSION_HEX >= 0x030D0000
  const bool finalizing = Py_IsFinalizing() != 0;
#else
  const bool finalizing = _Py_IsFinalizing() != 0;
#endif
  return finalizing || Py_IsInitialized() == 0;
}

[[noreturn]] void stop() {
  for (;;) pause();
}

PyObject* note_exit(PyObject*, PyObject*) {
  at_exit = true;
  Py_RETURN_NONE;
}

}  // namespace

void drop_at_exit(PyObject* object) {
  if (PyGILState_Check() != 0) Py_DECREF(object);
}

void stop_if_ending() {
  if (is_ending()) stop();
}

void take_gil_back(PyThreadState* state) noexcept {
  if (is_ending()) stop();
  try {
    PyEval_RestoreThread(state);
  } catch (abi::__forced_unwind&) {  // it began to end in between
    stop();
  }
}

bool try_to_ensure_gil(PyGILState_STATE* state) noexcept {
  if (is_ending() && (Py_IsInitialized() == 0 || PyGILState_Check() == 0)) return false;
  try {
    *state = PyGILState_Ensure();
  } catch (abi::__forced_unwind&) {
    stop();
  }
  return true;
}

void register_ending(PyObject* module) {
  static PyMethodDef functions[] = {
      {"note_exit", note_exit, METH_NOARGS, "note_exit(): Python's atexit functions have begun."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
