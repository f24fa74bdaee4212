"""Sliding windows: views in which elements appear several times."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch import kernels as aten
from numtorch._core import Tensor, as_read_only
from numtorch.functions.calls.arguments import Array, as_shape, as_tensor, check_ndim
from numtorch.functions.calls.registry import implements

__all__ = ["as_strided", "sliding_window_view"]


_MOST_BYTES = 2**63 - 1


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
    view = aten.alias(as_tensor(x))
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
    for window_axis, length in zip(axes, lengths, strict=True):
        if length > view.shape[window_axis]:
            raise ValueError("window shape cannot be larger than input array shape")
        view = aten.unfold(view, window_axis, length, 1)
    return view if writeable else as_read_only(view)


def _strided(base: Tensor, lengths: Any, steps: tuple[int, ...]) -> Tensor:
    """The view with those strides in elements: one that steps forward, turned round where they are negative."""
    if min((*steps, *base.strides), default=0) >= 0:
        view: Tensor = aten.as_strided(base, lengths, steps)
        return view
    if base.tracked:
        raise NotImplementedError("gradient: as_strided takes no negative strides while a gradient is being taken")
    backward = [step < 0 and length > 1 for length, step in zip(lengths, steps, strict=True)]
    before = sum((length - 1) * step for length, step, turned in zip(lengths, steps, backward, strict=True) if turned)
    view = aten.as_strided(
        base, lengths, tuple(map(abs, steps)), aten.storage_offset(base) + (0 if 0 in lengths else before)
    )
    return view[tuple(slice(None, None, -1 if turned else 1) for turned in backward)] if any(backward) else view


def as_strided(
    x: Array,
    shape: Any = None,
    strides: Any = None,
    subok: bool = False,  # noqa: ARG001
    writeable: bool = True,
) -> Tensor:
    """
    NumPy's `as_strided`: a view of the memory of `x` with that shape and those strides, in bytes.

    NumPy reads whatever lies there; this raises ValueError instead where the view would leave the memory that `x`
    itself is a view of. Strides are multiples of the size of an element. A gradient reaches the elements of `x`; where
    the view reads others, or strides are negative, NotImplementedError is raised.

    Parameters
    ----------
    x : array
        What is not a Tensor is copied first, so the view is one of the copy.
    shape, strides : ints, optional
        Those of `x` by default; strides are in bytes.
    subok : bool, optional
        Decides nothing: the view is of the class of `x`.
    writeable : bool, optional
        Whether the view can be written to, if `x` can.

    Returns
    -------
    Tensor
        The view.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> x = np.arange(6)
    >>> np.lib.stride_tricks.as_strided(x, (4, 3), (8, 8))
    Tensor([[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4],
            [3, 4, 5]], dtype=int64, dev=-1)
    """
    base = as_tensor(x)
    lengths = base.shape if shape is None else as_shape(shape)
    steps = base.strides if strides is None else as_shape(strides)
    if len(lengths) != len(steps):
        raise ValueError("mismatch in length of strides and shape")
    check_ndim(len(lengths))
    if any(length < 0 for length in lengths):
        raise ValueError("negative dimensions are not allowed")
    # Nobody steps along an axis of one element.
    steps = tuple(
        base.itemsize if length <= 1 and step % base.itemsize else step
        for length, step in zip(lengths, steps, strict=True)
    )
    if any(step % base.itemsize for step in steps):
        raise ValueError(f"as_strided: strides must be multiples of the itemsize {base.itemsize}")
    outside = ValueError(f"as_strided: a view of shape {lengths} with strides {steps} leaves the memory of the array")
    reach = (
        sum((length - 1) * abs(step) for length, step in zip(lengths, steps, strict=True)) if 0 not in lengths else 0
    )
    if max(reach, math.prod(lengths) * base.itemsize) > _MOST_BYTES:
        raise outside
    try:
        view = _strided(base, lengths, tuple(step // base.itemsize for step in steps))
    except ValueError as error:
        if not any(words in str(error) for words in ("out of bounds", "invalid storage offset")):
            raise
        raise outside from None
    return view if writeable else as_read_only(view)
