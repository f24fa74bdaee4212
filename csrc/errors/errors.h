// C++ exceptions on one side, Python's error indicator on the other.
#pragma once

#include <Python.h>

#include <utility>

#include "process/ending.h"
#include "process/once.h"

namespace numtorch {

// Thrown when Python's error indicator is already set.
struct PythonError {};

// Sets a Python error with a printf-like message (PyErr_Format's codes) and throws PythonError.
[[noreturn]] void fail(PyObject* type, const char* format, ...);

// After arguments could not be parsed: throws that error, or one that says what a keyword is called here.
[[noreturn]] void fail_keywords(const char* function, PyObject* keywords);

// Sets the Python error that stands for the C++ exception in flight. Call it inside `catch (...)`, after a
// `catch (abi::__forced_unwind&)`: the end of a thread is no error.
void set_python_error() noexcept;

// numtorch.OutOfMemoryError, a MemoryError.
extern PyObject* out_of_memory_error;

// The body of every function that CPython calls: no C++ exception leaves it.
template <class Body>
PyObject* guarded(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (abi::__forced_unwind&) {
    stop_if_ending();
    throw;
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

// The same for slots that return an int: -1 says that an error is set.
template <class Body>
int guarded_int(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (abi::__forced_unwind&) {
    stop_if_ending();
    throw;
  } catch (...) {
    set_python_error();
    return -1;
  }
}

// An owned reference.
class Ref {
 public:
  Ref() = default;
  explicit Ref(PyObject* stolen) : object_(stolen) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    Py_XDECREF(std::exchange(object_, std::exchange(other.object_, nullptr)));
    return *this;
  }
  Ref(const Ref&) = delete;
  Ref& operator=(const Ref&) = delete;
  ~Ref() {
    if (object_ == nullptr) return;
    if (at_exit) [[unlikely]] {
      drop_at_exit(object_);
    } else {
      Py_DECREF(object_);
    }
  }

  static Ref borrow(PyObject* object) { return Ref(Py_XNewRef(object)); }
  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

// A new reference that a C-API call returned; throws if the call failed.
inline Ref check(PyObject* result) {
  if (result == nullptr) throw PythonError{};
  return Ref(result);
}

// The status of a C-API call that returns -1 on failure.
inline int check(int status) {
  if (status < 0) throw PythonError{};
  return status;
}

}  // namespace numtorch
