"""Pools: the largest, the mean or a norm of each window, over 1 to 3 spatial axes."""

from __future__ import annotations

import math
from typing import Any, Literal, overload

import numpy as np

from numtorch import kernels as aten
from numtorch.nn import windows
from numtorch.nn.dispatch import Array, ArrayT, Counts, Pad, counts, number, reals, spatial, together, where
from numtorch.nn.windows import Window

__all__ = [
    "adaptive_max_pool",
    "adaptive_mean_pool",
    "global_max_pool",
    "global_mean_pool",
    "lp_pool",
    "max_pool",
    "mean_pool",
]


@overload
def max_pool(
    x: ArrayT,
    k: Counts,
    *,
    stride: Counts | None = None,
    pad: Pad = 0,
    dilation: Counts = 1,
    ceil_mode: bool = False,
    return_indices: Literal[False] = False,
) -> ArrayT: ...
@overload
def max_pool(
    x: Array,
    k: Counts,
    *,
    stride: Counts | None = None,
    pad: Pad = 0,
    dilation: Counts = 1,
    ceil_mode: bool = False,
    return_indices: bool,
) -> Any: ...
def max_pool(
    x: Array,
    k: Counts,
    *,
    stride: Counts | None = None,
    pad: Pad = 0,
    dilation: Counts = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window.

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
        1 to 3 spatial axes.
    k : int or sequence of int
        Size of the window, one for all spatial axes or one each; so too `stride` and `dilation`.
    stride : int or sequence of int, optional
        From window to window; `k` if not given.
    pad : int, sequence of int or "same"
        How much of -inf around `x`, as for `conv`.
    dilation : int or sequence of int
        Between the elements of a window.
    ceil_mode : bool
        Keep the last window also where it reaches beyond the padding, unless it begins there.
    return_indices : bool
        Return also where in its channel each result was, counted over the spatial axes of `x` in C order.

    Returns
    -------
    array, shape (N, C, spatial...), or (array, integer array)
        A NaN in a window makes it NaN. The gradient goes to the first of equal elements.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import max_pool
    >>> max_pool(np.array([[[1.0, 3.0, 2.0, 4.0, 0.0]]]), 2)
    array([[[3., 4.]]])
    >>> max_pool(np.array([[[1.0, 3.0, 2.0, 4.0, 0.0]]]), 2, ceil_mode=True, return_indices=True)
    (array([[[3., 4., 0.]]]), array([[[1, 3, 4]]]))
    """
    on_tensors, (x,) = reals("max_pool", x)
    n = spatial("max_pool", x)
    window = Window("max_pool", x, n, k, stride, pad, dilation, ceil_mode)
    run = windows.max_windows if on_tensors else windows.max_windows_reference
    if not on_tensors and not return_indices and not window.is_padded_first:
        return windows.largest_reference(x, window)
    if not window.is_padded_first:
        y, indices = run(x, window)
    else:
        padded = windows.pad_around(x, window.margins, -math.inf)
        y, indices = run(padded, window.without_margins())
        if return_indices:
            indices = windows.within(indices, x.shape[2:], list(padded.shape[2:]), window.margins)
    return (y, indices) if return_indices else y


def mean_pool(
    x: ArrayT,
    k: Counts,
    *,
    stride: Counts | None = None,
    pad: Pad = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> ArrayT:
    """The mean of each window.

    Parameters
    ----------
    x, k, stride, pad, ceil_mode
        As for `max_pool`, with zeros in the padding.
    count_include_pad : bool
        Whether the padding counts in the mean. What a last window has beyond the padding never does.

    Returns
    -------
    array, shape (N, C, spatial...)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import mean_pool
    >>> mean_pool(np.array([[[1.0, 3.0, 2.0, 4.0]]]), 2)
    array([[[2., 3.]]])
    >>> mean_pool(np.array([[[1.0, 3.0, 2.0, 4.0]]]), 2, pad=1, count_include_pad=False)
    array([[[1. , 2.5, 4. ]]])
    """
    on_tensors, (x,) = reals("mean_pool", x)
    n = spatial("mean_pool", x)
    window = Window("mean_pool", x, n, k, stride, pad, 1, ceil_mode)
    run = windows.mean_windows if on_tensors else windows.mean_windows_reference
    if not window.is_padded_first:
        return run(x, window, count_include_pad)
    y = run(windows.pad_around(x, window.margins, 0.0), window.without_margins(), True)
    if count_include_pad:
        return y
    ones = aten.ones_like(x) if on_tensors else np.ones_like(x)
    return y / run(windows.pad_around(ones, window.margins, 0.0), window.without_margins(), True)


def lp_pool(x: ArrayT, p: float, k: Counts, *, stride: Counts | None = None) -> ArrayT:
    """The p-norm of each window: ``sum(abs(x) ** p) ** (1 / p)``.

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
    p : float
        Greater than 0; inf for the largest absolute value.
    k, stride
        As for `max_pool`.

    Returns
    -------
    array, shape (N, C, spatial...)
        The gradient at a window of zeros is 0.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import lp_pool
    >>> lp_pool(np.array([[[3.0, 4.0, 0.0, -1.0]]]), 2, 2)
    array([[[5., 1.]]])
    """
    _, (x,) = together("lp_pool", x)
    if not number("lp_pool", "p", p) > 0:
        raise ValueError(f"lp_pool: p must be greater than 0, not {p!r}")
    count = math.prod(counts("lp_pool", "k", k, spatial("lp_pool", x)))
    magnitude = np.abs(x)
    if p == math.inf:
        return max_pool(magnitude, k, stride=stride)
    total = mean_pool(magnitude**p, k, stride=stride) * count
    nothing = total == 0
    return where(nothing, 0.0, where(nothing, 1.0, total) ** (1 / p)).astype(x.dtype)


def _filled(function: str, x: Any) -> int:
    """How many spatial axes there are, none of them empty."""
    n = spatial(function, x)
    if 0 in x.shape[2:]:
        raise ValueError(f"{function}: x must have spatial axes of at least one element, not shape {x.shape}")
    return n


@overload
def adaptive_max_pool(x: ArrayT, size: Counts, *, return_indices: Literal[False] = False) -> ArrayT: ...
@overload
def adaptive_max_pool(x: Array, size: Counts, *, return_indices: bool) -> Any: ...
def adaptive_max_pool(x: Array, size: Counts, *, return_indices: bool = False) -> Any:
    """The largest element of each of `size` windows that together cover `x`.

    Window i of m over n elements reaches from ``floor(i * n / m)`` to ``ceil((i + 1) * n / m)``.

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
    size : int or sequence of int
        Of the result: one for all spatial axes or one each.
    return_indices : bool
        As for `max_pool`.

    Returns
    -------
    array, shape (N, C, size...), or (array, integer array)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import adaptive_max_pool
    >>> adaptive_max_pool(np.array([[[1.0, 5.0, 2.0, 4.0, 3.0]]]), 2)
    array([[[5., 4.]]])
    """
    on_tensors, (x,) = reals("adaptive_max_pool", x)
    n = _filled("adaptive_max_pool", x)
    sizes = counts("adaptive_max_pool", "size", size, n)
    run = windows.adaptive_max if on_tensors else windows.adaptive_max_reference
    y, indices = run(x, sizes)
    return (y, indices) if return_indices else y


def adaptive_mean_pool(x: ArrayT, size: Counts) -> ArrayT:
    """The mean of each of `size` windows that together cover `x`: see `adaptive_max_pool`.

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
    size : int or sequence of int

    Returns
    -------
    array, shape (N, C, size...)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import adaptive_mean_pool
    >>> adaptive_mean_pool(np.array([[[1.0, 5.0, 3.0]]]), 2)
    array([[[3., 4.]]])
    """
    on_tensors, (x,) = reals("adaptive_mean_pool", x)
    n = _filled("adaptive_mean_pool", x)
    sizes = counts("adaptive_mean_pool", "size", size, n)
    if not on_tensors:
        return windows.adaptive_mean_reference(x, sizes)
    return global_mean_pool(x) if all(m == 1 for m in sizes) else windows.adaptive_mean(x, sizes)


def global_max_pool(x: ArrayT) -> ArrayT:
    """The largest element of each channel; the spatial axes stay, of length 1.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import global_max_pool
    >>> global_max_pool(np.arange(8.0).reshape(1, 2, 4))
    array([[[3.],
            [7.]]])
    """
    on_tensors, (x,) = reals("global_max_pool", x)
    axes = tuple(range(2, 2 + _filled("global_max_pool", x)))
    return aten.amax(x, axes, True) if on_tensors else np.max(x, axes, keepdims=True)


def global_mean_pool(x: ArrayT) -> ArrayT:
    """The mean of each channel; the spatial axes stay, of length 1.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import global_mean_pool
    >>> global_mean_pool(np.arange(8.0).reshape(1, 2, 4))
    array([[[1.5],
            [5.5]]])
    """
    on_tensors, (x,) = together("global_mean_pool", x)
    axes = tuple(range(2, 2 + spatial("global_mean_pool", x)))
    return aten.mean_dim(x, axes, True) if on_tensors else np.mean(x, axes, keepdims=True)
