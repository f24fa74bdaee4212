// What ndarray's attributes say of an array's memory: whether it is a view, whether it may be written to, its shape.
#include "array/memory.h"

#include <c10/util/SmallVector.h>

#include <string>

#include "array/view.h"
#include "host/convert.h"
#include "indexing/index.h"
#include "indexing/plan.h"
#include "kernels/kernel.h"
#include "tape/record.h"
#include "tape/sharing.h"

namespace numtorch {

namespace {

TensorObject* tensor_from(PyObject* object, const char* function) {
  if (!is_tensor(object)) {
    fail(PyExc_TypeError, "%s: expected a Tensor, not %.100s", function, Py_TYPE(object)->tp_name);
  }
  return as_tensor(object);
}

PyObject* is_view(PyObject*, PyObject* object) {
  return guarded([&] { return PyBool_FromLong((tensor_from(object, "is_view")->flags & kView) != 0); });
}

PyObject* is_writeable(PyObject*, PyObject* object) {
  return guarded(
      [&] { return PyBool_FromLong((tensor_from(object, "is_writeable")->flags & (kReadOnly | kValue)) == 0); });
}

// set_writeable(t, writeable): whether writes to t raise. Nothing says whether what a view sees may be written to.
PyObject* set_writeable(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    int writeable = 0;
    if (!PyArg_ParseTuple(args, "O!p:set_writeable", tensor_type, &object, &writeable)) throw PythonError{};
    TensorObject* tensor = as_tensor(object);
    if (writeable == 0) {
      tensor->flags |= kReadOnly;
    } else if ((tensor->flags & kValue) != 0 || (tensor->flags & (kReadOnly | kView)) == (kReadOnly | kView)) {
      fail(PyExc_ValueError, "cannot set WRITEABLE flag to True of this array");
    } else {
      tensor->flags &= static_cast<std::uint8_t>(~kReadOnly);
    }
    Py_RETURN_NONE;
  });
}

// base(t): the whole memory behind a view, flat; None of what is no view.
PyObject* base(PyObject*, PyObject* object) {
  return guarded([&] {
    const TensorObject* tensor = tensor_from(object, "base");
    if ((tensor->flags & kView) == 0) return Py_NewRef(Py_None);
    check_untracked(object, "base");
    const at::Tensor& value = tensor->value;
    const auto count = static_cast<std::int64_t>(memory_of(value).nbytes() / value.itemsize());
    return wrap(view_of(value, {count}, {1}, 0), tensor->flags & (kReadOnly | kShared));
  });
}

// resize(t, result, check): t becomes `result`; with `check` only if no other array sees the memory it leaves.
PyObject* resize(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    PyObject* result = nullptr;
    int checks = 0;
    if (!PyArg_ParseTuple(args, "O!O!p:resize", tensor_type, &object, tensor_type, &result, &checks)) {
      throw PythonError{};
    }
    TensorObject* tensor = as_tensor(object);
    check_writeable(tensor);
    check_untracked(object, "resize");
    if ((tensor->flags & (kView | kValue)) != 0) {
      fail(PyExc_ValueError, "cannot resize this array: it does not own its data");
    }
    if (checks != 0 && ((tensor->flags & kShared) != 0 || is_memory_shared(tensor))) {
      fail(
          PyExc_ValueError,
          "cannot resize an array that references or is referenced by another array: use np.resize, or refcheck=False");
    }
    leave_family(tensor);
    tensor->value = value_of(result);
    Py_RETURN_NONE;
  });
}

// A result that sees only memory which no other Tensor sees owns it, whatever it was made of on the way.
void own_memory(PyObject* result) {
  if (PyTuple_Check(result) != 0 || PyList_CheckExact(result) != 0) {
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(result); ++i) own_memory(PySequence_Fast_GET_ITEM(result, i));
  } else if (is_tensor(result)) {
    TensorObject* tensor = as_tensor(result);
    if ((tensor->flags & (kView | kShared)) == kView && memory_of(tensor->value).use_count() == 1) {
      tensor->flags &= static_cast<std::uint8_t>(~kView);
    }
  }
}

PyObject* owned(PyObject*, PyObject* object) {
  return guarded([&] { return owning(Ref::borrow(object)); });
}

using Lengths = c10::SmallVector<std::int64_t, 5>;

Lengths lengths_from(PyObject* shape) {
  const Ref alone = PyIndex_Check(shape) ? check(PyTuple_Pack(1, shape)) : Ref::borrow(shape);
  const Ref items = check(PySequence_Fast(alone.get(), "shape: expected an integer or a sequence of them"));
  Lengths lengths;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    const Ref item = Ref::borrow(PySequence_Fast_GET_ITEM(items.get(), i));  // its __index__ may change the list
    const Ref number = check(PyNumber_Index(item.get()));
    const long long length = PyLong_AsLongLong(number.get());
    if (length == -1 && PyErr_Occurred()) throw PythonError{};
    lengths.push_back(length);
  }
  return lengths;
}

// Puts the length that follows from the others where there is a negative one; false if none fits.
bool complete(Lengths& lengths, std::int64_t size) {
  std::int64_t known = 1;
  std::int64_t* unknown = nullptr;
  for (std::int64_t& length : lengths) {
    if (length >= 0) {
      known *= length;
    } else if (unknown == nullptr) {
      unknown = &length;
    } else {
      fail(PyExc_ValueError, "can only specify one unknown dimension");
    }
  }
  if (unknown == nullptr) return known == size;
  if (known == 0 || size % known != 0) return false;
  *unknown = size / known;
  return true;
}

void check_no_value(PyObject* self, const char* attribute) {
  if ((as_tensor(self)->flags & kValue) == 0) return;
  fail(PyExc_AttributeError, "attribute '%s' of a 0-d result, which stands for a NumPy scalar, is not writable",
       attribute);
}

}  // namespace

PyObject* owning(Ref result) {
  own_memory(result.get());
  return result.release();
}

int set_shape(PyObject* self, PyObject* shape, void*) {
  return guarded_int([&] {
    static constinit Once<KernelObject> view([] { return find_kernel("view"); });
    TensorObject* tensor = as_tensor(self);
    if (shape == nullptr) fail(PyExc_AttributeError, "Cannot delete array shape");
    if ((tensor->flags & kValue) != 0) fail(PyExc_AttributeError, "the shape of a NumPy scalar cannot be set");
    Lengths lengths = lengths_from(shape);
    const at::Tensor& value = tensor->value;
    if (!complete(lengths, value.numel())) {
      fail(PyExc_ValueError, "cannot reshape array of size %lld into shape %s", static_cast<long long>(value.numel()),
           shape_text(lengths).c_str());
    }
    Ref sizes = check(PyTuple_New(static_cast<Py_ssize_t>(lengths.size())));
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      PyTuple_SET_ITEM(sizes.get(), static_cast<Py_ssize_t>(i), check(PyLong_FromLongLong(lengths[i])).release());
    }
    PyObject* args[] = {self, sizes.get()};
    Ref result;
    try {
      result = Ref(call_kernel(view, args, 2));
    } catch (const PythonError&) {
      // What the tape says of it stays; libtorch's refusal is a ValueError.
      if (PyErr_ExceptionMatches(PyExc_ValueError) == 0) throw;
      PyErr_Clear();
      fail(PyExc_AttributeError,
           "Incompatible shape for in-place modification. Use `.reshape()` to make a copy with the desired shape.");
    }
    TensorObject* viewed = as_tensor(result.get());
    tensor->value = viewed->value;
    if (viewed->node != nullptr) {
      Py_XSETREF(tensor->node, Py_NewRef(viewed->node));
      tensor->sequence = viewed->sequence;
    }
    return 0;
  });
}

int set_real(PyObject* self, PyObject* value, void*) {
  return guarded_int([&] {
    if (value == nullptr) fail(PyExc_AttributeError, "Cannot delete array real part");
    check_no_value(self, "real");
    const Ref part = check(PyObject_GetAttrString(self, "real"));
    return check(set_item(part.get(), Py_Ellipsis, value));
  });
}

int set_imag(PyObject* self, PyObject* value, void*) {
  return guarded_int([&] {
    if (value == nullptr) fail(PyExc_AttributeError, "Cannot delete array imaginary part");
    check_no_value(self, "imag");
    if (!value_of(self).is_complex()) fail(PyExc_TypeError, "array does not have imaginary part to set");
    const Ref part = check(PyObject_GetAttrString(self, "imag"));
    return check(set_item(part.get(), Py_Ellipsis, value));
  });
}

void register_memory(PyObject* module) {
  static PyMethodDef functions[] = {
      {"is_view", is_view, METH_O, "is_view(t): whether t sees another array's memory."},
      {"is_writeable", is_writeable, METH_O, "is_writeable(t): whether t can be written to."},
      {"owned", owned, METH_O, "owned(t): t, just made, as the owner of its memory if no other Tensor sees that."},
      {"set_writeable", set_writeable, METH_VARARGS, "set_writeable(t, writeable): whether writes to t raise."},
      {"base", base, METH_O, "base(t): the whole memory behind a view, flat; None of what is no view."},
      {"resize", resize, METH_VARARGS, "resize(t, result, check): t becomes `result`, if nobody else sees its memory."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
