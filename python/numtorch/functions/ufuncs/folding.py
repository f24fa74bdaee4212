"""Folding and scanning along axes by a binary ufunc: the kernels that do it, and what stands in for one."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import NoValue
from numtorch.functions.calls.layout import reduced_like
from numtorch.functions.dtypes import BOOL, FLOAT32, INT64, UINT8, UINT64
from numtorch.functions.dtypes.bits import moved, ordered, signed, unordered
from numtorch.functions.dtypes.complex_extremes import extreme_along
from numtorch.functions.dtypes.storage import COMPUTE_DTYPES, Compute, Dtype, cast
from numtorch.functions.dtypes.zeros import running_sum, signed_sum

MANY_TRUTHS = 2**16  # above, NumPy's own loop is faster: it ends at the first element that decides
REAL_FLOATS = frozenset[Dtype](map(np.dtype, (np.float32, np.float64, np.float16)))
FLOATS = REAL_FLOATS | frozenset[Dtype](map(np.dtype, (np.complex64, np.complex128)))
SMALL_INTEGERS = frozenset[Dtype](map(np.dtype, (np.int8, np.int16, np.int32)))
# Those that NumPy and libtorch add up and multiply in the same dtype, small integers in 64 bits.
SUMMED = FLOATS | SMALL_INTEGERS | {BOOL, INT64}
# Those that libtorch adds up in their own dtype; to name it takes time.
OWN = FLOATS | {INT64}

Axes = tuple[int, ...]
AtOnce = Callable[[Any, Any, Any], Tensor | None]


class Fold(NamedTuple):
    """A binary ufunc, what computes it, and the dtype of what is carried along."""

    function: np.ufunc
    combine: Compute
    dtype: Dtype


def unreduced(x: Tensor) -> Tensor:
    """What a reduction along no axes gives: a copy, and of a 0-d array a value."""
    return _core.as_value(x.copy("K"))


def kept_shape(shape: tuple[int, ...], axes: Axes) -> tuple[int, ...]:
    """`shape` after a reduction along `axes` with ``keepdims=True``."""
    return tuple(1 if axis in axes else length for axis, length in enumerate(shape))


def truth(x: Tensor) -> Tensor:
    """Which elements are not zero."""
    return x if x.dtype == BOOL else aten.ne_Scalar(x, 0)


def _are_apart(axes: Axes) -> bool:
    """Whether others are between them, as in pooling: libtorch takes ten times as long for all of them at once."""
    return len(axes) > 1 and max(axes) - min(axes) >= len(axes)


def _last_axes(x: Tensor, axes: Axes) -> Tensor:
    """`x` with `axes` moved to the end and joined into one."""
    others = tuple(axis for axis in range(x.ndim) if axis not in axes)
    lengths = tuple(x.shape[axis] for axis in others)
    return aten.reshape(aten.permute(x, others + axes), (*lengths, math.prod(x.shape[axis] for axis in axes)))


# ---- Kernels that fold ----


def _in_dtype(run: Any, x: Tensor, *arguments: Any) -> Tensor:
    """A sum or product in the dtype of `x`, modulo 2**bits as in NumPy, by way of what libtorch can add up."""
    if x.dtype in OWN:
        return run(x, *arguments)
    if x.dtype == UINT64:
        return _core.owned(aten.view_dtype(run(signed(x), *arguments, dtype=INT64), UINT64))
    if x.dtype in COMPUTE_DTYPES:
        compute_dtype = COMPUTE_DTYPES[x.dtype]
        return cast(run(cast(x, compute_dtype), *arguments, dtype=compute_dtype), x.dtype)
    return run(x, *arguments, dtype=x.dtype)


def sum_over(x: Tensor, axes: Axes, keepdims: bool) -> Tensor:
    """The sum along `axes`, in the dtype of `x`."""
    return _in_dtype(aten.sum_dim_IntList, x, axes, keepdims) if axes else unreduced(x)


def _prod_over(x: Tensor, axes: Axes, keepdims: bool) -> Tensor:
    if len(axes) > 1 and not _are_apart(axes):
        product = _in_dtype(aten.prod_dim_int, _last_axes(x, axes), -1, False)
        return aten.reshape(product, kept_shape(x.shape, axes)) if keepdims else product
    for axis in sorted(axes, reverse=True):
        x = _in_dtype(aten.prod_dim_int, x, axis, keepdims)
    return x


def _extreme(extreme: Any, x: Tensor, axes: Axes, keepdims: bool) -> Tensor:
    if x.dtype.kind == "c":
        result = extreme_along(_last_axes(x, axes), -1, False, extreme is aten.amax)
        return aten.reshape(result, kept_shape(x.shape, axes)) if keepdims else result
    if _are_apart(axes):
        return _axis_by_axis(extreme, x, tuple(sorted(axes)), keepdims)
    return unordered(extreme(ordered(x), axes, keepdims), x.dtype)


def _axis_by_axis(extreme: Any, x: Tensor, axes: Axes, keepdims: bool) -> Tensor:
    """The tape is told of the one kernel, whose rule shares a tie evenly among all elements."""
    paused = _core.set_paused(True)
    try:
        y = ordered(x)
        for axis in reversed(axes):
            y = extreme(y, (axis,), keepdims)
        y = unordered(y, x.dtype)
    finally:
        _core.set_paused(paused)
    return _core.record_as(extreme, (x, axes, keepdims), y)


def _extreme_number(extreme: Any, worst: float, x: Tensor, axes: Axes, keepdims: bool) -> Tensor:
    """The extreme of the numbers that are not NaN."""
    if x.dtype.kind != "f":
        return _extreme(extreme, x, axes, keepdims)
    missing = aten.isnan(x)
    found = extreme(aten.masked_fill_Scalar(x, missing, worst), axes, keepdims)
    return aten.masked_fill_Scalar(found, aten.all_dims(missing, axes, keepdims), math.nan)


def _truth(extreme: Any, x: Tensor, axes: Any, keepdims: bool) -> Tensor:
    """Whether all (`amin` of bytes) or any (`amax`) are True, which libtorch finds several times faster so."""
    return _core.owned(aten.view_dtype(extreme(aten.view_dtype(x, UINT8), axes, keepdims), BOOL))


def _truth_over(extreme: Any, x: Tensor, axes: Axes, keepdims: bool) -> Tensor:
    if _are_apart(axes):
        for axis in sorted(axes, reverse=True):
            x = _truth(extreme, x, axis, keepdims)
        return x
    return _truth(extreme, x, axes, keepdims)


# ---- Kernels that scan ----


def _sum_so_far(x: Tensor, axis: int) -> Tensor:
    return running_sum(x, axis) if x.dtype in FLOATS else _in_dtype(aten.cumsum, x, axis)


def _product_so_far(x: Tensor, axis: int) -> Tensor:
    return aten.cumprod(x, axis) if x.dtype in OWN else _in_dtype(aten.cumprod, x, axis)


def _logaddexp_so_far(x: Tensor, axis: int) -> Tensor:
    return (
        cast(aten.logcumsumexp(cast(x, FLOAT32), axis), x.dtype)
        if x.dtype.itemsize == 2
        else aten.logcumsumexp(x, axis)
    )


# ---- Which ufunc has which ----


def at_once(
    dtypes: frozenset[Dtype], whole: Any, along: Any, is_joint: bool = True, limit: int = sys.maxsize
) -> AtOnce:
    """What `whole`, or `along` one axis, gives alone of a Tensor; None where more is to be done.

    That is so for `dtypes`, not for empty Tensors, nor above `limit` elements. Along no axes a joint `along` takes all.
    """

    # A closure, for it is in every call: to hand it a row of a table takes 0.1 of the 1.4 µs of a small sum.
    def answer(x: Any, axis: Any, keepdims: Any) -> Tensor | None:
        if type(x) is Tensor and x.dtype in dtypes and 0 < x.size <= limit:
            if axis is None:
                if keepdims is NoValue or not keepdims:
                    return whole(x)
                return along(x, (), True) if is_joint else _kept_whole(whole(x), x.ndim)
            if type(axis) is int and -(ndim := x.ndim) <= axis < ndim:
                result = along(x, axis, keepdims is not NoValue and bool(keepdims))
                return result if ndim < 3 else reduced_like(result, x, (axis % ndim,))
        return None

    return answer


def _kept_whole(result: Tensor, ndim: int) -> Tensor:
    return _core.owned(aten.reshape(result, (1,) * ndim)) if ndim else result


def _never(_x: Any, _axis: Any, _keepdims: Any) -> None:
    return None


class Reduction(NamedTuple):
    """How a ufunc reduces and scans whose neighbours may be combined in any order of pairs.

    `over` and `scan` take dtypes of the kinds before them. Without them pairs are combined.
    """

    kinds: str = ""
    over: Callable[[Tensor, Axes, bool], Tensor] | None = None
    scanned: str = ""
    scan: Callable[[Tensor, int], Tensor] | None = None
    at_once: AtOnce = _never


def _of_extreme(extreme: Any, cumulative: Any, dtypes: frozenset[Dtype]) -> Reduction:
    return Reduction(
        "buifc", lambda x, axes, keepdims: _extreme(extreme, x, axes, keepdims),
        "uif", lambda x, axis: unordered(cumulative(ordered(x), axis)[0], x.dtype),
        at_once(dtypes, extreme, extreme),
    )  # fmt: skip


def _of_numbers(extreme: Any, worst: float) -> Reduction:
    return Reduction("buif", lambda x, axes, keepdims: _extreme_number(extreme, worst, x, axes, keepdims))


def _of_truth(extreme: Any) -> Reduction:
    return Reduction(
        "b", lambda x, axes, keepdims: _truth_over(extreme, x, axes, keepdims),
        at_once=at_once(
            frozenset([BOOL]),
            lambda x: _truth(extreme, x, (), False),
            lambda x, axis, keepdims: _truth(extreme, x, axis, keepdims),
            limit=MANY_TRUTHS,
        ),
    )  # fmt: skip


REDUCTIONS: dict[np.ufunc, Reduction] = {
    np.add: Reduction("buifc", sum_over, "uifc", _sum_so_far, at_once(SUMMED, aten.sum, aten.sum_dim_IntList)),
    np.multiply: Reduction(
        "buifc", _prod_over, "uifc", _product_so_far, at_once(SUMMED, aten.prod, aten.prod_dim_int, False)
    ),
    np.maximum: _of_extreme(aten.amax, aten.cummax, REAL_FLOATS | SMALL_INTEGERS | {INT64}),
    np.minimum: _of_extreme(aten.amin, aten.cummin, REAL_FLOATS | SMALL_INTEGERS),
    np.fmax: _of_numbers(aten.amax, -math.inf),
    np.fmin: _of_numbers(aten.amin, math.inf),
    np.logical_and: _of_truth(aten.amin),
    np.logical_or: _of_truth(aten.amax),
    np.logaddexp: Reduction("f", aten.logsumexp, "f", _logaddexp_so_far),
    **dict.fromkeys((np.logical_xor, np.bitwise_and, np.bitwise_or, np.bitwise_xor), Reduction()),
    **dict.fromkeys((np.gcd, np.logaddexp2, np.hypot), Reduction()),
}
NONE = Reduction()


def is_associative(function: np.ufunc) -> bool:
    """Whether neighbours may be combined in any order of pairs."""
    return function in REDUCTIONS


def fold(operation: Fold, x: Tensor, axes: Axes, keepdims: bool = False, from_identity: bool = False) -> Tensor:
    """The elements along `axes` combined into one, from NumPy's identity on, if that changes them.

    There is at least one; of sums and products there may be none.
    """
    row = REDUCTIONS.get(operation.function, NONE)
    if operation.function is np.add and x.dtype.kind in "fc" and not from_identity:
        return signed_sum(aten.sum_dim_IntList, x, axes, keepdims)  # 0.0 + -0.0 is 0.0
    if row.over is not None and x.dtype.kind in row.kinds:
        return row.over(x, axes, keepdims)
    shape = x.shape
    others = tuple(i for i in range(x.ndim) if i not in axes)
    length = math.prod(shape[i] for i in axes)
    x = aten.reshape(aten.permute(x, (*axes, *others)), (length, *(shape[i] for i in others)))
    if length == 1:
        x = cast(aten.select_int(x, 0, 0), operation.dtype)
    else:
        x = _by_pairs(operation, x) if is_associative(operation.function) else _one_by_one(operation, x)
    return aten.reshape(x, kept_shape(shape, axes)) if keepdims else x


# ---- Any operation ----


def _by_pairs(operation: Fold, x: Tensor) -> Tensor:
    """Neighbours are combined, so that the order stays: of two that are nan, the first is the maximum."""
    while (length := x.shape[0]) > 1:
        even = length - length % 2
        folded = operation.combine(aten.slice_Tensor(x, 0, 0, even, 2), aten.slice_Tensor(x, 0, 1, even, 2))
        x = folded if length % 2 == 0 else aten.cat([folded, aten.slice_Tensor(x, 0, length - 1, length)])
    return _reshape_to_value(x)


def _reshape_to_value(x: Tensor) -> Tensor:
    # A copy: what select gives is a view, and a 0-d result stands for a scalar.
    return aten.clone(aten.select_int(x, 0, 0))


def _one_by_one(operation: Fold, x: Tensor) -> Tensor:
    result = cast(aten.select_int(x, 0, 0), operation.dtype)
    for i in range(1, x.shape[0]):
        result = operation.combine(result, aten.select_int(x, 0, i))
    return result


def join(first: Tensor, x: Tensor, axis: int) -> Tensor:
    return aten.cat([first, x], axis)


def fold_stretches(operation: Fold, x: Tensor, starts: Tensor, lengths: Tensor) -> Tensor:
    """The elements along the first axis from each start on, as many as its length says, combined into one.

    By what 1, 2, 4, ... elements in a row give: the host need not know the indices.
    """
    count, step = x.shape[0], 1
    column = (-1,) + (1,) * (x.ndim - 1)
    result = moved(lambda y: aten.index_select(y, 0, starts), x)
    begun = aten.eq_Scalar(lengths, 0)  # nowhere yet
    while True:
        taken = aten.ne_Scalar(lengths & step, 0)
        piece = moved(lambda y: aten.index_select(y, 0, aten.clamp(starts, 0, y.shape[0] - 1)), x)  # noqa: B023
        joined = aten.where_self(aten.reshape(begun, column), operation.combine(result, piece), piece)
        result = aten.where_self(aten.reshape(taken, column), joined, result)
        begun = begun | taken
        starts = starts + cast(taken, INT64) * step
        if 2 * step > count:
            return result
        x = operation.combine(aten.slice_Tensor(x, 0, 0, x.shape[0] - step), aten.slice_Tensor(x, 0, step, x.shape[0]))
        step *= 2


def scan(operation: Fold, x: Tensor, axis: int) -> Tensor:
    """All the folds of a first stretch of the elements along `axis`."""
    row = REDUCTIONS.get(operation.function, NONE)
    if row.scan is not None and x.dtype.kind in row.scanned:
        return row.scan(x, axis)
    if is_associative(operation.function):
        return _by_doubling(operation, x, axis)
    result = aten.select_int(x, axis, 0)
    results = [cast(result, operation.dtype)]
    for i in range(1, x.shape[axis]):
        results.append(operation.combine(results[-1], aten.select_int(x, axis, i)))
    return aten.stack(results, axis)


def _by_doubling(operation: Fold, x: Tensor, axis: int) -> Tensor:
    """After step k every element holds the fold of the 2**k elements that end with it."""
    length = x.shape[axis]
    step = 1
    while step < length:
        later = operation.combine(
            aten.slice_Tensor(x, axis, 0, length - step), aten.slice_Tensor(x, axis, step, length)
        )
        x = aten.cat([aten.slice_Tensor(x, axis, 0, step), later], axis)
        step *= 2
    return x if step > 1 else aten.clone(x)


# ---- Repeated indices ----


def rounds(positions: Tensor) -> Iterator[Tensor]:
    """Positions in `positions`, round by round: in each every value at most once, in the order they come."""
    count = positions.shape[0]
    if count == 0:
        return
    order = aten.argsort_stable(positions, stable=True)
    ordered = aten.index_Tensor(positions, [order])
    position = aten.arange(count, dtype=INT64, device=positions.dev)
    is_first = aten.cat(
        [
            aten.eq_Scalar(aten.slice_Tensor(position, 0, 0, 1), 0),
            aten.ne_Scalar(aten.sub_Tensor(aten.slice_Tensor(ordered, 0, 1), aten.slice_Tensor(ordered, 0, 0, -1)), 0),
        ]
    )
    start = aten.cummax(position * cast(is_first, INT64), 0)[0]
    occurrence = aten.index_put(position, [order], aten.sub_Tensor(position, start))
    for number in range(int(occurrence.item() if occurrence.ndim == 0 else aten.amax(occurrence, [0]).item()) + 1):
        yield aten.reshape(aten.nonzero(aten.eq_Scalar(occurrence, number)), (-1,))
