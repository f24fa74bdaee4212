"""Folding and scanning along axes with any binary operation: what ``ufunc.reduce`` and ``ufunc.accumulate`` rest on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions.bits import moved
from numtorch.functions.carriers import CARRIERS, FLOAT32, INT64, UINT64, Compute, Dtype, bits, cast, from_bits
from numtorch.functions.unsigned import flip
from numtorch.functions.zeros import running_sum, signed_sum

_all = kernel("all.dims")
_amax = kernel("amax")
_amin = kernel("amin")
_any = kernel("any.dims")
_cat = kernel("cat")
_clone = kernel("clone")
_clamp = kernel("clamp")
_cummax = kernel("cummax")
_cummin = kernel("cummin")
_cumprod = kernel("cumprod")
_cumsum = kernel("cumsum")
_eq = kernel("eq.Scalar")
_gt = kernel("gt.Scalar")
_isnan = kernel("isnan")
_index_select = kernel("index_select")
_logcumsumexp = kernel("logcumsumexp")
_logsumexp = kernel("logsumexp")
_masked_fill = kernel("masked_fill.Scalar")
_ne = kernel("ne.Scalar")
_permute = kernel("permute")
_prod = kernel("prod.dim_int")
_reshape = kernel("reshape")
_select = kernel("select.int")
_slice = kernel("slice.Tensor")
_stack = kernel("stack")
_sum = kernel("sum.dim_IntList")
_where = kernel("where.self")

INT32 = np.dtype(np.int32)


class Fold(NamedTuple):
    """A binary ufunc, what computes it, and the dtype of what is carried along."""

    function: np.ufunc
    combine: Compute
    dtype: Dtype


_plans: dict[Any, Any] = {}


def find_plan(
    function: np.ufunc, keys: tuple[Dtype | None, Dtype], options: dict[str, Any], make_plan: Callable[..., Any]
) -> Any:
    key = (function, keys, options.get("signature"))
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = make_plan(function, keys, **options)
    return plan


# ---- Kernels that fold ----


def _on_integers(run: Callable[[Tensor, Dtype], Tensor], x: Tensor) -> Tensor:
    """A sum or product of an integer Tensor, modulo 2**bits as in NumPy, by way of what libtorch can add up."""
    if x.dtype == UINT64:
        return from_bits(run(bits(x), INT64))
    if x.dtype in CARRIERS:
        return cast(run(cast(x, CARRIERS[x.dtype]), CARRIERS[x.dtype]), x.dtype)
    return run(x, x.dtype)


def _sum_over(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    if x.dtype.kind == "b":
        return _any(x, axes)
    if x.dtype.kind in "fc":
        return signed_sum(_sum, x, axes)
    return _on_integers(lambda y, dtype: _sum(y, axes, dtype=dtype), x)


def _product_over(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    if x.dtype.kind == "b":
        return _all(x, axes)

    def run(y: Tensor, dtype: Dtype) -> Tensor:
        for axis in sorted(axes, reverse=True):
            y = _prod(y, axis, dtype=dtype)
        return y

    return _on_integers(run, x)


def _extreme(run: Compute, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    if x.dtype == UINT64:
        return from_bits(flip(run(flip(bits(x)), axes)))
    if x.dtype in CARRIERS:
        return cast(run(cast(x, CARRIERS[x.dtype]), axes), x.dtype)
    return run(x, axes)


def _extreme_number(run: Compute, worst: float, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """The extreme of what is not NaN."""
    missing = _isnan(x)
    return _masked_fill(run(_masked_fill(x, missing, worst), axes), _all(missing, axes), math.nan)


_FOLDS: dict[np.ufunc, tuple[str, Callable[[Tensor, tuple[int, ...]], Tensor]]] = {
    np.add: ("buifc", _sum_over),
    np.multiply: ("buifc", _product_over),
    np.maximum: ("buif", lambda x, axes: _extreme(_amax, x, axes)),
    np.minimum: ("buif", lambda x, axes: _extreme(_amin, x, axes)),
    np.fmax: ("f", lambda x, axes: _extreme_number(_amax, -math.inf, x, axes)),
    np.fmin: ("f", lambda x, axes: _extreme_number(_amin, math.inf, x, axes)),
    np.logical_and: ("b", lambda x, axes: _all(x, axes)),
    np.logical_or: ("b", lambda x, axes: _any(x, axes)),
    np.logaddexp: ("f", lambda x, axes: _logsumexp(x, axes)),
}


# ---- Any operation ----


def fold(operation: Fold, x: Tensor, axes: tuple[int, ...], from_identity: bool = False) -> Tensor:
    """The elements along `axes`, none of them empty, combined into one; with NumPy's identity, if that changes them."""
    if from_identity and operation.function is np.add and x.dtype.kind in "fc":
        return _sum(x, axes, dtype=x.dtype)  # 0.0 + -0.0 is 0.0
    kinds, run = _FOLDS.get(operation.function, ("", None))
    if run is not None and x.dtype.kind in kinds:
        return run(x, axes)
    others = tuple(i for i in range(x.ndim) if i not in axes)
    rest = tuple(x.shape[i] for i in others)
    x = _reshape(_permute(x, (*axes, *others)), (math.prod(x.shape[i] for i in axes), *rest))
    if x.shape[0] == 1:
        return cast(_select(x, 0, 0), operation.dtype)
    return _by_pairs(operation, x) if operation.function in _ASSOCIATIVE else _one_by_one(operation, x)


_ASSOCIATIVE = {
    np.add, np.multiply, np.logical_and, np.logical_or, np.logical_xor, np.maximum, np.minimum, np.fmax, np.fmin,
    np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.gcd, np.logaddexp, np.logaddexp2, np.hypot,
}  # fmt: skip


def _by_pairs(operation: Fold, x: Tensor) -> Tensor:
    """Neighbours are combined, so that the order stays: of two that are nan, the first is the maximum."""
    while (length := x.shape[0]) > 1:
        even = length - length % 2
        folded = operation.combine(_slice(x, 0, 0, even, 2), _slice(x, 0, 1, even, 2))
        x = folded if length % 2 == 0 else _cat([folded, _slice(x, 0, length - 1, length)])
    return _reshape_to_value(x)


def _reshape_to_value(x: Tensor) -> Tensor:
    # A copy: what select gives is a view, and a 0-d result stands for a scalar.
    return _clone(_select(x, 0, 0))


def _one_by_one(operation: Fold, x: Tensor) -> Tensor:
    result = cast(_select(x, 0, 0), operation.dtype)
    for i in range(1, x.shape[0]):
        result = operation.combine(result, _select(x, 0, i))
    return result


def join(first: Tensor, x: Tensor, axis: int) -> Tensor:
    return _cat([first, x], axis)


def is_associative(function: np.ufunc) -> bool:
    """Whether neighbours may be combined in any order of pairs."""
    return function in _ASSOCIATIVE


def fold_stretches(operation: Fold, x: Tensor, starts: Tensor, lengths: Tensor) -> Tensor:
    """The elements along the first axis from each start on, as many as its length says, combined into one.

    By what 1, 2, 4, ... elements in a row give: nothing has to be known of the places on the host.
    """
    count, step = x.shape[0], 1
    column = (-1,) + (1,) * (x.ndim - 1)
    result = moved(lambda y: _index_select(y, 0, starts), x)
    begun = _eq(lengths, 0)  # nowhere yet
    while True:
        taken = _ne(lengths & step, 0)
        piece = moved(lambda y: _index_select(y, 0, _clamp(starts, 0, y.shape[0] - 1)), x)  # noqa: B023
        joined = _where(_reshape(begun, column), operation.combine(result, piece), piece)
        result = _where(_reshape(taken, column), joined, result)
        begun = begun | taken
        starts = starts + cast(taken, INT64) * step
        if 2 * step > count:
            return result
        x = operation.combine(_slice(x, 0, 0, x.shape[0] - step), _slice(x, 0, step, x.shape[0]))
        step *= 2


# ---- Scans ----


def _extremes_so_far(run: Compute, x: Tensor, axis: int) -> Tensor:
    result: Tensor = run(x, axis)[0]
    return result


def _running_sum(x: Tensor, axis: int) -> Tensor:
    if x.dtype.kind in "fc":
        return running_sum(x, axis)
    return _on_integers(lambda y, dtype: _cumsum(y, axis, dtype=dtype), x)


_SCANS: dict[np.ufunc, tuple[str, Callable[[Tensor, int], Tensor]]] = {
    np.add: ("uifc", lambda x, axis: _running_sum(x, axis)),
    np.multiply: ("uifc", lambda x, axis: _on_integers(lambda y, dtype: _cumprod(y, axis, dtype=dtype), x)),
    np.maximum: ("uif", lambda x, axis: _extreme(lambda y, _: _extremes_so_far(_cummax, y, axis), x, ())),
    np.minimum: ("uif", lambda x, axis: _extreme(lambda y, _: _extremes_so_far(_cummin, y, axis), x, ())),
    np.logaddexp: ("f", lambda x, axis: _logcumsumexp(x, axis)),
}


def scan(operation: Fold, x: Tensor, axis: int) -> Tensor:
    """All the folds of a first stretch of the elements along `axis`."""
    kinds, run = _SCANS.get(operation.function, ("", None))
    if run is not None and x.dtype.kind in kinds:
        if operation.function is np.logaddexp and x.dtype.itemsize == 2:
            return cast(run(cast(x, FLOAT32), axis), x.dtype)
        return run(x, axis)
    if operation.function in _ASSOCIATIVE:
        return _by_doubling(operation, x, axis)
    result = _select(x, axis, 0)
    results = [cast(result, operation.dtype)]
    for i in range(1, x.shape[axis]):
        results.append(operation.combine(results[-1], _select(x, axis, i)))
    return _stack(results, axis)


def _by_doubling(operation: Fold, x: Tensor, axis: int) -> Tensor:
    """After step k every element holds the fold of the 2**k elements that end with it."""
    length = x.shape[axis]
    step = 1
    while step < length:
        later = operation.combine(_slice(x, axis, 0, length - step), _slice(x, axis, step, length))
        x = _cat([_slice(x, axis, 0, step), later], axis)
        step *= 2
    return x if step > 1 else _clone(x)


# ---- Repeated indices ----

_arange = kernel("arange")
_argsort = kernel("argsort.stable")
_gather = kernel("index.Tensor")
_nonzero = kernel("nonzero")
_scatter = kernel("index_put")
_sub = kernel("sub.Tensor")


def rounds(places: Tensor) -> Iterator[Tensor]:
    """Positions in `places`, round by round: in each every value at most once, in the order they come."""
    count = places.shape[0]
    if count == 0:
        return
    order = _argsort(places, stable=True)
    ordered = _gather(places, [order])
    position = _arange(count, dtype=INT64, device=places.dev)
    is_first = _cat([_eq(_slice(position, 0, 0, 1), 0), _ne(_sub(_slice(ordered, 0, 1), _slice(ordered, 0, 0, -1)), 0)])
    start = _cummax(position * cast(is_first, INT64), 0)[0]
    occurrence = _scatter(position, [order], _sub(position, start))
    for number in range(int(occurrence.item() if occurrence.ndim == 0 else _amax(occurrence, [0]).item()) + 1):
        yield _reshape(_nonzero(_eq(occurrence, number)), (-1,))
