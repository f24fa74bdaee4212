#include "array/tensor.h"

#include <ATen/ops/view_as_real.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/SmallVector.h>
#include <structmember.h>

#include <array>
#include <new>
#include <string>
#include <vector>

#include "array/abstract.h"
#include "array/caller.h"
#include "array/device.h"
#include "array/dtype.h"
#include "array/hidden.h"
#include "array/making.h"
#include "array/memory.h"
#include "array/subclass.h"
#include "array/view.h"
#include "host/convert.h"
#include "indexing/index.h"
#include "kernels/kernel.h"
#include "programs/batch.h"
#include "tape/record.h"
#include "tape/sharing.h"
#include "ufuncs/operators.h"
#include "ufuncs/protocol.h"

namespace numtorch {

PyTypeObject* tensor_type = nullptr;

namespace {

// Freed objects kept for reuse; the GIL guards them.
constexpr std::size_t kFreeLimit = 256;
std::vector<TensorObject*> free_objects;

PyObject* printing_module() {
  static constinit Once<PyObject> module(
      [] { return check(PyImport_ImportModule("numtorch.ndarray.printing")).release(); });
  return module;
}

TensorObject* allocate(PyTypeObject* type) {
  if (type == tensor_type && !free_objects.empty()) {
    TensorObject* object = free_objects.back();
    free_objects.pop_back();
    PyObject_Init(reinterpret_cast<PyObject*>(object), type);
    return object;
  }
  return as_tensor(check(type->tp_alloc(type, 0)).release());
}

void deallocate(PyObject* self) {
  TensorObject* object = as_tensor(self);
  if (object->weakrefs != nullptr) PyObject_ClearWeakRefs(self);
  if ((object->flags & (kSaved | kFamily)) != 0) forget_sharing(object);
  Py_CLEAR(object->node);
  object->value.~Tensor();
  PyTypeObject* type = Py_TYPE(self);
  if (type == tensor_type && free_objects.size() < kFreeLimit) {
    free_objects.push_back(object);
  } else {
    type->tp_free(self);
  }
  Py_DECREF(type);
}

PyObject* tuple_of(at::IntArrayRef values, std::int64_t scale = 1) {
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(values.size())));
  for (std::size_t i = 0; i < values.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), check(PyLong_FromLongLong(values[i] * scale)).release());
  }
  return tuple.release();
}

// Held: making a tuple may run Python code (a garbage collection), which may give the Tensor another shape.
PyObject* get_shape(PyObject* self, void*) {
  return guarded([&] {
    const at::Tensor value = value_of(self);
    return tuple_of(value.sizes());
  });
}

PyObject* get_strides(PyObject* self, void*) {
  return guarded([&] {
    const at::Tensor value = value_of(self);
    return tuple_of(value.strides(), static_cast<std::int64_t>(value.itemsize()));
  });
}

PyObject* get_ndim(PyObject* self, void*) { return PyLong_FromLongLong(value_of(self).dim()); }
PyObject* get_size(PyObject* self, void*) { return PyLong_FromLongLong(value_of(self).numel()); }
PyObject* get_itemsize(PyObject* self, void*) { return PyLong_FromSize_t(value_of(self).itemsize()); }
PyObject* get_nbytes(PyObject* self, void*) { return PyLong_FromSize_t(value_of(self).nbytes()); }
PyObject* get_dev(PyObject* self, void*) { return PyLong_FromLong(dev_of(value_of(self).device())); }

PyObject* get_dtype(PyObject* self, void*) {
  return guarded([&] { return Py_NewRef(dtype_of(value_of(self).scalar_type())); });
}

PyObject* call1(KernelObject* kernel, PyObject* self) { return call_kernel(kernel, &self, 1); }

PyObject* get_transpose(PyObject* self, void*) {
  return guarded([&] {
    static constinit Once<KernelObject> permute([] { return find_kernel("permute"); });
    const at::Tensor& value = value_of(self);
    // Made directly: the kernel would take six times as long to say the same.
    if (is_abstract(value)) {
      std::vector<std::int64_t> order;
      for (std::int64_t i = value.dim(); i-- > 0;) order.push_back(i);
      const Ref axes = check(tuple_of(order));
      PyObject* args[] = {self, axes.get()};
      return call_kernel(permute, args, 2);
    }
    const c10::SmallVector<std::int64_t, 4> sizes(value.sizes().rbegin(), value.sizes().rend());
    const c10::SmallVector<std::int64_t, 4> strides(value.strides().rbegin(), value.strides().rend());
    Ref result = check(
        wrap(view_of(value, sizes, strides, value.storage_offset()), (as_tensor(self)->flags & kInherited) | kView));
    note_view(as_tensor(self), result.get());
    if (is_tracked(self)) {
      std::vector<std::int64_t> order;
      for (std::int64_t i = value.dim(); i-- > 0;) order.push_back(i);
      const Ref axes = check(tuple_of(order));
      PyObject* args[] = {self, axes.get()};
      record(permute, args, 2, result.get());
    }
    return in_class_of(result.release(), self);
  });
}

PyObject* get_matrix_transpose(PyObject* self, void*) {
  return guarded([&] {
    static constinit Once<KernelObject> transpose([] { return find_kernel("transpose.int"); });
    if (value_of(self).dim() < 2) fail(PyExc_ValueError, "matrix transpose with ndim < 2 is undefined");
    const Ref last = check(PyLong_FromLong(-1));
    const Ref second = check(PyLong_FromLong(-2));
    PyObject* args[] = {self, second.get(), last.get()};
    return call_kernel(transpose, args, 3);
  });
}

PyObject* get_real(PyObject* self, void*) {
  return guarded([&] {
    static constinit Once<KernelObject> real([] { return find_kernel("real"); });
    return value_of(self).is_complex() ? call1(real, self) : Py_NewRef(self);
  });
}

PyObject* get_imag(PyObject* self, void*) {
  return guarded([&] {
    static constinit Once<KernelObject> imag([] { return find_kernel("imag"); });
    if (value_of(self).is_complex()) return call1(imag, self);
    Below guard;
    const at::Tensor& value = value_of(self);
    at::Tensor zeros = is_fortran(value) ? at::zeros_like(value) : at::zeros(value.sizes(), value.options());
    return wrap(std::move(zeros), (as_tensor(self)->flags & kValue) != 0 ? kValue : kReadOnly);
  });
}

PyObject* get_tracked(PyObject* self, void*) {
  return guarded([&] { return PyBool_FromLong(is_tracked(self)); });
}

PyObject* get_is_value(PyObject* self, void*) { return PyBool_FromLong(as_tensor(self)->flags & kValue); }

Py_ssize_t length(PyObject* self) {
  if (value_of(self).dim() == 0) {
    PyErr_SetString(PyExc_TypeError, "len() of unsized object");
    return -1;
  }
  return static_cast<Py_ssize_t>(value_of(self).size(0));
}

PyObject* item(PyObject* self, Py_ssize_t index) {
  return guarded([&] {
    if (value_of(self).dim() > 0 && index >= value_of(self).size(0)) fail(PyExc_IndexError, "index out of range");
    const Ref number = check(PyLong_FromSsize_t(index));
    return get_item(self, number.get());
  });
}

PyObject* iterate(PyObject* self) {
  if (value_of(self).dim() == 0) {
    PyErr_SetString(PyExc_TypeError, "iteration over a 0-d array");
    return nullptr;
  }
  return PySeqIter_New(self);
}

Py_hash_t hash(PyObject* self) {
  try {
    if ((as_tensor(self)->flags & kValue) == 0) fail(PyExc_TypeError, "unhashable type: '%s'", Py_TYPE(self)->tp_name);
    if (is_tracked(self)) {
      fail(PyExc_TypeError,
           "unhashable: a gradient depends on this Tensor, and what is found by its value (in a dict, a cache) would "
           "not; "
           "take the key's value with t.item()");
    }
    const Ref number = check(to_number(value_of(self)));
    const Py_hash_t value = PyObject_Hash(number.get());
    if (value == -1) throw PythonError{};
    as_tensor(self)->flags |= kReadOnly;  // a dict or a set may find it by this from now on
    return value;
  } catch (abi::__forced_unwind&) {
    stop_if_ending();
    throw;
  } catch (...) {
    set_python_error();
    return -1;
  }
}

PyObject* represent(PyObject* self) {
  return guarded([&] { return check(PyObject_CallMethod(printing_module(), "array_repr", "O", self)).release(); });
}

PyObject* to_string(PyObject* self) {
  return guarded([&] { return check(PyObject_CallMethod(printing_module(), "array_str", "O", self)).release(); });
}

PyObject* format(PyObject* self, PyObject* spec) {
  return guarded(
      [&] { return check(PyObject_CallMethod(printing_module(), "array_format", "OO", self, spec)).release(); });
}

// The NumPy scalar's type, whatever isinstance asks for it, of what stands for a scalar; borrowed.
PyObject* scalar_class(const TensorObject* object) {
  static std::array<PyObject*, 14> types{};
  PyObject*& found = types[static_cast<std::size_t>(index_of(object->value.scalar_type()))];
  if (found == nullptr) {
    found = check(PyObject_GetAttrString(dtype_of(object->value.scalar_type()), "type")).release();
  }
  return found;
}

// isinstance asks the type first, and then this: to code that has numtorch.numpy in NumPy's place a value is a NumPy
// scalar of its dtype as well. Libraries that take arrays of any kind would bring such a scalar to the host.
PyObject* get_class(PyObject* self, void*) {
  return guarded([&] {
    const bool is_value = (as_tensor(self)->flags & kValue) != 0 && caller_uses_namespace();
    return Py_NewRef(is_value ? scalar_class(as_tensor(self)) : reinterpret_cast<PyObject*>(Py_TYPE(self)));
  });
}

int set_class(PyObject* self, PyObject* type, void*) {
  return guarded_int([&] {
    static PyObject* const inherited =
        check(PyObject_GetItem(
                  check(PyObject_GetAttrString(reinterpret_cast<PyObject*>(&PyBaseObject_Type), "__dict__")).get(),
                  check(PyUnicode_FromString("__class__")).get()))
            .release();
    check(PyObject_CallMethod(inherited, "__set__", "OO", self, type));
    return 0;
  });
}

PyMemberDef members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(TensorObject, weakrefs), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyGetSetDef getset[] = {
    {"__class__", get_class, set_class,
     "The type; of a 0-d result, asked by code with numtorch.numpy in NumPy's place, the NumPy scalar's.", nullptr},
    {"shape", get_shape, set_shape, "Lengths of the axes, a tuple of int.", nullptr},
    {"ndim", get_ndim, nullptr, "Number of axes.", nullptr},
    {"size", get_size, nullptr, "Number of elements.", nullptr},
    {"dtype", get_dtype, nullptr, "Type of the elements, an np.dtype.", nullptr},
    {"dev", get_dev, nullptr, "Device: -1 the CPU, 0, 1, ... a GPU.", nullptr},
    {"itemsize", get_itemsize, nullptr, "Bytes of one element.", nullptr},
    {"nbytes", get_nbytes, nullptr, "Bytes of all elements.", nullptr},
    {"strides", get_strides, nullptr, "Bytes from one element to the next along each axis.", nullptr},
    {"T", get_transpose, nullptr, "View with the axes reversed.", nullptr},
    {"mT", get_matrix_transpose, nullptr, "View with the last two axes swapped.", nullptr},
    {"real", get_real, set_real, "Real part: a view of a complex Tensor, a real Tensor itself.", nullptr},
    {"imag", get_imag, set_imag, "Imaginary part: a view of a complex Tensor, read-only zeros of a real one.", nullptr},
    {"tracked", get_tracked, nullptr, "Whether a gradient that is being taken depends on this Tensor.", nullptr},
    {"is_value", get_is_value, nullptr, "Whether this 0-d Tensor stands for a NumPy scalar.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef methods[] = {
    {"__array_ufunc__", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(array_ufunc)),
     METH_FASTCALL | METH_KEYWORDS, nullptr},
    {"__array_function__", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(array_function)),
     METH_FASTCALL | METH_KEYWORDS, nullptr},
    {"__format__", format, METH_O, nullptr},
};

const char* const kDoc =
    "Tensor(*shape, dev=None, dtype=np.float32)\n--\n\n"
    "An array of zeros on libtorch that NumPy's functions and operators accept.\n\n"
    "Parameters\n----------\n"
    "*shape : int, or one tuple of int\n    Lengths of the axes.\n"
    "dev : int, optional\n    Device: -1 is the CPU; 0, 1, ... are GPUs. By default that of `numtorch.device`; without "
    "it, the CPU.\n"
    "dtype : dtype_like, default np.float32\n    Type of the elements.\n\n"
    "Raises\n------\n"
    "ValueError\n    A negative length, or a device that does not exist.\n"
    "TypeError\n    A shape that is not made of integers, or a dtype that libtorch lacks.\n\n"
    "See Also\n--------\ntensor : a Tensor from an array, a number or a list.\n\n"
    "Examples\n--------\n"
    ">>> import numpy as np\n>>> from numtorch import Tensor\n>>> np.sum(Tensor(3, 3) + 1)\n"
    "Tensor(9., dtype=float32, dev=-1)\n";

template <class Function>
void* slot(Function* function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

PyObject* wrap_as(PyTypeObject* type, at::Tensor value, std::uint8_t flags) {
  TensorObject* object = allocate(type);
  new (&object->value) at::Tensor(std::move(value));
  object->node = nullptr;
  object->weakrefs = nullptr;
  object->sequence = 0;
  object->marks = 0;
  object->flags = flags;
  object->known = current_trace();
  object->born = current_batch();
  return reinterpret_cast<PyObject*>(object);
}

PyObject* wrap(at::Tensor value, std::uint8_t flags) { return wrap_as(tensor_type, std::move(value), flags); }

void check_writeable(const TensorObject* object) {
  if (is_tracing() && !is_abstract(object->value)) {
    require_found(object);
    fail(compile_error, "compile: a write to a Tensor that is a constant of the program (%s); write to a copy",
         user_line().c_str());
  }
  if ((object->flags & kReadOnly) == 0) return;
  if ((object->flags & kValue) != 0) {
    fail(PyExc_ValueError,
         "assignment destination is read-only: this 0-d result was hashed, and a dict or a set may hold it; copy it "
         "first");
  }
  if (is_abstract(object->value)) {
    fail(PyExc_ValueError,
         "assignment destination is read-only; inside vmap and compile a view that steps backward is a copy: write "
         "x[...] = y[::-1], not x[::-1][...] = y");
  }
  fail(PyExc_ValueError, "assignment destination is read-only");
}

void register_tensor(PyObject* module) {
  static std::vector<PyMethodDef> all_methods;
  for (const PyMethodDef& method : methods) all_methods.push_back(method);
  for (const PyMethodDef* method = convert_methods; method->ml_name != nullptr; ++method)
    all_methods.push_back(*method);
  all_methods.push_back({nullptr, nullptr, 0, nullptr});

  std::vector<PyType_Slot> slots{
      {Py_tp_doc, const_cast<char*>(kDoc)},
      {Py_tp_new, slot(construct)},
      {Py_tp_dealloc, slot(deallocate)},
      {Py_tp_repr, slot(represent)},
      {Py_tp_str, slot(to_string)},
      {Py_tp_hash, slot(hash)},
      {Py_tp_iter, slot(iterate)},
      {Py_tp_members, members},
      {Py_tp_getset, getset},
      {Py_tp_methods, all_methods.data()},
      {Py_sq_length, slot(length)},
      {Py_sq_item, slot(item)},
      {Py_mp_length, slot(length)},
      {Py_mp_subscript, slot(get_item)},
      {Py_mp_ass_subscript, slot(set_item)},
      {Py_nb_bool, slot(to_bool_slot)},
      {Py_nb_int, slot(to_int_slot)},
      {Py_nb_float, slot(to_float_slot)},
      {Py_nb_index, slot(to_index_slot)},
      {Py_bf_getbuffer, slot(get_buffer)},
      {Py_bf_releasebuffer, slot(release_buffer)},
  };
  for (const PyType_Slot* other = operator_slots; other->slot != 0; ++other) slots.push_back(*other);
  slots.push_back({0, nullptr});
  PyType_Spec spec{"numtorch.Tensor", sizeof(TensorObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots.data()};
  tensor_type = reinterpret_cast<PyTypeObject*>(check(PyType_FromModuleAndSpec(module, &spec, nullptr)).release());
  hide_names(tensor_type);
  check(PyModule_AddObjectRef(module, "Tensor", reinterpret_cast<PyObject*>(tensor_type)));
  register_making(module);
}

}  // namespace numtorch
