#include "lend.h"

#include <utility>

#include "convert.h"
#include "once.h"
#include "record.h"
#include "tensor.h"

namespace numtorch {

namespace {

// What an ndarray sees of a Tensor while NumPy computes. Nobody keeps that ndarray, so unlike an export it does not make
// the memory one that others write to.
struct Lent {
  PyObject_HEAD
  at::Tensor value;
};

Lent* as_lent(PyObject* object) { return reinterpret_cast<Lent*>(object); }

int get_lent_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  return guarded_int([&] {
    describe_buffer(as_lent(self)->value, false, view, flags);
    view->obj = Py_NewRef(self);
    return 0;
  });
}

void deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  as_lent(self)->value.~Tensor();
  type->tp_free(self);
  Py_DECREF(type);
}

PyTypeObject* make_type() {
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(&deallocate)},
      {Py_bf_getbuffer, reinterpret_cast<void*>(&get_lent_buffer)},
      {Py_bf_releasebuffer, reinterpret_cast<void*>(&release_buffer)},
      {0, nullptr},
  };
  static PyType_Spec spec{"numtorch._core.Lent", sizeof(Lent), 0,
                          Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  return reinterpret_cast<PyTypeObject*>(check(PyType_FromSpec(&spec)).release());
}

PyObject* find_asarray() {
  const Ref module = check(PyImport_ImportModule("numpy"));
  return check(PyObject_GetAttrString(module.get(), "asarray")).release();
}

constinit Once<PyTypeObject> lent_type{make_type};
constinit Once<PyObject> asarray{find_asarray};

PyObject* lend(PyObject*, PyObject* object) {
  return guarded([&] {
    if (!is_tensor(object)) fail(PyExc_TypeError, "lend(): a Tensor is needed, not %.100s", Py_TYPE(object)->tp_name);
    if (is_tracked(object) || !is_plain(value_of(object))) return Py_NewRef(Py_None);
    PyTypeObject* type = lent_type;
    const Ref lent = check(type->tp_alloc(type, 0));
    new (&as_lent(lent.get())->value) at::Tensor(value_of(object));
    return check(PyObject_CallOneArg(asarray, lent.get())).release();
  });
}

PyObject* adopt(PyObject*, PyObject* array) {
  return guarded([&] {
    at::Tensor value = to_value(array, std::nullopt, c10::Device(at::kCPU), false, "adopt()");
    return check(wrap(std::move(value))).release();
  });
}

PyMethodDef functions[] = {
    {"lend", lend, METH_O,
     "lend(t): t's memory as an ndarray, for one call of NumPy's that does not keep it; None if NumPy cannot see it."},
    {"adopt", adopt, METH_O, "adopt(array): a Tensor that owns the memory of an ndarray, just made."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void register_lending(PyObject* module) { check(PyModule_AddFunctions(module, functions)); }

}  // namespace numtorch
