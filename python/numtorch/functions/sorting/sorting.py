"""Sorting, and searching in what is sorted."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, as_value, owned, tensor
from numtorch.functions.calls.arguments import (
    Array,
    as_tensor,
    as_tensors,
    as_wide_tensor,
    axis_of,
    cast,
    dev_of,
    of_class,
    promotion,
    xp,
)
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.layout import in_c_order, ordered_like
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes import INT64, UINT8
from numtorch.functions.dtypes.bits import ordered, unordered
from numtorch.functions.manipulation.shape import ravel

__all__ = [
    "argpartition",
    "argsort",
    "begins",
    "comparable",
    "keys_of",
    "lexsort",
    "partition",
    "parts_of",
    "ranks",
    "searchsorted",
    "sort",
    "sort_complex",
    "sorted_with_indices",
]


MANY_TO_SORT = 2**15
"""Elements of one axis from which libtorch sorts integers by their digits, four times as fast as floats."""


KINDS = (None, "quicksort", "heapsort", "mergesort", "stable")


def _check(function: str, kind: str | None, order: Any, stable: bool | None) -> None:
    if kind is not None and not isinstance(kind, str):
        raise TypeError(f"{function}: sort kind must be str, not {type(kind).__name__}")
    if kind not in KINDS and kind[:1].lower() not in "qhms":
        raise ValueError(f"sort kind must be one of 'quick', 'heap', or 'stable' (got {kind!r})")
    if kind is not None and stable is not None:
        raise ValueError("`kind` and `stable` parameters can't be provided at the same time. Use only one of them.")
    if order is not None:
        raise ValueError(f"{function}: Cannot specify order when the array has no fields.")


def parts_of(z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What NumPy compares of complex numbers: which parts are NaN, then the real parts, then the imaginary parts."""
    real, imag = aten.detach(z).real, aten.detach(z).imag
    missing = cast(aten.isnan(real), UINT8) * 2 + cast(aten.isnan(imag), UINT8)
    return (
        missing,
        aten.masked_fill_Scalar(real, aten.isnan(real), 0.0),
        aten.masked_fill_Scalar(imag, aten.isnan(imag), 0.0),
    )


def _sorted_complex(z: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    missing, real, imag = parts_of(z)
    indices = aten.sort_stable(imag, stable=True, dim=axis)[1]
    for key in (real, missing):
        indices = aten.gather(
            indices, axis, aten.sort_stable(aten.gather(key, axis, indices), stable=True, dim=axis)[1]
        )
    return aten.gather(z, axis, indices), indices


def _digits(x: Tensor) -> Tensor:
    """Integers of 32 or 64 bits in the order of floats, equal where those are: NaN last, 0 and -0 the same."""
    if x.dtype.itemsize == 2:
        x = cast(x, np.float32)
    x = aten.detach(x)
    bits = 8 * x.dtype.itemsize
    largest = 2 ** (bits - 1) - 1
    pattern = aten.view_dtype(x + 0.0, np.dtype(f"i{x.dtype.itemsize}"))  # -0 becomes 0
    keys = aten.bitwise_xor_Tensor(
        pattern, aten.bitwise_and_Scalar(aten.bitwise_right_shift_Tensor_Scalar(pattern, bits - 1), largest)
    )
    return aten.masked_fill_Scalar(keys, aten.isnan(x), largest)


def sorted_with_indices(x: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Values and their former indices; always stable, NaN last, complex numbers by their parts."""
    if x.ndim == 0:
        return x, tensor(0, dev=x.dev)
    if x.dtype.kind == "c":
        return _sorted_complex(x, axis)
    if x.dtype.kind == "f" and x.ndim == 1 and x.size >= MANY_TO_SORT and x.dev < 0:
        indices = aten.sort_stable(_digits(x), stable=True, dim=0)[1]
        return aten.index_select(x, 0, indices), indices
    values, indices = aten.sort_stable(ordered(x), stable=True, dim=axis)
    return unordered(values, x.dtype), indices


@implements(np.sort)
def sort(
    a: Array, axis: int | None = -1, kind: str | None = None, order: Any = None, *, stable: bool | None = None
) -> Tensor:
    """NumPy's `sort`, always stable."""
    _check("sort", kind, order, stable)
    x = as_tensor(a)
    if axis is None:
        x, axis = ravel(x), -1
    return of_class(ordered_like(sorted_with_indices(x, axis_of(axis, x.ndim))[0], x), a)


def _check_partition(function: str, kth: Any, x: Tensor, length: int, kind: str, order: Any) -> None:
    if not isinstance(kind, str):
        raise TypeError(f"{function}: select kind must be str, not {type(kind).__name__}")
    if kind != "introselect":
        raise ValueError(f"select kind must be 'introselect' (got '{kind}')")
    if order is not None:
        raise ValueError(f"{function}: Cannot specify order when the array has no fields.")
    positions = kth if isinstance(kth, Tensor) else np.asarray(kth)
    if positions.dtype.kind not in "biu":
        raise TypeError("Partition index must be integer")
    if positions.ndim > 1 or positions.dtype.kind == "b":
        raise ValueError(f"{function}: kth must be an integer or a sequence of integers, not {kth!r}")
    if x.size and happens((positions < -length) | (positions >= length)):
        raise ValueError(f"{function}: kth is out of bounds for an axis of length {length}")


def _partitioned(function: str, a: Array, kth: Any, axis: int | None, kind: str, order: Any) -> tuple[Tensor, Tensor]:
    x = as_tensor(a)
    if axis is None:
        x, axis = ravel(x), -1
    elif x.ndim == 0:
        x = x.reshape(1)
    axis = axis_of(axis, x.ndim)
    _check_partition(function, kth, x, x.shape[axis], kind, order)
    return sorted_with_indices(x, axis)


@implements(np.partition)
def partition(a: Array, kth: Any, axis: int | None = -1, kind: str = "introselect", order: Any = None) -> Tensor:
    """NumPy's `partition`: sorted, which NumPy allows. With `kth` a Tensor it waits for the device, to check it."""
    if axis is not None:
        axis_of(axis, as_tensor(a).ndim)
    return of_class(_partitioned("partition", a, kth, axis, kind, order)[0], a)


@implements(np.argpartition)
def argpartition(a: Array, kth: Any, axis: int | None = -1, kind: str = "introselect", order: Any = None) -> Tensor:
    """NumPy's `argpartition`: of all elements in order, which NumPy allows. It waits where `partition` does."""
    return in_c_order(_partitioned("argpartition", a, kth, axis, kind, order)[1])


@implements(np.lexsort)
def lexsort(keys: Any, axis: int = -1) -> Tensor:
    """NumPy's `lexsort`."""
    columns = as_tensors(*keys)
    if not columns:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    if any(column.shape != columns[0].shape for column in columns):
        raise ValueError("all keys need to be the same shape")
    if columns[0].ndim == 0:
        return as_value(tensor(0, dev=columns[0].dev))
    axis = axis_of(axis, columns[0].ndim)
    indices = sorted_with_indices(columns[0], axis)[1]
    for column in columns[1:]:
        moved = unordered(aten.gather(ordered(column), axis, indices), column.dtype)
        indices = aten.gather(indices, axis, sorted_with_indices(moved, axis)[1])
    return indices


@implements(np.sort_complex)
def sort_complex(a: Array) -> Tensor:
    """NumPy's `sort_complex`."""
    x = sort(a)
    if x.dtype.kind == "c":
        return x
    small = x.dtype.kind in "iu" and x.dtype.itemsize < 4
    return cast(x, np.dtype(np.complex64 if small else np.complex128))


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
    return in_c_order(sorted_with_indices(x, axis_of(axis, x.ndim))[1])


def keys_of(x: Tensor) -> Tensor:
    """Integers in the order that NumPy sorts `x` in: NaN after all else, and equal to itself."""
    if x.dtype.kind == "f":
        x = cast(x, np.float64)
        return _digits(x)  # an order has no gradient
    return cast(ordered(x), INT64)


def begins(values: Tensor) -> Tensor:
    """Where in sorted `values`, of one axis, a new one begins; NaN equals NaN in the same part."""
    first = tensor(np.ones(min(values.size, 1), np.bool_), dev=values.dev)
    keys = parts_of(values) if values.dtype.kind == "c" else (keys_of(values),)
    differs = keys[0][1:] != keys[0][:-1]
    for key in keys[1:]:
        differs = differs | (key[1:] != key[:-1])
    return xp.concatenate([first, differs])


def ranks(x: Tensor) -> Tensor:
    """Of each element of `x`, of one axis, the number of distinct smaller ones."""
    values, indices = sorted_with_indices(x, 0)
    numbers = aten.cumsum(begins(values), 0) - 1
    return aten.scatter_src(numbers, 0, indices, numbers)


def comparable(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Integers that compare as NumPy compares the elements of `a` and `b`, which have one dtype."""
    if a.dtype.kind != "c":
        return keys_of(a), keys_of(b)
    both = ranks(xp.concatenate([ravel(a), ravel(b)]))
    return both[: a.size].reshape(a.shape), both[a.size :].reshape(b.shape)


@implements(np.searchsorted)
def searchsorted(a: Array, v: Array, side: str = "left", sorter: Array | None = None) -> Tensor:
    """NumPy's `searchsorted`."""
    if side not in ("left", "right"):
        raise ValueError(f"search side must be one of 'left' or 'right' (got '{side}')")
    dev = dev_of(a, v)
    haystack, needles = as_tensor(a, dev), as_wide_tensor(v, dev)
    dtype = promotion(haystack, needles)
    if haystack.ndim != 1:
        raise ValueError(
            "object too deep for desired array" if haystack.ndim else "object of too small depth for desired array"
        )
    order = None
    if sorter is not None:
        order = as_tensor(sorter, haystack.dev)
        if order.dtype.kind not in "biu":
            raise TypeError("sorter must only contain integers")
        if order.shape != haystack.shape:
            raise ValueError("sorter.size must equal len(a)")
        order = cast(order, INT64)
    keys, sought = comparable(cast(haystack, dtype), cast(needles, dtype))
    try:
        result = aten.searchsorted_Tensor(keys.copy(), sought.copy(), side=side, sorter=order)
    except ValueError as error:
        if "sorter index out of range" not in str(error):
            raise
        raise ValueError("Sorter index out of range.") from None
    return owned(result.reshape(needles.shape))
