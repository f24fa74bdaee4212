"""Sequences of different lengths, padded to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from numtorch._core import Tensor


def rpad_constant(
    x: Any, n: int | tuple[int, ...], value: Any = 0, *, axis: int | tuple[int, ...] | None = None
) -> Any:
    """Puts a value behind an array until it is `n` long; what is longer stays so.

    Parameters
    ----------
    x : array
    n : int or tuple of int
        How long, along every axis or along each.
    value : number
        With what.
    axis : int or tuple of int, optional
        Along which axes; by default all.

    Returns
    -------
    array

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import rpad_constant
    >>> rpad_constant(np.array([1, 2]), 4, -1)
    array([ 1,  2, -1, -1])
    >>> rpad_constant(np.array([[1, 2], [3, 4]]), 3, axis=0)
    array([[1, 2],
           [3, 4],
           [0, 0]])
    """
    x = x if isinstance(x, Tensor) else np.asarray(x)
    axes = range(x.ndim) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, x.ndim, "axis")
    lengths = tuple(n) if isinstance(n, tuple | list) else (n,) * len(axes)
    if len(lengths) != len(axes):
        raise ValueError(f"rpad_constant: n must be an int or one for each of {len(axes)} axes, not {n!r}")
    pads = [(0, 0)] * x.ndim
    for axis_index, length in zip(axes, lengths, strict=True):
        pads[axis_index] = (0, max(length - x.shape[axis_index], 0))
    return np.pad(x, pads, constant_values=value)


def batchseq(sequences: Sequence[Any], value: Any = 0, n: int | None = None) -> list[Any]:
    """Sequences side by side, step by step: for each step an array with an item of each sequence.

    Parameters
    ----------
    sequences : sequence of arrays, each of shape (length, ...)
        Short ones are padded behind.
    value : number
        With what.
    n : int, optional
        How many steps at least; by default as many as the longest has.

    Returns
    -------
    list of arrays, each of shape (len(sequences), ...)
        ``np.stack(batchseq(sequences), axis=1)`` is the array (N, L, ...) that recurrent layers take.

    Examples
    --------
    >>> from numtorch.train import batchseq
    >>> batchseq([[1, 2, 3], [4, 5]])
    [array([1, 4]), array([2, 5]), array([3, 0])]
    """
    arrays = [x if isinstance(x, Tensor) else np.asarray(x) for x in sequences]
    if not arrays or min(x.ndim for x in arrays) == 0:
        raise ValueError("batchseq: at least one sequence is needed, and each must have a first axis")
    length = max(*(len(x) for x in arrays), n or 0)
    padded = np.stack([rpad_constant(x, length, value, axis=0) for x in arrays])
    return [padded[:, i] for i in range(length)]
