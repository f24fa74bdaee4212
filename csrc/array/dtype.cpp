#include "array/dtype.h"

#include <array>

#include "errors/errors.h"

namespace numtorch {

namespace {

struct Dtype {
  at::ScalarType type;
  const char* name;
};

constexpr int kCount = 14;
constexpr std::array<Dtype, kCount> kDtypes{{
    {at::kBool, "bool"},
    {at::kChar, "int8"},
    {at::kShort, "int16"},
    {at::kInt, "int32"},
    {at::kLong, "int64"},
    {at::kByte, "uint8"},
    {at::kUInt16, "uint16"},
    {at::kUInt32, "uint32"},
    {at::kUInt64, "uint64"},
    {at::kHalf, "float16"},
    {at::kFloat, "float32"},
    {at::kDouble, "float64"},
    {at::kComplexFloat, "complex64"},
    {at::kComplexDouble, "complex128"},
}};
constexpr const char* kNames =
    "bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, complex64, complex128";

std::array<PyObject*, kCount> objects{};         // np.dtype instances
at::ScalarType promotions[kCount][kCount] = {};  // filled from np.promote_types at import
PyObject* dtype_class = nullptr;

// The same dtype may be more than one object (np.longlong, a copy from a pickle).
int find_equal(PyObject* dtype) {
  for (int i = 0; i < kCount; ++i) {
    if (check(PyObject_RichCompareBool(dtype, objects[static_cast<std::size_t>(i)], Py_EQ)) != 0) return i;
  }
  return -1;
}

int find_index(PyObject* dtype) {
  for (int i = 0; i < kCount; ++i) {
    if (objects[static_cast<std::size_t>(i)] == dtype) return i;
  }
  return -1;
}

}  // namespace

int index_of(at::ScalarType type) {
  switch (type) {
    case at::kBool:
      return 0;
    case at::kChar:
      return 1;
    case at::kShort:
      return 2;
    case at::kInt:
      return 3;
    case at::kLong:
      return 4;
    case at::kByte:
      return 5;
    case at::kUInt16:
      return 6;
    case at::kUInt32:
      return 7;
    case at::kUInt64:
      return 8;
    case at::kHalf:
      return 9;
    case at::kFloat:
      return 10;
    case at::kDouble:
      return 11;
    case at::kComplexFloat:
      return 12;
    case at::kComplexDouble:
      return 13;
    default:
      return -1;
  }
}

PyObject* dtype_of(at::ScalarType type) {
  const int index = index_of(type);
  if (index < 0) fail(PyExc_TypeError, "libtorch's dtype %s has no counterpart in NumPy", c10::toString(type));
  return objects[static_cast<std::size_t>(index)];
}

std::optional<at::ScalarType> find_scalar_type(PyObject* dtype) {
  int index = find_index(dtype);
  if (index < 0) index = find_equal(dtype);
  if (index < 0) return std::nullopt;
  return kDtypes[static_cast<std::size_t>(index)].type;
}

at::ScalarType scalar_type_of(PyObject* dtype_like, const char* function) {
  const int known = find_index(dtype_like);
  if (known >= 0) return kDtypes[static_cast<std::size_t>(known)].type;
  const Ref dtype = check(PyObject_CallOneArg(dtype_class, dtype_like));
  if (const auto type = find_scalar_type(dtype.get())) return *type;
  fail(PyExc_TypeError, "%s: dtype %R is not supported; a Tensor's dtype is one of %s", function, dtype.get(), kNames);
}

at::ScalarType promote(at::ScalarType a, at::ScalarType b) { return promotions[index_of(a)][index_of(b)]; }

std::uint32_t dtype_bits(PyObject* dtypes, const char* function) {
  std::uint32_t bits = 0;
  const Ref items = check(PySequence_Fast(dtypes, "expected a sequence of dtypes"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    bits |= 1U << index_of(scalar_type_of(PySequence_Fast_GET_ITEM(items.get(), i), function));
  }
  return bits;
}

void register_dtype(PyObject* module) {
  const Ref numpy = check(PyImport_ImportModule("numpy"));
  dtype_class = check(PyObject_GetAttrString(numpy.get(), "dtype")).release();
  for (std::size_t i = 0; i < kCount; ++i) {
    objects[i] = check(PyObject_CallFunction(dtype_class, "s", kDtypes[i].name)).release();
  }
  const Ref promote_types = check(PyObject_GetAttrString(numpy.get(), "promote_types"));
  for (std::size_t i = 0; i < kCount; ++i) {
    for (std::size_t j = 0; j < kCount; ++j) {
      const Ref result = check(PyObject_CallFunctionObjArgs(promote_types.get(), objects[i], objects[j], nullptr));
      promotions[i][j] = kDtypes[static_cast<std::size_t>(find_equal(result.get()))].type;
    }
  }
  const Ref all = check(PyTuple_New(kCount));
  for (std::size_t i = 0; i < kCount; ++i) {
    PyTuple_SET_ITEM(all.get(), static_cast<Py_ssize_t>(i), Py_NewRef(objects[i]));
  }
  check(PyModule_AddObjectRef(module, "dtypes", all.get()));
}

}  // namespace numtorch
