"""Medians and quantiles, by NumPy's thirteen methods (Hyndman and Fan, 1996), of all elements or of those not NaN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, as_array, as_value, owned, tensor
from numtorch.functions.calls.arguments import (
    Array,
    Axis,
    NoValue,
    as_tensor,
    axes_of,
    cast,
    check_casting,
    dev_of,
    kept,
    xp,
)
from numtorch.functions.calls.assign import check_fits
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.layout import in_c_order, reduced_like
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import implements
from numtorch.functions.calls.warning import warn, warn_where
from numtorch.functions.dtypes import FLOAT64, INT64
from numtorch.functions.dtypes.bits import ordered, unordered
from numtorch.functions.manipulation.shape import moveaxis
from numtorch.functions.reductions.nanfunctions import nanmean
from numtorch.functions.reductions.statistics import averaged_dtype
from numtorch.functions.sorting.sorting import sorted_with_indices
from numtorch.functions.ufuncs.folding import kept_shape

__all__ = ["median", "nanmedian", "nanpercentile", "nanquantile", "percentile", "quantile"]


# ---- The reduced axes as one, in order ----


class Lanes:
    """The elements of each slice along the axes to be reduced, sorted along a last axis."""

    def __init__(self, x: Tensor, axis: Any, skips_nan: bool, function: str) -> None:
        axes = axes_of(tuple(axis) if isinstance(axis, list) else axis, x.ndim)
        self.x = x
        self.kept = kept_shape(x.shape, axes)
        self.shape = tuple(length for axis, length in enumerate(x.shape) if axis not in axes)
        self.length = int(np.prod([x.shape[axis] for axis in axes], dtype=np.int64))
        self.skips_nan = skips_nan and x.dtype.kind in "fc"
        self.function = function
        self.order = tuple(axes)
        flat = self.flatten(x)
        self.values, self.indices = sorted_with_indices(flat, -1) if self.length else (flat, flat)

    def flatten(self, x: Tensor) -> Tensor:
        """The reduced axes of what has the shape of `x` as one last axis."""
        moved = moveaxis(x, self.order, tuple(range(-len(self.order), 0)))
        return moved.reshape(*self.shape, self.length)

    def count(self) -> Any:
        """How many elements a slice has: a number, or a Tensor where NaN does not count."""
        if not self.skips_nan:
            return self.length
        return xp.sum(~aten.isnan(aten.detach(self.values)), axis=-1, keepdims=True)

    def at(self, positions: Tensor) -> Tensor:
        """The elements at `positions` in order, which are wherever there are any."""
        values = ordered(self.values)
        return unordered(
            aten.take_along_dim(values, xp.broadcast_to(positions, (*self.shape, positions.shape[-1])), -1),
            self.values.dtype,
        )

    def nan_kept(self, result: Tensor, count: Any) -> Tensor:
        """`result`, and NaN where a slice holds one, or nothing else."""
        if self.values.dtype.kind not in "fc":
            return result
        last = self.values[..., -1:]
        lost = count == 0 if self.skips_nan else aten.isnan(aten.detach(last))
        if self.skips_nan:
            warn_where(lost, "All-NaN slice encountered")
        return xp.where(lost, cast(last, result.dtype), result)

    def finish(
        self, result: Tensor, asked: tuple[int, ...], keepdims: Any, out: Any, casting: str = "unsafe"
    ) -> Tensor:
        """The results, along the last axis, first and in the shape that was asked for."""
        keep = kept(keepdims)
        moved = moveaxis(result, -1, 0)
        first = (moved if self.function.startswith("nan") else in_c_order(moved)).reshape(
            *asked, *(self.kept if keep else self.shape)
        )
        if out is None:
            return owned(first if keep else as_value(first))
        if self.function in ("quantile", "percentile"):
            check_fits(first.shape, out.shape)
            first = xp.broadcast_to(first, out.shape)  # as NumPy's last step, a ufunc, does
        return into(first, out, self.function, casting)


# ---- The positions of quantiles ----

# a and b of the methods that interpolate: the position is n q + a + q (1 - a - b) - 1.
CONTINUOUS = {
    "interpolated_inverted_cdf": (0.0, 1.0),
    "hazen": (0.5, 0.5),
    "weibull": (0.0, 0.0),
    "linear": (1.0, 1.0),
    "median_unbiased": (1.0 / 3.0, 1.0 / 3.0),
    "normal_unbiased": (3.0 / 8.0, 3.0 / 8.0),
}


def _stepped(position: Tensor, stays: Tensor) -> Tensor:
    return xp.maximum(xp.where(stays, xp.floor(position), xp.floor(position) + 1), 0.0)


def _inverted_cdf(n: Any, q: Tensor) -> Tensor:
    position = n * q - 1
    return _stepped(position, position == xp.floor(position))


def _closest_observation(n: Any, q: Tensor) -> Tensor:
    position = n * q - 1 - 0.5
    down = xp.floor(position)
    return _stepped(position, (position == down) & (down % 2 == 1))


# Methods whose quantiles are elements.
DISCRETE: dict[str, Callable[[Any, Tensor], Tensor]] = {
    "inverted_cdf": _inverted_cdf,
    "closest_observation": _closest_observation,
    "lower": lambda n, q: xp.floor((n - 1) * q),
    "higher": lambda n, q: xp.ceil((n - 1) * q),
    "nearest": lambda n, q: xp.around((n - 1) * q),
}


def _position_and_part(method: str, n: Any, q: Tensor) -> tuple[Tensor, Tensor]:
    """Between which two elements a quantile lies, and how far."""
    if method == "averaged_inverted_cdf":
        position = n * q - 1
        return position, xp.where(position == xp.floor(position), 0.5, 1.0).astype(position.dtype)
    if method == "midpoint":
        position = 0.5 * (xp.floor((n - 1) * q) + xp.ceil((n - 1) * q))
        return position, xp.where(position % 1 == 0, 0.0, 0.5).astype(position.dtype)
    a, b = CONTINUOUS[method]
    position = (n - 1) * q if method == "linear" else n * q + (a + q * (1 - a - b)) - 1
    return position, position - xp.floor(position)


def _between(low: Tensor, high: Tensor, part: Any) -> Tensor:
    """Straight from one to the other, exact at both ends."""
    distance = high - low
    return xp.where(part >= 0.5, high - distance * (1 - part), low + distance * part)


def _clipped(position: Tensor, n: Any) -> Tensor:
    return cast(xp.maximum(xp.minimum(position, n - 1), 0), INT64)


def _quantiles(lanes: Lanes, q: Tensor, method: str, is_weak: bool) -> Tensor:
    """The quantiles of each slice, along the last axis."""
    count = lanes.count()
    n = cast(count, q.dtype) if isinstance(count, Tensor) else count
    if q.dtype.kind == "i" and method == "linear":
        # The ends alone, without a fraction: elements.
        return lanes.nan_kept(lanes.at(_clipped((n - 1) * q, n)), count)
    if method in DISCRETE:
        return lanes.nan_kept(lanes.at(_clipped(DISCRETE[method](n, q), n)), count)
    position, part = _position_and_part(method, n, q)
    below, above = position < 0, position >= n - 1
    low = xp.where(above, n - 1, xp.floor(position))
    high = xp.where(below, 0, xp.floor(position) + 1)
    part = xp.where(below | above, 0, part)
    values = lanes.values.dtype
    if is_weak and values.kind == "f":
        part = cast(part, values)
    result = _between(lanes.at(_clipped(low, n)), lanes.at(_clipped(high, n)), cast(part, np.result_type(part.dtype)))
    return lanes.nan_kept(result, count)


# ---- With weights ----


def _weights_for(lanes: Lanes, weights: Array, axis: Any) -> Tensor:
    """The weights in the order of the sorted elements."""
    x, heavy = lanes.x, as_tensor(weights, lanes.x.dev)
    if heavy.shape != x.shape:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        if heavy.shape != tuple(x.shape[i] for i in lanes.order):
            raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
        heavy = xp.transpose(heavy, np.argsort(lanes.order).tolist())
        heavy = heavy.reshape(tuple(n if i in lanes.order else 1 for i, n in enumerate(x.shape)))
        heavy = xp.broadcast_to(heavy, x.shape)
    if heavy.dtype.kind == "c":
        raise TypeError(f"{lanes.function}: weights must be real, not {heavy.dtype}")
    if happens(heavy < 0):
        raise ValueError("Weights must be non-negative.")
    return aten.take_along_dim(cast(lanes.flatten(heavy), FLOAT64), lanes.indices, -1)


def _weighted(lanes: Lanes, q: Tensor, weights: Array, axis: Any) -> Tensor:
    heavy = aten.detach(_weights_for(lanes, weights, axis))
    if lanes.skips_nan:
        heavy = xp.where(aten.isnan(aten.detach(lanes.values)), 0.0, heavy)
    count = lanes.count()
    below = xp.cumsum(heavy, axis=-1)
    below = below / below[..., -1:]
    if happens(aten.isnan(below[..., -1:]) & (count != 0)):
        raise ValueError("Weights included NaN, inf or were all zero.")
    if q.dtype.kind == "f":
        below = cast(below, q.dtype)
    else:
        q = cast(q, FLOAT64)
    below = xp.where(below == 0, -1.0, below)
    sought = xp.broadcast_to(q, (*lanes.shape, q.size)).copy()
    positions = (
        aten.searchsorted_Tensor(below.copy(), sought, side="left")
        if lanes.shape
        else aten.searchsorted_Tensor(below, q, side="left")
    )
    return lanes.nan_kept(lanes.at(_clipped(positions, count)), count)


# ---- NumPy's functions ----


def _fractions(q: Any, percent: bool, dev: int, function: str) -> Tensor:
    """`q` on the device, between 0 and 1."""
    values = q if isinstance(q, Tensor) else np.asarray(q)
    if values.dtype.kind not in "biuf":
        raise TypeError(f"{function}: q must be real, not {values.dtype}")
    if percent:
        values = values / (values.dtype.type(100) if values.dtype.kind == "f" else 100)
    elif values.dtype.kind != "f":
        values = values.astype(INT64)
    # On the host, unless `q` is a Tensor.
    if happens(~((values >= 0) & (values <= 1))):
        percents = "Percentiles must be in the range [0, 100]"
        raise ValueError(percents if percent else "Quantiles must be in the range [0, 1]")
    if values.ndim > 2:
        raise ValueError("q must be a scalar or 1d")
    return as_tensor(values, dev)


def _answer(
    function: str, a: Array, q: Any, axis: Any, out: Any, method: str, keepdims: Any, weights: Any, skips_nan: bool
) -> Tensor:
    x = as_tensor(a, dev_of(a, q, out, weights))
    if x.dtype.kind == "c":
        raise TypeError("a must be an array of real numbers")
    fractions = _fractions(q, "percentile" in function, x.dev, function)
    if method not in CONTINUOUS and method not in DISCRETE and method not in ("averaged_inverted_cdf", "midpoint"):
        known = [*DISCRETE, "averaged_inverted_cdf", "midpoint", *CONTINUOUS]
        raise ValueError(f"{method!r} is not a valid method. Use one of: {known}")
    if weights is not None and method != "inverted_cdf":
        raise ValueError(f"Only method 'inverted_cdf' supports weights. Got: {method}.")
    if skips_nan and x.size == 0:
        return nanmean(x, axis, None, out, keepdims)
    lanes = Lanes(x, axis, skips_nan, function)
    if lanes.length == 0:
        raise IndexError(f"index -1 is out of bounds for axis 0 with size 0: {function} of nothing")
    flat = fractions.reshape(-1)
    if weights is None:
        result = _quantiles(lanes, flat, method, type(q) in (int, float))
    else:
        result = _weighted(lanes, flat, weights, axis)
    assigned = skips_nan or weights is not None  # to the output, which takes anything
    if out is not None and not assigned and method in DISCRETE:
        check_casting(function, out.dtype, x.dtype, "safe")  # from the output, as NumPy does here
    finished = lanes.finish(result, fractions.shape, keepdims, out, "unsafe" if assigned else "same_kind")
    return finished if weights is None or out is not None else as_array(finished)  # as NumPy


@implements(np.quantile)
def quantile(
    a: Array,
    q: Array,
    axis: Axis = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Array | None = None,
) -> Tensor:  # `overwrite_input` permits, and does not oblige
    """NumPy's `quantile`. With weights, or `q` a Tensor, it waits for the device, to check their range."""
    del overwrite_input
    return _answer("quantile", a, q, axis, out, method, keepdims, weights, False)


@implements(np.percentile)
def percentile(
    a: Array,
    q: Array,
    axis: Axis = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Array | None = None,
) -> Tensor:
    """NumPy's `percentile`. With weights, or `q` a Tensor, it waits for the device, to check their range."""
    del overwrite_input
    return _answer("percentile", a, q, axis, out, method, keepdims, weights, False)


@implements(np.nanquantile)
def nanquantile(
    a: Array,
    q: Array,
    axis: Axis = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = NoValue,
    *,
    weights: Array | None = None,
) -> Tensor:
    """NumPy's `nanquantile`; on the CPU it warns, as NumPy does, where there is nothing but NaN."""
    del overwrite_input
    return _answer("nanquantile", a, q, axis, out, method, keepdims, weights, True)


@implements(np.nanpercentile)
def nanpercentile(
    a: Array,
    q: Array,
    axis: Axis = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = NoValue,
    *,
    weights: Array | None = None,
) -> Tensor:
    """NumPy's `nanpercentile`; on the CPU it warns, as NumPy does, where there is nothing but NaN."""
    del overwrite_input
    return _answer("nanpercentile", a, q, axis, out, method, keepdims, weights, True)


def _median(function: str, a: Array, axis: Any, out: Any, keepdims: Any, skips_nan: bool) -> Tensor:
    x = as_tensor(a, dev_of(a, out))
    if skips_nan and x.size == 0:
        return nanmean(x, axis, None, out, keepdims)
    lanes = Lanes(x, axis, skips_nan, function)
    if lanes.length == 0:
        warn("Mean of empty slice.")
        empty = tensor(np.full((*lanes.shape, 1), np.nan), dev=x.dev, dtype=averaged_dtype(x.dtype))
        return lanes.finish(empty, (), keepdims, out)
    count = lanes.count()
    if isinstance(count, Tensor):
        low, high = xp.maximum((count - 1) >> 1, 0), xp.minimum(count >> 1, lanes.length - 1)
    else:
        low, high = (tensor([middle], dev=x.dev) for middle in ((count - 1) // 2, count // 2))
    middle = cast(lanes.at(low), averaged_dtype(x.dtype)) + 0.0  # a mean of -0.0 is 0.0
    if lanes.length % 2 == 0 or skips_nan:
        pair = xp.stack([middle, cast(lanes.at(high), middle.dtype)])
        # One element where they are an odd number: twice that may be too large.
        middle = xp.where(low == high, middle, xp.mean(pair, axis=0))
    result = lanes.finish(lanes.nan_kept(middle, count), (), keepdims, out)
    return reduced_like(result, x, lanes.order) if out is None and not skips_nan else result


@implements(np.median)
def median(
    a: Array, axis: Axis = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Tensor:
    """NumPy's `median`: NaN if there is one."""
    del overwrite_input
    return _median("median", a, axis, out, keepdims, False)


@implements(np.nanmedian)
def nanmedian(
    a: Array, axis: Axis = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = NoValue
) -> Tensor:
    """NumPy's `nanmedian`; on the CPU it warns, as NumPy does, where there is nothing but NaN."""
    del overwrite_input
    return _median("nanmedian", a, axis, out, keepdims, True)
