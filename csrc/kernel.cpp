#include "kernel.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/ops/clone.h>
#include <structmember.h>

#include <sstream>
#include <unordered_map>

#include "arguments.h"
#include "device.h"
#include "record.h"

namespace numtorch {

PyTypeObject* kernel_type = nullptr;

namespace {

constexpr std::size_t kMaxArguments = 64;

std::unordered_map<std::string, KernelObject*>& kernels() {
  static std::unordered_map<std::string, KernelObject*> map;
  return map;
}

KernelObject* as_kernel(PyObject* object) { return reinterpret_cast<KernelObject*>(object); }

PyObject* call_vector(PyObject* self, PyObject* const* args, std::size_t flags, PyObject* names);

KernelObject* new_kernel(const std::string& name) {
  auto* kernel = as_kernel(check(kernel_type->tp_alloc(kernel_type, 0)).release());
  kernel->vectorcall = call_vector;
  kernel->name = check(PyUnicode_InternFromString(name.c_str())).release();
  kernel->parameters = new std::vector<Parameter>();
  kernel->aliases = new std::vector<int>();
  kernel->sources = new std::vector<int>();
  kernel->reads = new std::vector<std::uint64_t>();
  kernels().emplace(name, kernel);
  return kernel;
}

Parameter make_parameter(const c10::Argument& argument) {
  Parameter parameter{};
  parameter.name = argument.name();
  parameter.kind = kind_of(argument.real_type(), parameter.optional);
  parameter.keyword_only = argument.kwarg_only();
  parameter.written = argument.alias_info() != nullptr && argument.alias_info()->isWrite();
  parameter.has_default = argument.default_value().has_value();
  parameter.length = argument.N().value_or(0);
  parameter.name_object = check(PyUnicode_InternFromString(argument.name().c_str())).release();
  if (parameter.has_default) {
    parameter.default_value = *argument.default_value();
    parameter.default_object = check(default_to_python(parameter.default_value)).release();
  }
  return parameter;
}

// The parameter whose alias set ("a" in Tensor(a!)) the result shares, or -1.
int find_alias(const c10::FunctionSchema& schema, const c10::Argument& result, bool written) {
  if (result.alias_info() == nullptr) return -1;
  const auto& arguments = schema.arguments();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto* info = arguments[i].alias_info();
    if (info == nullptr || info->isWrite() != written) continue;
    for (const auto& symbol : info->beforeSets()) {
      if (result.alias_info()->beforeSets().count(symbol) != 0) return static_cast<int>(i);
    }
  }
  return -1;
}

Shortcut shortcut_of(const c10::FunctionSchema& schema, const std::vector<Parameter>& parameters, bool plain) {
  if (!plain || schema.returns().size() != 1 || schema.returns()[0].type()->kind() != c10::TypeKind::TensorType) {
    return Shortcut::None;
  }
  const auto is_plain_tensor = [&](std::size_t i) {
    return parameters[i].kind == Kind::Tensor && !parameters[i].optional;
  };
  if (parameters.size() == 1 && is_plain_tensor(0)) return Shortcut::Unary;
  if (parameters.size() == 2 && is_plain_tensor(0) && is_plain_tensor(1)) return Shortcut::Binary;
  if (parameters.size() == 3 && is_plain_tensor(0) && is_plain_tensor(1) && parameters[2].kind == Kind::Scalar &&
      parameters[2].name == "alpha" && !parameters[2].optional) {
    return Shortcut::BinaryAlpha;
  }
  return Shortcut::None;
}

void bind_typed(KernelObject* kernel) {
  if (kernel->shortcut == Shortcut::None) return;
  kernel->typed = new Typed();
  if (kernel->shortcut == Shortcut::Unary) kernel->typed->unary = kernel->op->typed<UnaryFunction>();
  if (kernel->shortcut == Shortcut::Binary) kernel->typed->binary = kernel->op->typed<BinaryFunction>();
  if (kernel->shortcut == Shortcut::BinaryAlpha) kernel->typed->alpha = kernel->op->typed<AlphaFunction>();
}

void read_schema(KernelObject* kernel, const c10::FunctionSchema& schema) {
  for (const auto& argument : schema.arguments()) {
    kernel->parameters->push_back(make_parameter(argument));
    kernel->writes |= kernel->parameters->back().written;
  }
  for (const auto& result : schema.returns()) {
    kernel->aliases->push_back(find_alias(schema, result, true));
    kernel->sources->push_back(find_alias(schema, result, false));
    kernel->views |= kernel->sources->back() >= 0;
  }
  kernel->shortcut = shortcut_of(schema, *kernel->parameters, !kernel->writes && !kernel->views);
  bind_typed(kernel);
}

[[noreturn]] void fail_arguments(const KernelObject* kernel, const char* what, const char* which) {
  fail(PyExc_TypeError, "%U: %s %s; the kernel is %s", kernel->name, what, which, schema_text(kernel).c_str());
}

// Arguments by position in the schema; null where none was given.
struct Arguments {
  PyObject* values[kMaxArguments] = {};
  Py_ssize_t count = 0;
};

void place_keyword(const KernelObject* kernel, Arguments& arguments, PyObject* name, PyObject* value) {
  const auto& parameters = *kernel->parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name_object != name && PyUnicode_Compare(parameters[i].name_object, name) != 0) continue;
    if (arguments.values[i] != nullptr) fail_arguments(kernel, "got twice the argument", parameters[i].name.c_str());
    arguments.values[i] = value;
    return;
  }
  fail_arguments(kernel, "has no argument named", PyUnicode_AsUTF8(name));
}

Arguments arrange(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  const auto& parameters = *kernel->parameters;
  Arguments arguments;
  arguments.count = static_cast<Py_ssize_t>(parameters.size());
  std::size_t positional = 0;
  while (positional < parameters.size() && !parameters[positional].keyword_only) ++positional;
  if (static_cast<std::size_t>(count) > positional) {
    fail_arguments(kernel, "got too many positional arguments:", std::to_string(count).c_str());
  }
  for (Py_ssize_t i = 0; i < count; ++i) arguments.values[i] = args[i];
  const Py_ssize_t keywords = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
  for (Py_ssize_t i = 0; i < keywords; ++i)
    place_keyword(kernel, arguments, PyTuple_GET_ITEM(names, i), args[count + i]);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (arguments.values[i] == nullptr && !parameters[i].has_default) {
      fail_arguments(kernel, "lacks the argument", parameters[i].name.c_str());
    }
  }
  return arguments;
}

// What is known of a call's Tensors before it runs.
struct Survey {
  const at::Tensor* first = nullptr;
  bool is_long = false;

  void see(const KernelObject* kernel, const at::Tensor& value) {
    if (first == nullptr) {
      first = &value;
    } else if (first->device() != value.device()) {
      fail_two_devices(PyUnicode_AsUTF8(kernel->name), first->device(), value.device());
    }
    is_long |= numtorch::is_long(value);
  }

  void see(const KernelObject* kernel, PyObject* object) {
    if (object == nullptr) return;
    if (is_tensor(object)) {
      see(kernel, value_of(object));
    } else if (PyTuple_Check(object) || PyList_Check(object)) {
      const Py_ssize_t count = PySequence_Fast_GET_SIZE(object);
      for (Py_ssize_t i = 0; i < count; ++i) {
        PyObject* item = PySequence_Fast_GET_ITEM(object, i);
        if (is_tensor(item)) see(kernel, value_of(item));
      }
    }
  }
};

void run_stack(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count, bool release, c10::Stack& stack) {
  const auto& parameters = *kernel->parameters;
  stack.clear();
  stack.reserve(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    PyObject* object = static_cast<Py_ssize_t>(i) < count ? args[i] : nullptr;
    if (object == nullptr && !parameters[i].has_default)
      fail_arguments(kernel, "lacks the argument", parameters[i].name.c_str());
    stack.push_back(object == nullptr ? parameters[i].default_value : to_ivalue(kernel, parameters[i], object));
  }
  Below guard;
  Unlocked unlocked(release);
  kernel->op->callBoxed(stack);
}

// Frees what can be freed: unreachable Python objects and libtorch's cached blocks.
void make_room() {
  const Ref gc = check(PyImport_ImportModule("gc"));
  check(PyObject_CallMethod(gc.get(), "collect", nullptr));
  if (at::getAccelerator(false).has_value() && at::accelerator::deviceCount() > 0) at::accelerator::emptyCache();
}

// Inside `catch (...)`: goes on only if memory was what lacked.
void require_out_of_memory() {
  set_python_error();
  if (PyErr_ExceptionMatches(out_of_memory_error) == 0) throw PythonError{};
  PyErr_Clear();
}

// Computes, and once more after making room if memory ran out.
template <class Compute>
auto with_retry(Compute compute) -> decltype(compute()) {
  try {
    return compute();
  } catch (const PythonError&) {
    throw;
  } catch (...) {
    require_out_of_memory();
  }
  make_room();
  return compute();
}

void before_write(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count) {
  if (any_tracked(args, count)) {
    fail(PyExc_NotImplementedError,
         "%U writes into its arguments, which a gradient being taken needs; use the kernel that returns a new Tensor",
         kernel->name);
  }
  for (Py_ssize_t i = 0; i < count; ++i) {
    if ((*kernel->parameters)[static_cast<std::size_t>(i)].written && args[i] != nullptr && is_tensor(args[i])) {
      check_writeable(as_tensor(args[i]));
      as_tensor(args[i])->value.unsafeGetTensorImpl()->bump_version();
    }
  }
}

// A view counts the writes to its memory together with what it views, and cannot be written to if that cannot.
PyObject* wrap_view(const at::Tensor& value, const TensorObject* source) {
  if (!value.defined()) return Py_NewRef(Py_None);
  if (!value.is_alias_of(source->value)) return wrap_result(value);
  // An array made from a value is written to without changing the value.
  if ((source->flags & kValue) != 0 && value.dim() > 0 && value.numel() == 1) {
    Below guard;
    return wrap(at::clone(value));
  }
  if (value.unsafeGetTensorImpl() != source->value.unsafeGetTensorImpl()) {
    value.unsafeGetTensorImpl()->set_version_counter(source->value.unsafeGetTensorImpl()->version_counter());
  }
  const int inherited = source->flags & kInherited;
  return wrap(value, static_cast<std::uint8_t>(value.dim() == 0 ? inherited : inherited & ~kValue));
}

PyObject* wrap_views(const c10::IValue& value, const TensorObject* source) {
  if (value.isTensor()) return wrap_view(value.toTensor(), source);
  if (!value.isTensorList()) return from_ivalue(value);
  const auto views = value.toTensorVector();
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(views.size())));
  for (std::size_t i = 0; i < views.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), check(wrap_view(views[i], source)).release());
  }
  return tuple.release();
}

PyObject* result_at(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count, const c10::IValue& value,
                    std::size_t i) {
  const int alias = (*kernel->aliases)[i];
  if (alias >= 0 && alias < count && args[alias] != nullptr && is_tensor(args[alias])) return Py_NewRef(args[alias]);
  const int source = (*kernel->sources)[i];
  if (source >= 0 && source < count && args[source] != nullptr && is_tensor(args[source])) {
    return wrap_views(value, as_tensor(args[source]));
  }
  return from_ivalue(value);
}

PyObject* collect_results(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count,
                          const c10::Stack& stack) {
  if (stack.empty()) return Py_NewRef(Py_None);
  if (stack.size() == 1) return result_at(kernel, args, count, stack[0], 0);
  Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(stack.size())));
  for (std::size_t i = 0; i < stack.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i),
                     check(result_at(kernel, args, count, stack[i], i)).release());
  }
  return tuple.release();
}

at::Tensor run_shortcut(const KernelObject* kernel, PyObject* const* args) {
  if (kernel->shortcut == Shortcut::Unary) return call_unary(kernel, value_of(args[0]));
  return call_binary(kernel, value_of(args[0]), value_of(args[1]));
}

// Whether the call fits the unboxed signature: Tensors only, on one device, alpha left at its default.
bool fits_shortcut(const KernelObject* kernel, PyObject* const* args, Py_ssize_t count) {
  switch (kernel->shortcut) {
    case Shortcut::None:
      return false;
    case Shortcut::Unary:
      return count == 1 && is_tensor(args[0]);
    case Shortcut::Binary:
    case Shortcut::BinaryAlpha:
      return (count == 2 || (count == 3 && args[2] == nullptr)) && is_tensor(args[0]) && args[1] != nullptr &&
             is_tensor(args[1]) && value_of(args[0]).device() == value_of(args[1]).device();
  }
  return false;
}

PyObject* call_vector(PyObject* self, PyObject* const* args, std::size_t flags, PyObject* names) {
  return guarded([&] {
    const auto count = static_cast<Py_ssize_t>(PyVectorcall_NARGS(flags));
    auto* kernel = as_kernel(self);
    if (kernel->op == nullptr)
      fail(PyExc_TypeError, "%U is recorded by Tensor itself and cannot be called", kernel->name);
    if (names == nullptr && fits_shortcut(kernel, args, count)) return call_kernel(kernel, args, count);
    const Arguments arguments = arrange(kernel, args, count, names);
    return call_kernel(kernel, arguments.values, arguments.count);
  });
}

void forget(PyObject* self) {
  // Kernels live as long as the process: find_kernel() holds each.
  PyErr_Format(PyExc_SystemError, "kernel %U was freed", as_kernel(self)->name);
  PyErr_WriteUnraisable(nullptr);
}

PyObject* represent(PyObject* self) {
  return guarded([&] { return PyUnicode_FromFormat("<kernel %s>", schema_text(as_kernel(self)).c_str()); });
}

PyObject* get_schema(PyObject* self, void*) {
  return guarded([&] { return PyUnicode_FromString(schema_text(as_kernel(self)).c_str()); });
}

PyObject* get_parameters(PyObject* self, void*) {
  return guarded([&] {
    const auto& parameters = *as_kernel(self)->parameters;
    Ref tuple = check(PyTuple_New(static_cast<Py_ssize_t>(parameters.size())));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), Py_NewRef(parameters[i].name_object));
    }
    return tuple.release();
  });
}

PyObject* get_rule(PyObject* self, void*) {
  PyObject* rule = as_kernel(self)->rule;
  return Py_NewRef(rule == nullptr ? Py_None : rule);
}

PyObject* get_constant(PyObject* self, void*) { return PyBool_FromLong(as_kernel(self)->constant); }

PyObject* kernel_function(PyObject*, PyObject* name) {
  return guarded([&] {
    const char* text = PyUnicode_AsUTF8(name);
    if (text == nullptr) throw PythonError{};
    return Py_NewRef(reinterpret_cast<PyObject*>(find_kernel(text)));
  });
}

PyObject* kernel_names(PyObject*, PyObject*) {
  return guarded([] {
    Ref list = check(PyList_New(0));
    for (const auto& name : c10::Dispatcher::singleton().getAllOpNames()) {
      if (name.name.rfind("aten::", 0) != 0) continue;
      std::string text = name.name.substr(6);
      if (!name.overload_name.empty()) text += "." + name.overload_name;
      check(PyList_Append(list.get(), check(PyUnicode_FromString(text.c_str())).get()));
    }
    check(PyList_Sort(list.get()));
    return list.release();
  });
}

// define_rule(kernel, rule, reads): `reads` has one bit mask a parameter. rule None: the kernel is constant.
PyObject* define_rule(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *object = nullptr, *rule = nullptr, *reads = nullptr;
    if (!PyArg_ParseTuple(args, "O!OO!:define_rule", kernel_type, &object, &rule, &PyTuple_Type, &reads))
      throw PythonError{};
    auto* kernel = as_kernel(object);
    kernel->constant = rule == Py_None;
    Py_XSETREF(kernel->rule, rule == Py_None ? nullptr : Py_NewRef(rule));
    kernel->reads->assign(kernel->parameters->size(), 0);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(reads); ++i) {
      const std::uint64_t mask = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(reads, i));
      if (PyErr_Occurred()) throw PythonError{};
      kernel->reads->at(static_cast<std::size_t>(i)) = mask;
    }
    Py_RETURN_NONE;
  });
}

// The kernels that somebody asked for so far.
PyObject* known_kernels(PyObject*, PyObject*) {
  return guarded([] {
    Ref list = check(PyList_New(0));
    for (const auto& [name, kernel] : kernels()) check(PyList_Append(list.get(), reinterpret_cast<PyObject*>(kernel)));
    return list.release();
  });
}

PyMethodDef functions[] = {
    {"kernel", kernel_function, METH_O, nullptr},
    {"kernel_names", kernel_names, METH_NOARGS, nullptr},
    {"known_kernels", known_kernels, METH_NOARGS, nullptr},
    {"define_rule", define_rule, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(KernelObject, vectorcall), READONLY, nullptr},
    {"name", T_OBJECT_EX, offsetof(KernelObject, name), READONLY, "The operator and its overload, \"add.Tensor\"."},
    {nullptr, 0, 0, 0, nullptr},
};

PyGetSetDef getset[] = {
    {"schema", get_schema, nullptr, "Signature in libtorch's schema language.", nullptr},
    {"parameters", get_parameters, nullptr, "Names of the arguments, in schema order.", nullptr},
    {"rule", get_rule, nullptr, "The gradient rule that the tape attached, or None.", nullptr},
    {"constant", get_constant, nullptr, "Whether the tape declared the result constant.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>("One aten operator, callable by its schema. Made by kernel(name).")},
    {Py_tp_dealloc, reinterpret_cast<void*>(forget)},
    {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
    {Py_tp_repr, reinterpret_cast<void*>(represent)},
    {Py_tp_members, members},
    {Py_tp_getset, getset},
    {0, nullptr},
};

PyType_Spec spec{"numtorch._core.Kernel", sizeof(KernelObject), 0,
                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

std::string schema_text(const KernelObject* kernel) {
  std::ostringstream text;
  if (kernel->op != nullptr) {
    text << kernel->op->schema();
    return text.str();
  }
  text << "numtorch::" << PyUnicode_AsUTF8(kernel->name) << "(";
  for (const auto& parameter : *kernel->parameters)
    text << (&parameter == kernel->parameters->data() ? "" : ", ") << parameter.name;
  text << ")";
  return text.str();
}

KernelObject* find_kernel(const std::string& name) {
  const auto found = kernels().find(name);
  if (found != kernels().end()) return found->second;
  const auto dot = name.find('.');
  const std::string overload = dot == std::string::npos ? "" : name.substr(dot + 1);
  const auto op = c10::Dispatcher::singleton().findSchema({"aten::" + name.substr(0, dot), overload});
  if (!op.has_value()) {
    fail(PyExc_ValueError, "kernel: libtorch has no operator '%s'; kernel_names() lists them", name.c_str());
  }
  if (op->schema().arguments().size() > kMaxArguments)
    fail(PyExc_ValueError, "kernel: '%s' has too many arguments", name.c_str());
  KernelObject* kernel = new_kernel(name);
  kernel->op = new c10::OperatorHandle(*op);
  read_schema(kernel, op->schema());
  return kernel;
}

KernelObject* define_kernel(const std::string& name, const std::vector<std::string>& parameters) {
  const auto found = kernels().find(name);
  if (found != kernels().end()) return found->second;
  KernelObject* kernel = new_kernel(name);
  for (const auto& parameter_name : parameters) {
    Parameter parameter{};
    parameter.name = parameter_name;
    parameter.name_object = check(PyUnicode_InternFromString(parameter_name.c_str())).release();
    kernel->parameters->push_back(parameter);
  }
  return kernel;
}

at::Tensor call_unary(const KernelObject* kernel, const at::Tensor& a) {
  const auto& function = *kernel->typed->unary;
  Below guard;
  if (!is_long(a)) return function.call(a);
  const at::Tensor held = a;  // another thread may rebind the Tensor that `a` is in
  Unlocked release(true);
  return function.call(held);
}

namespace {

at::Tensor compute_binary(const KernelObject* kernel, const at::Tensor& a, const at::Tensor& b) {
  static const at::Scalar one(1);
  if (kernel->shortcut == Shortcut::Binary) return kernel->typed->binary->call(a, b);
  return kernel->typed->alpha->call(a, b, one);
}

}  // namespace

at::Tensor call_binary(const KernelObject* kernel, const at::Tensor& a, const at::Tensor& b) {
  Below guard;
  if (!is_long(a) && !is_long(b)) return compute_binary(kernel, a, b);
  const at::Tensor held_a = a;
  const at::Tensor held_b = b;
  Unlocked release(true);
  return compute_binary(kernel, held_a, held_b);
}

PyObject* call_kernel(KernelObject* kernel, PyObject* const* args, Py_ssize_t count) {
  const bool tracked = any_tracked(args, count);
  if (fits_shortcut(kernel, args, count)) {
    Ref result = check(wrap_result(with_retry([&] { return run_shortcut(kernel, args); })));
    if (tracked) record(kernel, args, count, result.get());
    return result.release();
  }
  if (kernel->writes) before_write(kernel, args, count);
  Survey survey;
  for (Py_ssize_t i = 0; i < count; ++i) survey.see(kernel, args[i]);
  c10::Stack stack;
  const bool release = survey.is_long || survey.first == nullptr;
  with_retry([&] { run_stack(kernel, args, count, release, stack); });
  Ref result = check(collect_results(kernel, args, count, stack));
  if (tracked) record(kernel, args, count, result.get());
  return result.release();
}

void register_kernel(PyObject* module) {
  kernel_type = reinterpret_cast<PyTypeObject*>(check(PyType_FromModuleAndSpec(module, &spec, nullptr)).release());
  check(PyModule_AddObjectRef(module, "Kernel", reinterpret_cast<PyObject*>(kernel_type)));
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
