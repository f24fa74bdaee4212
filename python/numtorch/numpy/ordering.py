"""Sorting with the array API standard's `descending`, which NumPy has not."""

from __future__ import annotations

from typing import Any

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_tensor, axis_of
from numtorch.functions.manipulation.rearranging import flip
from numtorch.functions.manipulation.shape import ravel
from numtorch.functions.sorting import sorting

__all__ = ["argsort", "sort"]


def _line(a: Array, axis: int | None) -> tuple[Tensor, int]:
    x = as_tensor(a)
    return (ravel(x), 0) if axis is None else (x, axis_of(axis, x.ndim))


def sort(
    a: Array,
    axis: int | None = -1,
    kind: str | None = None,
    order: Any = None,
    *,
    stable: bool | None = None,
    descending: bool = False,
) -> Tensor:
    """NumPy's `sort`, always stable; NaN first if `descending`."""
    if not descending:
        return sorting.sort(a, axis, kind, order, stable=stable)
    x, axis = _line(a, axis)
    return flip(sorting.sort(x, axis, kind, order, stable=stable), axis).copy()


def argsort(
    a: Array,
    axis: int | None = -1,
    kind: str | None = None,
    order: Any = None,
    *,
    stable: bool | None = None,
    descending: bool = False,
) -> Tensor:
    """NumPy's `argsort`, always stable: equal elements stay in order if `descending`, too, and NaN come first."""
    if not descending:
        return sorting.argsort(a, axis, kind, order, stable=stable)
    x, axis = _line(a, axis)
    backwards = sorting.argsort(flip(x, axis), axis, kind, order, stable=stable)
    return x.shape[axis] - 1 - flip(backwards, axis)
