#include "array/subclass.h"

#include <utility>

#include "kernels/kernel.h"
#include "process/once.h"
#include "tape/sharing.h"

namespace numtorch {

namespace {

constinit Once<PyObject> base_ufunc{[] {
  return check(PyObject_GetAttrString(reinterpret_cast<PyObject*>(tensor_type), "__array_ufunc__")).release();
}};

constinit Once<KernelObject> alias{[] { return find_kernel("alias"); }};

// view_as(t, type): the same memory as an object of that class, Tensor's or a subclass.
PyObject* view_as(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject* tensor = nullptr;
    PyObject* type = nullptr;
    if (!PyArg_ParseTuple(args, "O!O!:view_as", tensor_type, &tensor, &PyType_Type, &type)) throw PythonError{};
    auto* wanted = reinterpret_cast<PyTypeObject*>(type);
    if (PyType_IsSubtype(wanted, tensor_type) == 0) fail(PyExc_TypeError, "view_as: %R is not a Tensor's class", type);
    Ref view = check(call_kernel(alias, &tensor, 1));
    if (Py_TYPE(view.get()) == wanted) return view.release();
    view = as_class(std::move(view), wanted);
    note_view(as_tensor(tensor), view.get());
    finalize(view.get(), tensor);
    return view.release();
  });
}

PyMethodDef functions[] = {
    {"view_as", view_as, METH_VARARGS, "view_as(t, type): t's memory as an object of Tensor's class or a subclass."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool overrides_ufuncs(PyObject* object) {
  if (Py_TYPE(object) == tensor_type) return false;
  const Ref method = check(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(object)), "__array_ufunc__"));
  return method.get() != base_ufunc;
}

Ref as_class(Ref tensor, PyTypeObject* type) {
  if (Py_TYPE(tensor.get()) == type) return tensor;
  TensorObject* from = as_tensor(tensor.get());
  leave_family(from);
  Ref result = check(wrap_as(type, std::move(from->value), from->flags));
  TensorObject* to = as_tensor(result.get());
  to->node = std::exchange(from->node, nullptr);
  to->sequence = from->sequence;
  return result;
}

void finalize(PyObject* object, PyObject* source) {
  const Ref method(PyObject_GetAttrString(object, "__array_finalize__"));
  if (!method) {
    PyErr_Clear();
    return;
  }
  if (method.get() != Py_None) check(PyObject_CallOneArg(method.get(), source));
}

PyObject* in_class_of_slow(PyObject* result, PyObject* source) {
  Ref owned(result);
  if (!is_tensor(result) || Py_TYPE(result) != tensor_type || (as_tensor(result)->flags & kValue) != 0 ||
      Py_REFCNT(result) != 1) {
    return owned.release();
  }
  Ref typed = as_class(std::move(owned), Py_TYPE(source));
  if ((as_tensor(typed.get())->flags & kView) != 0) note_view(as_tensor(source), typed.get());
  finalize(typed.get(), source);
  return typed.release();
}

void register_subclass(PyObject* module) { check(PyModule_AddFunctions(module, functions)); }

}  // namespace numtorch
