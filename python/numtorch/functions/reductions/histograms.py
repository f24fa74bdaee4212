"""Histograms of one, two and more variables."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, as_tensor, cast, check_casting, dev_of, find_dev, promoted, xp
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.registry import implements
from numtorch.functions.calls.warning import warn
from numtorch.functions.creation.ranges import linspace
from numtorch.functions.dtypes import FLOAT64
from numtorch.functions.manipulation.shape import ravel
from numtorch.functions.reductions.bins import count_between, total_at
from numtorch.functions.reductions.binwidth import WIDTHS, bins_of_width, distance
from numtorch.functions.sorting.sorting import searchsorted

__all__ = ["histogram", "histogram2d", "histogram_bin_edges", "histogramdd"]

LARGEST = np.iinfo(np.int64).max

EDGES: Any = type(np.histogramdd(np.zeros((1, 1)))[1])  # a list, in later versions a tuple

Span = tuple[Any, Any]  # the outer edges: two numbers, or two 0-d Tensors that nobody has waited for


# ---- Edges ----


def _given_span(span: Any) -> Span:
    """The outer edges that ``range=`` names. If they are Tensors it waits for their device."""
    first, last = span
    if any(map(_core.is_abstract, span)):
        return _unknown_span(*(as_tensor(first, dev_of(span)), as_tensor(last, dev_of(span))))
    low, high = (bound.item() if isinstance(bound, Tensor) else bound for bound in span)
    if low > high:
        raise ValueError("max must be larger than min in range parameter.")
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"supplied range of [{low}, {high}] is not finite")
    return (first - 0.5, last + 0.5) if low == high else (first, last)


def _unknown_span(first: Tensor, last: Tensor) -> Span:
    if happens(first > last):
        raise ValueError("max must be larger than min in range parameter.")
    if happens(~(xp.isfinite(first) & xp.isfinite(last))):
        raise ValueError("supplied range is not finite")
    margin = xp.where(first == last, 0.5, 0.0)
    return first - margin, last + margin


def _span(x: Tensor, span: Any) -> Span:
    """The outer edges: of `x`, if none are given. Of floats it waits for the device, to see whether they are finite."""
    if span is not None:
        return _given_span(span)
    if x.size == 0:
        return 0, 1
    first, last = xp.min(x), xp.max(x)
    if x.dtype.kind == "f" and happens(~(xp.isfinite(first) & xp.isfinite(last))):
        raise ValueError(f"autodetected range of [{first.item()}, {last.item()}] is not finite")
    margin = xp.where(first == last, 0.5, 0.0)
    if x.dtype.kind == "f":
        margin = cast(margin, x.dtype)
    return first - margin, last + margin


def _edges_dtype(x: Tensor, span: Span) -> np.dtype[Any]:
    bounds = [bound.dtype if isinstance(bound, Tensor) else bound for bound in span]
    dtype = np.result_type(*bounds, x.dtype)
    return np.result_type(dtype, 1.0) if dtype.kind in "biu" else dtype


def _spaced(span: Span, bins: int, dtype: np.dtype[Any] | None) -> Any:
    """The edges of equal bins: on the host if the outer ones are there."""
    if any(isinstance(end, Tensor) for end in span):
        return linspace(*span, bins + 1, dtype=dtype)
    return np.linspace(*span, bins + 1, dtype=dtype)


def _estimated(x: Tensor, name: str, span: Any, weights: Array | None) -> int:
    """How many bins the rule of that name asks for. Waits for the device, to learn it."""
    if name not in WIDTHS:
        raise ValueError(f"{name!r} is not a valid estimator for `bins`")
    if weights is not None:
        raise TypeError("Automated estimation of the number of bins is not supported for weighted data")
    first, last = ends = _span(x, span)
    if span is not None:
        x = x[(x >= first) & (x <= last)]
    if x.size == 0:
        return 1
    dtype = _edges_dtype(x, ends)
    width = WIDTHS[name](x, lambda bins: as_tensor(_spaced(ends, bins, dtype), x.dev))
    extent = distance(*(end if isinstance(end, Tensor) else np.asarray(end) for end in (last, first)))
    return int(bins_of_width(x, width, extent))


def ndim_of(bins: Any, dev: int) -> int:
    """How many axes `bins` have, which may be a list of Tensors."""
    return np.ndim(bins) if find_dev([bins]) is None else as_tensor(bins, dev).ndim


def _given_edges(bins: Any, dev: int) -> Any:
    """The edges that are given, checked. Waits for the device if they are a Tensor."""
    edges: Any = np.asarray(bins) if find_dev([bins]) is None else as_tensor(bins, dev)
    if edges.ndim != 1:
        raise ValueError("`bins` must be 1d, when an array")
    if happens(edges[:-1] > edges[1:]):
        raise ValueError("`bins` must increase monotonically, when an array")
    return as_tensor(edges, dev)


def _bin_edges(x: Tensor, bins: Any, span: Any, weights: Array | None) -> Tensor:
    if isinstance(bins, str):
        count = _estimated(x, bins, span, weights)
    elif ndim_of(bins, x.dev) == 0:
        try:
            count = operator.index(bins)
        except TypeError:
            raise TypeError("`bins` must be an integer, a string, or an array") from None
        if count < 1:
            raise ValueError("`bins` must be positive, when an integer")
    else:
        return _given_edges(bins, x.dev)
    ends = _span(x, span)
    edges = _spaced(ends, count, _edges_dtype(x, ends))
    if happens(edges[:-1] >= edges[1:]):
        raise ValueError(f"Too many bins for data range. Cannot create {count} finite-sized bins.")
    return as_tensor(edges, x.dev)


def _data(a: Array, weights: Array | None, *others: Any) -> tuple[Tensor, Tensor | None]:
    """Data and weights, flat."""
    dev = dev_of(a, weights, *others)
    x = as_tensor(a, dev)
    if x.dtype.kind == "c":
        raise TypeError(f"histogram: complex numbers ({x.dtype}) are in no range; take their real or imaginary parts")
    if x.dtype.kind == "b":
        warn("Converting input from bool to <class 'numpy.uint8'> for compatibility.")
        x = cast(x, np.uint8)
    if weights is None:
        return ravel(x), None
    heavy = as_tensor(weights, dev)
    if heavy.shape != x.shape:
        raise ValueError("weights should have the same shape as a.")
    return ravel(x), ravel(heavy)


@implements(np.histogram_bin_edges)
def histogram_bin_edges(a: Array, bins: Any = 10, range: Any = None, weights: Array | None = None) -> Tensor:
    """NumPy's `histogram_bin_edges`. Waits for the device, to see whether the data are finite and the bins too many."""
    x, heavy = _data(a, weights, bins)
    return _bin_edges(x, bins, range, heavy)


@implements(np.histogram)
def histogram(
    a: Array, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Array | None = None
) -> tuple[Tensor, Tensor]:
    """NumPy's `histogram`. Waits for the device, to see whether the data are finite and the bins too many."""
    x, heavy = _data(a, weights, bins)
    edges = _bin_edges(x, bins, range, heavy)
    equal = isinstance(bins, str) or ndim_of(bins, x.dev) == 0
    counts = count_between(x, edges, heavy, equal)
    if heavy is not None:
        if heavy.dtype.kind == "b" and not equal:
            raise TypeError("histogram: NumPy adds up weights of dtype bool in equal bins alone")
        counts = counts.astype(heavy.dtype, copy=False)
    if density:
        return counts / cast(xp.diff(edges), FLOAT64) / counts.sum(), edges
    return counts, edges


# ---- Several variables ----


def _sample(sample: Any, dev: int) -> Tensor:
    """A column for each variable."""
    if not isinstance(sample, (Tensor, np.ndarray)) and find_dev([sample]) is not None:
        sample = xp.stack(promoted(*(as_tensor(x, dev) for x in sample)))
        return _checked_sample(xp.atleast_2d(sample).T)
    x = as_tensor(sample, dev)
    if isinstance(sample, (Tensor, np.ndarray)) and x.ndim == 2:
        return x
    return _checked_sample(xp.atleast_2d(x).T)


def _checked_sample(x: Tensor) -> Tensor:
    if x.ndim != 2:
        raise ValueError("the sample must have one or two dimensions")
    return x


def _edges_of(x: Tensor, bins: Any, span: Any, i: int) -> Tensor:
    """The edges for the variable `i`, `x`."""
    if ndim_of(bins, x.dev) == 0:
        if bins < 1:
            raise ValueError(f"`bins[{i}]` must be positive, when an integer")
        ends = _span(x, span)
        try:
            count = operator.index(bins)
        except TypeError:
            raise TypeError(f"`bins[{i}]` must be an integer, when a scalar") from None
        return as_tensor(_spaced(ends, count, None), x.dev)
    edges: Any = np.asarray(bins) if find_dev([bins]) is None else as_tensor(bins, x.dev)
    if edges.ndim != 1:
        raise ValueError(f"`bins[{i}]` must be a scalar or 1d array")
    if happens(edges[:-1] > edges[1:]):
        raise ValueError(f"`bins[{i}]` must be monotonically increasing, when an array")
    return as_tensor(edges, x.dev)


def _for_each(bins: Any, span: Any, variables: int) -> tuple[list[Any], list[Any]]:
    """Bins and ranges for each of the variables."""
    try:
        if len(bins) != variables:
            raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
        each = [bins[i] for i in range(variables)]
    except TypeError:
        each = [bins] * variables
    spans = [None] * variables if span is None else span
    if len(spans) != variables:
        raise ValueError("range argument must have one entry per dimension")
    return each, spans


def _heavy(weights: Array | None, count: int, dev: int) -> Tensor | None:
    if weights is None:
        return None
    heavy = as_tensor(weights, dev)
    check_casting("histogramdd", heavy.dtype, FLOAT64, "safe")
    if heavy.shape != (count,):
        raise ValueError("The weights and list don't have the same length.")
    return cast(heavy, FLOAT64)


@implements(np.histogramdd)
def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Array | None = None
) -> tuple[Tensor, Any]:
    """NumPy's `histogramdd`. Waits for the device, to see whether the data are finite and the edges in order."""
    dev = dev_of(sample, bins, weights)
    x = _sample(sample, dev)
    columns = [x[:, i] for i, _ in enumerate(x.T)]
    each, spans = _for_each(bins, range, len(columns))
    edges = [_edges_of(*given, i) for i, given in enumerate(zip(columns, each, spans, strict=True))]
    lengths = tuple(edge.size + 1 for edge in edges)  # one more at each end, for what is outside
    if math.prod(lengths) > LARGEST:
        raise ValueError(f"histogramdd: {len(lengths)} axes have more than {LARGEST} bins")
    indices = tensor(np.zeros(1, np.int64), dev=dev)
    for column, edge in zip(columns, edges, strict=True):
        index = searchsorted(edge, column, "right")
        indices = indices * (edge.size + 1) + xp.where(column == edge[-1], edge.size - 1, index)
    counts = total_at(indices, _heavy(weights, x.shape[0], dev), math.prod(lengths))
    counts = cast(counts.reshape(lengths)[(slice(1, -1),) * len(lengths)], FLOAT64)
    if density:
        total = counts.sum()
        for i, edge in enumerate(edges):
            counts = counts / xp.diff(edge).reshape(tuple(-1 if i == j else 1 for j, _ in enumerate(edges)))
        counts = counts / total
    return counts, EDGES(edges)


@implements(np.histogram2d)
def histogram2d(
    x: Array,
    y: Array,
    bins: Any = 10,
    range: Any = None,
    density: bool | None = None,
    weights: Array | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """NumPy's `histogram2d`. Waits for the device, to see whether the data are finite and the edges in order."""
    if len(x) != len(y):
        raise ValueError("x and y must have the same length.")
    try:
        given = len(bins)
    except TypeError:
        given = 1
    if given not in (1, 2):
        bins = [bins, bins]
    counts, edges = histogramdd([x, y], bins, range, density, weights)
    return counts, edges[0], edges[1]
