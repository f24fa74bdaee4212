"""How a Tensor's elements lie in memory: what NumPy's ``order=`` and its views depend on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor

__all__ = [
    "as_order",
    "in_c_order",
    "in_order",
    "is_contiguous",
    "is_fortran",
    "is_turned",
    "joint_axes",
    "memory_axes",
    "ordered_like",
    "reading_axes",
    "reduced_like",
    "reverse_axes",
    "turned_too",
]


def _is_dense(lengths: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> bool:
    """Whether the last axis is the fastest and there are no gaps."""
    dense = itemsize
    for length, stride in zip(reversed(lengths), reversed(strides), strict=True):
        if length != 1:
            if stride != dense:
                return 0 in lengths
            dense *= length
    return True


def is_contiguous(x: Tensor | np.ndarray) -> bool:
    """Whether the elements lie one after another in C order."""
    return _is_dense(x.shape, x.strides, x.itemsize)


def is_fortran(x: Tensor) -> bool:
    """Whether the elements lie one after another in Fortran order."""
    return _is_dense(x.shape[::-1], x.strides[::-1], x.itemsize)


def reverse_axes(x: Tensor) -> Tensor:
    """The transpose."""
    return x.T if x.ndim > 1 else x


def memory_axes(x: Tensor) -> tuple[int, ...]:
    """The axes from the slowest in memory to the fastest, forward or backward: what order 'K' keeps."""
    return tuple(sorted(range(x.ndim), key=lambda axis: -abs(x.strides[axis])))


def _own_strides(x: Tensor) -> list[int]:
    """The strides, forward; 0 along an axis of one element, where nobody steps."""
    return [0 if length == 1 else abs(stride) for length, stride in zip(x.shape, x.strides, strict=True)]


def reading_axes(x: Tensor) -> tuple[int, ...]:
    """The axes from the slowest to the fastest in which NumPy reads `x` in order 'K'.

    Along an axis without a stride there is no order in memory: such an axis stays where it is in C order.
    """
    strides = _own_strides(x)
    axes: list[int] = []  # the fastest first
    for axis in reversed(range(x.ndim)):
        position = len(axes)
        for i in reversed(range(len(axes))):
            if strides[axis] and strides[axes[i]]:
                if strides[axes[i]] <= strides[axis]:
                    break
                position = i
        axes.insert(position, axis)
    return tuple(reversed(axes))


def is_turned(x: Tensor) -> bool:
    """Whether the elements lie in Fortran order and not in C order."""
    return x.ndim > 1 and is_fortran(x) and not is_contiguous(x)


def turned_too(result: Tensor, x: Tensor) -> Tensor:
    """`result` in Fortran order if `x` is, else in C order."""
    if not is_turned(x):
        return in_c_order(result)
    return result if is_fortran(result) else result.copy(order="F")


def as_order(function: str, x: Tensor, order: str | None, accepted: str = "CFA") -> str:
    """'C', 'F' or 'K' for NumPy's `order` of a result made from `x`."""
    letter = "C" if order is None else str(order).upper()
    if len(letter) != 1 or letter not in accepted:
        raise ValueError(f"{function}: order must be one of {', '.join(map(repr, accepted))} (got {order!r})")
    if letter == "A":
        return "F" if is_fortran(x) and not is_contiguous(x) else "C"
    return letter


def in_c_order(x: Tensor) -> Tensor:
    """`x` itself if its elements lie in C order, else a copy that does."""
    return x if _core.is_contiguous(x) else x.copy()


def in_order(x: Tensor, order: str, operands: Sequence[Any]) -> Tensor:
    """`x` with its elements in NumPy's `order` of memory: 'A' is Fortran's where all `operands` are in it."""
    if order == "A":
        arrays = [operand for operand in operands if isinstance(operand, Tensor)]
        order = "F" if all(map(is_fortran, arrays)) else "C"
    if order == "K":
        return _core.in_order_of(x, tuple(operand for operand in operands if isinstance(operand, Tensor)))
    return x.astype(x.dtype, cast(Any, order), copy=False)


def ordered_like(x: Tensor, like: Tensor) -> Tensor:
    """`x` with its axes in the order in memory that those of `like` have: NumPy's order 'K'."""
    if x.ndim < 2 or x.ndim != like.ndim or _core.is_contiguous(like):
        return in_c_order(x)
    return _in_axes(x, memory_axes(like))


def _in_axes(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """`x` with its axes in memory as `axes` says, from the slowest to the fastest."""
    sorted_axes = aten.permute(x, axes)
    if _core.is_contiguous(sorted_axes):
        return x
    back = sorted(range(len(axes)), key=axes.__getitem__)
    return _core.owned(aten.permute(sorted_axes.copy(), back))


def joint_axes(arrays: Sequence[Tensor]) -> tuple[int, ...]:
    """The axes from the slowest to the fastest of what `arrays` are joined to: where they do not agree C order wins."""
    strides = [_own_strides(x) for x in arrays]
    axes: list[int] = []
    for axis in range(arrays[0].ndim):
        position = len(axes)
        for i in reversed(range(len(axes))):
            pairs = [(own[axis], own[axes[i]]) for own in strides if own[axis] and own[axes[i]]]
            if any(mine <= theirs for mine, theirs in pairs):
                break
            if pairs:
                position = i
        axes.insert(position, axis)
    return tuple(axes)


def reduced_like(result: Tensor, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """The `result` of a reduction of `x` along `axes`, with what is left of its axes in the order that they had."""
    if result.ndim < 2 or _core.is_contiguous(x):
        return result
    order = memory_axes(x)
    if result.ndim == x.ndim:
        return _in_axes(result, order)
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    return _in_axes(result, tuple(kept.index(axis) for axis in order if axis in kept))
