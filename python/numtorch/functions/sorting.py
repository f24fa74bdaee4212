"""Sorting, searching in what is sorted, and distinct elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel, tensor
from numtorch.functions.arguments import Array, as_tensor, as_tensors, axis_of, cast, promotion, xp
from numtorch.functions.bits import ordered, unordered
from numtorch.functions.indexing import flatnonzero
from numtorch.functions.reduction import INT64
from numtorch.functions.registry import implements
from numtorch.functions.shape import ravel

__all__ = ["argsort", "searchsorted", "sort", "unique"]

_bitwise_and = kernel("bitwise_and.Scalar")
_bitwise_xor = kernel("bitwise_xor.Tensor")
_cumsum = kernel("cumsum")
_index_select = kernel("index_select")
_isnan = kernel("isnan")
_scatter = kernel("scatter.src")
_searchsorted = kernel("searchsorted.Tensor")
_shift_right = kernel("bitwise_right_shift.Tensor_Scalar")
_sort = kernel("sort.stable")
_detach = kernel("detach")
_view = kernel("view.dtype")
_where = kernel("where.self")

KINDS = (None, "quicksort", "heapsort", "mergesort", "stable")


def _check(function: str, kind: str | None, order: Any, stable: bool | None) -> None:
    if kind not in KINDS and (not isinstance(kind, str) or kind[:1].lower() not in "qhms"):
        raise ValueError(f"sort kind must be one of 'quick', 'heap', or 'stable' (got {kind!r})")
    if kind is not None and stable is not None:
        raise ValueError("`kind` and `stable` parameters can't be provided at the same time. Use only one of them.")
    if order is not None:
        raise ValueError(f"{function}: Cannot specify order when the array has no fields.")


def _sorted(function: str, x: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Values and their former places; always stable, NaN last."""
    if x.dtype.kind == "c":
        raise TypeError(f"{function}: complex dtypes ({x.dtype}) are not supported, libtorch does not order them")
    values, places = _sort(ordered(x), stable=True, dim=axis)
    return unordered(values, x.dtype), places


@implements(np.sort)
def sort(
    a: Array, axis: int | None = -1, kind: str | None = None, order: Any = None, *, stable: bool | None = None
) -> Tensor:
    """NumPy's `sort`, always stable."""
    _check("sort", kind, order, stable)
    x = as_tensor(a)
    if axis is None:
        x, axis = ravel(x), -1
    return _sorted("sort", x, axis_of(axis, x.ndim))[0]


@implements(np.argsort)
def argsort(
    a: Array, axis: int | None = -1, kind: str | None = None, order: Any = None, *, stable: bool | None = None
) -> Tensor:
    """NumPy's `argsort`, always stable."""
    _check("argsort", kind, order, stable)
    x = as_tensor(a)
    if axis is None:
        x, axis = ravel(x), -1
    elif x.ndim == 0:
        x = x.reshape(1)
    return _sorted("argsort", x, axis_of(axis, x.ndim))[1]


def _keys(x: Tensor) -> Tensor:
    """Integers in the order that NumPy sorts `x` in: NaN after all else, and equal to itself."""
    if x.dtype.kind == "f":
        x = cast(x, np.float64)
        pattern = _view(_detach(x + 0.0), INT64)  # -0 becomes 0; an order has no gradient
        flipped = _bitwise_xor(pattern, _bitwise_and(_shift_right(pattern, 63), 2**63 - 1))
        return _where(_isnan(x), tensor(2**63 - 1, dev=x.dev), flipped)
    return cast(ordered(x), INT64)


@implements(np.searchsorted)
def searchsorted(a: Array, v: Array, side: str = "left", sorter: Array | None = None) -> Tensor:
    """NumPy's `searchsorted`."""
    if side not in ("left", "right"):
        raise ValueError(f"search side must be one of 'left' or 'right' (got '{side}')")
    haystack, needles = as_tensors(a, v)
    dtype = promotion(haystack, needles)
    if haystack.ndim != 1:
        raise ValueError(
            "object too deep for desired array" if haystack.ndim else "object of too small depth for desired array"
        )
    if dtype.kind == "c":
        raise TypeError("searchsorted: complex dtypes are not supported, libtorch does not order them")
    order = None
    if sorter is not None:
        order = as_tensor(sorter, haystack.dev)
        if order.dtype.kind not in "biu":
            raise TypeError("sorter must only contain integers")
        if order.shape != haystack.shape:
            raise ValueError("sorter.size must equal len(a)")
        order = cast(order, INT64)
    keys, sought = _keys(cast(haystack, dtype)), _keys(cast(needles, dtype))
    result = _searchsorted(keys.copy(), sought.copy(), side=side, sorter=order)
    return result.reshape(needles.shape)


def _starts(values: Tensor, equal_nan: bool) -> Tensor:
    """Where in sorted `values` a new one begins."""
    keys = _keys(values) if equal_nan or values.dtype.kind != "f" else values
    first = tensor(np.ones(min(values.size, 1), np.bool_), dev=values.dev)
    return xp.concatenate([first, keys[1:] != keys[:-1]])


@implements(np.unique)
def unique(
    ar: Array,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """NumPy's `unique` of all elements, always sorted. Waits for the device, to learn how many there are."""
    del sorted
    if axis is not None:
        raise TypeError("unique: axis must be None on Tensors")
    x = as_tensor(ar)
    values, places = _sorted("unique", ravel(x), 0)
    starts = _starts(values, equal_nan)
    firsts = flatnonzero(starts)
    results = [_index_select(values, 0, firsts) if values.dtype.kind in "fc" else values[firsts]]
    if return_index:
        results.append(places[firsts])
    if return_inverse:
        numbers = _cumsum(starts, 0) - 1
        results.append(_scatter(numbers, 0, places, numbers).reshape(x.shape))
    if return_counts:
        end = tensor(np.array([x.size]), dev=x.dev)
        results.append(xp.diff(xp.concatenate([firsts, end])))
    return results[0] if len(results) == 1 else tuple(results)
