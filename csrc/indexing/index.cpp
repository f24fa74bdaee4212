#include "indexing/index.h"

#include <ATen/EmptyTensor.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/flip.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "array/device.h"
#include "array/subclass.h"
#include "array/tensor.h"
#include "host/convert.h"
#include "indexing/access.h"
#include "indexing/plan.h"
#include "indexing/value.h"
#include "kernels/kernel.h"
#include "programs/batch.h"
#include "tape/record.h"
#include "tape/saved.h"
#include "tape/sharing.h"

namespace numtorch {

namespace {

KernelObject* getitem_kernel = nullptr;
KernelObject* setitem_kernel = nullptr;
KernelObject* additem_kernel = nullptr;

// One element, copied as NumPy copies it into a scalar.
at::Tensor copy_element(const at::Tensor& array, const Plan& plan) {
  if (!is_plain(array)) {
    Below guard;
    return (is_abstract(array) ? forward_view(array, plan) : view_of(array, {}, {}, plan.offset)).clone();
  }
  at::Tensor element(at::detail::empty_cpu({}, array.scalar_type()));
  std::memcpy(element.mutable_data_ptr(), address_of(array, plan.offset), array.itemsize());
  return element;
}

// The view of an abstract array: a copy, which is not written to, where it steps backward.
PyObject* get_abstract(TensorObject* self, const at::Tensor& array, const Parts& parts, const Plan& plan) {
  Below guard;
  at::Tensor view = forward_view(array, plan);
  const at::DimVector backward = backward_dimensions(plan);
  if (!backward.empty()) view = flipped(view, backward);
  if (parts.copies || (self->flags & kValue) != 0) return wrap(backward.empty() ? view.clone() : std::move(view));
  const int flags = (self->flags & (kReadOnly | kShared)) | kView | (backward.empty() ? 0 : kReadOnly);
  return note_view(self, wrap(std::move(view), static_cast<std::uint8_t>(flags)));
}

PyObject* get_picked(const at::Tensor& array, const Parts& parts, const Plan& plan) {
  Below guard;
  at::Tensor result;
  {
    Unlocked release(is_long(array) || c10::multiply_integers(plan.picked) >= kLongWork);
    result = gather(array, plan);
  }
  // An index of a program that is traced is an integer all the same.
  const auto is_integer = [](const Part& part) {
    return part.kind == Part::Integer || (part.kind == Part::Integers && part.array.dim() == 0);
  };
  const bool scalar = result.dim() == 0 && std::all_of(parts.items.begin(), parts.items.end(), is_integer);
  return wrap(std::move(result), scalar ? kValue : 0);
}

PyObject* get_planned(TensorObject* self, const at::Tensor& array, const Parts& parts, const Plan& plan) {
  if (plan.mask.defined() || !plan.arrays.empty()) return get_picked(array, parts, plan);
  if (plan.scalar) return wrap(copy_element(array, plan), kValue);
  if (is_abstract(array)) return get_abstract(self, array, parts, plan);
  at::Tensor view = view_of(array, plan.sizes, plan.strides, plan.offset);
  if (parts.copies || (self->flags & kValue) != 0) {
    Below guard;
    return wrap(view.clone());
  }
  const auto flags = static_cast<std::uint8_t>((self->flags & (kReadOnly | kShared)) | kView);
  return note_view(self, wrap(std::move(view), flags));
}

// Does only the interpreter's stack refer to the object?
bool is_temporary(PyObject* object) {
#if PY_VERSION_HEX >= 0x030E0000
  return PyUnstable_Object_IsUniqueReferencedTemporary(object) != 0;
#else
  return Py_REFCNT(object) == 1;
#endif
}

// A value that is written to becomes an array. Its memory may be that of other values, which do not change with it.
int write_value(PyObject* self, PyObject* index, PyObject* value) {
  TensorObject* tensor = as_tensor(self);
  if (is_temporary(self)) {
    fail(PyExc_TypeError,
         "item assignment to a 0-d result that nothing else refers to is lost: an element is a copy, so write "
         "x[index] = value");
  }
  leave_family(tensor);
  {
    Below guard;
    tensor->value = tensor->value.clone();
  }
  tensor->flags &= static_cast<std::uint8_t>(~(kValue | kView));
  const int status = set_item(self, index, value);
  if (status < 0) tensor->flags |= kValue;
  return check(status);
}

// The source of an assignment, safe to read while the array is written.
at::Tensor source_for(PyObject* value, const at::Tensor& array, const Plan& plan) {
  const bool basic = plan.arrays.empty() && !plan.mask.defined();
  const at::ScalarType type = array.scalar_type();
  const auto max_dim = basic ? static_cast<std::int64_t>(plan.sizes.size()) : -1;
  at::Tensor source = plan.scalar ? assigned_element(value, type, array.device())
                                  : assigned_value(value, type, array.device(), max_dim);
  if (!overlaps(source, array)) return source;
  const bool same = basic && !is_abstract(array) && !is_abstract(source) &&
                    source.sizes() == at::IntArrayRef(plan.sizes) &&
                    source.strides() == at::IntArrayRef(plan.strides) &&
                    address_of(source, source.storage_offset()) == address_of(array, plan.offset);
  if (same) return source;
  Below guard;
  return source.clone();
}

// Index arrays that lie in the memory about to be written are copied first.
void separate_arrays(Plan& plan, const at::Tensor& array) {
  Below guard;
  for (at::Tensor& indices : plan.arrays) {
    if (overlaps(indices, array)) indices = indices.clone();
  }
  if (plan.mask.defined() && overlaps(plan.mask, array)) plan.mask = plan.mask.clone();
}

void write_item(const at::Tensor& array, const Parts& parts, PyObject* value, Write mode) {
  Plan plan = make_plan(array, parts);
  const bool basic = plan.arrays.empty() && !plan.mask.defined();
  if (plan.scalar && mode == Write::Assign && is_plain(array)) {
    if (write_number(value, array.scalar_type(), address_of(array, plan.offset))) return;
  }
  if (!basic) separate_arrays(plan, array);
  scatter(array, plan, source_for(value, array, plan), mode);
}

// The value as a Tensor of the array's dtype on its device; casts of what is tracked are recorded.
Ref tensor_value(PyObject* value, const at::Tensor& array) {
  const at::ScalarType type = array.scalar_type();
  const c10::Device device = array.device();
  if (is_tensor(value) && value_of(value).device() != device) {
    fail_two_devices("__setitem__", device, value_of(value).device());
  }
  if (holds_tensor(value)) return check(to_tensor(value, type, device, false, "__setitem__"));
  at::Tensor source = assigned_value(value, type, device, -1);
  Below guard;
  return check(wrap(source.device() == device ? std::move(source) : source.to(device)));
}

// A copy of the array, with room for all that the index and the value stand for.
at::Tensor spread_for(const TensorObject* self, const at::Tensor& array, const Parts& parts, const at::Tensor& value) {
  if (open_batches() == 0) return array.clone();
  at::Tensor copy = outgrows(self, value) ? spread_like(array, value) : array.clone();
  for (const Part& part : parts.items) {
    if (part.array.defined() && outgrows(self, part.array)) copy = spread_like(copy, part.array);
  }
  return copy;
}

// A new Tensor: the array with the value written into it, recorded if either is tracked.
Ref replaced(KernelObject* kernel, PyObject* self, PyObject* index, PyObject* value, Write mode) {
  const at::Tensor array = value_of(self);
  const Parts parts = read_index(index, array.device());
  const Ref source = tensor_value(value, array);
  at::Tensor copy;
  {
    Below guard;
    Unlocked release(is_long(array));
    copy = spread_for(as_tensor(self), array, parts, value_of(source.get()));
  }
  write_item(copy, parts, source.get(), mode);
  Ref result = check(wrap(std::move(copy)));
  if (is_tracked(self) || is_tracked(source.get())) {
    const Ref frozen = freeze_index(parts, array.device());
    PyObject* args[] = {self, frozen.get(), source.get()};
    record(kernel, args, 3, result.get());
  }
  return result;
}

// Does the value, or the index, stand for many where the array does not?
bool outgrows_value(PyObject* self, PyObject* index, PyObject* value) {
  const auto any = [self](PyObject* object, const auto& again) -> bool {
    if (is_tensor(object)) return outgrows(as_tensor(self), value_of(object));
    if (!PyTuple_Check(object) && !PyList_Check(object)) return false;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
      if (again(PySequence_Fast_GET_ITEM(object, i), again)) return true;
    }
    return false;
  };
  return any(value, any) || any(index, any);
}

// In x[1:] = x[:-1] the value is a view of x that dies with the statement: it is no reason to refuse the assignment.
void separate_value(PyObject* value, const TensorObject* self) {
  if (!is_tensor(value) || Py_REFCNT(value) != 1 || !share_memory(value_of(value), self->value)) return;
  Below guard;
  leave_family(as_tensor(value));
  as_tensor(value)->value = value_of(value).clone();
}

// The same in place, where no name and no rule but the Tensor itself knows the memory.
int write_recorded(PyObject* self, PyObject* index, PyObject* value) {
  const at::Tensor array = value_of(self);
  const Parts parts = read_index(index, array.device());
  const Ref source = tensor_value(value, array);
  const Ref frozen = freeze_index(parts, array.device());
  write_item(array, parts, source.get(), Write::Assign);
  array.unsafeGetTensorImpl()->bump_version();
  PyObject* args[] = {self, frozen.get(), source.get()};
  record(setitem_kernel, args, 3, self);
  return 0;
}

PyObject* replaced_in(KernelObject* kernel, const char* name, PyObject* const* args, Py_ssize_t count, Write mode) {
  return guarded([&] {
    if (count != 3 || !is_tensor(args[0])) {
      fail(PyExc_TypeError, "%s: a Tensor, an index and a value are needed", name);
    }
    return replaced(kernel, args[0], args[1], args[2], mode).release();
  });
}

PyObject* getitem_function(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    if (count != 2 || !is_tensor(args[0])) fail(PyExc_TypeError, "getitem: a Tensor and an index are needed");
    return get_item(args[0], args[1]);
  });
}

PyObject* setitem_function(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return replaced_in(setitem_kernel, "setitem", args, count, Write::Assign);
}

PyObject* additem_function(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return replaced_in(additem_kernel, "additem", args, count, Write::Add);
}

PyCFunction fastcall(PyObject* (*function)(PyObject*, PyObject* const*, Py_ssize_t)) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace

PyObject* get_item(PyObject* self, PyObject* index) {
  return guarded([&] {
    check_open(self);
    const at::Tensor array = value_of(self);
    const Parts parts = read_index(index, array.device());
    const Plan plan = make_plan(array, parts);
    Ref result = check(get_planned(as_tensor(self), array, parts, plan));
    if (is_tracked(self)) {
      const Ref frozen = freeze_index(parts, array.device());
      PyObject* args[] = {self, frozen.get()};
      record(getitem_kernel, args, 2, result.get());
    }
    return in_class_of(result.release(), self);
  });
}

int set_item(PyObject* self, PyObject* index, PyObject* value) {
  return guarded_int([&] {
    if (value == nullptr) fail(PyExc_ValueError, "cannot delete array elements");
    check_open(self);
    check_open(value);
    check_writeable(as_tensor(self));
    if ((as_tensor(self)->flags & kValue) != 0) return write_value(self, index, value);
    settle_write(value);
    if (is_tracked(self) || any_tracked(&value, 1)) {
      const bool outgrown = open_batches() != 0 && outgrows_value(self, index, value);
      if (!outgrown && owns_alone(as_tensor(self))) return write_recorded(self, index, value);
      const Ref result = replaced(setitem_kernel, self, index, value, Write::Assign);
      separate_value(value, as_tensor(self));
      rebind(as_tensor(self), as_tensor(result.get()), "__setitem__");
      return 0;
    }
    if (open_batches() != 0 && outgrows_value(self, index, value)) {
      const Ref result = replaced(setitem_kernel, self, index, value, Write::Assign);
      rebind(as_tensor(self), as_tensor(result.get()), "__setitem__");
      return 0;
    }
    const at::Tensor array = value_of(self);
    spare_saved(array);
    write_item(array, read_index(index, array.device()), value, Write::Assign);
    array.unsafeGetTensorImpl()->bump_version();
    note_written(as_tensor(self));
    return 0;
  });
}

void register_index(PyObject* module) {
  getitem_kernel = define_kernel("getitem", {"self", "index"});
  setitem_kernel = define_kernel("setitem", {"self", "index", "value"});
  additem_kernel = define_kernel("additem", {"self", "index", "value"});
  static PyMethodDef methods[] = {
      {"getitem", fastcall(getitem_function), METH_FASTCALL, "getitem(t, index): t[index]."},
      {"setitem", fastcall(setitem_function), METH_FASTCALL,
       "setitem(t, index, value): a copy of t after t[index] = value."},
      {"additem", fastcall(additem_function), METH_FASTCALL,
       "additem(t, index, value): a copy of t after value was added at index, repeated places each time."},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, methods));
}

}  // namespace numtorch
