#include "ufuncs/asking.h"

#include <structmember.h>

#include "array/dtype.h"
#include "array/tensor.h"
#include "errors/errors.h"
#include "indexing/value.h"
#include "process/once.h"

namespace numtorch {

namespace {

struct FunctionObject {
  PyObject_HEAD
  vectorcallfunc vectorcall;
  PyObject* handler;   // what answers where no class does
  PyObject* of_numpy;  // NumPy's function of that name
  PyObject* dict;
  PyObject* weakrefs;
  bool binds;  // as a class's attribute, is it a method?
};

FunctionObject* as_function(PyObject* object) { return reinterpret_cast<FunctionObject*>(object); }

PyTypeObject* function_type = nullptr;
PyObject* ask_function = nullptr;  // ask_function(function, args, keywords) or NotImplemented
PyObject* ask_ufunc = nullptr;     // ask_ufunc(ufunc, method, inputs, keywords) or NotImplemented
PyObject* take_over = nullptr;     // take_over(function of NumPy, args, keywords) or NotImplemented

struct NumPy {
  PyTypeObject* ndarray;
  PyTypeObject* generic;
  PyObject* array_function;  // what a subclass has too unless it overrides it
  PyObject* own_array_function;
};

const NumPy& numpy() {
  static constinit Once<const NumPy> found([]() -> const NumPy* {
    const Ref module = check(PyImport_ImportModule("numpy"));
    PyObject* ndarray = check(PyObject_GetAttrString(module.get(), "ndarray")).release();
    PyObject* generic = check(PyObject_GetAttrString(module.get(), "generic")).release();
    auto* tensor = reinterpret_cast<PyObject*>(tensor_type);
    return new NumPy{reinterpret_cast<PyTypeObject*>(ndarray), reinterpret_cast<PyTypeObject*>(generic),
                     check(PyObject_GetAttrString(ndarray, "__array_function__")).release(),
                     check(PyObject_GetAttrString(tensor, "__array_function__")).release()};
  });
  return *found;
}

bool is_plain(PyObject* object) {
  return Py_TYPE(object) == tensor_type || PyFloat_CheckExact(object) || PyLong_CheckExact(object) ||
         object == Py_None || PyBool_Check(object) || PyUnicode_CheckExact(object) || PyComplex_CheckExact(object) ||
         PyList_CheckExact(object) || PyTuple_CheckExact(object) || PyDict_CheckExact(object) ||
         PySlice_Check(object) || object == Py_Ellipsis || PyFunction_Check(object) || PyType_Check(object);
}

// May the class of this argument answer itself? Subclasses of ndarray are looked at in Python: some have masks.
bool may_answer(PyObject* object) {
  if (is_plain(object)) return false;
  PyTypeObject* type = Py_TYPE(object);
  const NumPy& names = numpy();
  if (type == names.ndarray) {
    const Ref dtype = check(PyObject_GetAttrString(object, "dtype"));
    return !find_scalar_type(dtype.get()).has_value();
  }
  if (PyType_IsSubtype(type, names.generic) != 0) return false;
  const Ref method(PyObject_GetAttrString(reinterpret_cast<PyObject*>(type), "__array_function__"));
  if (!method) {
    PyErr_Clear();
    return false;
  }
  return method.get() != names.own_array_function;
}

bool may_any_answer(PyObject* object) {
  if (!PyList_CheckExact(object) && !PyTuple_CheckExact(object)) return may_answer(object);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    if (may_answer(PySequence_Fast_GET_ITEM(object, i))) return true;
  }
  return false;
}

Ref tuple_from(PyObject* const* items, Py_ssize_t count) {
  Ref tuple = check(PyTuple_New(count));
  for (Py_ssize_t i = 0; i < count; ++i) PyTuple_SET_ITEM(tuple.get(), i, Py_NewRef(items[i]));
  return tuple;
}

Ref keywords_from(PyObject* const* values, PyObject* names) {
  Ref keywords = check(PyDict_New());
  const Py_ssize_t named = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
  for (Py_ssize_t i = 0; i < named; ++i) check(PyDict_SetItem(keywords.get(), PyTuple_GET_ITEM(names, i), values[i]));
  return keywords;
}

// What the classes say; null where none answers.
PyObject* ask_classes(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  const Ref positional = tuple_from(args, count);
  const Ref keywords = keywords_from(args + count, names);
  Ref answer = check(PyObject_CallFunctionObjArgs(ask_function, self, positional.get(), keywords.get(), nullptr));
  return answer.get() == Py_NotImplemented ? nullptr : answer.release();
}

// With an error set: where no Tensor is among the arguments, and some of them no Tensor can stand for, such as lists of
// texts, the answer is NumPy's.
PyObject* ask_numpy(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  const bool is_refusal =
      PyErr_ExceptionMatches(PyExc_TypeError) != 0 || PyErr_ExceptionMatches(PyExc_OverflowError) != 0;
  if (!is_refusal || take_over == nullptr || as_function(self)->of_numpy == Py_None) throw PythonError{};
  const Py_ssize_t named = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
  for (Py_ssize_t i = 0; i < count + named; ++i) {
    if (holds_tensor(args[i])) throw PythonError{};
  }
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  const Ref kept_type(type), kept_value(value), kept_traceback(traceback);
  const Ref positional = tuple_from(args, count);
  const Ref keywords = keywords_from(args + count, names);
  const Ref of_numpy = Ref::borrow(as_function(self)->of_numpy);
  Ref answer(PyObject_CallFunctionObjArgs(take_over, of_numpy.get(), positional.get(), keywords.get(), nullptr));
  if (answer && answer.get() != Py_NotImplemented) return answer.release();
  PyErr_Restore(Py_XNewRef(type), Py_XNewRef(value), Py_XNewRef(traceback));
  throw PythonError{};
}

PyObject* call(PyObject* self, PyObject* const* args, std::size_t flags, PyObject* names) {
  return guarded([&] {
    const Py_ssize_t count = PyVectorcall_NARGS(flags);
    const Py_ssize_t all = count + (names == nullptr ? 0 : PyTuple_GET_SIZE(names));
    bool asks = false;
    for (Py_ssize_t i = 0; i < all && !asks; ++i) asks = may_any_answer(args[i]);
    if (asks && ask_function != nullptr) {
      if (PyObject* answer = ask_classes(self, args, count, names)) return answer;
    }
    PyObject* result = PyObject_Vectorcall(as_function(self)->handler, args, flags, names);
    return result == nullptr ? ask_numpy(self, args, count, names) : result;
  });
}

PyObject* bind(PyObject* self, PyObject* object, PyObject*) {
  if (object == nullptr || object == Py_None || !as_function(self)->binds) return Py_NewRef(self);
  return PyMethod_New(self, object);
}

// One that dispatches finds itself and NumPy's function in a dict, whichever of the two is the key.
Py_hash_t hash(PyObject* self) {
  PyObject* key = as_function(self)->of_numpy;
  return key == Py_None ? PyObject_Hash(as_function(self)->handler) : PyObject_Hash(key);
}

PyObject* compare(PyObject* a, PyObject* b, int how) {
  if (how != Py_EQ && how != Py_NE) Py_RETURN_NOTIMPLEMENTED;
  PyObject* own = as_function(a)->of_numpy;
  const bool same = a == b || (own != Py_None && own == b) ||
                    (Py_TYPE(b) == function_type && own != Py_None && own == as_function(b)->of_numpy);
  return PyBool_FromLong(same == (how == Py_EQ));
}

PyObject* represent(PyObject* self) {
  const Ref name(PyObject_GetAttrString(self, "__name__"));
  return name ? PyUnicode_FromFormat("<function %U>", name.get()) : nullptr;
}

PyObject* reduce(PyObject* self, PyObject*) { return PyObject_GetAttrString(self, "__name__"); }

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(as_function(self)->handler);
  Py_VISIT(as_function(self)->of_numpy);
  Py_VISIT(as_function(self)->dict);
  return 0;
}

int clear(PyObject* self) {
  Py_CLEAR(as_function(self)->dict);
  return 0;
}

void deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  if (as_function(self)->weakrefs != nullptr) PyObject_ClearWeakRefs(self);
  Py_XDECREF(as_function(self)->handler);
  Py_XDECREF(as_function(self)->of_numpy);
  Py_XDECREF(as_function(self)->dict);
  type->tp_free(self);
  Py_DECREF(type);
}

// asking(handler, of_numpy, binds): the handler, behind the classes of its arguments.
PyObject* asking(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject* handler = nullptr;
    PyObject* of_numpy = nullptr;
    int binds = 0;
    if (!PyArg_ParseTuple(args, "OOp:asking", &handler, &of_numpy, &binds)) throw PythonError{};
    Ref made = check(function_type->tp_alloc(function_type, 0));
    FunctionObject* function = as_function(made.get());
    function->vectorcall = call;
    function->handler = Py_NewRef(handler);
    function->of_numpy = Py_NewRef(of_numpy);
    function->dict = check(PyDict_New()).release();
    function->binds = binds != 0;
    return made.release();
  });
}

// set_asking(ask_function, ask_ufunc, take_over): what calls the classes, in Python.
PyObject* set_asking(PyObject*, PyObject* args) {
  PyObject* function = nullptr;
  PyObject* ufunc = nullptr;
  PyObject* numpy = nullptr;
  if (!PyArg_ParseTuple(args, "OOO:set_asking", &function, &ufunc, &numpy)) return nullptr;
  Py_XSETREF(take_over, Py_NewRef(numpy));
  Py_XSETREF(ask_function, Py_NewRef(function));
  Py_XSETREF(ask_ufunc, Py_NewRef(ufunc));
  Py_RETURN_NONE;
}

PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(FunctionObject, vectorcall), READONLY, nullptr},
    {"__dictoffset__", T_PYSSIZET, offsetof(FunctionObject, dict), READONLY, nullptr},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(FunctionObject, weakrefs), READONLY, nullptr},
    {"of_numpy", T_OBJECT, offsetof(FunctionObject, of_numpy), READONLY, "NumPy's function of that name, or None."},
    {nullptr, 0, 0, 0, nullptr},
};

PyMethodDef methods[] = {
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef functions[] = {
    {"asking", asking, METH_VARARGS, "asking(handler, of_numpy, binds): asks the classes of its arguments first."},
    {"set_asking", set_asking, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

template <class Function>
void* slot(Function* function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

PyObject* ask_about_ufunc(PyObject* ufunc, PyObject* method, PyObject* inputs, PyObject* keywords) {
  if (ask_ufunc == nullptr) return nullptr;
  Ref answer = check(PyObject_CallFunctionObjArgs(ask_ufunc, ufunc, method, inputs, keywords, nullptr));
  return answer.get() == Py_NotImplemented ? nullptr : answer.release();
}

PyObject* function_of_numpy(PyObject* function) {
  return Py_TYPE(function) == function_type ? as_function(function)->of_numpy : function;
}

void register_asking(PyObject* module) {
  PyType_Slot slots[] = {
      {Py_tp_call, slot(PyVectorcall_Call)},
      {Py_tp_dealloc, slot(deallocate)},
      {Py_tp_descr_get, slot(bind)},
      {Py_tp_hash, slot(hash)},
      {Py_tp_richcompare, slot(compare)},
      {Py_tp_repr, slot(represent)},
      {Py_tp_traverse, slot(traverse)},
      {Py_tp_clear, slot(clear)},
      {Py_tp_members, members},
      {Py_tp_methods, methods},
      {Py_tp_getset, getset},
      {0, nullptr},
  };
  PyType_Spec spec{
      "numtorch._core.Function", sizeof(FunctionObject), 0,
      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  function_type = reinterpret_cast<PyTypeObject*>(check(PyType_FromModuleAndSpec(module, &spec, nullptr)).release());
  check(PyModule_AddObjectRef(module, "Function", reinterpret_cast<PyObject*>(function_type)));
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
