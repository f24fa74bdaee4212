"""Padding: what stands around the spatial axes of an array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch import kernels as aten
from numtorch._core import Tensor, kernel
from numtorch.functions.calls.arguments import check_lengths
from numtorch.nn.dispatch import Array, ArrayT, Counts, Pad, is_on_tensors, margins

__all__ = ["pad_circular", "pad_constant", "pad_reflect", "pad_repeat", "pad_symmetric", "pad_zeros"]


# What pads the last 1, 2 or 3 axes.
KERNELS = {
    "reflect": {n: kernel(f"reflection_pad{n}d") for n in (1, 2, 3)},
    "edge": {n: kernel(f"replication_pad{n}d") for n in (1, 2, 3)},
}

Axes = int | tuple[int, ...] | None


def _widths(function: str, x: Array, pad: Pad, axes: Axes) -> tuple[Any, list[tuple[int, int]]]:
    """The array, and how much goes before and after each of its axes."""
    x = x if isinstance(x, Tensor) else np.asarray(x)
    if axes is None:
        axes = tuple(range(2, x.ndim)) if x.ndim > 2 else tuple(range(x.ndim))
    chosen = normalize_axis_tuple(axes, x.ndim, "axes")
    if isinstance(pad, str):
        raise ValueError(f"{function}: pad must be an integer >= 0 or a sequence of them, not {pad!r}")
    widths = [(0, 0)] * x.ndim
    for axis, pair in zip(chosen, margins(function, pad, len(chosen), []), strict=True):
        widths[axis] = pair
    check_lengths([length + before + after for length, (before, after) in zip(x.shape, widths, strict=True)])
    return x, widths


def _kernel_or_numpy(x: Any, widths: list[tuple[int, int]], mode: str) -> Any:
    """Padded by a kernel where there is one, else by NumPy's function."""
    n = x.ndim - 2
    if isinstance(x, Tensor) and mode in KERNELS and n in (1, 2, 3) and x.size and x.dtype.kind in "fc":
        if not any(map(any, widths[:2])):
            return KERNELS[mode][n](x, [side for pair in reversed(widths[2:]) for side in pair])
    return np.pad(x, widths, mode=mode)  # type: ignore[call-overload]


def pad_constant(x: ArrayT, pad: Counts, value: float = 0, *, axes: Axes = None) -> ArrayT:
    """A constant around `x`.

    Parameters
    ----------
    x : array
    pad : int or sequence of int
        How much: one number for all axes, one for each, or two for each (before and after the first, the second, ...).
    value : number
    axes : int or tuple of int, optional
        Which axes; by default the spatial ones of (N, C, spatial...), or all of an array with at most two.

    Returns
    -------
    array

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import pad_constant
    >>> pad_constant(np.array([[[1, 2]]]), (0, 2), 7)
    array([[[1, 2, 7, 7]]])
    """
    x, widths = _widths("pad_constant", x, pad, axes)
    if not isinstance(value, int | float | complex | np.generic):
        raise TypeError(f"pad_constant: value must be a number, not {value!r}")
    if is_on_tensors(x):
        return aten.constant_pad_nd(x, [side for pair in reversed(widths) for side in pair], value)
    padded: Any = np.pad(x, widths, constant_values=value)
    return padded


def pad_zeros(x: ArrayT, pad: Counts, *, axes: Axes = None) -> ArrayT:
    """Zeros around `x`: see `pad_constant`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import pad_zeros
    >>> pad_zeros(np.array([[[1, 2]]]), 1)
    array([[[0, 1, 2, 0]]])
    """
    return pad_constant(x, pad, axes=axes)


def _mirrored(function: str, x: Array, pad: Counts, axes: Axes, mode: str, spare: int) -> Any:
    x, widths = _widths(function, x, pad, axes)
    for axis, (length, pair) in enumerate(zip(x.shape, widths, strict=True)):
        most = max(length - spare, 0)
        if max(pair) > most:
            raise ValueError(
                f"{function}: pad must be at most {most} for axis {axis} of x, which has shape {x.shape}, "
                f"not {max(pair)}"
            )
    return _kernel_or_numpy(x, widths, mode)


def pad_reflect(x: ArrayT, pad: Counts, *, axes: Axes = None) -> ArrayT:
    """`x` mirrored at its outermost elements, which are not repeated: see `pad_constant`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import pad_reflect
    >>> pad_reflect(np.array([[[1, 2, 3]]]), 2)
    array([[[3, 2, 1, 2, 3, 2, 1]]])
    """
    return _mirrored("pad_reflect", x, pad, axes, "reflect", 1)


def pad_symmetric(x: ArrayT, pad: Counts, *, axes: Axes = None) -> ArrayT:
    """`x` mirrored at its edges, so that the outermost elements are repeated: see `pad_constant`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import pad_symmetric
    >>> pad_symmetric(np.array([[[1, 2, 3]]]), 2)
    array([[[2, 1, 1, 2, 3, 3, 2]]])
    """
    return _mirrored("pad_symmetric", x, pad, axes, "symmetric", 0)


def pad_circular(x: ArrayT, pad: Counts, *, axes: Axes = None) -> ArrayT:
    """`x` continued from its other end: see `pad_constant`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import pad_circular
    >>> pad_circular(np.array([[[1, 2, 3]]]), 1)
    array([[[3, 1, 2, 3, 1]]])
    """
    return _mirrored("pad_circular", x, pad, axes, "wrap", 0)


def pad_repeat(x: ArrayT, pad: Counts, *, axes: Axes = None) -> ArrayT:
    """The outermost elements of `x` repeated: see `pad_constant`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import pad_repeat
    >>> pad_repeat(np.array([[[1, 2, 3]]]), 1)
    array([[[1, 1, 2, 3, 3]]])
    """
    x, widths = _widths("pad_repeat", x, pad, axes)
    if any(any(pair) and not length for length, pair in zip(x.shape, widths, strict=True)):
        raise ValueError(f"pad_repeat: x has nothing to repeat along an axis that is padded: its shape is {x.shape}")
    return _kernel_or_numpy(x, widths, "edge")
