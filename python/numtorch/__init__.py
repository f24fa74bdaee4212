"""NumPy code on torch kernels, with gradients."""

import importlib as _importlib
import typing as _typing
from types import ModuleType as _ModuleType

from numtorch import _load as _load
from numtorch import functions as functions
from numtorch import interop as interop
from numtorch import methods as methods
from numtorch._core import (
    Generator,
    OutOfMemoryError,
    Tensor,
    cuda_is_available,
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
from numtorch.devices import device
from numtorch.structure import Params, collect, fmap, params, torch

if _typing.TYPE_CHECKING:
    from numtorch import optim as optim
    from numtorch import train as train

__version__ = "0.1.0"

interop.register_imported()

__all__ = [
    "Generator",
    "Grads",
    "OutOfMemoryError",
    "Params",
    "Tensor",
    "accumulate",
    "adjoint",
    "check_gradient",
    "checkpointed",
    "collect",
    "cuda_is_available",
    "device",
    "device_count",
    "diaghessian",
    "dropgrad",
    "empty_cache",
    "fmap",
    "from_dlpack",
    "get_num_threads",
    "gradient",
    "hessian",
    "hook",
    "ignore",
    "jacobian",
    "jvp",
    "manual_seed",
    "memory_allocated",
    "nograd",
    "params",
    "pullback",
    "pushforward",
    "set_num_threads",
    "synchronize",
    "tensor",
    "torch",
    "withgradient",
    "within_gradient",
    "withjacobian",
]


def __getattr__(name: str) -> _ModuleType:
    """What only programs that train need is imported when it is asked for."""
    if name in ("optim", "train"):
        return _importlib.import_module(f"numtorch.{name}")
    raise AttributeError(f"module 'numtorch' has no attribute {name!r}")
