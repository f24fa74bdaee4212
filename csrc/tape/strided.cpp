#include "tape/strided.h"

#include <ATen/ops/clone.h>

#include <vector>

#include "array/tensor.h"
#include "kernels/kernel.h"
#include "programs/batch.h"
#include "tape/record.h"

namespace numtorch {

namespace {

KernelObject* view_kernel = nullptr;   // strided_view(self, size, stride, offset)
KernelObject* write_kernel = nullptr;  // strided_write(self, source, size, stride, offset)
// The same of a complex part of memory that is looked at as real numbers; strides and offset count complex ones.
KernelObject* complex_view_kernel = nullptr;
KernelObject* complex_write_kernel = nullptr;

Ref integers(at::IntArrayRef values) {
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(values.size())));
  for (std::size_t i = 0; i < values.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), check(PyLong_FromLongLong(values[i])).release());
  }
  return tuple;
}

// Where in flat memory that begins at `begin` a Tensor lies, as the kernels' arguments say it.
struct Place {
  Ref size, stride, offset;

  Place(const at::Tensor& value, std::int64_t begin)
      : size(integers(value.sizes())),
        stride(integers(value.strides())),
        offset(check(PyLong_FromLongLong(value.storage_offset() - begin))) {}
};

}  // namespace

// The span in real numbers, of which a complex one is two.
Span reals_of(const at::Tensor& value) {
  const Span span = span_of(value);
  return value.is_complex() ? Span{2 * span.begin, 2 * span.end} : span;
}

bool is_pairs(const at::Tensor& part, const at::Tensor& flat) { return part.is_complex() && !flat.is_complex(); }

void record_view(PyObject* flat, const at::Tensor& of, std::int64_t begin, PyObject* view) {
  const bool pairs = is_pairs(of, value_of(flat));
  const Place place(of, pairs ? begin / 2 : begin);
  PyObject* args[] = {flat, place.size.get(), place.stride.get(), place.offset.get()};
  if (any_tracked(args, 1)) {
    record(pairs ? complex_view_kernel : view_kernel, args, 4, view);
  } else {
    attach(view, nullptr);
  }
}

void record_write(PyObject* flat, PyObject* source, const at::Tensor& of, std::int64_t begin, PyObject* result) {
  const bool pairs = is_pairs(of, value_of(flat));
  const Place place(of, pairs ? begin / 2 : begin);
  PyObject* args[] = {flat, source, place.size.get(), place.stride.get(), place.offset.get()};
  if (any_tracked(args, 2)) record(pairs ? complex_write_kernel : write_kernel, args, 5, result);
}

namespace {

void require_geometry(PyObject* const* args, Py_ssize_t count, Py_ssize_t wanted, const char* function) {
  if (count != wanted || !is_tensor(args[0])) fail(PyExc_TypeError, "%s: a flat Tensor and where to look", function);
}

std::vector<std::int64_t> lengths_from(PyObject* tuple) {
  std::vector<std::int64_t> lengths;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); ++i) {
    lengths.push_back(PyLong_AsLongLong(PyTuple_GET_ITEM(tuple, i)));
  }
  return lengths;
}

at::Tensor part_of(const at::Tensor& flat, PyObject* const* geometry, bool pairs) {
  const auto sizes = lengths_from(geometry[0]), strides = lengths_from(geometry[1]);
  const std::int64_t offset = PyLong_AsLongLong(geometry[2]);
  const at::Tensor part =
      pairs ? view_as(flat, c10::toComplexType(flat.scalar_type()), sizes, strides, flat.storage_offset() / 2 + offset)
            : view_of(flat, sizes, strides, flat.storage_offset() + offset);
  if (part.numel() == 0) return part;
  const Span inner = reals_of(part), outer = reals_of(flat);
  if (flat.numel() == 0 || inner.begin < outer.begin || inner.end > outer.end) {
    fail(PyExc_ValueError, "strided_view: the part lies outside of the flat Tensor");
  }
  return part;
}

PyObject* view_in(KernelObject* kernel, bool pairs, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    require_geometry(args, count, 4, "strided_view");
    at::Tensor part;
    {
      Below guard;
      const at::Tensor flat = value_of(args[0]).contiguous();
      part = part_of(flat, args + 1, pairs).clone(at::MemoryFormat::Contiguous);
    }
    Ref result = check(wrap_result(std::move(part)));
    if (is_tracked(args[0])) record(kernel, args, 4, result.get());
    return result.release();
  });
}

// Writes `source` to a part of memory that is abstract: where that steps backward, the other way round.
void write_abstract(const at::Tensor& flat, PyObject* const* geometry, bool pairs, at::Tensor source) {
  const auto sizes = lengths_from(geometry[0]);
  auto strides = lengths_from(geometry[1]);
  std::int64_t offset = PyLong_AsLongLong(geometry[2]);
  at::DimVector backward;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    if (strides[i] >= 0) continue;
    offset += (sizes[i] - 1) * strides[i];
    strides[i] = -strides[i];
    backward.push_back(static_cast<std::int64_t>(i));
  }
  if (!backward.empty()) source = flipped(source.expand(sizes), backward);
  const Ref size = integers(sizes), stride = integers(strides), start = check(PyLong_FromLongLong(offset));
  PyObject* forward[] = {size.get(), stride.get(), start.get()};
  part_of(flat, forward, pairs).copy_(source);
}

PyObject* write_in(KernelObject* kernel, bool pairs, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    require_geometry(args, count, 5, "strided_write");
    if (!is_tensor(args[1])) fail(PyExc_TypeError, "strided_write: the source must be a Tensor");
    at::Tensor memory;
    {
      Below guard;
      const at::Tensor &flat = value_of(args[0]), &source = value_of(args[1]);
      memory = is_batched(source) ? spread_like(flat, source) : flat.clone(at::MemoryFormat::Contiguous);
      if (is_abstract(memory)) {
        write_abstract(memory, args + 2, pairs, source);
      } else {
        part_of(memory, args + 2, pairs).copy_(source);
      }
    }
    Ref result = check(wrap(std::move(memory)));
    if (any_tracked(args, 2)) record(kernel, args, 5, result.get());
    return result.release();
  });
}

// strided_view(flat, size, stride, offset): a copy of that part of what lies behind each other in memory.
PyObject* strided_view(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return view_in(view_kernel, false, args, count);
}

// strided_write(flat, source, size, stride, offset): a copy of `flat` with `source` in that part of it.
PyObject* strided_write(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return write_in(write_kernel, false, args, count);
}

PyObject* complex_view(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return view_in(complex_view_kernel, true, args, count);
}

PyObject* complex_write(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return write_in(complex_write_kernel, true, args, count);
}

PyCFunction fastcall(PyObject* (*function)(PyObject*, PyObject* const*, Py_ssize_t)) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace

void register_strided(PyObject* module) {
  view_kernel = define_kernel("strided_view", {"self", "size", "stride", "offset"});
  write_kernel = define_kernel("strided_write", {"self", "source", "size", "stride", "offset"});
  complex_view_kernel = define_kernel("complex_view", {"self", "size", "stride", "offset"});
  complex_write_kernel = define_kernel("complex_write", {"self", "source", "size", "stride", "offset"});
  static PyMethodDef methods[] = {
      {"strided_view", fastcall(strided_view), METH_FASTCALL, nullptr},
      {"strided_write", fastcall(strided_write), METH_FASTCALL, nullptr},
      {"complex_view", fastcall(complex_view), METH_FASTCALL, nullptr},
      {"complex_write", fastcall(complex_write), METH_FASTCALL, nullptr},
      {nullptr, nullptr, 0, nullptr},
  };
  check(PyModule_AddFunctions(module, methods));
}

}  // namespace numtorch
