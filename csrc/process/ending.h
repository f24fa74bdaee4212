// What becomes of threads when the interpreter ends.
//
// Until Python 3.14, a thread that asks for the GIL then is ended by pthread_exit, which unwinds the stack: destructors
// of C++ frames would touch Python objects without the GIL, and a `noexcept` on the way would abort the process. Such a
// thread stops here for ever instead, as CPython itself has it since 3.14, and the process ends around it.
#pragma once

#include <Python.h>
#include <cxxabi.h>

namespace numtorch {

// Whether Python's atexit functions have begun: from then on a thread may be unwound.
extern bool at_exit;

// Py_DECREF where the thread has the GIL; what a thread that is being unwound holds is left alone.
void drop_at_exit(PyObject* object);

// In `catch (abi::__forced_unwind&)`, before `throw;`: stops the thread if the interpreter is ending.
void stop_if_ending();

// PyEval_RestoreThread and PyGILState_Ensure for destructors.
void take_gil_back(PyThreadState* state) noexcept;
bool try_to_ensure_gil(PyGILState_STATE* state) noexcept;

void register_ending(PyObject* module);

}  // namespace numtorch
