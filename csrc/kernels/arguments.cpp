#include "kernels/arguments.h"

#include <ATen/core/jit_type.h>
#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>

#include <string>
#include <string_view>

#include "array/device.h"
#include "array/dtype.h"
#include "array/generator.h"

namespace numtorch {

namespace {

Kind scalar_kind(c10::TypeKind kind) {
  switch (kind) {
    case c10::TypeKind::TensorType:
      return Kind::Tensor;
    case c10::TypeKind::NumberType:
      return Kind::Scalar;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return Kind::Int;
    case c10::TypeKind::FloatType:
    case c10::TypeKind::SymFloatType:
      return Kind::Float;
    case c10::TypeKind::BoolType:
    case c10::TypeKind::SymBoolType:
      return Kind::Bool;
    case c10::TypeKind::StringType:
      return Kind::String;
    case c10::TypeKind::ScalarTypeType:
      return Kind::ScalarType;
    case c10::TypeKind::LayoutType:
      return Kind::Layout;
    case c10::TypeKind::MemoryFormatType:
      return Kind::MemoryFormat;
    case c10::TypeKind::DeviceObjType:
      return Kind::Device;
    case c10::TypeKind::GeneratorType:
      return Kind::Generator;
    default:
      return Kind::Unsupported;
  }
}

Kind list_kind(const c10::TypePtr& element) {
  if (element->kind() == c10::TypeKind::OptionalType) {
    const auto inner = element->expectRef<c10::OptionalType>().getElementType();
    return inner->kind() == c10::TypeKind::TensorType ? Kind::OptionalTensorList : Kind::Unsupported;
  }
  switch (scalar_kind(element->kind())) {
    case Kind::Tensor:
      return Kind::TensorList;
    case Kind::Scalar:
      return Kind::ScalarList;
    case Kind::Int:
      return Kind::IntList;
    case Kind::Float:
      return Kind::FloatList;
    case Kind::Bool:
      return Kind::BoolList;
    default:
      return Kind::Unsupported;
  }
}

const char* expected(Kind kind) {
  switch (kind) {
    case Kind::Tensor:
      return "a Tensor";
    case Kind::TensorList:
      return "a list of Tensors";
    case Kind::OptionalTensorList:
      return "a list of Tensors and None";
    case Kind::Scalar:
      return "a Python number";
    case Kind::ScalarList:
      return "a list of Python numbers";
    case Kind::Int:
      return "an integer";
    case Kind::IntList:
      return "integers";
    case Kind::Float:
      return "a real number";
    case Kind::FloatList:
      return "real numbers";
    case Kind::Bool:
      return "a bool";
    case Kind::BoolList:
      return "bools";
    case Kind::String:
      return "a string";
    case Kind::ScalarType:
      return "a dtype";
    case Kind::Layout:
      return "'strided', 'sparse_coo', 'sparse_csr', 'sparse_csc', 'sparse_bsr' or 'sparse_bsc'";
    case Kind::MemoryFormat:
      return "'contiguous_format', 'preserve_format', 'channels_last' or 'channels_last_3d'";
    case Kind::Device:
      return "a device number";
    case Kind::Generator:
      return "a Generator";
    case Kind::Unsupported:
      break;
  }
  return "a kind of value that Python cannot give";
}

// Raised by a converter; the caller adds the kernel's and the parameter's name.
struct Misfit {};

std::int64_t to_int(PyObject* object) {
  if (PyBool_Check(object)) return object == Py_True;
  if (!PyIndex_Check(object) || (is_tensor(object) && value_of(object).dim() > 0)) throw Misfit{};
  const Ref number = check(PyNumber_Index(object));
  const long long value = PyLong_AsLongLong(number.get());
  if (value == -1 && PyErr_Occurred()) throw PythonError{};
  return value;
}

// Of a shape or of axes: where NumPy asks for integers, no boolean is one.
std::int64_t to_length(PyObject* object) {
  if (PyBool_Check(object)) throw Misfit{};
  return to_int(object);
}

double to_double(PyObject* object) {
  if (is_tensor(object) || PyComplex_Check(object) || !PyNumber_Check(object)) throw Misfit{};
  const double value = PyFloat_AsDouble(object);
  if (value == -1.0 && PyErr_Occurred()) throw PythonError{};
  return value;
}

bool to_bool(PyObject* object) {
  if (object == Py_True) return true;
  if (object == Py_False) return false;
  return to_int(object) != 0;
}

at::Scalar to_scalar(PyObject* object) {
  if (PyFloat_Check(object)) return PyFloat_AS_DOUBLE(object);
  if (PyBool_Check(object)) return object == Py_True;
  if (is_tensor(object)) throw Misfit{};
  if (PyComplex_Check(object)) {
    return c10::complex<double>(PyComplex_RealAsDouble(object), PyComplex_ImagAsDouble(object));
  }
  if (PyIndex_Check(object)) {
    const Ref number = check(PyNumber_Index(object));
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(number.get(), &overflow);
    if (overflow == 0) {
      if (value == -1 && PyErr_Occurred()) throw PythonError{};
      return static_cast<std::int64_t>(value);
    }
    const unsigned long long large = PyLong_AsUnsignedLongLong(number.get());
    if (PyErr_Occurred()) throw PythonError{};
    return static_cast<std::uint64_t>(large);
  }
  return to_double(object);
}

const at::Tensor& to_tensor(PyObject* object) {
  if (!is_tensor(object)) throw Misfit{};
  return value_of(object);
}

std::string_view to_text(PyObject* object) {
  if (!PyUnicode_Check(object)) throw Misfit{};
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (text == nullptr) throw PythonError{};
  return {text, static_cast<std::size_t>(size)};
}

c10::Layout to_layout(PyObject* object) {
  const auto name = to_text(object);
  if (name == "strided") return c10::kStrided;
  if (name == "sparse_coo") return c10::kSparse;
  if (name == "sparse_csr") return c10::kSparseCsr;
  if (name == "sparse_csc") return c10::kSparseCsc;
  if (name == "sparse_bsr") return c10::kSparseBsr;
  if (name == "sparse_bsc") return c10::kSparseBsc;
  throw Misfit{};
}

c10::MemoryFormat to_memory_format(PyObject* object) {
  const auto name = to_text(object);
  if (name == "contiguous_format") return c10::MemoryFormat::Contiguous;
  if (name == "preserve_format") return c10::MemoryFormat::Preserve;
  if (name == "channels_last") return c10::MemoryFormat::ChannelsLast;
  if (name == "channels_last_3d") return c10::MemoryFormat::ChannelsLast3d;
  throw Misfit{};
}

Ref items_of(PyObject* object) {
  if (!PyTuple_Check(object) && !PyList_Check(object)) throw Misfit{};
  return check(PySequence_Fast(object, ""));
}

// A list of `Item`s read by `read`; one item alone stands for all of a list of fixed length.
template <class Item, class Read>
std::vector<Item> to_vector(PyObject* object, int length, Read read) {
  std::vector<Item> result;
  if (length > 0 && !PyTuple_Check(object) && !PyList_Check(object)) {
    result.assign(static_cast<std::size_t>(length), read(object));
    return result;
  }
  const Ref items = items_of(object);
  result.reserve(static_cast<std::size_t>(PySequence_Fast_GET_SIZE(items.get())));
  // An item's __index__ may change the list.
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    const Ref item = Ref::borrow(PySequence_Fast_GET_ITEM(items.get(), i));
    result.push_back(read(item.get()));
  }
  return result;
}

c10::IValue to_optional_tensors(PyObject* object) {
  c10::List<std::optional<at::Tensor>> result;
  const Ref items = items_of(object);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(items.get(), i);
    result.push_back(item == Py_None ? std::optional<at::Tensor>() : std::optional<at::Tensor>(to_tensor(item)));
  }
  return result;
}

template <class Item, class Read>
c10::IValue to_list(PyObject* object, Read read) {
  c10::List<Item> result;
  for (auto& item : to_vector<Item>(object, 0, read)) result.push_back(std::move(item));
  return result;
}

c10::IValue convert(const KernelObject* kernel, const Parameter& parameter, PyObject* object) {
  switch (parameter.kind) {
    case Kind::Tensor:
      return to_tensor(object);
    case Kind::TensorList:
      return to_list<at::Tensor>(object, to_tensor);
    case Kind::OptionalTensorList:
      return to_optional_tensors(object);
    case Kind::Scalar:
      return to_scalar(object);
    case Kind::ScalarList: {
      c10::impl::GenericList result(c10::NumberType::get());
      for (const at::Scalar& item : to_vector<at::Scalar>(object, parameter.length, to_scalar)) result.push_back(item);
      return result;
    }
    case Kind::Int:
      return to_int(object);
    case Kind::IntList:
      return to_vector<std::int64_t>(object, parameter.length, to_length);
    case Kind::Float:
      return to_double(object);
    case Kind::FloatList:
      return to_vector<double>(object, parameter.length, to_double);
    case Kind::Bool:
      return to_bool(object);
    case Kind::BoolList: {
      c10::List<bool> result;
      for (const bool item : to_vector<bool>(object, parameter.length, to_bool)) result.push_back(item);
      return result;
    }
    case Kind::String:
      return std::string(to_text(object));
    case Kind::ScalarType:
      return static_cast<std::int64_t>(scalar_type_of(object, PyUnicode_AsUTF8(kernel->name)));
    case Kind::Layout:
      return static_cast<std::int64_t>(to_layout(object));
    case Kind::MemoryFormat:
      return static_cast<std::int64_t>(to_memory_format(object));
    case Kind::Device:
      return device_of(object);
    case Kind::Generator:
      return generator_of(object);
    case Kind::Unsupported:
      break;
  }
  throw Misfit{};
}

template <class List, class Make>
PyObject* to_tuple(const List& list, Make make) {
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(list.size())));
  for (std::size_t i = 0; i < list.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), check(make(list[i])).release());
  }
  return tuple.release();
}

PyObject* from_scalar(const at::Scalar& scalar) {
  if (scalar.isBoolean()) return PyBool_FromLong(scalar.toBool());
  if (scalar.isFloatingPoint()) return PyFloat_FromDouble(scalar.toDouble());
  if (scalar.isComplex()) {
    const auto value = scalar.toComplexDouble();
    return PyComplex_FromDoubles(value.real(), value.imag());
  }
  return PyLong_FromLongLong(scalar.toLong());
}

}  // namespace

Kind kind_of(const c10::TypePtr& type, bool& optional) {
  optional = type->kind() == c10::TypeKind::OptionalType;
  if (optional) {
    bool inner_optional = false;
    return kind_of(type->expectRef<c10::OptionalType>().getElementType(), inner_optional);
  }
  if (type->kind() == c10::TypeKind::ListType) return list_kind(type->expectRef<c10::ListType>().getElementType());
  return scalar_kind(type->kind());
}

c10::IValue to_ivalue(const KernelObject* kernel, const Parameter& parameter, PyObject* object) {
  if (object == Py_None && parameter.optional) return {};
  try {
    return convert(kernel, parameter, object);
  } catch (const Misfit&) {
    fail(PyExc_TypeError, "%U: argument '%s' must be %s%s, not %.100s", kernel->name, parameter.name.c_str(),
         expected(parameter.kind), parameter.optional ? " or None" : "", Py_TYPE(object)->tp_name);
  }
}

PyObject* from_ivalue(const c10::IValue& value) {
  if (value.isTensor()) {
    if (!value.toTensor().defined()) return Py_NewRef(Py_None);
    return wrap_result(value.toTensor());
  }
  if (value.isNone()) return Py_NewRef(Py_None);
  if (value.isBool()) return PyBool_FromLong(value.toBool());
  if (value.isInt()) return PyLong_FromLongLong(value.toInt());
  if (value.isDouble()) return PyFloat_FromDouble(value.toDouble());
  if (value.isScalar()) return from_scalar(value.toScalar());
  if (value.isString()) return PyUnicode_FromString(value.toStringRef().c_str());
  if (value.isTensorList()) return to_tuple(value.toTensorVector(), [](const at::Tensor& t) { return from_ivalue(t); });
  if (value.isIntList()) return to_tuple(value.toIntVector(), PyLong_FromLongLong);
  if (value.isDoubleList()) return to_tuple(value.toDoubleVector(), PyFloat_FromDouble);
  if (value.isBoolList()) return to_tuple(value.toBoolList().vec(), [](bool b) { return PyBool_FromLong(b); });
  if (value.isTuple()) return to_tuple(value.toTupleRef().elements().vec(), from_ivalue);
  if (value.isList()) return to_tuple(value.toListRef().vec(), from_ivalue);
  if (value.isDevice()) return PyLong_FromLong(dev_of(value.toDevice()));
  fail(PyExc_TypeError, "a kernel returned a %s, which has no counterpart in Python", value.tagKind().c_str());
}

PyObject* default_to_python(const c10::IValue& value) {
  return guarded([&]() -> PyObject* {
    try {
      return from_ivalue(value);
    } catch (const PythonError&) {
      PyErr_Clear();
      return Py_NewRef(Py_None);
    }
  });
}

}  // namespace numtorch
