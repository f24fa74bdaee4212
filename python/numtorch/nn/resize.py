"""Resizing the spatial axes: interpolation, and channels turned into space and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import kernel
from numtorch.nn.dispatch import Array, ArrayT, Counts, counts, number, reals, spatial

__all__ = ["flatten", "pixel_shuffle", "pixel_unshuffle", "upsample"]

# The kernels by mode and number of spatial axes.
KERNELS = {
    "nearest": {n: kernel(f"upsample_nearest{n}d") for n in (1, 2, 3)},
    "linear": {1: aten.upsample_linear1d},
    "bilinear": {2: aten.upsample_bilinear2d},
    "trilinear": {3: aten.upsample_trilinear3d},
    "bicubic": {2: aten.upsample_bicubic2d},
}
ANTIALIASED = {
    "bilinear": aten._upsample_bilinear2d_aa,
    "bicubic": aten._upsample_bicubic2d_aa,
}


def upsample(
    x: ArrayT,
    *,
    scale: float | Sequence[float] | None = None,
    size: Counts | None = None,
    mode: str = "nearest",
    align_corners: bool = False,
    antialias: bool = False,
) -> ArrayT:
    """Larger (or smaller) by interpolation.

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
    scale : number or sequence of number
        How many times larger, one for all spatial axes or one each. The new length is rounded down.
    size : int or sequence of int
        The new size, instead of `scale`.
    mode : {"nearest", "linear", "bilinear", "trilinear", "bicubic"}
        "nearest" is for 1 to 3 spatial axes, "linear", "bilinear" and "trilinear" for 1, 2 and 3, "bicubic" for 2.
    align_corners : bool
        Whether the outermost elements of `x` and of the result lie on each other, rather than the edges of elements
        that have an extent. Not for "nearest".
    antialias : bool
        Whether an element of a smaller result is a mean over all that it covers, as Pillow's `resize` has it, rather
        than of its neighbours only. For "bilinear" and "bicubic", without `align_corners`.

    Returns
    -------
    array, shape (N, C, size...)

    Raises
    ------
    ValueError
        Neither or both of `scale` and `size`, a mode that is not for so many axes, or `antialias` where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import upsample
    >>> upsample(np.array([[[1.0, 3.0]]]), scale=2)
    array([[[1., 1., 3., 3.]]])
    >>> upsample(np.array([[[1.0, 4.0]]]), size=4, mode="linear", align_corners=True)
    array([[[1., 2., 3., 4.]]])
    """
    on_tensors, (x,) = reals("upsample", x)
    n = spatial("upsample", x)
    if not isinstance(mode, str) or mode not in KERNELS or n not in KERNELS[mode]:
        fitting = ", ".join(f'"{name}"' for name, by_axes in KERNELS.items() if n in by_axes)
        raise ValueError(f"upsample: mode must be one of {fitting} for {n} spatial axes, not {mode!r}")
    if 0 in x.shape[2:]:
        raise ValueError(f"upsample: x must have spatial axes of at least one element, not shape {x.shape}")
    if (scale is None) == (size is None):
        raise ValueError(f"upsample: one of scale and size must be given, not scale={scale!r} and size={size!r}")
    if size is not None:
        sizes = counts("upsample", "size", size, n)
        scales: list[Any] = [None] * n
    else:
        scales = [
            float(number("upsample", "scale", s)) for s in (scale if isinstance(scale, tuple | list) else [scale] * n)
        ]
        if not all(map(math.isfinite, scales)):
            raise ValueError(f"upsample: scale must be finite, not {scale!r}")
        sizes = [math.floor(length * s) for length, s in zip(x.shape[2:], scales, strict=False)]
        if len(scales) != n or min(sizes) < 1:
            raise ValueError(
                f"upsample: scale must be a number or {n} of them that leave something of shape {x.shape}, "
                f"not {scale!r}"
            )
    if antialias:
        _check_antialias(mode, align_corners)
        if on_tensors:
            if x.dtype == np.float16:  # for which libtorch has no kernel on the CPU
                return ANTIALIASED[mode](x.astype(np.float32), sizes, False, *scales).astype(np.float16)
            return ANTIALIASED[mode](x, sizes, False, *scales)
        rows, columns = (_means(*of_axis, mode, x.dtype) for of_axis in zip(x.shape[2:], sizes, scales, strict=True))
        return rows @ np.ascontiguousarray(x) @ columns.T  # which NumPy multiplies much faster
    if on_tensors:
        middle = () if mode == "nearest" else (align_corners,)
        return KERNELS[mode][n](x, sizes, *middle, *scales)
    for axis, (count, factor) in enumerate(zip(sizes, scales, strict=True), start=2):
        positions, weights = _taps(x.shape[axis], count, factor, mode, align_corners)
        shape = [-1 if i == axis else 1 for i in range(x.ndim)]
        parts = zip(positions, weights, strict=True)
        x = sum(np.take(x, position, axis) * weight.reshape(shape).astype(x.dtype) for position, weight in parts)
    return x


def _check_antialias(mode: str, align_corners: bool) -> None:
    if mode not in ANTIALIASED:
        raise ValueError(f'upsample: antialias is for mode "bilinear" or "bicubic", not {mode!r}')
    if align_corners:
        raise ValueError("upsample: antialias=True is without align_corners")


def _means(length: int, count: int, scale: float | None, mode: str, dtype: Any) -> Any:
    """The matrix, of shape (count, length), that makes the elements of a resized axis of the old ones.

    The kernel of the interpolation is as wide as an element of the result, if that is wider than one of the old.
    """
    ratio = length / count if scale is None else 1 / scale
    centres = (np.arange(count) + 0.5) * ratio
    distance = np.abs(np.arange(length) + 0.5 - centres[:, None]) / max(ratio, 1.0)
    if mode == "bilinear":
        weights = np.maximum(1 - distance, 0)
    else:
        weights = np.where(distance < 2, _cubic(distance, -0.5), 0)  # Pillow's a, where plain "bicubic" has -0.75
    return (weights / weights.sum(axis=1, keepdims=True)).astype(dtype)


def _taps(length: int, count: int, scale: float | None, mode: str, align_corners: bool) -> tuple[Any, Any]:
    """From which elements of an axis those of the resized one are made, and with which weights: one row each."""
    ratio = length / count if scale is None else 1 / scale
    new = np.arange(count)
    if mode == "nearest":
        return [np.minimum(np.floor(new * ratio).astype(int), length - 1)], [np.ones(count)]
    if align_corners:
        at = new * ((length - 1) / (count - 1) if count > 1 else 0.0)
    else:
        at = (new + 0.5) * ratio - 0.5
    if mode != "bicubic":
        at = np.maximum(at, 0)
    base = np.floor(at).astype(int)
    t = at - base
    if mode != "bicubic":
        base = np.minimum(base, length - 1)
        return [base, np.minimum(base + 1, length - 1)], [1 - t, t]
    return [np.clip(base + i, 0, length - 1) for i in (-1, 0, 1, 2)], [_cubic(np.abs(t - i)) for i in (-1, 0, 1, 2)]


def _cubic(distance: Any, a: float = -0.75) -> Any:
    """The weight of an element at a distance below 2, in cubic convolution."""
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return np.where(distance <= 1, near, far)


def _factor(function: str, r: Any) -> int:
    if not isinstance(r, int | np.integer) or r < 1:
        raise ValueError(f"{function}: r must be an integer >= 1, not {r!r}")
    return int(r)


def _array(x: Array) -> Any:
    """What can be reshaped, as it is; else an ndarray of it."""
    return x if hasattr(x, "reshape") else np.asarray(x)


def pixel_shuffle(x: ArrayT, r: int) -> ArrayT:
    """Channels turned into space: `r` times larger along each spatial axis, from ``r ** n`` channels each.

    Parameters
    ----------
    x : array, shape (N, C * r ** n, spatial...)
        With n spatial axes, 1 to 3.
    r : int

    Returns
    -------
    array, shape (N, C, r * spatial...)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import pixel_shuffle
    >>> pixel_shuffle(np.array([[[1, 2], [10, 20]]]), 2)
    array([[[ 1, 10,  2, 20]]])
    """
    images, r = _array(x), _factor("pixel_shuffle", r)
    n: int = spatial("pixel_shuffle", images)
    batch, channels, *lengths = images.shape
    if channels % r**n:
        raise ValueError(f"pixel_shuffle: the channels of x must be divisible by {r**n}, not {channels}")
    images = images.reshape(batch, channels // r**n, *[r] * n, *lengths)
    order = [0, 1, *(axis for i in range(n) for axis in (2 + n + i, 2 + i))]
    return images.transpose(order).reshape(batch, channels // r**n, *(length * r for length in lengths))


def pixel_unshuffle(x: ArrayT, r: int) -> ArrayT:
    """Space turned into channels: the inverse of `pixel_shuffle`.

    Parameters
    ----------
    x : array, shape (N, C, r * spatial...)
    r : int

    Returns
    -------
    array, shape (N, C * r ** n, spatial...)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import pixel_unshuffle
    >>> pixel_unshuffle(np.array([[[1, 10, 2, 20]]]), 2)
    array([[[ 1,  2],
            [10, 20]]])
    """
    images, r = _array(x), _factor("pixel_unshuffle", r)
    n: int = spatial("pixel_unshuffle", images)
    batch, channels, *lengths = images.shape
    if any(length % r for length in lengths):
        raise ValueError(f"pixel_unshuffle: the spatial axes of x must be divisible by {r}, not {images.shape}")
    images = images.reshape(batch, channels, *(part for length in lengths for part in (length // r, r)))
    order = [0, 1, *range(3, 3 + 2 * n, 2), *range(2, 2 + 2 * n, 2)]
    return images.transpose(order).reshape(batch, channels * r**n, *(length // r for length in lengths))


def flatten(x: ArrayT) -> ArrayT:
    """All axes but the first in one: (N, C, H, W) becomes (N, C * H * W).

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import flatten
    >>> flatten(np.ones((2, 3, 4, 5))).shape
    (2, 60)
    """
    samples = _array(x)
    if samples.ndim < 1:
        raise ValueError("flatten: x must have at least one axis, not shape ()")
    return samples.reshape(samples.shape[0], math.prod(samples.shape[1:]))
