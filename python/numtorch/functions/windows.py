"""Sliding windows: views in which elements appear several times."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch._core import Tensor, as_read_only, kernel
from numtorch.functions.arguments import Array, as_tensor
from numtorch.functions.registry import implements

__all__ = ["sliding_window_view"]

_alias = kernel("alias")
_unfold = kernel("unfold")


@implements(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(
    x: Array,
    window_shape: Any,
    axis: Any = None,
    *,
    subok: bool = False,  # noqa: ARG001
    writeable: bool = False,
) -> Tensor:
    """NumPy's `sliding_window_view`, a read-only view unless `writeable`."""
    view = _alias(as_tensor(x))
    lengths = tuple(window_shape) if np.iterable(window_shape) else (window_shape,)
    lengths = tuple(map(operator.index, lengths))
    if any(length < 0 for length in lengths):
        raise ValueError("`window_shape` cannot contain negative values")
    if axis is None:
        axes = tuple(range(view.ndim))
        if len(lengths) != len(axes):
            raise ValueError(
                f"Since axis is None, must provide window_shape for all dimensions of `x`; "
                f"got {len(lengths)} window_shape elements and `x.ndim` is {view.ndim}."
            )
    else:
        axes = normalize_axis_tuple(axis, view.ndim, allow_duplicate=True)
        if len(lengths) != len(axes):
            raise ValueError(
                f"Must provide matching length window_shape and axis; "
                f"got {len(lengths)} window_shape elements and {len(axes)} axes elements."
            )
    for place, length in zip(axes, lengths, strict=True):
        if length > view.shape[place]:
            raise ValueError("window shape cannot be larger than input array shape")
        view = _unfold(view, place, length, 1)
    return view if writeable else as_read_only(view)
