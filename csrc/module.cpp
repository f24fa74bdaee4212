// numtorch._core: this file only lists what the others register.
#include <pybind11/pybind11.h>

#include "array/abstract.h"
#include "array/device.h"
#include "array/dtype.h"
#include "array/generator.h"
#include "array/memory.h"
#include "array/reversed.h"
#include "array/subclass.h"
#include "array/tensor.h"
#include "errors/errors.h"
#include "host/convert.h"
#include "host/lend.h"
#include "indexing/index.h"
#include "kernels/kernel.h"
#include "process/ending.h"
#include "programs/batch.h"
#include "programs/bridge.h"
#include "programs/found.h"
#include "programs/program.h"
#include "programs/signature.h"
#include "programs/table.h"
#include "tape/record.h"
#include "tape/strided.h"
#include "ufuncs/asking.h"
#include "ufuncs/operation.h"
#include "ufuncs/protocol.h"

namespace {

void register_errors(PyObject* module) {
  numtorch::out_of_memory_error =
      PyErr_NewExceptionWithDoc("numtorch.OutOfMemoryError",
                                "The device or the host has no memory left, even after a garbage collection and after "
                                "libtorch's cache was emptied.",
                                PyExc_MemoryError, nullptr);
  numtorch::check(PyModule_AddObjectRef(module, "OutOfMemoryError", numtorch::out_of_memory_error));
}

void register_all(PyObject* self) {
  register_errors(self);
  numtorch::register_abstract(self);
  numtorch::register_found(self);
  numtorch::register_ending(self);
  numtorch::register_dtype(self);
  numtorch::register_device(self);
  numtorch::register_reversed();
  numtorch::register_kernel(self);
  numtorch::register_record(self);
  numtorch::register_strided(self);
  numtorch::register_tensor(self);
  numtorch::register_memory(self);
  numtorch::register_operation(self);
  numtorch::register_protocol(self);
  numtorch::register_asking(self);
  numtorch::register_subclass(self);
  numtorch::register_index(self);
  numtorch::register_convert(self);
  numtorch::register_lending(self);
  numtorch::register_batch(self);
  numtorch::register_bridge(self);
  numtorch::register_signature(self);
  numtorch::register_program(self);
  numtorch::register_table(self);
  auto module = pybind11::reinterpret_borrow<pybind11::module_>(self);
  numtorch::register_generator(module);
}

PyObject* whole = nullptr;  // the module, once all is registered

// Imported again, after it was taken out of sys.modules, it is the same module: its types are in static variables.
PyObject* create(PyObject* spec, PyModuleDef*) {
  if (whole != nullptr) return Py_NewRef(whole);
  PyObject* name = PyObject_GetAttrString(spec, "name");
  if (name == nullptr) return nullptr;
  PyObject* module = PyModule_NewObject(name);
  Py_DECREF(name);
  return module;
}

int execute(PyObject* module) {
  if (module == whole) return 0;
  const int status = numtorch::guarded_int([&] {
    try {
      register_all(module);
    } catch (pybind11::error_already_set& error) {
      error.restore();
      throw numtorch::PythonError{};
    }
    return 0;
  });
  if (status == 0) whole = Py_NewRef(module);
  return status;
}

PyModuleDef_Slot slots[] = {
    {Py_mod_create, reinterpret_cast<void*>(create)},
    {Py_mod_exec, reinterpret_cast<void*>(execute)},
    {0, nullptr},
};

PyModuleDef definition{PyModuleDef_HEAD_INIT, "_core", nullptr, 0, nullptr, slots, nullptr, nullptr, nullptr};

}  // namespace

// Static variables hold Python objects, which belong to one interpreter; pybind11, too, waits for ever in another.
PYBIND11_PLUGIN_IMPL(_core) {
  if (PyInterpreterState_Get() == PyInterpreterState_Main()) return PyModuleDef_Init(&definition);
  PyErr_SetString(PyExc_ImportError,
                  "numtorch works in the main interpreter of a process only, not in a sub-interpreter; use a process "
                  "for each (with mod_wsgi: WSGIApplicationGroup %{GLOBAL})");
  return nullptr;
}
