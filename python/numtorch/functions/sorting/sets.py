"""Distinct elements, and arrays as sets of their elements."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib import _arraysetops_impl

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import (
    Array,
    as_array,
    as_tensor,
    as_tensors,
    axis_of,
    cast,
    dev_of,
    promoted,
    xp,
)
from numtorch.functions.calls.registry import implements, named
from numtorch.functions.dtypes import INT64, UINT64
from numtorch.functions.dtypes.bits import ordered, unordered
from numtorch.functions.indexing.indexing import flatnonzero
from numtorch.functions.manipulation.shape import moveaxis, ravel
from numtorch.functions.sorting.sorting import begins, comparable, keys_of, parts_of, sorted_with_indices

__all__ = [
    "ediff1d",
    "in1d",
    "intersect1d",
    "isin",
    "setdiff1d",
    "setxor1d",
    "union1d",
    "unique",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
]


results: Any = _arraysetops_impl  # NumPy's named tuples, of Tensors


# ---- Distinct elements ----


def _starts(values: Tensor, equal_nan: bool) -> Tensor:
    """Where in sorted `values` a new one begins; NaNs, which are last, are all one or all different."""
    starts = begins(values)
    if values.dtype.kind not in "fc" or values.size < 2:
        return starts
    missing = aten.isnan(aten.detach(values))
    both = missing[1:] & missing[:-1]
    rest = starts[1:] & ~both if equal_nan else starts[1:] | both
    return xp.concatenate([starts[:1], rest])


def _elements_at(x: Tensor, indices: Tensor) -> Tensor:
    """`x[indices]` along the first axis; its gradient goes back one by one."""
    return unordered(aten.index_select(ordered(x), 0, indices), x.dtype)


def _counts(firsts: Tensor, size: int) -> Tensor:
    end = tensor(np.array([size]), dev=firsts.dev)
    return xp.diff(xp.concatenate([firsts, end]))


def _unique_elements(x: Tensor, equal_nan: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The distinct elements in order, where each comes first, which each element is, and how often each comes."""
    values, indices = sorted_with_indices(ravel(x), 0)
    starts = _starts(values, equal_nan)
    firsts = flatnonzero(starts)
    numbers = aten.cumsum(starts, 0) - 1
    inverse = aten.scatter_src(numbers, 0, indices, numbers)
    return _elements_at(values, firsts), indices[firsts], inverse.reshape(x.shape), _counts(firsts, x.size)


def _as_rows(x: Tensor) -> Tensor:
    """Integers, a row for each slice of `x` along the first axis, in NumPy's order; slices with NaN all differ."""
    rows = aten.detach(x).reshape(x.shape[0], -1)
    if rows.dtype.kind not in "fc":
        return keys_of(rows)
    keys = keys_of(rows) if rows.dtype.kind == "f" else xp.stack([keys_of(part) for part in parts_of(rows)], axis=2)
    numbers = aten.arange(x.shape[0], dtype=INT64, device=x.dev) + 1
    own = xp.where(xp.any(aten.isnan(rows), axis=1), numbers, 0)
    return xp.concatenate([keys.reshape(x.shape[0], -1), own[:, np.newaxis]], axis=1)


def _unique_slices(x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The same of the slices along the first axis."""
    length = x.shape[0]
    if x.size == 0:
        kinds = min(length, 1)
        zeros = tensor(np.zeros(length, np.int64), dev=x.dev)
        return x[:kinds], zeros[:kinds], zeros, tensor(np.full(kinds, length), dev=x.dev)
    _, inverse, counts = aten.unique_dim(_as_rows(x), 0, True, True, True)
    sorted_inverse, indices = sorted_with_indices(inverse, 0)
    firsts = indices[begins(sorted_inverse)]
    return _elements_at(x, firsts), firsts, inverse, counts


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
    """NumPy's `unique`, always sorted. Waits for the device, to learn how many there are."""
    del sorted
    x = as_tensor(ar)
    if axis is None or (x.ndim == 1 and axis_of(axis, 1) == 0):
        values, firsts, inverse, counts = _unique_elements(x, equal_nan)
    else:
        axis = axis_of(axis, x.ndim)
        values, firsts, inverse, counts = _unique_slices(moveaxis(x, axis, 0))
        values = moveaxis(values, 0, axis)
    asked = zip((return_index, return_inverse, return_counts), (firsts, inverse, counts), strict=True)
    found = [values, *(result for wanted, result in asked if wanted)]
    return found[0] if len(found) == 1 else tuple(found)


@implements(*named("unique_all"))
def unique_all(x: Array) -> Any:
    """NumPy's `unique_all`. Waits for the device, to learn how many there are."""
    return results.UniqueAllResult(*_unique_elements(as_tensor(x), False))


@implements(*named("unique_counts"))
def unique_counts(x: Array) -> Any:
    """NumPy's `unique_counts`. Waits for the device, to learn how many there are."""
    values, _, _, counts = _unique_elements(as_tensor(x), False)
    return results.UniqueCountsResult(values, counts)


@implements(*named("unique_inverse"))
def unique_inverse(x: Array) -> Any:
    """NumPy's `unique_inverse`. Waits for the device, to learn how many there are."""
    values, _, inverse, _ = _unique_elements(as_tensor(x), False)
    return results.UniqueInverseResult(values, inverse)


@implements(*named("unique_values"))
def unique_values(x: Array) -> Tensor:
    """NumPy's `unique_values`, always sorted. Waits for the device, to learn how many there are."""
    return unique(x, equal_nan=False)


# ---- Sets ----


def _possible(among: Array, x: Tensor) -> Array:
    """Of a list that no Tensor holds its integers of 64 bits, if `x` holds integers: it can have no others."""
    listed = np.asarray(among)
    if listed.dtype != object or not all(isinstance(number, int) for number in listed.flat):
        return among
    if x.dtype.kind in "fc":
        return listed.astype(np.float64)
    return np.array([number for number in listed.flat if -(2**63) <= number < 2**63], np.int64)


def _members(element: Array, test_elements: Array) -> tuple[Tensor, Tensor, Tensor | None]:
    """Both in one dtype, and which of the elements may be among the others.

    What int64 and uint64 have in common is exact, as NumPy compares them, and not rounded to float64.
    """
    dev = dev_of(element, test_elements)
    x = as_tensor(element, dev)
    try:
        test_elements = as_tensor(test_elements, dev)
    except (OverflowError, TypeError):
        test_elements = as_tensor(_possible(test_elements, x), dev)
    among = test_elements
    if UINT64 not in (x.dtype, among.dtype) or "i" not in (x.dtype.kind, among.dtype.kind):
        x, among = promoted(element, test_elements)
        return x, among, None
    x, among = cast(x, UINT64), cast(among, UINT64)  # a negative number becomes one that int64 has not
    return x, among, aten.view_dtype(x, INT64) >= 0


@implements(np.isin)
def isin(
    element: Array, test_elements: Array, assume_unique: bool = False, invert: bool = False, *, kind: str | None = None
) -> Tensor:
    """NumPy's `isin`; `kind` decides nothing."""
    x, among, possible = _members(element, test_elements)
    if kind not in (None, "sort", "table"):
        raise ValueError(f"Invalid kind: '{kind}'. Please use None, 'sort' or 'table'.")
    if kind == "table" and (x.dtype.kind not in "biu" or as_tensor(test_elements).dtype.kind not in "biu"):
        raise ValueError(
            "The 'table' method is only supported for boolean or integer arrays. Please select 'sort' or None for kind."
        )
    keys, sought = comparable(x, among)
    found = aten.isin_Tensor_Tensor(keys, ravel(sought), assume_unique=bool(assume_unique))
    if possible is not None:
        found = found & possible
    if x.dtype.kind in "fc":
        found = found & ~aten.isnan(aten.detach(x))
    found = ~found if invert else found
    return as_array(found) if found.ndim == 0 else found


@implements(*named("in1d"))
def in1d(
    ar1: Array, ar2: Array, assume_unique: bool = False, invert: bool = False, *, kind: str | None = None
) -> Tensor:
    """NumPy's `in1d`, which it had until 2.3: `isin` of `ar1` in one row."""
    return isin(ravel(as_tensor(ar1)), ar2, assume_unique, invert, kind=kind)


def _flat(assume_unique: bool, *arrays: Array) -> list[Tensor]:
    tensors = as_tensors(*arrays)
    return [ravel(x) if assume_unique else unique(x) for x in tensors]


def _repeated(values: Tensor) -> Tensor:
    """Which of the sorted `values` are equal to the next one."""
    return values[1:] == values[:-1]


@implements(np.intersect1d)
def intersect1d(ar1: Array, ar2: Array, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """NumPy's `intersect1d`. Waits for the device, to learn how many there are."""
    first, second = as_tensors(ar1, ar2)
    indices = []
    if not assume_unique and return_indices:
        (first, index1), (second, index2) = (unique(x, return_index=True) for x in (first, second))
        indices = [index1, index2]
    else:
        first, second = _flat(assume_unique, first, second)
    values, order = sorted_with_indices(xp.concatenate([first, second]), 0)
    found = flatnonzero(_repeated(values))
    common = _elements_at(values, found)
    if not return_indices:
        return common
    ours, theirs = order[found], order[found + 1] - first.size
    if indices:
        ours, theirs = indices[0][ours], indices[1][theirs]
    return common, ours, theirs


@implements(np.union1d)
def union1d(ar1: Array, ar2: Array) -> Tensor:
    """NumPy's `union1d`. Waits for the device, to learn how many there are."""
    return unique(xp.concatenate([ravel(x) for x in as_tensors(ar1, ar2)]))


@implements(np.setdiff1d)
def setdiff1d(ar1: Array, ar2: Array, assume_unique: bool = False) -> Tensor:
    """NumPy's `setdiff1d`. Waits for the device, to learn how many there are."""
    first, second = _flat(assume_unique, ar1, ar2)
    return first[isin(first, second, invert=True)]


@implements(np.setxor1d)
def setxor1d(ar1: Array, ar2: Array, assume_unique: bool = False) -> Tensor:
    """NumPy's `setxor1d`. Waits for the device, to learn how many there are."""
    values, _ = sorted_with_indices(xp.concatenate(_flat(assume_unique, ar1, ar2)), 0)
    if values.size == 0:
        return values
    edge = tensor(np.ones(1, np.bool_), dev=values.dev)
    differs = xp.concatenate([edge, ~_repeated(values), edge])
    return values[differs[1:] & differs[:-1]]


@implements(np.ediff1d)
def ediff1d(ary: Array, to_end: Array | None = None, to_begin: Array | None = None) -> Tensor:
    """NumPy's `ediff1d`."""
    tensors = as_tensors(*(x for x in (ary, to_begin, to_end) if x is not None))
    x = ravel(tensors[0])
    parts = [x[1:] - x[:-1]]
    for given, name, position in ((to_begin, "to_begin", 0), (to_end, "to_end", len(tensors))):
        if given is None:
            continue
        edge = ravel(tensors[1] if name == "to_begin" or to_begin is None else tensors[2])
        if not np.can_cast(edge.dtype, x.dtype, casting="same_kind"):
            raise TypeError(f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule.")
        parts.insert(position, cast(edge, x.dtype))
    return xp.concatenate(parts) if len(parts) > 1 else parts[0]
