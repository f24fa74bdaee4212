#include "tape/spec.h"

#include <c10/util/SmallVector.h>

#include <new>
#include <vector>

#include "array/device.h"
#include "array/dtype.h"
#include "errors/errors.h"

namespace numtorch {

namespace {

struct SpecObject {
  PyObject_HEAD
  c10::SmallVector<std::int64_t, 4> sizes;
  at::ScalarType type;
  c10::Device device;
};

PyTypeObject* spec_type = nullptr;
constexpr std::size_t kFreeLimit = 256;
std::vector<SpecObject*> free_objects;  // the GIL guards them

SpecObject* as_spec(PyObject* object) { return reinterpret_cast<SpecObject*>(object); }

void deallocate(PyObject* self) {
  SpecObject* spec = as_spec(self);
  spec->sizes.~SmallVector();
  if (free_objects.size() < kFreeLimit) {
    free_objects.push_back(spec);
  } else {
    spec_type->tp_free(self);
  }
  Py_DECREF(spec_type);
}

PyObject* get_shape(PyObject* self, void*) {
  return guarded([&] {
    const auto& sizes = as_spec(self)->sizes;
    Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(sizes.size())));
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), check(PyLong_FromLongLong(sizes[i])).release());
    }
    return tuple.release();
  });
}

PyObject* get_ndim(PyObject* self, void*) { return PyLong_FromSize_t(as_spec(self)->sizes.size()); }
PyObject* get_dev(PyObject* self, void*) { return PyLong_FromLong(dev_of(as_spec(self)->device)); }

PyObject* get_size(PyObject* self, void*) {
  long long size = 1;
  for (const auto length : as_spec(self)->sizes) size *= length;
  return PyLong_FromLongLong(size);
}

PyObject* get_dtype(PyObject* self, void*) {
  return guarded([&] { return Py_NewRef(dtype_of(as_spec(self)->type)); });
}

PyObject* represent(PyObject* self) {
  return guarded([&] {
    const Ref shape = check(get_shape(self, nullptr));
    return PyUnicode_FromFormat("Spec(shape=%R, dtype=%S, dev=%ld)", shape.get(), dtype_of(as_spec(self)->type),
                                dev_of(as_spec(self)->device));
  });
}

PyGetSetDef getset[] = {
    {"shape", get_shape, nullptr, "Lengths of the axes.", nullptr},
    {"ndim", get_ndim, nullptr, "Number of axes.", nullptr},
    {"size", get_size, nullptr, "Number of elements.", nullptr},
    {"dtype", get_dtype, nullptr, "Type of the elements.", nullptr},
    {"dev", get_dev, nullptr, "Device: -1 the CPU, 0, 1, ... a GPU.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>("Shape, dtype and device of a Tensor that the tape did not keep.")},
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
    {Py_tp_repr, reinterpret_cast<void*>(represent)},
    {Py_tp_getset, getset},
    {0, nullptr},
};

PyType_Spec spec{"numtorch._core.Spec", sizeof(SpecObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                 slots};

}  // namespace

PyObject* make_spec(const at::Tensor& value) {
  SpecObject* object = nullptr;
  if (free_objects.empty()) {
    object = as_spec(check(spec_type->tp_alloc(spec_type, 0)).release());
  } else {
    object = free_objects.back();
    free_objects.pop_back();
    PyObject_Init(reinterpret_cast<PyObject*>(object), spec_type);
  }
  new (&object->sizes) c10::SmallVector<std::int64_t, 4>(value.sizes().begin(), value.sizes().end());
  object->type = value.scalar_type();
  new (&object->device) c10::Device(value.device());
  return reinterpret_cast<PyObject*>(object);
}

bool spec_matches(PyObject* spec, const at::Tensor& value) {
  if (Py_TYPE(spec) != spec_type)
    fail(PyExc_TypeError, "expected a Tensor or a Spec, not %.100s", Py_TYPE(spec)->tp_name);
  const SpecObject* object = as_spec(spec);
  return object->type == value.scalar_type() && value.sizes() == at::IntArrayRef(object->sizes);
}

void register_spec(PyObject* module) {
  spec_type = reinterpret_cast<PyTypeObject*>(check(PyType_FromModuleAndSpec(module, &spec, nullptr)).release());
  check(PyModule_AddObjectRef(module, "Spec", reinterpret_cast<PyObject*>(spec_type)));
}

}  // namespace numtorch
