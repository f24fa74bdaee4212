#define PY_SSIZE_T_CLEAN
#include "programs/signature.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <string>
#include <vector>

#include "array/abstract.h"
#include "array/tensor.h"
#include "array/view.h"
#include "errors/errors.h"
#include "tape/record.h"
#include "tape/saved.h"

namespace numtorch {

namespace {

constexpr std::uintptr_t kAlignment = 64;

void append(std::string& text, std::int64_t number) {
  text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

void describe(std::string& text, const TensorObject* object) {
  const at::Tensor& value = object->value;
  text.push_back(static_cast<char>(value.scalar_type()));
  text.push_back(static_cast<char>(value.device().type()));
  text.push_back(static_cast<char>(value.device().index()));
  int bits = object->flags & (kValue | kReadOnly);
  bits |= value.is_conj() ? 8 : 0;
  bits |= value.is_neg() ? 16 : 0;
  // On the CPU programs load from any address.
  const auto address =
      value.is_cpu()
          ? 0
          : reinterpret_cast<std::uintptr_t>(value.numel() == 0 ? nullptr : address_of(value, value.storage_offset()));
  bits |= address % kAlignment == 0 ? 32 : 0;
  const bool contiguous = value.is_contiguous();
  bits |= contiguous ? 64 : 0;
  text.push_back(static_cast<char>(bits));
  text.push_back(static_cast<char>(value.dim()));
  for (const std::int64_t size : value.sizes()) append(text, size);
  if (contiguous) return;
  for (const std::int64_t stride : value.strides()) append(text, stride);
}

void describe_sharing(std::string& text, const std::vector<TensorObject*>& objects) {
  if (objects.size() < 2) return;
  std::vector<std::pair<const void*, std::size_t>> memories;
  memories.reserve(objects.size());
  for (std::size_t i = 0; i < objects.size(); ++i) {
    memories.emplace_back(memory_of(objects[i]->value).unsafeGetStorageImpl(), i);
  }
  std::sort(memories.begin(), memories.end());
  for (std::size_t i = 1; i < memories.size(); ++i) {
    if (memories[i].first != memories[i - 1].first) continue;
    append(text, static_cast<std::int64_t>(memories[i - 1].second));
    append(text, static_cast<std::int64_t>(memories[i].second));
  }
}

namespace {

// Reads arguments part by part.
class Reader {
 public:
  Reader(std::string& text, std::vector<TensorObject*>& tensors) : text_(text), tensors_(tensors) {}

  bool read(PyObject* object, int depth) {
    if (Py_TYPE(object) == tensor_type) return read_tensor(as_tensor(object));
    if (PyFloat_CheckExact(object)) {
      const double number = PyFloat_AS_DOUBLE(object);
      text_.push_back('f');
      text_.append(reinterpret_cast<const char*>(&number), sizeof number);
      return true;
    }
    if (PyLong_CheckExact(object)) return read_integer(object);
    if (PyBool_Check(object)) {
      text_.push_back(object == Py_True ? '1' : '0');
      return true;
    }
    if (object == Py_None) {
      text_.push_back('N');
      return true;
    }
    if (PyUnicode_CheckExact(object)) return read_text(object);
    if (depth > kDeepest) return false;
    if (PyTuple_CheckExact(object)) return read_sequence('(', object, depth);
    if (PyList_CheckExact(object)) return read_sequence('[', object, depth);
    return PyDict_CheckExact(object) && read_dict(object, depth);
  }

 private:
  static constexpr int kDeepest = 64;

  bool read_tensor(TensorObject* object) {
    if (is_abstract(object->value) || is_tracked(reinterpret_cast<PyObject*>(object))) return false;
    const auto found = std::find(tensors_.begin(), tensors_.end(), object);
    text_.push_back('T');
    append(text_, found - tensors_.begin());
    if (found != tensors_.end()) return true;
    tensors_.push_back(object);
    describe(text_, object);
    return true;
  }

  bool read_integer(PyObject* object) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow != 0) return false;
    text_.push_back('i');
    append(text_, number);
    return true;
  }

  bool read_text(PyObject* object) {
    Py_ssize_t size = 0;
    const char* bytes = PyUnicode_AsUTF8AndSize(object, &size);
    if (bytes == nullptr) {
      PyErr_Clear();
      return false;
    }
    text_.push_back('s');
    append(text_, size);
    text_.append(bytes, static_cast<std::size_t>(size));
    return true;
  }

  bool read_sequence(char kind, PyObject* object, int depth) {
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(object);
    text_.push_back(kind);
    append(text_, count);
    for (Py_ssize_t i = 0; i < count; ++i) {
      if (!read(PySequence_Fast_GET_ITEM(object, i), depth + 1)) return false;
    }
    return true;
  }

  bool read_dict(PyObject* object, int depth) {
    text_.push_back('{');
    append(text_, PyDict_GET_SIZE(object));
    PyObject *key = nullptr, *value = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(object, &position, &key, &value) != 0) {
      if (!PyUnicode_CheckExact(key) || !read_text(key) || !read(value, depth + 1)) return false;
    }
    return true;
  }

  std::string& text_;
  std::vector<TensorObject*>& tensors_;
};

// signature(tensors): bytes, equal for lists of Tensors that one program serves.
PyObject* signature(PyObject*, PyObject* list) {
  return guarded([&] {
    if (!PyList_Check(list)) fail(PyExc_TypeError, "signature: takes a list of Tensors");
    std::string text;
    append_threads(text);
    std::vector<TensorObject*> objects;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); ++i) {
      PyObject* item = PyList_GET_ITEM(list, i);
      if (!is_tensor(item)) fail(PyExc_TypeError, "signature: takes a list of Tensors");
      objects.push_back(as_tensor(item));
      describe(text, as_tensor(item));
    }
    describe_sharing(text, objects);
    return check(PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()))).release();
  });
}

// arguments_text(args): the bytes and the Tensors of arguments; None where read_arguments says no.
PyObject* arguments_text(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    std::string text;
    std::vector<TensorObject*> tensors;
    if (!PyTuple_Check(args) || !read_arguments(args, text, tensors)) Py_RETURN_NONE;
    const Ref list = check(PyList_New(static_cast<Py_ssize_t>(tensors.size())));
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), Py_NewRef(reinterpret_cast<PyObject*>(tensors[i])));
    }
    return check(Py_BuildValue("y#O", text.data(), static_cast<Py_ssize_t>(text.size()), list.get())).release();
  });
}

// version(t): how often the memory of a Tensor was written to.
PyObject* version(PyObject*, PyObject* object) {
  return guarded([&] {
    if (!is_tensor(object)) fail(PyExc_TypeError, "version: expected a Tensor");
    return PyLong_FromUnsignedLongLong(version_of(value_of(object)));
  });
}

// share_memory(a, b): do two Tensors lie in one memory, and overlap there?
PyObject* share_memory_function(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject *a = nullptr, *b = nullptr;
    if (!PyArg_ParseTuple(args, "O!O!:share_memory", tensor_type, &a, tensor_type, &b)) throw PythonError{};
    const at::Tensor &x = value_of(a), &y = value_of(b);
    if (x.numel() == 0 || y.numel() == 0 || !share_memory(x, y)) return PyBool_FromLong(0);
    const Span first = span_of(x), second = span_of(y);
    const auto low = [](const at::Tensor& value, std::int64_t element) {
      return element * static_cast<std::int64_t>(value.itemsize());
    };
    return PyBool_FromLong(low(x, first.begin) < low(y, second.end) && low(y, second.begin) < low(x, first.end));
  });
}

}  // namespace

void append_threads(std::string& text) { append(text, at::get_num_threads()); }

bool read_arguments(PyObject* args, std::string& text, std::vector<TensorObject*>& tensors) {
  append(text, PyTuple_GET_SIZE(args));
  Reader reader(text, tensors);
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); ++i) {
    if (!reader.read(PyTuple_GET_ITEM(args, i), 0)) return false;
  }
  describe_sharing(text, tensors);
  return true;
}

void register_signature(PyObject* module) {
  static PyMethodDef functions[] = {
      {"signature", signature, METH_O, "signature(tensors): bytes, equal where one program serves."},
      {"arguments_text", arguments_text, METH_O,
       "arguments_text(args): bytes and Tensors of plain arguments, or None."},
      {"version", version, METH_O, "version(t): how often the memory of t was written to."},
      {"share_memory", share_memory_function, METH_VARARGS, "share_memory(a, b): whether two Tensors overlap."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
