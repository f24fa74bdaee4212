#include "programs/signature.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <string>
#include <vector>

#include "array/abstract.h"
#include "array/tensor.h"
#include "array/view.h"
#include "errors/errors.h"

namespace numtorch {

namespace {

constexpr std::uintptr_t kAlignment = 64;

void append(std::string& text, std::int64_t number) { text.append(reinterpret_cast<const char*>(&number), sizeof number); }

// dtype, device, what the Tensor is beside its value, axes, layout and alignment.
void describe(std::string& text, const TensorObject* object) {
  const at::Tensor& value = object->value;
  text.push_back(static_cast<char>(value.scalar_type()));
  text.push_back(static_cast<char>(value.device().type()));
  text.push_back(static_cast<char>(value.device().index()));
  int bits = object->flags & (kValue | kReadOnly);
  bits |= value.is_conj() ? 8 : 0;
  bits |= value.is_neg() ? 16 : 0;
  const auto address = reinterpret_cast<std::uintptr_t>(value.numel() == 0 ? nullptr : address_of(value, value.storage_offset()));
  bits |= address % kAlignment == 0 ? 32 : 0;
  const bool contiguous = value.is_contiguous();
  bits |= contiguous ? 64 : 0;
  text.push_back(static_cast<char>(bits));
  text.push_back(static_cast<char>(value.dim()));
  for (const std::int64_t size : value.sizes()) append(text, size);
  if (contiguous) return;
  for (const std::int64_t stride : value.strides()) append(text, stride);
}

// Which of the Tensors share memory, if any do.
void describe_sharing(std::string& text, const std::vector<const TensorObject*>& objects) {
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

// signature(tensors): bytes, equal for lists of Tensors that one program serves.
PyObject* signature(PyObject*, PyObject* list) {
  return guarded([&] {
    if (!PyList_Check(list)) fail(PyExc_TypeError, "signature: takes a list of Tensors");
    std::string text;
    append(text, at::get_num_threads());
    std::vector<const TensorObject*> objects;
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

void register_signature(PyObject* module) {
  static PyMethodDef functions[] = {
      {"signature", signature, METH_O, "signature(tensors): bytes, equal where one program serves."},
      {"share_memory", share_memory_function, METH_VARARGS, "share_memory(a, b): whether two Tensors overlap."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
