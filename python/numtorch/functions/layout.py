"""How a Tensor's elements lie in memory: what NumPy's ``order=`` and its views depend on."""

from __future__ import annotations

import numpy as np

from numtorch._core import Tensor

__all__ = [
    "as_order",
    "is_contiguous",
    "is_fortran",
    "is_turned",
    "memory_axes",
    "reading_axes",
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


def reading_axes(x: Tensor) -> tuple[int, ...]:
    """The axes from the slowest to the fastest in which NumPy reads `x` in order 'K'.

    Along an axis without a stride there is no order in memory: such an axis stays where it is in C order.
    """
    strides = [0 if length == 1 else abs(stride) for length, stride in zip(x.shape, x.strides, strict=True)]
    axes: list[int] = []  # the fastest first
    for axis in reversed(range(x.ndim)):
        place = len(axes)
        for i in reversed(range(len(axes))):
            if strides[axis] and strides[axes[i]]:
                if strides[axes[i]] <= strides[axis]:
                    break
                place = i
        axes.insert(place, axis)
    return tuple(reversed(axes))


def is_turned(x: Tensor) -> bool:
    """Whether the elements lie in Fortran order and not in C order."""
    return x.ndim > 1 and is_fortran(x) and not is_contiguous(x)


def turned_too(result: Tensor, x: Tensor) -> Tensor:
    """`result` in Fortran order if `x` is."""
    return result.copy(order="F") if is_turned(x) and not is_fortran(result) else result


def as_order(function: str, x: Tensor, order: str | None, accepted: str = "CFA") -> str:
    """'C', 'F' or 'K' for NumPy's `order` of a result made from `x`."""
    letter = "C" if order is None else str(order).upper()
    if len(letter) != 1 or letter not in accepted:
        raise ValueError(f"{function}: order must be one of {', '.join(map(repr, accepted))} (got {order!r})")
    if letter == "A":
        return "F" if is_fortran(x) and not is_contiguous(x) else "C"
    return letter
