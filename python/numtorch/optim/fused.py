"""libtorch's kernels that take a whole step at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch.optim.arrays import Arrays, TensorArrays


def _suits(x: Arrays, dx: Arrays, slots: Arrays) -> bool:
    """The kernels go through memory, so they must find the elements in the same order: that of slots, row by row."""
    if not isinstance(x, TensorArrays) or x.dtype.kind != "f" or dx.dtype != x.dtype:
        return False
    strides = [a.strides for a in slots.items]
    return all(
        [a.strides for a in arrays.items] == strides or all(map(aten.is_contiguous, arrays.items)) for arrays in (x, dx)
    )


# Of all: `failed`, one float32 number on the device of the arrays, says that nothing is to be done unless it is 0.


def subtract(x: Arrays, dx: Arrays, eta: float, failed: Any) -> bool:
    """``x -= eta * dx``, if there is a kernel for these arrays."""
    if not _suits(x, dx, dx):
        return False
    options = {"weight_decay": 0.0, "momentum": 0.0, "lr": eta, "dampening": 0.0, "nesterov": False, "maximize": False}
    aten._fused_sgd_(x.items, dx.items, [], **options, is_first_step=False, found_inf=failed)
    return True


def descend(
    x: Arrays, dx: Arrays, velocity: Arrays, rho: float, eta: float, rate: float = 1.0, failed: Any = None
) -> bool:
    """``velocity = rho * velocity + eta * dx; x -= rate * velocity``, if there is a kernel for these arrays."""
    if not _suits(x, dx, velocity):
        return False
    aten._fused_sgd_(
        x.items,
        dx.items,
        velocity.items,
        weight_decay=0.0,
        momentum=rho,
        lr=rate,
        dampening=1.0 - eta,
        nesterov=False,
        maximize=False,
        is_first_step=False,
        found_inf=failed,
    )
    return True


def adam(
    t: int,
    x: Arrays,
    dx: Arrays,
    m: Arrays,
    v: Arrays,
    *,
    eta: float,
    beta: tuple[float, float],
    epsilon: float,
    decay: float | None = None,
    failed: Any = None,
) -> bool:
    """Adam's step after ``x *= 1 - eta * decay``, if there is a kernel for these arrays."""
    if not _suits(x, dx, m):
        return False
    step = aten.full((), float(t), dtype=np.dtype(np.float32), device=x.items[0].dev)
    arguments: list[Any] = [x.items, dx.items, m.items, v.items, [], [step] * len(x.items)]
    (aten._fused_adam_ if decay is None else aten._fused_adamw_)(
        *arguments,
        lr=eta,
        beta1=beta[0],
        beta2=beta[1],
        weight_decay=decay or 0.0,
        eps=epsilon,
        amsgrad=False,
        maximize=False,
        found_inf=failed,
    )
    return True
