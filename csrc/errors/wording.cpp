#include "errors/wording.h"

#include <array>
#include <regex>

#include "array/abstract.h"
#include "errors/errors.h"

namespace numtorch {

namespace {

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

template <std::size_t N>
bool has_any(const std::string& text, const std::array<const char*, N>& parts) {
  for (const char* part : parts) {
    if (has(text, part)) return true;
  }
  return false;
}

constexpr std::array kNoMemory{"can't allocate memory", "not enough memory", "tried to allocate", "CUDA out of memory"};
// Lengths that wrapped around in 64 bits, or no memory holds.
constexpr std::array kTooBig{"Storage size calculation overflowed", "cannot be represented as a SymInt",
                             "integer multiplication overflow",     "to contain only concrete integers",
                             "resulted in a negative output size",  "narrow(): length must be non-negative",
                             "numel calculation overflowed"};
// Not the caller's doing.
constexpr std::array kInternal{"INTERNAL ASSERT", "CUDA error", "CUDA driver error", "cuDNN error",
                               "CUBLAS_STATUS",   "CUFFT",      "CUSOLVER"};

// What libtorch's batching says, in words for whoever called vmap.
std::string vmap_text(const std::string& text) {
  if (has(text, "dynamic shape") || has(text, "nested int")) {
    return "the size of its result depends on values, and each sample may have others; np.where(mask, a, b) has the "
           "size of its arguments";
  }
  if (has(text, "item()") || has(text, "data-dependent")) {
    return "it asks for the values of a Tensor that stands for many; compute on with the Tensor (np.where instead of "
           "if)";
  }
  if (has(text, "escaped")) {
    return "a Tensor from inside vmap, which is over, or runs on another thread; return it instead of keeping it "
           "elsewhere";
  }
  if (has(text, "andom")) {
    return "random numbers are drawn for many samples; vmap(f, randomness=\"different\") draws others for each, "
           "\"same\" the same for all, where they are not written into a Tensor of one sample";
  }
  if (has(text, "in-place") || has(text, "inplace")) {
    return "a write into a Tensor that has no room for what each sample writes; write into a copy, or return what is "
           "to be kept";
  }
  return "libtorch does not compute this for many samples at once";
}

bool is_from_vmap(const std::string& text) {
  return has(text, "vmap") || has(text, "functorch") || has(text, "atching rule");
}

std::string before(std::string text, const char* end) {
  const auto place = text.find(end);
  if (place != std::string::npos) text.resize(place);
  return text;
}

}  // namespace

std::string plain_text(const char* message) {
  // [enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: ...
  static const std::regex enforced(R"(^\[enforce fail at [^\]]*\] )");
  // /pytorch/build/aten/src/ATen/RegisterCPU_3.cpp:4890: ..., (function operator()) and ... at /pytorch/c10/core/x.h:9
  static const std::regex place(R"((?: at )?[\w./+-]+\.(?:cpp|cu|h|cuh|hpp)(?::\d+)?:? ?|\(function [^)]*\))");
  std::string text = before(before(message, "\nException raised from"), "\nC++ CapturedTraceback");
  const auto allocator = text.find("DefaultCPUAllocator: ");
  if (text.rfind("[enforce fail", 0) == 0 && allocator != std::string::npos) text.erase(0, allocator);
  text = std::regex_replace(text, enforced, "");
  return std::regex_replace(text, place, "");
}

// On the host, NumPy's words; what a GPU says tells more.
std::string memory_text(const std::string& text) {
  static const std::regex wanted(R"(DefaultCPUAllocator.*you tried to allocate (\d+) bytes)");
  std::smatch found;
  return std::regex_search(text, found, wanted) ? "Unable to allocate " + found[1].str() + " bytes on the CPU" : text;
}

// What the functions say that stand for kernels while a program is traced.
std::string broadcast_text(const std::string& text) {
  static const std::regex told(
      R"(Attempting to broadcast a dimension of length.*torch\.Size\(\[(.*)\]\);.*to \[(.*)\])");
  std::smatch found;
  if (!std::regex_search(text, found, told)) return text;
  return "operands could not be broadcast together with shapes (" + found[2].str() + ") (" + found[1].str() + ")";
}

Wording wording_of(const char* message) {
  const std::string text = broadcast_text(plain_text(message));
  if (has_any(text, kNoMemory)) return {out_of_memory_error, memory_text(text)};
  if (is_from_vmap(text)) {
    const std::string line = user_line();
    const std::string function = user_function();
    const std::string start = function.empty() ? "vmap: " : "vmap: " + function + ": ";
    return {PyExc_RuntimeError, start + vmap_text(text) + (line.empty() ? "" : " (" + line + ")")};
  }
  if (has_any(text, kInternal)) return {PyExc_RuntimeError, text};
  if (has_any(text, kTooBig)) {
    return {PyExc_ValueError,
            "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size."};
  }
  if (has(text, "negative dimension")) return {PyExc_ValueError, "negative dimensions are not allowed"};
  if (has(text, "without overflow")) return {PyExc_OverflowError, text};
  return {PyExc_ValueError, text};
}

void set_kernel_error(PyObject* kernel_name) noexcept {
  set_python_error();
  if (PyErr_ExceptionMatches(PyExc_ValueError) == 0 && PyErr_ExceptionMatches(PyExc_OverflowError) == 0 &&
      PyErr_ExceptionMatches(PyExc_TypeError) == 0 && PyErr_ExceptionMatches(PyExc_RuntimeError) == 0) {
    return;
  }
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  const char* full = PyUnicode_AsUTF8(kernel_name);
  const std::string name(full == nullptr ? "" : before(full, "."));  // without the overload
  const Ref text(PyObject_Str(value));
  const char* words = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
  if (words == nullptr || std::string(words).rfind(name, 0) == 0) {
    PyErr_Restore(type, value, traceback);
    return;
  }
  const bool is_vmap = std::string(words).rfind("vmap: ", 0) == 0;
  if (is_vmap && !user_function().empty()) {
    PyErr_Restore(type, value, traceback);
    return;
  }
  PyErr_Format(type, is_vmap ? "vmap: %s: %s" : "%s: %s", name.c_str(), words + (is_vmap ? 6 : 0));
  Py_XDECREF(type);
  Py_XDECREF(value);
  Py_XDECREF(traceback);
}

}  // namespace numtorch
