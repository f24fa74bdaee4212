// What an index means for an array: a strided view, and the arrays that pick along some of the view's dimensions.
#pragma once

#include <ATen/core/Tensor.h>
#include <Python.h>
#include <c10/util/SmallVector.h>

#include <string>

#include "errors/errors.h"

namespace numtorch {

// One entry of the index as written; arrays are Tensors of int64 or bool, on the host or on the array's device.
struct Part {
  enum Kind : std::uint8_t { Integer, Slice, NewAxis, Ellipsis, Integers, Mask, Flag };
  Kind kind;
  std::int64_t start = 0;  // the integer; 1 or 0 for the flags True and False
  std::int64_t stop = 0;
  std::int64_t step = 1;
  at::Tensor array{};
};

struct Parts {
  c10::SmallVector<Part, 4> items;
  bool copies = false;  // a 0-d integer array was among them: NumPy then copies what would be a view
};

// Reads a Python index for an array on `device`.
Parts read_index(PyObject* index, c10::Device device);

// The same index as an immutable tuple of None, Ellipsis, int, slice and Tensors on `device` that nobody else sees.
Ref freeze_index(const Parts& parts, c10::Device device);

// How one axis of the array becomes one of the view, or none, in the words of libtorch's operators.
struct Step {
  enum Kind : std::uint8_t { Select, Slice, Unsqueeze, Keep };
  Kind kind;
  std::int64_t start = 0;
  std::int64_t stop = 0;
  std::int64_t step = 1;
};

struct Plan {
  // The view of an abstract array, which has to be made by operators; steps are forward. Empty for others.
  c10::SmallVector<Step, 4> steps;
  at::DimVector order;  // of the dimensions that the steps leave, where arrays bring some to the front
  at::DimVector sizes;  // the view; with arrays, its steps are forward
  at::DimVector strides;
  std::int64_t offset = 0;
  c10::SmallVector<at::Tensor, 4> arrays;  // int64, for the view's dimensions from `first` on
  c10::SmallVector<std::int64_t, 4> axes;  // the axis of the array that each of them indexes, -1 for a flag
  std::int64_t first = 0;
  at::DimVector picked;                        // the shape that the arrays broadcast to
  c10::SmallVector<std::int64_t, 4> reversed;  // with arrays, dimensions of the result whose step is backward
  at::Tensor mask;                             // one mask for the whole array; nothing else is filled in then
  bool scalar = false;                         // integers alone: the result is a value
  bool negative = false;                       // some index counts from the end
  bool distinct = true;                        // no element can be picked twice
};

// Works out the parts for this array: bounds, lengths and broadcasting are checked here, on every device.
Plan make_plan(const at::Tensor& array, const Parts& parts);

// The result's shape; not for a plan with a mask.
at::DimVector result_shape(const Plan& plan);

// NumPy's spelling of a shape: (2,3) or (2,).
std::string shape_text(at::IntArrayRef shape);

}  // namespace numtorch
