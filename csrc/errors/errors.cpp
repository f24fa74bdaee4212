#include "errors/errors.h"

#include <c10/util/Exception.h>

#include <cstdarg>
#include <new>
#include <stdexcept>
#include <string>

#include "errors/wording.h"

namespace numtorch {

PyObject* out_of_memory_error = nullptr;

void fail(PyObject* type, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  PyErr_FormatV(type, format, arguments);
  va_end(arguments);
  throw PythonError{};
}

void fail_keywords(const char* function, PyObject* keywords) {
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  if (keywords != nullptr) {
    const Ref module(PyImport_ImportModule("numtorch.spellings"));
    const Ref done(module ? PyObject_CallMethod(module.get(), "check_keywords", "sO", function, keywords) : nullptr);
  }
  if (PyErr_Occurred() == nullptr) {
    PyErr_Restore(type, value, traceback);
  } else {
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
  }
  throw PythonError{};
}

namespace {

void set_message(PyObject* type, const char* message) { PyErr_SetString(type, plain_text(message).c_str()); }

// libtorch has one kind of error for most of what can be wrong.
void set_wording(const char* message) {
  const Wording wording = wording_of(message);
  PyErr_SetString(wording.type, wording.text.c_str());
}

// What is raised in Python below libtorch, where a program is traced, in the same words.
void reword_runtime_error() {
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyObject* text = type == PyExc_RuntimeError ? PyObject_Str(value) : nullptr;
  const char* message = text == nullptr ? nullptr : PyUnicode_AsUTF8(text);
  if (message == nullptr) {
    PyErr_Clear();
    PyErr_Restore(type, value, traceback);
  } else {
    set_wording(message);
    Py_DECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
  }
  Py_XDECREF(text);
}

PyObject* linalg_error() {
  PyObject* module = PyImport_ImportModule("numpy.linalg");
  if (module == nullptr) return nullptr;
  PyObject* type = PyObject_GetAttrString(module, "LinAlgError");
  Py_DECREF(module);
  return type;
}

void set_linalg_error(const char* message) {
  if (PyObject* type = linalg_error()) {
    set_message(type, message);
    Py_DECREF(type);
  }
}

}  // namespace

void set_python_error() noexcept {
  try {
    throw;
  } catch (const PythonError&) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "numtorch: an error was lost");
  } catch (const c10::OutOfMemoryError& error) {
    set_message(out_of_memory_error, error.what_without_backtrace());
  } catch (const c10::LinAlgError& error) {
    set_linalg_error(error.what_without_backtrace());
  } catch (const c10::IndexError& error) {
    set_message(PyExc_IndexError, error.what_without_backtrace());
  } catch (const c10::ValueError& error) {
    set_message(PyExc_ValueError, error.what_without_backtrace());
  } catch (const c10::TypeError& error) {
    set_message(PyExc_TypeError, error.what_without_backtrace());
  } catch (const c10::NotImplementedError& error) {
    set_message(PyExc_TypeError, error.what_without_backtrace());
  } catch (const c10::Error& error) {
    set_wording(error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    PyErr_SetString(out_of_memory_error, "out of memory");
  } catch (const std::out_of_range& error) {
    set_message(PyExc_IndexError, error.what());
  } catch (const std::exception& error) {
    // What traces a program is Python, and its errors pass through libtorch with their indicator set.
    if (PyErr_Occurred() == nullptr) {
      set_wording(error.what());
    } else {
      reword_runtime_error();
    }
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "unknown C++ exception");
  }
}

}  // namespace numtorch
