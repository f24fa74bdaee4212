"""Evenly spaced numbers."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions.arguments import Array, Dtype, as_dtype, as_tensor, as_tensors, cast, dev_of, promoted, xp
from numtorch.functions.creation import device_of
from numtorch.functions.joining import concatenate
from numtorch.functions.registry import implements
from numtorch.functions.shape import moveaxis

__all__ = ["geomspace", "linspace", "logspace"]

_arange = kernel("arange")


def _steps(start: Tensor, stop: Tensor, num: int, endpoint: bool, dtype: np.dtype[Any]) -> tuple[Tensor, Any]:
    """The numbers along a new first axis, and how far apart they are."""
    count = num - 1 if endpoint else num
    distance = stop - start
    real = np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype
    places = _arange(num, dtype=real, device=start.dev).reshape((num,) + (1,) * distance.ndim)
    places = cast(places, dtype)
    if count <= 0:
        return start + places * distance, np.nan
    step = distance / count
    return start + places * step, step


@implements(np.linspace)
def linspace(
    start: Array,
    stop: Array,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Dtype = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """NumPy's `linspace`, between Tensors."""
    count = operator.index(num)
    if count < 0:
        raise ValueError(f"Number of samples, {count}, must be non-negative.")
    first, last = promoted(start, stop)
    wide = np.result_type(first.dtype, 1.0)
    first, last = cast(first, wide), cast(last, wide)
    numbers, step = _steps(first, last, count, endpoint, wide)
    if endpoint and count > 1:
        ends = xp.broadcast_to(last, numbers.shape[1:]).reshape((1, *numbers.shape[1:]))
        numbers = concatenate([numbers[:-1], ends], 0)
    target = as_dtype(dtype)
    if target is not None and target.kind in "iu":
        numbers = xp.floor(numbers)
    numbers = moveaxis(cast(numbers, target) if target is not None else numbers, 0, axis)
    numbers = numbers.to(dev=device_of(device, numbers.dev))
    return (numbers, step) if retstep else numbers


def _on(dev: int, *bounds: Array) -> tuple[Array, ...]:
    """The bounds on one device, at least one of them a Tensor."""
    if any(isinstance(bound, Tensor) for bound in bounds):
        return bounds
    return tuple(as_tensor(bound, dev) for bound in bounds)


@implements(np.logspace)
def logspace(
    start: Array,
    stop: Array,
    num: Any = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Dtype = None,
    axis: int = 0,
) -> Tensor:
    """NumPy's `logspace`, between Tensors."""
    dev = dev_of(start, stop, base)
    first, last = _on(dev, start, stop)
    exponents = linspace(first, last, num, endpoint, axis=axis)
    if np.ndim(base):
        base = xp.expand_dims(as_tensor(base, dev), axis)
    powers: Tensor = xp.power(base, exponents)
    return powers if dtype is None else powers.astype(dtype, copy=False)


@implements(np.geomspace)
def geomspace(
    start: Array, stop: Array, num: Any = 50, endpoint: bool = True, dtype: Dtype = None, axis: int = 0
) -> Tensor:
    """NumPy's `geomspace`, between real Tensors. Waits for the device, to see whether a bound is zero."""
    first, last = as_tensors(start, stop)
    if first.dtype.kind == "c" or last.dtype.kind == "c":
        raise TypeError("geomspace: complex bounds are not supported on Tensors")
    count = operator.index(num)
    wide = np.result_type(first.dtype, last.dtype, float(count))
    first, last = cast(first, wide), cast(last, wide)
    if bool((first == 0).any() | (last == 0).any()):
        raise ValueError("Geometric sequence cannot include zero")
    sign = xp.sign(first)
    logs = linspace(xp.log10(first / sign), xp.log10(last / sign), count, endpoint)
    numbers = xp.power(10.0, logs)
    inside = numbers
    if count > 0:
        shape = (1, *numbers.shape[1:])
        inside = [xp.broadcast_to(first / sign, shape[1:]).reshape(shape), numbers[1:]]
        if count > 1 and endpoint:
            inside = [inside[0], numbers[1:-1], xp.broadcast_to(last / sign, shape[1:]).reshape(shape)]
        inside = concatenate(inside, 0)
    numbers = moveaxis(inside * sign, 0, axis)
    return cast(numbers, wide if dtype is None else as_dtype(dtype))
