"""`pad`: axis by axis, from values, from statistics, or from the indices that NumPy's modes repeat."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, as_tensor, cast, check_lengths, dev_of, find_dev, xp
from numtorch.functions.calls.layout import is_turned, reverse_axes, turned_too
from numtorch.functions.calls.registry import implements
from numtorch.functions.creation.ranges import linspace
from numtorch.functions.dtypes.bits import moved
from numtorch.functions.manipulation.joining import concatenate
from numtorch.functions.manipulation.shape import broadcast_to, moveaxis

__all__ = ["pad"]


Widths = list[tuple[int, int]]

KEYWORDS: dict[str, set[str]] = {
    "constant": {"constant_values"},
    "edge": set(),
    "empty": set(),
    "linear_ramp": {"end_values"},
    "maximum": {"stat_length"},
    "mean": {"stat_length"},
    "median": {"stat_length"},
    "minimum": {"stat_length"},
    "reflect": {"reflect_type"},
    "symmetric": {"reflect_type"},
    "wrap": set(),
}


def _by_axis(pad_width: dict[int, Any], ndim: int) -> Any:
    widths: list[Any] = [(0, 0)] * ndim
    for axis, width in pad_width.items():
        widths[axis] = (width, width) if np.ndim(width) == 0 else tuple(width)
    return widths


def _as_widths(pad_width: Any, ndim: int) -> Widths:
    """How much to add before and after each axis."""
    table = np.asarray(_by_axis(pad_width, ndim) if isinstance(pad_width, dict) else pad_width)
    if table.dtype.kind not in "iu":
        raise TypeError("`pad_width` must be of integral type.")
    if (table < 0).any():
        raise ValueError("index can't contain negative values")
    return [(int(before), int(after)) for before, after in np.broadcast_to(table, (ndim, 2))]


def _check_keywords(mode: str, keywords: dict[str, Any]) -> None:
    if mode not in KEYWORDS:
        raise ValueError(f"mode '{mode}' is not supported")
    unknown = set(keywords) - KEYWORDS[mode]
    if unknown:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")


def _ends(values: Any, ndim: int, dev: int) -> Any:
    """A table of the values before and after each axis; ndarray or Tensor."""
    if find_dev([values]) is None:
        return np.broadcast_to(np.asarray(values), (ndim, 2))
    return broadcast_to(as_tensor(values, dev), (ndim, 2))


def _band(x: Tensor, axis: int, length: int) -> tuple[int, ...]:
    return (*x.shape[:axis], length, *x.shape[axis + 1 :])


def _pad_constant(x: Tensor, widths: Widths, values: Any) -> Tensor:
    if isinstance(values, (int, float, complex)) and is_turned(x):
        return reverse_axes(_pad_constant(reverse_axes(x), widths[::-1], values))
    if isinstance(values, (int, float, complex)) and x.dtype.kind != "u":
        value = np.asarray(values).astype(x.dtype).item()
        return aten.constant_pad_nd(x, [width for pair in reversed(widths) for width in pair], value)
    table = _ends(values, x.ndim, x.dev)
    for axis, width in enumerate(widths):
        ends = [as_tensor(table[axis, end], x.dev).astype(x.dtype) for end in (0, 1)]
        before, after = (broadcast_to(ends[end], _band(x, axis, width[end])) for end in (0, 1))
        x = concatenate([before, x, after], axis)
    return x


def _pad_ramp(x: Tensor, widths: Widths, values: Any) -> Tensor:
    """Straight lines from the end values to the edges."""
    table = _ends(values, x.ndim, x.dev)
    for axis, width in enumerate(widths):
        edges = (aten.slice_Tensor(x, axis, 0, 1), aten.slice_Tensor(x, axis, x.shape[axis] - 1))
        ramps = []
        for end in (0, 1):
            edge = xp.squeeze(edges[end], axis)
            start = as_tensor(table[axis, end], x.dev)
            ramp = linspace(start, edge, width[end], endpoint=False, dtype=x.dtype, axis=axis)
            ramps.append(xp.flip(ramp, axis) if end else ramp)
        x = concatenate([ramps[0], x, ramps[1]], axis)
    return x


def _as_lengths(stat_length: Any, ndim: int) -> list[tuple[Any, Any]]:
    if stat_length is None:
        return [(None, None)] * ndim
    table = np.round(np.asarray(stat_length, dtype=np.float64)).astype(np.int64)
    if (table < 0).any():
        raise ValueError("index can't contain negative values")
    return [(int(before), int(after)) for before, after in np.broadcast_to(table, (ndim, 2))]


def _pad_statistic(x: Tensor, widths: Widths, function: Callable[..., Any], stat_length: Any) -> Tensor:
    """A statistic of the elements next to the edge, rounded for integers."""
    for axis, (width, lengths) in enumerate(zip(widths, _as_lengths(stat_length, x.ndim), strict=True)):
        count = x.shape[axis]
        before, after = (count if length is None else min(length, count) for length in lengths)
        if function in (xp.amax, xp.amin) and 0 in (before, after):
            raise ValueError("stat_length of 0 yields no value for padding")
        bands = []
        for end, part in enumerate((aten.slice_Tensor(x, axis, 0, before), aten.slice_Tensor(x, axis, count - after))):
            value = function(part, axis=axis, keepdims=True)
            value = xp.rint(value) if x.dtype.kind in "iu" and value.dtype.kind == "f" else value
            bands.append(broadcast_to(value.astype(x.dtype), _band(x, axis, width[end])))
        x = concatenate([bands[0], x, bands[1]], axis)
    return x


def _picked(x: Tensor, axis: int, indices: np.ndarray[Any, Any]) -> Tensor:
    return moved(lambda y: aten.index_select(y, axis, tensor(indices, dev=x.dev)), x)


def _pad_repeating(x: Tensor, widths: Widths, mode: Any) -> Tensor:
    """Takes elements that are there already: which, NumPy tells from the length alone."""
    for axis, width in enumerate(widths):
        if width != (0, 0):
            indices = np.pad(np.arange(x.shape[axis]), width, mode)
            ends = (indices[: width[0]], indices[indices.size - width[1] :])
            before, after = (_picked(x, axis, end) for end in ends)
            x = concatenate([before, x, after], axis)
    return x


def _odd_weights(length: int, width: tuple[int, int], mode: Any) -> tuple[np.ndarray[Any, Any], ...]:
    """Reflected about the edges' values, each element is a sum of three: one inside, the first and the last.

    Returns the index of the one inside, and the three weights. They depend on the length alone: NumPy pads the
    indices, and arrays with a 1 at one end.
    """
    indices = np.pad(np.arange(length), width, mode)
    firsts, lasts = (
        np.pad((np.arange(length) == end).astype(np.int64), width, mode, reflect_type="odd") for end in (0, length - 1)
    )
    inside = np.where((indices == 0) | (indices == length - 1), 0, 1 - firsts - lasts)
    return indices, inside, firsts, lasts


def _pad_odd(x: Tensor, widths: Widths, mode: Any) -> Tensor:
    dtype = x.dtype
    if dtype.kind == "b":
        x = cast(x, np.int64)
    for axis, width in enumerate(widths):
        length = x.shape[axis]
        if width == (0, 0):
            continue
        if length == 1:
            x = broadcast_to(x, _band(x, axis, 1 + sum(width))).copy()
            continue
        indices, *weights = _odd_weights(length, width, mode)
        shape = (-1,) + (1,) * (x.ndim - axis - 1)
        inside, first, last = (tensor(w.astype(x.dtype), dev=x.dev).reshape(shape) for w in weights)
        edges = (aten.slice_Tensor(x, axis, 0, 1), aten.slice_Tensor(x, axis, length - 1))
        picked = _picked(x, axis, indices)
        x = picked * inside + edges[0] * first + edges[1] * last
    return cast(x, dtype)


def _pad_by(x: Tensor, widths: Widths, function: Callable[..., Any], keywords: dict[str, Any]) -> Tensor:
    """`function` writes the padding of each vector, along one axis after another."""
    padded = _pad_constant(x, widths, 0)
    for axis, width in enumerate(widths):
        vectors = moveaxis(padded, axis, -1)
        for index in product(*map(range, vectors.shape[:-1])):
            function(vectors[(*index, ...)], width, axis, keywords)
    return padded


def _pad_from_inside(x: Tensor, widths: Widths, mode: Any, keywords: dict[str, Any]) -> Tensor:
    """The modes that need elements to start from."""
    for axis, width in enumerate(widths):
        if x.shape[axis] == 0 and width != (0, 0):
            raise ValueError(f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'")
    if x.size == 0:
        return _pad_constant(x, widths, 0)
    if mode == "linear_ramp":
        return _pad_ramp(x, widths, keywords.get("end_values", 0))
    statistic = {"maximum": xp.amax, "minimum": xp.amin, "mean": xp.mean, "median": xp.median}.get(mode)
    if statistic is not None:
        return _pad_statistic(x, widths, statistic, keywords.get("stat_length"))
    if keywords.get("reflect_type", "even") == "odd":
        return _pad_odd(x, widths, mode)
    if all(width == (0, 0) for width in widths):
        return x.copy()
    return _pad_repeating(x, widths, mode)


@implements(np.pad)
def pad(array: Array, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Tensor:
    """NumPy's `pad`; a function as `mode` is called with 1-d views."""
    x = as_tensor(array, dev_of(array, *kwargs.values()))
    widths = _as_widths(pad_width, x.ndim)
    check_lengths([length + before + after for length, (before, after) in zip(x.shape, widths, strict=True)])
    if callable(mode):
        return _pad_by(x, widths, mode, kwargs)
    _check_keywords(mode, kwargs)
    if x.ndim == 0:
        return x.copy()
    if mode in ("constant", "empty"):
        return _pad_constant(x, widths, kwargs.get("constant_values", 0))
    return turned_too(_pad_from_inside(x, widths, mode, kwargs), x)
