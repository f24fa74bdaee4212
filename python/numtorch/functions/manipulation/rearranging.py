"""Elements in another order: flips, rotations, rolls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch import kernels as aten
from numtorch._core import Tensor, as_value
from numtorch.functions.calls.arguments import (
    Array,
    Axis,
    as_tensor,
    axes_of,
    axis_of,
    dev_of,
)
from numtorch.functions.calls.layout import (
    ordered_like,
)
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes.bits import moved

__all__ = [
    "flip",
    "fliplr",
    "flipud",
    "roll",
    "rot90",
]


def _flipped(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The view that steps backward along `axes`."""
    steps = [slice(None)] * x.ndim
    for axis in axes:
        steps[axis] = slice(None, None, -1)
    return x[tuple(steps)]


@implements(np.flip)
def flip(m: Array, axis: Axis = None) -> Tensor:
    """NumPy's `flip`, a view."""
    x = as_tensor(m)
    axes = axes_of(tuple(axis) if isinstance(axis, list) else axis, x.ndim)
    return _flipped(x, axes) if x.ndim else as_value(x.copy())


def _require_axes(x: Tensor, ndim: int) -> Tensor:
    if x.ndim < ndim:
        raise ValueError(f"Input must be >= {ndim}-d.")
    return x


@implements(np.flipud)
def flipud(m: Array) -> Tensor:
    """NumPy's `flipud`, a view."""
    return _flipped(_require_axes(as_tensor(m), 1), (0,))


@implements(np.fliplr)
def fliplr(m: Array) -> Tensor:
    """NumPy's `fliplr`, a view."""
    return _flipped(_require_axes(as_tensor(m), 2), (1,))


@implements(np.rot90)
def rot90(m: Array, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Tensor:
    """NumPy's `rot90`, a view."""
    x = as_tensor(m)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    if axes[0] == axes[1] or abs(axes[0] - axes[1]) == x.ndim:
        raise ValueError("Axes must be different.")
    if not all(-x.ndim <= axis < x.ndim for axis in axes):
        raise ValueError(f"Axes={axes} out of range for array of ndim={x.ndim}.")
    first, second = (axis_of(axis, x.ndim) for axis in axes)
    turns = k % 4
    if turns == 0:
        return aten.slice_Tensor(x, 0)
    if turns == 2:
        return _flipped(x, (first, second))
    if turns == 1:
        return aten.transpose_int(_flipped(x, (second,)), first, second)
    return _flipped(aten.transpose_int(x, first, second), (second,))


def _numbers(shift: Any) -> Any:
    """The shifts of `roll` as Python's integers; NumPy truncates, too. Those of a Tensor wait for the device."""
    numbers = shift.tolist() if isinstance(shift, Tensor) else np.asarray(shift).tolist()
    return [_numbers(row) for row in numbers] if isinstance(numbers, list) else int(numbers)


def _total(shift: Any) -> int:
    return sum(map(_total, shift)) if isinstance(shift, list) else shift


@implements(np.roll)
def roll(a: Array, shift: int | Sequence[int], axis: Axis = None) -> Tensor:
    """NumPy's `roll`."""
    x = as_tensor(a, dev_of(a, shift))
    if axis is None:
        if x.ndim == 0:
            return x.copy("K")
        distance = _total(_numbers(shift)) % max(x.size, 1)
        return aten.reshape(
            moved(lambda y: aten.roll(aten.reshape(y, (-1,) if y.size else (0,)), (distance,), (0,)), x), x.shape
        )
    axes = normalize_axis_tuple(axis, x.ndim, allow_duplicate=True)
    pairs = np.broadcast(np.array(_numbers(shift), object), axes)
    if pairs.ndim > 1:
        raise ValueError("'shift' and 'axis' should be scalars or 1D sequences")
    distances: dict[int, int] = {}
    for distance, axis_index in pairs:
        length = max(x.shape[int(axis_index)], 1)
        distances[int(axis_index)] = (distances.get(int(axis_index), 0) + int(distance)) % length
    if not distances:
        return x.copy("K")
    return ordered_like(moved(lambda y: aten.roll(y, tuple(distances.values()), tuple(distances)), x), x)
