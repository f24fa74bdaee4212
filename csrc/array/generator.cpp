#include "array/generator.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>
#include <string>

#include "array/device.h"
#include "array/tensor.h"
#include "errors/errors.h"

namespace py = pybind11;

namespace numtorch {

namespace {

at::Generator make_generator(const py::object& dev) {
  try {
    const c10::Device device = device_of(dev.ptr());
    if (device.is_cpu()) return at::make_generator<at::CPUGeneratorImpl>();
    return at::globalContext().getAcceleratorHooksInterface(device.type()).getNewGenerator(device.index());
  } catch (const PythonError&) {
    throw py::error_already_set();
  }
}

void seed_generator(at::Generator& generator, std::uint64_t seed) {
  const std::scoped_lock lock(generator.mutex());
  generator.set_current_seed(seed);
}

// The state, on the host whatever the device.
PyObject* state_of(at::Generator generator) {
  Below guard;
  const std::scoped_lock lock(generator.mutex());
  return wrap(generator.get_state());
}

void set_state(at::Generator& generator, const py::object& state) {
  if (!is_tensor(state.ptr())) {
    PyErr_Format(PyExc_TypeError, "Generator.set_state: a state is what get_state() gave, not %.100s",
                 Py_TYPE(state.ptr())->tp_name);
    throw py::error_already_set();
  }
  Below guard;
  const std::scoped_lock lock(generator.mutex());
  try {
    generator.set_state(value_of(state.ptr()));
  } catch (const c10::Error& error) {
    throw py::value_error(std::string("Generator.set_state: not a state of this kind of generator: ") +
                          error.what_without_backtrace());
  }
}

// The generator that kernels draw from when they are given none.
at::Generator default_generator(const py::object& dev) {
  try {
    return at::globalContext().defaultGenerator(device_of(dev.ptr()));
  } catch (const PythonError&) {
    throw py::error_already_set();
  }
}

}  // namespace

at::Generator generator_of(PyObject* object) {
  const py::handle handle(object);
  if (!py::isinstance<at::Generator>(handle)) {
    fail(PyExc_TypeError, "a generator must be a numtorch Generator or None, not %.100s", Py_TYPE(object)->tp_name);
  }
  return handle.cast<at::Generator>();
}

void register_generator(py::module_& module) {
  py::class_<at::Generator> type(
      module, "Generator", py::module_local(),  // another copy of numtorch has its own
      "A source of random numbers on one device, for kernels that take one.\n\n"
      "Parameters\n----------\ndev : int, default -1\n    Device that the numbers are drawn on.\n\n"
      "Examples\n--------\n>>> import numtorch as nt\n>>> source = nt.Generator()\n"
      ">>> source.manual_seed(1)\n>>> source.dev\n-1\n");
  type.def(py::init(&make_generator), py::arg("dev") = -1)
      .def("manual_seed", &seed_generator, py::arg("seed"), "Restart the stream of random numbers from a seed.")
      .def(
          "get_state",
          [](at::Generator& self) {
            PyObject* state = guarded([&] { return state_of(self); });
            if (state == nullptr) throw py::error_already_set();
            return py::reinterpret_steal<py::object>(state);
          },
          "Where the stream is, as a Tensor of bytes on the host for `set_state`.")
      .def("set_state", &set_state, py::arg("state"), "Go on from where the stream was.")
      .def_property_readonly(
          "dev", [](const at::Generator& self) { return dev_of(self.device()); },
          "Device: -1 the CPU, 0, 1, ... a GPU.");
  py::delattr(type, PYBIND11_MODULE_LOCAL_ID);  // pybind11's note for other modules
  module.def("default_generator", &default_generator, py::arg("dev") = -1,
             "The Generator of a device that kernels draw from when they are given none.");
}

}  // namespace numtorch
