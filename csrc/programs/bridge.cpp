#include "programs/bridge.h"

#include <dlfcn.h>

#include "array/tensor.h"
#include "tape/sharing.h"

namespace numtorch {

namespace {

using Wrap = PyObject* (*)(const at::TensorBase&);
using WrapValue = PyObject* (*)(at::TensorBase);

// libtorch_python, once Python has imported torch: nothing here links to it.
void* torch_library() {
  void* library = dlopen("libtorch_python.so", RTLD_NOLOAD | RTLD_LAZY);
  if (library == nullptr) fail(PyExc_RuntimeError, "numtorch: Python's torch was not imported");
  return library;
}

// How libtorch_python makes a torch.Tensor. The versions differ in how they take their argument.
struct Wrapper {
  Wrap by_reference = nullptr;
  WrapValue by_value = nullptr;

  Wrapper() {
    void* library = torch_library();
    by_reference = reinterpret_cast<Wrap>(dlsym(library, "_Z16THPVariable_WrapRKN2at10TensorBaseE"));
    if (by_reference == nullptr) {
      by_value = reinterpret_cast<WrapValue>(dlsym(library, "_Z16THPVariable_WrapN2at10TensorBaseE"));
    }
  }
};

// to_torch(t): the torch.Tensor on the same memory.
PyObject* to_torch(PyObject*, PyObject* object) {
  return guarded([&] {
    if (!is_tensor(object)) {
      fail(PyExc_TypeError, "to_torch: expected a Tensor, not %.100s", Py_TYPE(object)->tp_name);
    }
    return to_torch_object(value_of(object)).release();
  });
}

// from_torch(t, like=None): the Tensor on the memory of a torch.Tensor, a value or read-only where `like` is.
PyObject* from_torch(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    if (count < 1 || count > 2) fail(PyExc_TypeError, "from_torch: takes a torch.Tensor, and what it is like");
    at::Tensor value = from_torch_object(args[0]);
    std::uint8_t flags = 0;
    if (count == 2 && is_tensor(args[1])) flags = as_tensor(args[1])->flags & (kValue | kReadOnly | kView);
    return check(wrap(std::move(value), flags)).release();
  });
}

// exchange(t, torch_tensor): t sees that memory from now on; the torch.Tensor of what it saw before.
PyObject* exchange(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    if (count != 2 || !is_tensor(args[0])) fail(PyExc_TypeError, "exchange: takes a Tensor and a torch.Tensor");
    TensorObject* object = as_tensor(args[0]);
    at::Tensor value = from_torch_object(args[1]);
    Ref before = to_torch_object(object->value);
    leave_family(object);
    object->value = std::move(value);
    return before.release();
  });
}

// is_same(t, torch_tensor): is it the same at::Tensor?
PyObject* is_same(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    if (count != 2 || !is_tensor(args[0])) fail(PyExc_TypeError, "is_same: takes a Tensor and a torch.Tensor");
    return PyBool_FromLong(value_of(args[0]).is_same(from_torch_object(args[1])));
  });
}

// flags_of(t): what the Tensor is beside its value; set_flags gives it back.
PyObject* flags_of(PyObject*, PyObject* object) {
  return guarded([&] {
    if (!is_tensor(object)) fail(PyExc_TypeError, "flags_of: expected a Tensor");
    return PyLong_FromLong(as_tensor(object)->flags & (kValue | kReadOnly | kShared | kView));
  });
}

PyObject* set_flags(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "O!i:set_flags", tensor_type, &object, &flags)) throw PythonError{};
    constexpr int kKept = kValue | kReadOnly | kShared | kView;
    as_tensor(object)->flags = static_cast<std::uint8_t>((as_tensor(object)->flags & ~kKept) | (flags & kKept));
    Py_RETURN_NONE;
  });
}

// forget(t): the Tensor is nothing that a gradient, which is over, made.
PyObject* forget(PyObject*, PyObject* object) {
  return guarded([&]() -> PyObject* {
    if (!is_tensor(object)) fail(PyExc_TypeError, "forget: expected a Tensor");
    Py_CLEAR(as_tensor(object)->node);
    Py_RETURN_NONE;
  });
}

PyCFunction fastcall(PyObject* (*function)(PyObject*, PyObject* const*, Py_ssize_t)) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace

Ref to_torch_object(const at::Tensor& value) {
  static const Wrapper wrapper;
  if (wrapper.by_reference != nullptr) return check(wrapper.by_reference(value));
  if (wrapper.by_value != nullptr) return check(wrapper.by_value(value));
  fail(PyExc_RuntimeError, "numtorch: this version of torch makes its tensors in a way that is not known");
}

at::Tensor from_torch_object(PyObject* object) {
  static PyObject* const name = check(PyUnicode_InternFromString("_cdata")).release();
  const Ref address = check(PyObject_GetAttr(object, name));
  auto* impl = static_cast<c10::TensorImpl*>(PyLong_AsVoidPtr(address.get()));
  if (impl == nullptr) fail(PyExc_TypeError, "expected a torch.Tensor, not %.100s", Py_TYPE(object)->tp_name);
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(impl));
}

void register_bridge(PyObject* module) {
  static PyMethodDef functions[] = {
      {"to_torch", to_torch, METH_O, "to_torch(t): the torch.Tensor on the same memory."},
      {"from_torch", fastcall(from_torch), METH_FASTCALL, "from_torch(t, like=None): the Tensor of a torch.Tensor."},
      {"exchange", fastcall(exchange), METH_FASTCALL, "exchange(t, torch_tensor): t sees that memory; what it saw."},
      {"is_same", fastcall(is_same), METH_FASTCALL, "is_same(t, torch_tensor): whether both are one at::Tensor."},
      {"flags_of", flags_of, METH_O, "flags_of(t): what t is beside its value."},
      {"set_flags", set_flags, METH_VARARGS, "set_flags(t, flags): the same again."},
      {"forget", forget, METH_O, "forget(t): t is nothing that a gradient made."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
