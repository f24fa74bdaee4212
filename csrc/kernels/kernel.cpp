#include "kernels/kernel.h"

#include <structmember.h>

#include <sstream>
#include <unordered_map>

#include "array/rounding.h"
#include "kernels/arguments.h"

namespace numtorch {

PyTypeObject* kernel_type = nullptr;

namespace {

std::unordered_map<std::string, KernelObject*>& kernels() {
  static std::unordered_map<std::string, KernelObject*> map;
  return map;
}

KernelObject* new_kernel(const std::string& name) {
  auto* kernel = as_kernel(check(kernel_type->tp_alloc(kernel_type, 0)).release());
  kernel->vectorcall = call_kernel_vector;
  kernel->name = check(PyUnicode_InternFromString(name.c_str())).release();
  kernel->parameters = new std::vector<Parameter>();
  kernel->aliases = new std::vector<int>();
  kernel->sources = new std::vector<int>();
  kernel->reads = new std::vector<std::uint64_t>();
  return kernel;
}

// Once it is whole: what it is made of may run Python code, and another thread look for it meanwhile.
KernelObject* keep(const std::string& name, KernelObject* kernel) {
  return kernels().emplace(name, kernel).first->second;
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
  const auto* of_result = result.alias_info();
  if (of_result == nullptr) return -1;
  // Of a list of views (split, unbind) its items say it.
  if (of_result->beforeSets().empty() && !of_result->containedTypes().empty())
    of_result = &of_result->containedTypes()[0];
  const auto& arguments = schema.arguments();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto* info = arguments[i].alias_info();
    if (info == nullptr || info->isWrite() != written) continue;
    for (const auto& symbol : info->beforeSets()) {
      if (of_result->beforeSets().count(symbol) != 0) return static_cast<int>(i);
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

// (kernel, thresholds, how often it was taken) of every short cut around libtorch's own operators; with None in the
// last place where this processor takes none.
PyObject* shortcuts(PyObject*, PyObject*) {
  return guarded([] {
    Ref list = check(PyList_New(0));
    for (const Faster& row : all_faster()) {
      Ref thresholds = check(PyTuple_New(static_cast<Py_ssize_t>(row.thresholds.size())));
      for (std::size_t i = 0; i < row.thresholds.size(); ++i)
        PyTuple_SET_ITEM(thresholds.get(), static_cast<Py_ssize_t>(i),
                         check(PyLong_FromLongLong(row.thresholds[i])).release());
      const Ref taken = has_wider_vectors() ? check(PyLong_FromLongLong(row.taken)) : Ref::borrow(Py_None);
      const Ref entry = check(Py_BuildValue("sOO", row.kernel, thresholds.get(), taken.get()));
      check(PyList_Append(list.get(), entry.get()));
    }
    return list.release();
  });
}

PyMethodDef functions[] = {
    {"shortcuts", shortcuts, METH_NOARGS, nullptr},       {"kernel", kernel_function, METH_O, nullptr},
    {"kernel_names", kernel_names, METH_NOARGS, nullptr}, {"known_kernels", known_kernels, METH_NOARGS, nullptr},
    {"define_rule", define_rule, METH_VARARGS, nullptr},  {nullptr, nullptr, 0, nullptr},
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
  kernel->elementwise = op->hasTag(at::Tag::pointwise) && !kernel->writes && !kernel->views;
  kernel->faster = find_faster(name);
  if (name == "_to_copy") kernel->prepare = prepare_half;
  return keep(name, kernel);
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
  return keep(name, kernel);
}

void register_kernel(PyObject* module) {
  kernel_type = reinterpret_cast<PyTypeObject*>(check(PyType_FromModuleAndSpec(module, &spec, nullptr)).release());
  check(PyModule_AddObjectRef(module, "Kernel", reinterpret_cast<PyObject*>(kernel_type)));
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
