"""NumPy code on torch kernels, with gradients."""

import importlib as _importlib
import typing as _typing

from numtorch import _load as _load
from numtorch import functions as functions
from numtorch import interop as interop
from numtorch import processes as processes
from numtorch._core import (
    CompileError,
    Generator,
    OutOfMemoryError,
    Tensor,
    cuda_is_available,
    cudnn_is_available,
    device_count,
    empty_cache,
    from_dlpack,
    get_num_threads,
    manual_seed,
    memory_allocated,
    set_num_threads,
    synchronize,
    tensor,
)
from numtorch.autograd import (
    Grads,
    accumulate,
    adjoint,
    check_gradient,
    checkpointed,
    diaghessian,
    dropgrad,
    gradient,
    hessian,
    hook,
    ignore,
    jacobian,
    jvp,
    nograd,
    pullback,
    pushforward,
    withgradient,
    within_gradient,
    withjacobian,
)
from numtorch.batching import vmap
from numtorch.devices import device, on
from numtorch.ndarray import methods as methods
from numtorch.spellings import NAMES as _NAMES
from numtorch.spellings import attach as _attach
from numtorch.spellings import no_attribute as _no_attribute
from numtorch.structure import (
    Params,
    children,
    collect,
    cpu,
    destructure,
    f16,
    f32,
    f64,
    fcollect,
    fleaves,
    fmap,
    fmap_with_path,
    freeze,
    isleaf,
    load_state,
    modules,
    params,
    state,
    thaw,
    to_tensor,
    torch,
    trainables,
)

if _typing.TYPE_CHECKING:
    from numtorch import models as models
    from numtorch import nn as nn
    from numtorch import numpy as numpy
    from numtorch import optim as optim
    from numtorch import train as train
    from numtorch import weights as weights
    from numtorch.programs import compile, load, scan, while_loop

__version__ = "0.1.0"

interop.register_all()
_attach()

_LATER = ("models", "nn", "numpy", "optim", "train", "weights")
_FUNCTIONS_LATER = {"compile": "programs", "load": "programs", "scan": "programs", "while_loop": "programs"}


def __getattr__(name: str) -> _typing.Any:
    """The parts that are imported when they are first asked for: `import numtorch` stays quick."""
    if name in _FUNCTIONS_LATER:
        found = getattr(_importlib.import_module(f"numtorch.{_FUNCTIONS_LATER[name]}"), name)
        globals()[name] = found
        return found
    if name not in _LATER:
        raise _no_attribute("module 'numtorch'", name, _NAMES)
    return _importlib.import_module(f"numtorch.{name}")


def __dir__() -> list[str]:
    """What a person completes from: functions, classes and the parts."""
    return sorted({*__all__, *_LATER, "autograd", "structure", *(name for name in globals() if name[:2] == "__")})


__all__ = [
    "CompileError",
    "Generator",
    "Grads",
    "OutOfMemoryError",
    "Params",
    "Tensor",
    "accumulate",
    "adjoint",
    "check_gradient",
    "checkpointed",
    "children",
    "collect",
    "compile",
    "cpu",
    "cuda_is_available",
    "cudnn_is_available",
    "destructure",
    "device",
    "device_count",
    "diaghessian",
    "dropgrad",
    "empty_cache",
    "f16",
    "f32",
    "f64",
    "fcollect",
    "fleaves",
    "fmap",
    "fmap_with_path",
    "freeze",
    "from_dlpack",
    "get_num_threads",
    "gradient",
    "hessian",
    "hook",
    "ignore",
    "isleaf",
    "jacobian",
    "jvp",
    "load",
    "load_state",
    "manual_seed",
    "memory_allocated",
    "modules",
    "nograd",
    "on",
    "params",
    "pullback",
    "pushforward",
    "scan",
    "set_num_threads",
    "state",
    "synchronize",
    "tensor",
    "thaw",
    "to_tensor",
    "torch",
    "trainables",
    "vmap",
    "while_loop",
    "withgradient",
    "within_gradient",
    "withjacobian",
]
