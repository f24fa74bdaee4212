// numtorch._core: this file only lists what the others register.
#include <pybind11/pybind11.h>

#include "asking.h"
#include "convert.h"
#include "device.h"
#include "dtype.h"
#include "errors.h"
#include "generator.h"
#include "index.h"
#include "kernel.h"
#include "memory.h"
#include "operation.h"
#include "protocol.h"
#include "record.h"
#include "reversed.h"
#include "sharing.h"
#include "subclass.h"
#include "tensor.h"

namespace {

void register_errors(PyObject* module) {
  numtorch::out_of_memory_error =
      PyErr_NewExceptionWithDoc("numtorch.OutOfMemoryError",
                                "The device or the host has no memory left, even after a garbage collection and after "
                                "libtorch's cache was emptied.",
                                PyExc_MemoryError, nullptr);
  numtorch::check(PyModule_AddObjectRef(module, "OutOfMemoryError", numtorch::out_of_memory_error));
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  try {
    PyObject* self = module.ptr();
    register_errors(self);
    numtorch::register_dtype(self);
    numtorch::register_device(self);
    numtorch::register_reversed();
    numtorch::register_kernel(self);
    numtorch::register_record(self);
    numtorch::register_sharing(self);
    numtorch::register_tensor(self);
    numtorch::register_memory(self);
    numtorch::register_operation(self);
    numtorch::register_protocol(self);
    numtorch::register_asking(self);
    numtorch::register_subclass(self);
    numtorch::register_index(self);
    numtorch::register_convert(self);
    numtorch::register_generator(module);
  } catch (const numtorch::PythonError&) {
    throw pybind11::error_already_set();
  }
}
