// Out to the host: ndarrays and the buffer protocol.
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "array/device.h"
#include "array/dtype.h"
#include "array/view.h"
#include "host/convert.h"
#include "tape/record.h"
#include "tape/saved.h"

namespace numtorch {

namespace {

PyObject* numpy_attribute(const char* name) {
  const Ref module = check(PyImport_ImportModule("numpy"));
  return check(PyObject_GetAttrString(module.get(), name)).release();
}

Ref tuple_of(at::IntArrayRef values) {
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(values.size())));
  for (std::size_t i = 0; i < values.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), check(PyLong_FromLongLong(values[i])).release());
  }
  return tuple;
}

class WritableBuffer {
 public:
  explicit WritableBuffer(PyObject* array) { check(PyObject_GetBuffer(array, &view_, PyBUF_ND | PyBUF_WRITABLE)); }
  ~WritableBuffer() { PyBuffer_Release(&view_); }
  WritableBuffer(const WritableBuffer&) = delete;
  WritableBuffer& operator=(const WritableBuffer&) = delete;
  void* data() const { return view_.buf; }

 private:
  Py_buffer view_{};
};

void copy_to_host(const at::Tensor& value, void* memory) {
  require_values(value, "an ndarray (np.asarray, collect(), tolist(), str())");
  if (is_plain(value) && value.is_contiguous() && value.numel() < kLongWork) {
    std::memcpy(memory, value.const_data_ptr(), value.nbytes());
    return;
  }
  Below guard;
  Unlocked release(is_long(value));
  at::from_blob(memory, value.sizes(), at::TensorOptions(value.scalar_type())).copy_(value);
}

Ref first_item(const Ref& array) {
  const Ref nothing = check(PyTuple_New(0));
  return check(PyObject_GetItem(array.get(), nothing.get()));
}

// PEP 3118's name; 'l' rather than 'q', so that NumPy's int64 comes out and not its equal twin longlong.
const char* format_of(at::ScalarType type) {
  static const char* const formats[] = {"?", "b", "h", "i", "l", "B", "H", "I", "L", "e", "f", "d", "Zf", "Zd"};
  return formats[index_of(type)];
}

// The Tensor's memory, kept alive for as long as a consumer looks at it.
struct Exported {
  at::Tensor value;
  std::vector<Py_ssize_t> shape;
  std::vector<Py_ssize_t> strides;  // in bytes
};

bool layout_serves(const at::Tensor& value, int flags) {
  const auto asks = [flags](int what) { return (flags & what) == what; };
  const bool c_order = value.is_contiguous();
  const bool f_order = is_fortran(value);
  if (asks(PyBUF_C_CONTIGUOUS)) return c_order;
  if (asks(PyBUF_F_CONTIGUOUS)) return f_order;
  if (asks(PyBUF_ANY_CONTIGUOUS)) return c_order || f_order;
  return asks(PyBUF_STRIDES) || c_order;
}

void check_exportable(PyObject* self, int flags) {
  const TensorObject* object = as_tensor(self);
  if (is_tracked(self)) fail(PyExc_BufferError, "a gradient depends on this Tensor: use collect(t) for its values");
  require_values(object->value, "the buffer protocol");
  if (!object->value.is_cpu()) {
    fail(PyExc_BufferError, "this Tensor is on dev=%ld: use collect(t) for a copy on the host",
         dev_of(object->value.device()));
  }
  if (!is_plain(object->value))
    fail(PyExc_BufferError, "this Tensor's memory holds its complex conjugate: copy it first");
  if ((flags & PyBUF_WRITABLE) != 0 && (object->flags & (kReadOnly | kValue)) != 0) {
    fail(PyExc_BufferError, "this Tensor is read-only");
  }
  if (!layout_serves(object->value, flags)) fail(PyExc_BufferError, "this Tensor is not contiguous as asked for");
}

void fill_view(PyObject* self, Py_buffer* view, int flags) {
  check_exportable(self, flags);
  TensorObject* object = as_tensor(self);
  describe_buffer(object->value, (object->flags & (kReadOnly | kValue)) != 0, view, flags);
  view->obj = Py_NewRef(self);
  spare_saved(object->value);  // nobody sees what is written to it from now on
  object->flags |= kShared;
}

// Fills `target` with the corners of `value` along the axes from `axis` on: the first `edge` + 1 and the last `edge`
// elements; the last one, which NumPy shows even then, where `edge` is 0.
void copy_corners(const at::Tensor& target, const at::Tensor& value, std::int64_t axis, std::int64_t edge) {
  if (axis == value.dim()) {
    target.copy_(value);
    return;
  }
  const std::int64_t length = value.size(axis);
  if (length == target.size(axis)) return copy_corners(target, value, axis + 1, edge);
  const std::int64_t last = std::max<std::int64_t>(edge, 1);
  if (edge > 0) copy_corners(target.narrow(axis, 0, edge + 1), value.narrow(axis, 0, edge + 1), axis + 1, edge);
  copy_corners(target.narrow(axis, 2 * edge + 1 - last, last), value.narrow(axis, length - last, last), axis + 1, edge);
}

}  // namespace

void describe_buffer(const at::Tensor& value, bool readonly, Py_buffer* view, int flags) {
  auto exported = std::make_unique<Exported>();
  exported->value = value;
  const auto itemsize = static_cast<Py_ssize_t>(value.itemsize());
  for (std::int64_t i = 0; i < value.dim(); ++i) {
    exported->shape.push_back(value.size(i));
    exported->strides.push_back(value.stride(i) * itemsize);
  }
  view->buf = address_of(value, value.storage_offset());
  view->len = static_cast<Py_ssize_t>(value.nbytes());
  view->itemsize = itemsize;
  view->readonly = readonly;
  view->ndim = (flags & PyBUF_ND) != 0 ? static_cast<int>(value.dim()) : 1;  // else it is bytes in a row
  view->format = (flags & PyBUF_FORMAT) != 0 ? const_cast<char*>(format_of(value.scalar_type())) : nullptr;
  view->shape = (flags & PyBUF_ND) != 0 ? exported->shape.data() : nullptr;
  view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? exported->strides.data() : nullptr;
  view->suboffsets = nullptr;
  view->internal = exported.release();
}

void check_untracked(PyObject* self, const char* function) {
  if (!is_tracked(self)) return;
  fail(PyExc_TypeError,
       "%s: a gradient depends on this Tensor and would be lost on the host; compute on with the Tensor (np.stack puts "
       "Tensors together; zeros and array of numtorch.numpy take them in), or take its values with collect(t) or "
       "t.item()",
       function);
}

PyObject* to_array(at::Tensor value) {
  static constinit Once<PyObject> empty([] { return numpy_attribute("empty"); });
  const Ref shape = tuple_of(value.sizes());
  Ref array = check(PyObject_CallFunctionObjArgs(empty, shape.get(), dtype_of(value.scalar_type()), nullptr));
  if (value.numel() == 0) return array.release();
  const WritableBuffer buffer(array.get());
  copy_to_host(value, buffer.data());
  return array.release();
}

PyObject* to_ndarray(at::Tensor value) {
  Ref array(to_array(value));
  return value.dim() == 0 ? first_item(array).release() : array.release();
}

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  return guarded_int([&] {
    fill_view(self, view, flags);
    return 0;
  });
}

void release_buffer(PyObject*, Py_buffer* view) { delete static_cast<Exported*>(view->internal); }

PyObject* collect(PyObject*, PyObject* object) {
  return guarded([&] {
    if (is_tensor(object)) {
      const at::Tensor& value = value_of(object);
      return (as_tensor(object)->flags & kValue) != 0 ? to_ndarray(value) : to_array(value);
    }
    static constinit Once<PyObject> ndarray([] { return numpy_attribute("ndarray"); });
    static constinit Once<PyObject> generic([] { return numpy_attribute("generic"); });
    const bool host = PyObject_IsInstance(object, ndarray) == 1 || PyObject_IsInstance(object, generic) == 1;
    if (host || PyBool_Check(object) || PyLong_Check(object) || PyFloat_Check(object) || PyComplex_Check(object)) {
      return Py_NewRef(object);
    }
    fail(PyExc_TypeError, "collect(): object must be a Tensor, an ndarray or a number, not %.100s",
         Py_TYPE(object)->tp_name);
  });
}

PyObject* summary(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject* tensor = nullptr;
    long long edge = 0;
    if (!PyArg_ParseTuple(args, "O!L:summary", tensor_type, &tensor, &edge)) throw PythonError{};
    if (edge < 0) fail(PyExc_ValueError, "summary(): edgeitems must not be negative");
    const at::Tensor value = value_of(tensor);  // another thread may give the Tensor other memory
    require_values(value, "str()");
    std::vector<std::int64_t> shape = value.sizes().vec();
    for (std::int64_t& length : shape) {
      // One element more than what is shown says to NumPy that there is something to leave out.
      if ((length - 1) / 2 >= edge && length > 0) length = 2 * edge + 1;
    }
    at::Tensor corners;
    {
      Below guard;
      Unlocked release(is_long(value));
      corners = at::empty(shape, value.options());
      copy_corners(corners, value, 0, edge);
    }
    return to_array(corners);
  });
}

namespace method {

PyObject* array(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    static const char* names[] = {"dtype", "copy", nullptr};
    PyObject* dtype = Py_None;
    PyObject* copy = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O$O:__array__", const_cast<char**>(names), &dtype, &copy)) {
      throw PythonError{};
    }
    check_untracked(self, "__array__");
    const at::Tensor value = value_of(self);
    require_values(value, "an ndarray (np.asarray)");
    if (!value.is_cpu()) {
      fail(PyExc_TypeError,
           "__array__: this Tensor is on dev=%ld, and nothing is copied to the host unasked; use collect(t)",
           dev_of(value.device()));
    }
    static constinit Once<PyObject> asarray([] { return numpy_attribute("asarray"); });
    const bool shareable = is_plain(value) && (as_tensor(self)->flags & kValue) == 0;
    const bool wanted = copy != Py_None && check(PyObject_IsTrue(copy)) != 0;
    const Ref view = shareable && !wanted ? check(PyMemoryView_FromObject(self)) : Ref();
    if (!view && copy == Py_False) {
      fail(PyExc_ValueError, "Unable to avoid copy while creating an array as requested.");
    }
    const Ref host = view ? check(PyObject_CallOneArg(asarray, view.get())) : Ref(to_array(value));
    if (dtype == Py_None) return Py_NewRef(host.get());
    const Ref named = check(Py_BuildValue("{sO}", "copy", copy == Py_False ? Py_False : Py_None));
    const Ref positional = check(PyTuple_Pack(2, host.get(), dtype));
    return check(PyObject_Call(asarray, positional.get(), named.get())).release();
  });
}

PyObject* tolist(PyObject* self, PyObject*) {
  return guarded([&] {
    check_untracked(self, "tolist()");
    const Ref array(to_array(value_of(self)));
    return check(PyObject_CallMethod(array.get(), "tolist", nullptr)).release();
  });
}

PyObject* numpy(PyObject* self, PyObject*) { return collect(nullptr, self); }

}  // namespace method

}  // namespace numtorch
