#include "host/lend.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <utility>

#include "array/dtype.h"
#include "array/tensor.h"
#include "host/convert.h"
#include "host/host.h"
#include "kernels/kernel.h"
#include "process/once.h"
#include "tape/record.h"

namespace numtorch {

namespace {

constexpr std::int64_t kDivided = 32768;  // elements from which on libtorch divides its loops among threads

// What an ndarray sees of a Tensor while NumPy computes. Nobody keeps that ndarray, so unlike an export it does not
// make the memory one that others write to.
struct Lent {
  PyObject_HEAD
  at::Tensor value;
};

Lent* as_lent(PyObject* object) { return reinterpret_cast<Lent*>(object); }

int get_lent_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  return guarded_int([&] {
    describe_buffer(as_lent(self)->value, false, view, flags);
    view->obj = Py_NewRef(self);
    return 0;
  });
}

void deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  as_lent(self)->value.~Tensor();
  type->tp_free(self);
  Py_DECREF(type);
}

PyTypeObject* make_type() {
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(&deallocate)},
      {Py_bf_getbuffer, reinterpret_cast<void*>(&get_lent_buffer)},
      {Py_bf_releasebuffer, reinterpret_cast<void*>(&release_buffer)},
      {0, nullptr},
  };
  static PyType_Spec spec{"numtorch._core.Lent", sizeof(Lent), 0,
                          Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  return reinterpret_cast<PyTypeObject*>(check(PyType_FromSpec(&spec)).release());
}

PyObject* from_numpy(const char* name) {
  const Ref module = check(PyImport_ImportModule("numpy"));
  return check(PyObject_GetAttrString(module.get(), name)).release();
}

constinit Once<PyTypeObject> lent_type{make_type};
constinit Once<PyObject> asarray{[] { return from_numpy("asarray"); }};
constinit Once<PyObject> copyto{[] { return from_numpy("copyto"); }};
constinit Once<PyObject> no_value{[] { return from_numpy("_NoValue"); }};  // NumPy's "not given"

// Whether NumPy's loops are taken at all; tests of the kernels turn that off.
bool enabled = true;

bool can_lend(PyObject* object) {
  return Py_TYPE(object) == tensor_type && !is_tracked(object) && is_plain(value_of(object));
}

// An ndarray of the memory.
Ref lent_array(const at::Tensor& value) {
  PyTypeObject* type = lent_type;
  const Ref lent = check(type->tp_alloc(type, 0));
  new (&as_lent(lent.get())->value) at::Tensor(value);
  return check(PyObject_CallOneArg(asarray, lent.get()));
}

// Libtorch divides long loops among threads, NumPy does not.
bool is_faster(double speed, std::int64_t count) { return count < kDivided || speed > at::get_num_threads(); }

PyObject* adopted(PyObject* result, std::uint8_t flags) {
  at::Tensor value = to_value(result, std::nullopt, c10::Device(at::kCPU), false, "adopt()");
  return check(wrap(std::move(value), flags)).release();
}

// What NumPy gave, with Tensors for its arrays, and values for its scalars and Python's numbers.
PyObject* taken_over(PyObject* result) {
  if (PyTuple_CheckExact(result)) {
    Ref tuple = check(PyTuple_New(PyTuple_GET_SIZE(result)));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(result); ++i)
      PyTuple_SET_ITEM(tuple.get(), i, taken_over(PyTuple_GET_ITEM(result, i)));
    return tuple.release();
  }
  const Ref dtype(PyObject_GetAttrString(result, "dtype"));  // Python's numbers have none
  if (!dtype) PyErr_Clear();
  if (dtype && !find_scalar_type(dtype.get())) return Py_NewRef(result);  // of texts or objects: NumPy's array
  return adopted(result, is_exact_array(result) ? 0 : kValue);
}

// The arguments of a call, with the memory of the Tensors in them for the Tensors.
class Loan {
 public:
  Loan(std::uint32_t dtypes, Py_ssize_t inputs, long copied) : dtypes_(dtypes), inputs_(inputs), copied_(copied) {}

  // Null if NumPy cannot see one of the Tensors, or the loop is not about its dtype.
  Ref arguments(PyObject* args) {
    const Py_ssize_t count = PyTuple_GET_SIZE(args);
    Ref result = check(PyTuple_New(count));
    for (Py_ssize_t i = 0; i < count; ++i) {
      copies_ = ((copied_ >> i) & 1) != 0;
      Ref item = i < inputs_ ? input(PyTuple_GET_ITEM(args, i)) : option(PyTuple_GET_ITEM(args, i));
      if (!item) return {};
      PyTuple_SET_ITEM(result.get(), i, item.release());
    }
    return result;
  }

  bool allows(PyObject* keywords) {
    if (keywords == nullptr || keywords == Py_None) return true;
    PyObject *name = nullptr, *value = nullptr;
    Py_ssize_t place = 0;
    while (PyDict_Next(keywords, &place, &name, &value) != 0) {
      if (!option(value)) return false;
    }
    return true;
  }

  // The largest of the Tensors; -1 if there are none.
  std::int64_t size() const { return size_; }

 private:
  Ref input(PyObject* object) {
    if (is_tensor(object)) return tensor(object);
    if (!PyTuple_CheckExact(object) && !PyList_CheckExact(object)) return option(object);
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(object);
    Ref items = check(PyTuple_New(count));
    for (Py_ssize_t i = 0; i < count; ++i) {
      PyObject* member = PySequence_Fast_GET_ITEM(object, i);
      Ref item = is_tensor(member) ? tensor(member) : option(member);
      if (!item) return {};
      PyTuple_SET_ITEM(items.get(), i, item.release());
    }
    return items;
  }

  Ref tensor(PyObject* object) {
    if (!can_lend(object)) return {};
    const int index = index_of(value_of(object).scalar_type());
    if (index < 0 || ((dtypes_ >> index) & 1) == 0) return {};
    size_ = std::max(size_, value_of(object).numel());
    // What NumPy checks before it uses it no other thread may change in between.
    return copies_ ? Ref(to_array(value_of(object))) : lent_array(value_of(object));
  }

  // What is no array of another library, and nothing that holds Tensors.
  static Ref option(PyObject* object) {
    const bool plain = object == Py_None || object == no_value || PyLong_Check(object) || PyFloat_Check(object) ||
                       PyComplex_Check(object) || PyUnicode_Check(object) || is_exact_array(object) ||
                       is_numpy_scalar(object);
    return plain ? Ref::borrow(object) : Ref();
  }

  std::uint32_t dtypes_;
  Py_ssize_t inputs_;
  long copied_;  // bit i: argument i
  bool copies_ = false;
  std::int64_t size_ = -1;
};

// host_answer(function, speed, dtypes, inputs, copied, args, keywords): what `function` of NumPy gives, if that is the
// faster way; None if not.
PyObject* host_answer(PyObject*, PyObject* const* given, Py_ssize_t count) {
  return guarded([&] {
    if (count != 7 || !PyTuple_Check(given[5])) fail(PyExc_TypeError, "host_answer: takes seven arguments");
    if (!enabled) return Py_NewRef(Py_None);
    const double speed = PyFloat_AsDouble(given[1]);
    const auto dtypes = static_cast<std::uint32_t>(PyLong_AsUnsignedLong(given[2]));
    const Py_ssize_t inputs = PyLong_AsSsize_t(given[3]);
    const long copied = PyLong_AsLong(given[4]);
    if (PyErr_Occurred()) throw PythonError{};
    Loan loan(dtypes, inputs, copied);
    const Ref arguments = loan.arguments(given[5]);
    if (!arguments || loan.size() < 0 || !loan.allows(given[6])) return Py_NewRef(Py_None);
    if (!is_faster(speed, loan.size())) return Py_NewRef(Py_None);
    const Ref result = check(PyObject_Call(given[0], arguments.get(), given[6] == Py_None ? nullptr : given[6]));
    return taken_over(result.get());
  });
}

PyObject* set_host_loops(PyObject*, PyObject* object) {
  const int wanted = PyObject_IsTrue(object);
  if (wanted < 0) return nullptr;
  const bool before = std::exchange(enabled, wanted != 0);
  return PyBool_FromLong(before);
}

PyMethodDef functions[] = {
    {"host_answer", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(host_answer)), METH_FASTCALL,
     "host_answer(function, speed, dtypes, inputs, copied, args, keywords): what NumPy's function gives, where it is "
     "faster."},
    {"set_host_loops", set_host_loops, METH_O, "set_host_loops(wanted): whether NumPy's own loops may run; before?"},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool fill_on_host(const at::Tensor& target, const at::Tensor& mask, const at::Tensor& value) {
  // NumPy's over masked_fill's: from 0.8 where half of the mask is true to 15 where nothing is. So it is for one
  // thread.
  constexpr double kSpeed = 1.5;
  if (!enabled || !is_plain(target) || !is_plain(mask) || !is_plain(value) || !is_faster(kSpeed, target.numel()))
    return false;
  const Ref args = check(PyTuple_Pack(2, lent_array(target).get(), lent_array(value).get()));
  const Ref keywords = check(PyDict_New());
  check(PyDict_SetItemString(keywords.get(), "where", lent_array(mask).get()));
  check(PyObject_Call(copyto, args.get(), keywords.get()));
  return true;
}

void register_lending(PyObject* module) { check(PyModule_AddFunctions(module, functions)); }

}  // namespace numtorch
