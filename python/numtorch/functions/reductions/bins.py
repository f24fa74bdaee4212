"""Counting what falls into bins."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, as_tensor, cast, check_casting, dev_of, find_dev, xp
from numtorch.functions.calls.knowing import agreed, happens, may_happen
from numtorch.functions.calls.registry import implements
from numtorch.functions.calls.warning import warn
from numtorch.functions.dtypes import FLOAT64, INT64
from numtorch.functions.dtypes.floats import MANY
from numtorch.functions.sorting.sorting import searchsorted

__all__ = ["bincount", "count_between", "digitize", "total_at"]


def total_at(indices: Tensor, weights: Tensor | None, count: int) -> Tensor:
    """How often each index below `count` comes, or the sum of its weights: whole, float64 or complex128."""
    if weights is None:
        weights = aten.expand(tensor(np.ones(1, np.int64), dev=indices.dev), indices.shape)
    elif weights.dtype.kind == "c":
        return aten.complex(total_at(indices, weights.real, count), total_at(indices, weights.imag, count))
    weights = cast(weights, INT64 if weights.dtype.kind in "biu" else FLOAT64)
    return aten.scatter_add(aten.zeros((count,), dtype=weights.dtype, device=indices.dev), 0, indices, weights)


def _bins_between_equal(x: Tensor, edges: Tensor) -> Tensor | None:
    """Where between equally spaced edges the elements of `x` are, by a multiplication and a step to either side.

    The number of bins for NaN and what is outside; None if the edges are too close to each other for the guess to be
    right but for one. Waits for the device, to see that.
    """
    bins = edges.size - 1
    x, first, last = aten.detach(x), edges[0], edges[-1]
    guess = xp.clip(xp.nan_to_num((x - first) * (bins / (last - first))), 0, bins - 1)
    indices = cast(guess, INT64)
    indices = indices - cast(x < aten.index_select(edges, 0, indices), INT64)
    indices = xp.clip(indices + cast(x >= aten.index_select(edges[1:], 0, xp.maximum(indices, 0)), INT64), 0, bins - 1)
    inside = (x >= first) & (x <= last)
    before, after = aten.index_select(edges, 0, indices), aten.index_select(edges[1:], 0, indices)
    if may_happen(~(((x >= before) & ((x < after) | (x == last))) | ~inside)):
        return None
    return xp.where(inside, indices, bins)


def count_between(x: Tensor, edges: Tensor, weights: Tensor | None, equal: bool = False) -> Tensor:
    """How many elements of flat `x`, or how much weight, is from each edge on to before the next; with the last edge.

    NaN and what is outside do not count. `equal` says that the edges are equally spaced.
    """
    bins = edges.size - 1
    if equal and x.size > MANY and x.dtype in (np.float32, np.float64):
        guessed = _bins_between_equal(x, edges)
        if guessed is not None:
            return total_at(guessed, weights, bins + 1)[:-1]
    if bins < 1:
        return total_at(x[:0].astype(INT64), None if weights is None else weights[:0], 0)
    numbers = searchsorted(edges, x, "right")
    numbers = xp.where(x == edges[-1], bins, numbers)
    return total_at(numbers, weights, bins + 2)[1:-1]


def _as_counted(x: Array, dev: int) -> Tensor:
    """What `bincount` counts, as int64. Waits for the device, to see whether one is negative."""
    numbers = as_tensor(x, dev)
    if not isinstance(x, (Tensor, np.ndarray)):
        if numbers.size and numbers.dtype.kind == "f":
            warn("Non-integer input passed to bincount.", DeprecationWarning)
        numbers = cast(numbers, INT64)
    if numbers.ndim != 1:
        raise ValueError("object too deep for desired array" if numbers.ndim else "object of too small depth")
    if numbers.dtype.kind != "u":
        check_casting("bincount", numbers.dtype, INT64, "safe")
    numbers = cast(numbers, INT64)
    if happens(numbers < 0):
        raise ValueError("'list' argument must have no negative elements")
    return numbers


@implements(np.bincount)
def bincount(x: Array, /, weights: Array | None = None, minlength: Any = 0) -> Tensor:
    """NumPy's `bincount`. Waits for the device, to learn the largest number, and whether one is negative."""
    dev = dev_of(x, weights)
    if minlength is None:
        raise TypeError("use 0 instead of None for minlength")
    length = operator.index(minlength)
    numbers = _as_counted(x, dev)
    if length < 0:
        raise ValueError("'minlength' must not be negative")
    if numbers.size == 0:
        return aten.zeros((length,), dtype=INT64, device=dev)
    heavy = None if weights is None else as_tensor(weights, dev)
    if heavy is not None:
        if heavy.ndim != 1:
            raise ValueError("object too deep for desired array" if heavy.ndim else "object of too small depth")
        check_casting("bincount", heavy.dtype, FLOAT64, "safe")
        if heavy.size != numbers.size:
            raise ValueError("The weights and list don't have the same length.")
        heavy = cast(heavy, FLOAT64)
    if not _core.is_abstract(numbers) or may_happen(numbers >= length):
        length = max(length, int(xp.max(numbers)) + 1)
    return total_at(numbers, heavy, length)


def _rises(bins: Any) -> bool:
    """Whether `bins` increase rather than decrease; ValueError if they do neither. Waits for their device."""
    if not agreed((bins[1:] < bins[:-1]).any()):
        return True
    if agreed((bins[1:] > bins[:-1]).any()):
        raise ValueError("bins must be monotonically increasing or decreasing")
    return False


@implements(np.digitize)
def digitize(x: Array, bins: Array, right: bool = False) -> Tensor:
    """NumPy's `digitize`. Waits for the device if `bins` are a Tensor, to see whether they increase or decrease."""
    dev = dev_of(x, bins)
    values = as_tensor(x, dev)
    edges: Any = np.asarray(bins) if find_dev([bins]) is None else as_tensor(bins, dev)
    if values.dtype.kind == "c":
        raise TypeError("x may not be complex")
    check_casting("digitize", edges.dtype, FLOAT64, "safe")
    if edges.ndim != 1:
        raise ValueError("object too deep for desired array" if edges.ndim else "object of too small depth")
    side = "left" if right else "right"
    if _rises(edges):
        return searchsorted(as_tensor(edges, dev), values, side)
    return edges.size - searchsorted(as_tensor(xp.flip(edges), dev), values, side)
