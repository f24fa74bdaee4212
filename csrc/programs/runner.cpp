// The two ways in which a program is there: as Inductor's Python wrapper, and as a library made ahead of time.
#include <torch/csrc/inductor/aoti_runner/model_container_runner_cpu.h>

#include <utility>

#include "programs/bridge.h"
#include "programs/program.h"

namespace numtorch {

namespace {

class PythonRunner final : public Runner {
 public:
  explicit PythonRunner(PyObject* function) : function_(Ref::borrow(function)) {}

  std::vector<at::Tensor> run(std::vector<at::Tensor> inputs) override {
    const Ref list = check(PyList_New(static_cast<Py_ssize_t>(inputs.size())));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), to_torch_object(inputs[i]).release());
    }
    inputs.clear();
    const Ref found = check(PyObject_CallOneArg(function_.get(), list.get()));
    const Ref results = check(PySequence_Fast(found.get(), "a program gives a sequence"));
    std::vector<at::Tensor> outputs;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(results.get()); ++i) {
      outputs.push_back(from_torch_object(PySequence_Fast_GET_ITEM(results.get(), i)));
    }
    return outputs;
  }

 private:
  Ref function_;
};

using Container = torch::inductor::AOTIModelContainerRunner;

class LibraryRunner final : public Runner {
 public:
  explicit LibraryRunner(std::unique_ptr<Container> container) : container_(std::move(container)) {}

  std::vector<at::Tensor> run(std::vector<at::Tensor> inputs) override {
    bool is_long_work = false;
    for (const at::Tensor& input : inputs) is_long_work |= is_long(input);
    Below guard;
    Unlocked release(is_long_work);
    return container_->boxed_run(std::move(inputs));
  }

 private:
  std::unique_ptr<Container> container_;
};

std::unique_ptr<Container> open_library(const std::string& path, const std::string& device) {
  if (device == "cpu") return std::make_unique<torch::inductor::AOTIModelContainerRunnerCpu>(path);
  auto& known = torch::inductor::getAOTIModelRunnerRegistry();
  const auto found = known.find(device);
  if (found == known.end()) {
    fail(PyExc_RuntimeError, "load: this libtorch runs no program for the device %s", device.c_str());
  }
  return found->second(path, 1, device, "", false);
}

}  // namespace

std::unique_ptr<Runner> python_runner(PyObject* function) { return std::make_unique<PythonRunner>(function); }

std::unique_ptr<Runner> library_runner(const std::string& path, const std::string& device) {
  return std::make_unique<LibraryRunner>(open_library(path, device));
}

}  // namespace numtorch
