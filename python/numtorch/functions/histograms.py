"""Counts of elements, and of those between edges."""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel, tensor
from numtorch.functions.arguments import Array, as_tensor, as_tensors, cast, dev_of, xp
from numtorch.functions.binwidth import WIDTHS
from numtorch.functions.bits import signed
from numtorch.functions.registry import implements
from numtorch.functions.shape import ravel
from numtorch.functions.sorting import searchsorted

__all__ = ["bincount", "digitize", "histogram", "histogram2d", "histogram_bin_edges", "histogramdd"]

_index_add = kernel("index_add")
_view = kernel("view.dtype")

FLOAT64 = np.dtype(np.float64)
INT64 = np.dtype(np.int64)

EDGES: Any = type(np.histogramdd(np.zeros((1, 1)))[1])  # a list, in later versions a tuple


# ---- Counting ----


def counted(places: Tensor, weights: Tensor | None, length: int) -> Tensor:
    """How often each of the first `length` places occurs, or the sum of the weights there."""
    amounts = tensor(np.ones(1, np.int64), dev=places.dev) if weights is None else weights
    start = xp.zeros(length, amounts.dtype, like=places)
    sums = _index_add(signed(start), 0, places, signed(xp.broadcast_to(amounts, places.shape)))
    return sums if sums.dtype == amounts.dtype else _view(sums, amounts.dtype)


@implements(np.bincount)
def bincount(x: Array, /, weights: Array | None = None, minlength: Any = 0) -> Tensor:
    """NumPy's `bincount`. Waits for the device, to learn the largest element."""
    dev = dev_of(x, weights)
    places = as_tensor(x, dev)
    if places.ndim != 1:
        raise ValueError("object of too small depth for desired array" if places.ndim == 0 else
                         "object too deep for desired array")  # fmt: skip
    if places.dtype.kind not in "biu" and (places.size or isinstance(x, (Tensor, np.ndarray))):
        raise TypeError(f"Cannot cast array data from {places.dtype!r} to {INT64!r} according to the rule 'safe'")
    length = operator.index(minlength)
    if length < 0:
        raise ValueError("'minlength' must not be negative")
    places = cast(places, INT64)
    if places.size:
        lowest, highest = int(places.min()), int(places.max())
        if lowest < 0:
            raise ValueError("'list' argument must have no negative elements")
        length = max(length, highest + 1)
    if weights is None:
        return counted(places, None, length)
    heavy = as_tensor(weights, dev)
    if heavy.shape != places.shape:
        raise ValueError("The weights and list don't have the same length.")
    if not np.can_cast(heavy.dtype, FLOAT64, "safe"):
        raise TypeError(f"Cannot cast array data from {heavy.dtype!r} to {FLOAT64!r} according to the rule 'safe'")
    return counted(places, cast(heavy, FLOAT64), length)


@implements(np.digitize)
def digitize(x: Array, bins: Array, right: bool = False) -> Tensor:
    """NumPy's `digitize`. Waits for the device, to see whether the bins rise or fall."""
    values, edges = as_tensors(x, bins)
    if values.dtype.kind == "c":
        raise TypeError("x may not be complex")
    if edges.dtype.kind == "c":
        raise TypeError("bins may not be complex")
    if edges.ndim != 1:
        raise ValueError("object of too small depth for desired array" if edges.ndim == 0 else
                         "object too deep for desired array")  # fmt: skip
    rises = bool(xp.all(edges[1:] >= edges[:-1]))
    if not rises and not bool(xp.all(edges[1:] <= edges[:-1])):
        raise ValueError("bins must be monotonically increasing or decreasing")
    side = "left" if right else "right"
    if rises:
        return searchsorted(edges, values, side)
    return edges.size - searchsorted(edges[::-1], values, side)


# ---- Edges ----


def _outer_edges(x: Tensor, within: Any) -> tuple[Any, Any]:
    """The first edge and the last, numbers on the host."""
    if within is not None:
        first, last = within
        if first > last:
            raise ValueError("max must be larger than min in range parameter.")
        kind = "supplied"
    elif x.size == 0:
        return 0, 1
    else:
        first, last = (np.asarray(edge.item(), x.dtype)[()] for edge in (xp.min(x), xp.max(x)))
        kind = "autodetected"
    if not (np.isfinite(first) and np.isfinite(last)):
        raise ValueError(f"{kind} range of [{first}, {last}] is not finite")
    return (first - 0.5, last + 0.5) if first == last else (first, last)


def _estimated_count(x: Tensor, rule: str, within: Any, weights: Any) -> tuple[int, Any, Any]:
    if rule not in WIDTHS:
        raise ValueError(f"{rule!r} is not a valid estimator for `bins`")
    if weights is not None:
        raise TypeError("Automated estimation of the number of bins is not supported for weighted data")
    first, last = _outer_edges(x, within)
    if within is not None:
        x = x[(x >= first) & (x <= last)]
    width = WIDTHS[rule](x, (first, last)) if x.size else 0.0
    if width and x.dtype.kind in "iu":
        width = max(width, 1.0)
    return int(np.ceil((float(last) - float(first)) / width)) if width else 1, first, last


def _edges(x: Tensor, bins: Any, within: Any, weights: Any) -> Tensor:
    if isinstance(bins, str):
        count, first, last = _estimated_count(x, bins, within, weights)
    elif np.ndim(bins) == 0:
        try:
            count = operator.index(bins)
        except TypeError:
            raise TypeError("`bins` must be an integer, a string, or an array") from None
        if count < 1:
            raise ValueError("`bins` must be positive, when an integer")
        first, last = _outer_edges(x, within)
    elif np.ndim(bins) == 1:
        edges = as_tensor(bins, x.dev)
        if bool(xp.any(edges[:-1] > edges[1:])):
            raise ValueError("`bins` must increase monotonically, when an array")
        return edges
    else:
        raise ValueError("`bins` must be 1d, when an array")
    dtype = np.result_type(first, last, x.dtype)
    if dtype.kind in "iu":
        dtype = np.result_type(dtype, FLOAT64)
    numbers = np.linspace(first, last, count + 1, dtype=dtype)
    if np.any(numbers[:-1] >= numbers[1:]):
        raise ValueError(f"Too many bins for data range. Cannot create {count} finite-sized bins.")
    return tensor(numbers, dev=x.dev)


def _ravelled(a: Array, weights: Array | None) -> tuple[Tensor, Tensor | None]:
    dev = dev_of(a, weights)
    x = as_tensor(a, dev)
    if x.dtype.kind == "b":
        warnings.warn(f"Converting input from {x.dtype} to {np.uint8} for compatibility.", RuntimeWarning, stacklevel=4)
        x = cast(x, np.dtype(np.uint8))
    if weights is None:
        return ravel(x), None
    heavy = as_tensor(weights, dev)
    if heavy.shape != x.shape:
        raise ValueError("weights should have the same shape as a.")
    return ravel(x), ravel(heavy)


@implements(np.histogram_bin_edges)
def histogram_bin_edges(a: Array, bins: Any = 10, range: Any = None, weights: Array | None = None) -> Tensor:
    """NumPy's `histogram_bin_edges`. Waits for the device, to learn the extent of the elements."""
    x, heavy = _ravelled(a, weights)
    return _edges(x, bins, range, heavy)


# ---- Histograms ----


def _places(x: Tensor, edges: Tensor) -> Tensor:
    """The bin of each element, counted from 1: 0 and the number of edges are outside, the last edge is not."""
    places = searchsorted(edges, x, "right")
    return places - cast(x == edges[-1:], INT64)


@implements(np.histogram)
def histogram(
    a: Array, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Array | None = None
) -> tuple[Tensor, Tensor]:
    """NumPy's `histogram`. Waits for the device, to learn the extent of the elements or check the bins."""
    x, heavy = _ravelled(a, weights)
    edges = _edges(x, bins, range, heavy)
    if heavy is not None and heavy.dtype.kind == "b":
        heavy = cast(heavy, INT64)
    counts = counted(_places(x, edges), heavy, edges.size + 1)[1:-1]
    if heavy is not None and as_tensor(weights, x.dev).dtype.kind == "b":
        counts = cast(counts, np.dtype(np.bool_))
    if density:
        widths = cast(xp.diff(edges), FLOAT64)
        return counts / widths / counts.sum(), edges
    return counts, edges


def _sample(sample: Any) -> Tensor:
    """One row a point, one column a dimension."""
    if isinstance(sample, (list, tuple)):
        return xp.stack(as_tensors(*sample)).T
    x = as_tensor(sample)
    return xp.atleast_2d(x).T if x.ndim < 2 else x


def _is_number(bins: Any) -> bool:
    return not isinstance(bins, (list, tuple)) and np.ndim(bins) == 0


def _bins_by_dimension(bins: Any, dimensions: int) -> list[Any]:
    if isinstance(bins, Tensor) or _is_number(bins):
        return [bins] * dimensions
    if len(bins) != dimensions:
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    return list(bins)


def _edges_by_dimension(x: Tensor, bins: Any, within: Any) -> list[Tensor]:
    dimensions = x.shape[1]
    if within is None:
        within = (None,) * dimensions
    elif len(within) != dimensions:
        raise ValueError("range argument must have one entry per dimension")
    edges = []
    for i, wanted in enumerate(_bins_by_dimension(bins, dimensions)):
        if np.ndim(wanted) == 0:
            if wanted < 1:
                raise ValueError(f"`bins[{i}]` must be positive, when an integer")
            first, last = _outer_edges(x[:, i], within[i])
            try:
                edges.append(tensor(np.linspace(first, last, wanted + 1), dev=x.dev))
            except TypeError as e:
                raise TypeError(f"`bins[{i}]` must be an integer, when a scalar") from e
        elif np.ndim(wanted) == 1:
            given = as_tensor(wanted, x.dev)
            if bool(xp.any(given[:-1] > given[1:])):
                raise ValueError(f"`bins[{i}]` must be monotonically increasing, when an array")
            edges.append(given)
        else:
            raise ValueError(f"`bins[{i}]` must be a scalar or 1d array")
    return edges


@implements(np.histogramdd)
def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Array | None = None
) -> tuple[Tensor, Any]:
    """NumPy's `histogramdd`. Waits for the device, to learn the extent of the elements or check the bins."""
    x = _sample(sample)
    edges = _edges_by_dimension(x, bins, range)
    lengths = tuple(each.size + 1 for each in edges)
    place = xp.zeros(x.shape[0], INT64, like=x)
    for i, each in enumerate(edges):
        place = place * lengths[i] + _places(x[:, i], each)
    heavy = None if weights is None else cast(as_tensor(weights, x.dev), FLOAT64)
    counts = counted(place, heavy, int(np.prod(lengths))).reshape(lengths)
    counts = cast(counts[(slice(1, -1),) * len(lengths)], FLOAT64)
    if density:
        total = counts.sum()
        for i, each in enumerate(edges):
            shape = [1] * len(edges)
            shape[i] = each.size - 1
            counts = counts / xp.diff(each).reshape(shape)
        counts = counts / total
    return counts, edges if EDGES is list else tuple(edges)


@implements(np.histogram2d)
def histogram2d(
    x: Array,
    y: Array,
    bins: Any = 10,
    range: Any = None,
    density: bool | None = None,
    weights: Array | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """NumPy's `histogram2d`. Waits for the device, to learn the extent of the elements or check the bins."""
    columns = as_tensors(x, y)
    if len(columns[0]) != len(columns[1]):
        raise ValueError("x and y must have the same length.")
    if not _is_number(bins) and len(bins) not in (1, 2):
        bins = [bins, bins]  # edges of both
    counts, edges = histogramdd(columns, bins, range, density, weights)
    return counts, edges[0], edges[1]
