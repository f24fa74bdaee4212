"""`pad`: axis by axis, from the places that NumPy's modes repeat."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel, tensor
from numtorch.functions.arguments import Array, as_tensor, dev_of
from numtorch.functions.bits import moved
from numtorch.functions.joining import concatenate
from numtorch.functions.registry import implements
from numtorch.functions.shape import broadcast_to

__all__ = ["pad"]

_constant_pad = kernel("constant_pad_nd")
_index_select = kernel("index_select")

REPEATING = ("edge", "reflect", "symmetric", "wrap")
KEYWORDS = {"constant": {"constant_values"}, "empty": set[str](), "edge": set[str](), "wrap": set[str]()}
KEYWORDS |= {"reflect": {"reflect_type"}, "symmetric": {"reflect_type"}}


def _widths(pad_width: Any, ndim: int) -> list[tuple[int, int]]:
    """How much to add before and after each axis."""
    if isinstance(pad_width, dict):
        by_axis = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            by_axis[axis] = (width, width) if np.ndim(width) == 0 else tuple(width)
        pad_width = by_axis
    table = np.asarray(pad_width)
    if table.dtype.kind not in "iu":
        raise TypeError("`pad_width` must be of integral type.")
    if (table < 0).any():
        raise ValueError("index can't contain negative values")
    return [(int(before), int(after)) for before, after in np.broadcast_to(table, (ndim, 2))]


def _check(mode: str, keywords: dict[str, Any]) -> None:
    if callable(mode):
        raise TypeError("pad: a function as mode is not supported on Tensors, it would run on the host")
    if mode not in KEYWORDS:
        accepted = ", ".join(map(repr, KEYWORDS))
        error = TypeError if mode in ("linear_ramp", "maximum", "mean", "median", "minimum") else ValueError
        raise error(f"pad: mode must be one of {accepted}, not {mode!r}")
    unknown = set(keywords) - KEYWORDS[mode]
    if unknown:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    if keywords.get("reflect_type", "even") != "even":
        raise TypeError("pad: reflect_type must be 'even' on Tensors")


def _pad_constant(x: Tensor, widths: list[tuple[int, int]], values: Any) -> Tensor:
    if isinstance(values, (int, float, complex)) and x.dtype.kind != "u":
        value = np.asarray(values).astype(x.dtype).item()
        return _constant_pad(x, [width for pair in reversed(widths) for width in pair], value)
    table = values if isinstance(values, Tensor) else np.asarray(values)
    table = np.broadcast_to(table, (x.ndim, 2))
    if x.ndim == 0:
        return x.copy()
    for axis, widths_here in enumerate(widths):
        ends = [
            broadcast_to(
                as_tensor(table[axis, end], x.dev).to(dtype=x.dtype),
                (*x.shape[:axis], widths_here[end], *x.shape[axis + 1 :]),
            )
            for end in (0, 1)
        ]
        x = concatenate([ends[0], x, ends[1]], axis)
    return x


def _pad_repeating(x: Tensor, widths: list[tuple[int, int]], mode: Any) -> Tensor:
    """Takes elements that are there already: which, NumPy tells from the length alone."""
    for axis, width in enumerate(widths):
        if width == (0, 0):
            continue
        if x.shape[axis] == 0:
            raise ValueError(f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'")
        places = tensor(np.pad(np.arange(x.shape[axis]), width, mode), dev=x.dev)
        x = _index_select(x, axis, places)
    return x


@implements(np.pad)
def pad(array: Array, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Tensor:
    """NumPy's `pad` in the modes constant, empty, edge, reflect, symmetric and wrap."""
    x = as_tensor(array, dev_of(array, *kwargs.values()))
    widths = _widths(pad_width, x.ndim)
    _check(mode, kwargs)
    if mode in ("constant", "empty"):
        return _pad_constant(x, widths, kwargs.get("constant_values", 0))
    if all(width == (0, 0) for width in widths):
        return x.copy()
    return moved(lambda y: _pad_repeating(y, widths, mode), x)
