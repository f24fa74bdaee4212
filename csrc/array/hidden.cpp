#include "array/hidden.h"

#include <structmember.h>

#include <string>

#include "array/tensor.h"

namespace numtorch {

namespace {

// A method that no 0-d result has. The type's slots stay what they were: len(x) does not come here.
struct Hidden {
  PyObject_HEAD
  PyObject* method;
  PyObject* name;
};

Hidden* as_hidden(PyObject* object) { return reinterpret_cast<Hidden*>(object); }

PyObject* get(PyObject* self, PyObject* object, PyObject* type) {
  const Hidden* hidden = as_hidden(self);
  if (object != nullptr && is_tensor(object) && (as_tensor(object)->flags & kValue) != 0) {
    PyErr_Format(PyExc_AttributeError, "a 0-d result has no attribute '%U', as the NumPy scalar that it stands for",
                 hidden->name);
    return nullptr;
  }
  return Py_TYPE(hidden->method)->tp_descr_get(hidden->method, object, type);
}

void deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  Py_DECREF(as_hidden(self)->method);
  Py_DECREF(as_hidden(self)->name);
  type->tp_free(self);
  Py_DECREF(type);
}

PyTypeObject* hidden_type() {
  static PyTypeObject* const type = [] {
    static PyMemberDef members[] = {
        {"__wrapped__", T_OBJECT, offsetof(Hidden, method), READONLY, nullptr},
        {"__name__", T_OBJECT, offsetof(Hidden, name), READONLY, nullptr},
        {nullptr, 0, 0, 0, nullptr},
    };
    static PyType_Slot slots[] = {
        {Py_tp_descr_get, reinterpret_cast<void*>(&get)},
        {Py_tp_dealloc, reinterpret_cast<void*>(&deallocate)},
        {Py_tp_members, members},
        {0, nullptr},
    };
    static PyType_Spec spec{"numtorch._core.HiddenMethod", sizeof(Hidden), 0, Py_TPFLAGS_DEFAULT, slots};
    return reinterpret_cast<PyTypeObject*>(check(PyType_FromSpec(&spec)).release());
  }();
  return type;
}

void hide(PyTypeObject* type, const char* text) {
  Ref name = check(PyUnicode_InternFromString(text));
  Ref method = check(PyObject_GetItem(type->tp_dict, name.get()));
  const Ref object = check(hidden_type()->tp_alloc(hidden_type(), 0));
  check(PyDict_SetItem(type->tp_dict, name.get(), object.get()));
  as_hidden(object.get())->method = method.release();
  as_hidden(object.get())->name = name.release();
}

}  // namespace

void hide_names(PyTypeObject* type) {
  for (const char* name : {"__len__", "__iter__", "__setitem__", "__delitem__"}) hide(type, name);
  PyType_Modified(type);
}

}  // namespace numtorch
