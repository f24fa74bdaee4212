"""Evenly spaced numbers."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import (
    Array,
    Dtype,
    as_dtype,
    as_tensor,
    as_tensors,
    cast,
    dev_of,
    is_weak,
    promoted,
    xp,
)
from numtorch.functions.calls.devices import new_dev
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.registry import implements
from numtorch.functions.indexing.selection import where
from numtorch.functions.manipulation.joining import concatenate
from numtorch.functions.manipulation.shape import broadcast_to, moveaxis

__all__ = ["geomspace", "linspace", "logspace"]


def _count(num: Any) -> int:
    count = operator.index(num)
    if count < 0:
        raise ValueError(f"Number of samples, {count}, must be non-negative.")
    return count


def _steps(start: Tensor, stop: Tensor, num: int, endpoint: bool) -> tuple[Tensor, Any]:
    """The numbers along a new first axis, and how far apart they are."""
    intervals = num - 1 if endpoint else num
    distance = stop - start
    dtype = distance.dtype
    real = np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype
    numbers = cast(aten.arange(num, dtype=real, device=start.dev).reshape((num,) + (1,) * distance.ndim), dtype)
    if intervals <= 0:
        return start + numbers * distance, np.nan
    step = distance / intervals
    # A distance so small that its part vanishes is divided last.
    vanishes = step == 0
    divided = numbers / cast(where(vanishes, float(intervals), 1.0), dtype)
    return start + divided * where(vanishes, distance, step), step


def _replaced(numbers: Tensor, first: Tensor | None, last: Tensor | None) -> Tensor:
    """`numbers` with other ends along the first axis."""
    shape = (1, *numbers.shape[1:])
    parts = [numbers[(first is not None) : numbers.shape[0] - (last is not None)]]
    if first is not None:
        parts.insert(0, broadcast_to(cast(first, numbers.dtype), shape))
    if last is not None:
        parts.append(broadcast_to(cast(last, numbers.dtype), shape))
    return concatenate(parts, 0)


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
    """NumPy's `linspace`."""
    count = _count(num)
    first, last = promoted(start, stop)
    dev = new_dev(device, None, first)
    wide = np.result_type(first.dtype, 1.0)
    first, last = cast(first, wide).to(dev=dev), cast(last, wide).to(dev=dev)
    numbers, step = _steps(first, last, count, endpoint)
    if endpoint and count > 1:
        if numbers.tracked:
            numbers = _replaced(numbers, None, last)
        else:
            numbers[-1] = last
    target = as_dtype(dtype)
    if target is not None and target.kind in "iu":
        numbers = xp.floor(numbers)
    numbers = moveaxis(numbers, 0, axis)
    if target is not None:
        numbers = numbers.astype(target, copy=False)
    return (numbers, step) if retstep else numbers


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
    """NumPy's `logspace`."""
    dev = dev_of(start, stop, base)
    bounds = [x if is_weak(x) else as_tensor(x, dev) for x in (start, stop)]
    if not is_weak(base):
        base = as_tensor(base, dev)
        if base.ndim:
            tensors = [as_tensor(x, dev) for x in (*bounds, base)]
            ndim = len(np.broadcast_shapes(*(x.shape for x in tensors)))
            *bounds, base = [x.reshape((1,) * (ndim - x.ndim) + x.shape) for x in tensors]
            base = xp.expand_dims(base, axis)
    bounds = [as_tensor(x, dev) if all(map(is_weak, bounds)) else x for x in bounds]
    powers: Tensor = xp.power(base, linspace(bounds[0], bounds[1], num, endpoint, axis=axis))
    return powers if dtype is None else powers.astype(dtype, copy=False)


@implements(np.geomspace)
def geomspace(
    start: Array, stop: Array, num: Any = 50, endpoint: bool = True, dtype: Dtype = None, axis: int = 0
) -> Tensor:
    """NumPy's `geomspace`. Waits for the device, to see whether a bound is zero."""
    first, last = as_tensors(start, stop)
    if happens((first == 0).any() | (last == 0).any()):
        raise ValueError("Geometric sequence cannot include zero")
    count = _count(num)
    target = as_dtype(dtype)
    wide = np.result_type(first.dtype, last.dtype, float(count), target or np.float64)
    first, last = cast(first, wide), cast(last, wide)
    sign = xp.sign(first)
    first, last = first / sign, last / sign
    numbers = logspace(xp.log10(first), xp.log10(last), count, endpoint, dtype=wide)
    if count > 0:
        numbers = _replaced(numbers, first, last if count > 1 and endpoint else None)
    return moveaxis(numbers * sign, 0, axis).astype(target or wide, copy=False)
