"""Indices of an array's elements as one number, and as one for each axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_shape, as_tensor, cast, dev_of, xp
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes import INT64

__all__ = ["ravel_multi_index", "unravel_index"]


def _integers(x: Array, dev: int) -> Tensor:
    numbers = as_tensor(x, dev)
    if numbers.dtype.kind not in "biu":
        raise TypeError("only int indices permitted")
    return cast(numbers, INT64)


def _check_size(lengths: Iterable[int], message: str) -> None:
    """Raises if a product of `lengths`, one after the other, is more than an index can be."""
    size = 1
    for length in lengths:
        size *= length
        if size > np.iinfo(INT64).max:
            raise ValueError(message)


def _axis_order(order: str | None, ndim: int) -> list[int]:
    """The axes from the slowest to the fastest."""
    if order not in ("C", "F", None):
        raise ValueError("only 'C' or 'F' order is permitted")
    return list(range(ndim))[::-1] if order == "F" else list(range(ndim))


def _check_mode(mode: Any) -> None:
    if mode not in ("clip", "raise", "wrap"):
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")


def _inside(indices: Tensor, length: int, mode: str) -> Tensor:
    if mode == "wrap":
        return aten.remainder_Scalar(indices, length) if length else indices
    if mode == "clip":
        clipped: Tensor = xp.clip(indices, 0, length - 1)
        return clipped
    if happens((indices < 0) | (indices >= length)):
        raise ValueError("invalid entry in coordinates array")
    return indices


@implements(np.ravel_multi_index)
def ravel_multi_index(multi_index: Any, dims: Any, mode: Any = "raise", order: str | None = "C") -> Tensor:
    """NumPy's `ravel_multi_index`. With ``mode="raise"`` it waits for the device, to check the range."""
    lengths = as_shape(dims)
    modes = tuple(mode) if isinstance(mode, (tuple, list)) else (mode,) * len(lengths)
    for one in (mode,) if isinstance(mode, str) else modes:
        _check_mode(one)
    if len(modes) != len(lengths):
        raise ValueError(f"list of clipmodes has wrong length ({len(modes)} instead of {len(lengths)})")
    dev, members = dev_of(multi_index), list(multi_index)
    if len(members) != len(lengths):
        raise ValueError(f"parameter multi_index must be a sequence of length {len(lengths)}")
    fastest_first = _axis_order(order, len(lengths))[::-1]
    _check_size(
        (lengths[axis] for axis in fastest_first),
        "invalid dims: array size defined by dims is larger than the maximum possible size.",
    )
    coordinates = [_integers(member, dev) for member in members]
    if 0 in lengths and all(coordinate.size for coordinate in coordinates):
        raise ValueError("cannot unravel if shape has zero entries (is empty).")
    total, step = as_tensor(0, dev), 1
    for axis in fastest_first:
        total = total + _inside(coordinates[axis], lengths[axis], modes[axis]) * step
        step *= lengths[axis]
    return total


@implements(np.unravel_index)
def unravel_index(indices: Array, shape: Any, order: str | None = "C") -> tuple[Tensor, ...]:
    """NumPy's `unravel_index`. Waits for the device, to check the range."""
    lengths = as_shape(shape)
    if not isinstance(indices, (Tensor, np.ndarray)) and np.ndim(indices) and len(indices) == 0:
        raise TypeError(
            "indices must be integral: the provided empty sequence was inferred as float. "
            "Wrap it with 'np.array(indices, dtype=np.intp)'"
        )
    numbers = _integers(indices, dev_of(indices))
    size = math.prod(lengths)
    if size:
        _check_size(
            lengths,
            "dimensions are too large; arrays and shapes with a total size greater than 'intp' are not supported.",
        )
    wrong = (numbers < 0) | (numbers >= size)
    if happens(wrong):
        first = int(numbers[wrong][0])
        raise ValueError(f"index {first} is out of bounds for array with size {size}")
    if not lengths and numbers.ndim:
        raise ValueError("multiple indices are not supported for 0d arrays")
    found: dict[int, Tensor] = {}
    for axis in reversed(_axis_order(order, len(lengths))):
        length = max(lengths[axis], 1)  # a length of 0 leaves no numbers
        found[axis] = aten.remainder_Scalar(numbers, length)
        numbers = aten.div_Scalar_mode(numbers, length, rounding_mode="floor")
    return tuple(found[axis] for axis in range(len(lengths)))
