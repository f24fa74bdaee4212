"""Convolutions: cross-correlations, as in every framework that weights come from, over 1 to 3 spatial axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.dispatch import Array, ArrayT, Counts, Pad, counts, integer, margins, spatial, together

__all__ = ["conv", "conv_bias_act", "conv_transpose", "depthwise_conv"]


Margins = list[tuple[int, int]]


def conv(
    x: ArrayT,
    w: Array,
    b: Array | None = None,
    *,
    stride: Counts = 1,
    pad: Pad = 0,
    dilation: Counts = 1,
    groups: int = 1,
    flip: bool = False,
) -> ArrayT:
    """Convolution (cross-correlation: the weights are not flipped).

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
        1 to 3 spatial axes.
    w : array, shape (O, C / groups, k...)
        The weights, with as many spatial axes.
    b : array, shape (O,), optional
        Added to each output channel.
    stride, dilation : int or sequence of int
        One for all spatial axes or one each: the step from window to window, and between the elements of one.
    pad : int, sequence of int or "same"
        Zeros around `x`: one number for all, one for each spatial axis, or two for each (before and after the first
        axis, before and after the second, ...). "same" pads so that stride 1 keeps the size, the odd one after.
    groups : int
        The channels are divided into so many groups, each convolved with its own weights.
    flip : bool
        Turn the weights around along the spatial axes, as Julia's `conv` does.

    Returns
    -------
    array, shape (N, O, spatial...)
        A Tensor if an argument is one, else an ndarray.

    Raises
    ------
    ValueError
        Shapes that do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> from numtorch.nn import conv
    >>> x, w = np.arange(5.0).reshape(1, 1, 5), np.array([[[1.0, 0.0, -1.0]]])
    >>> conv(x, w)
    array([[[-2., -2., -2.]]])
    >>> conv(nt.tensor(x), w, pad="same", stride=2)
    Tensor([[[-1., -2.,  3.]]], dtype=float64, dev=-1)
    """
    return _convolved("conv", x, w, b, stride, pad, dilation, groups, flip)


def conv_bias_act(x: ArrayT, w: Array, b: Array, act: Callable[[Any], Any] | None = None, **options: Any) -> ArrayT:
    """``act(conv(x, w, b))``.

    Parameters
    ----------
    x, w, b : array
        As for `conv`.
    act : callable, optional
        Activation.
    **options
        The keywords of `conv`.

    Returns
    -------
    array, shape (N, O, spatial...)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import conv_bias_act, relu
    >>> conv_bias_act(np.array([[[1.0, 2.0]]]), np.array([[[2.0]]]), np.array([-3.0]), relu)
    array([[[0., 1.]]])
    """
    y = _convolved("conv_bias_act", x, w, b, **_CONV_OPTIONS | options)
    return y if act is None else act(y)


_CONV_OPTIONS: dict[str, Any] = {"stride": 1, "pad": 0, "dilation": 1, "groups": 1, "flip": False}


def depthwise_conv(
    x: ArrayT,
    w: Array,
    b: Array | None = None,
    *,
    stride: Counts = 1,
    pad: Pad = 0,
    dilation: Counts = 1,
    flip: bool = False,
) -> ArrayT:
    """Convolution of each channel with its own weights: `conv` with as many groups as channels.

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
    w : array, shape (C * m, 1, k...)
        `m` filters for each channel.
    b : array, shape (C * m,), optional
    stride, pad, dilation, flip
        As for `conv`.

    Returns
    -------
    array, shape (N, C * m, spatial...)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import depthwise_conv
    >>> depthwise_conv(np.ones((1, 2, 3)), np.array([[[1.0, 1.0]], [[2.0, 2.0]]]))
    array([[[2., 2.],
            [4., 4.]]])
    """
    return _convolved("depthwise_conv", x, w, b, stride, pad, dilation, None, flip)


def _convolved(
    function: str,
    x: Array,
    w: Array,
    b: Array | None,
    stride: Counts,
    pad: Pad,
    dilation: Counts,
    groups: int | None,
    flip: bool,
) -> Any:
    on_tensors, (x, w, b) = together(function, x, w, b)
    n = spatial(function, x)
    groups = x.shape[1] if groups is None else integer(function, "groups", groups)
    _check_weights(function, x, w, n)
    if x.shape[1] != w.shape[1] * groups or (groups and w.shape[0] % groups):
        raise ValueError(
            f"{function}: with groups={groups}, w must have shape (O, {x.shape[1]} / groups, k...) and O be divisible "
            f"by groups, for x of shape {x.shape}, not shape {w.shape}"
        )
    _check_bias(function, b, w.shape[0])
    strides, dilations = counts(function, "stride", stride, n), counts(function, "dilation", dilation, n)
    spans = [d * (k - 1) + 1 for d, k in zip(dilations, w.shape[2:], strict=True)]
    around = margins(function, pad, n, [span - 1 for span in spans])
    for axis, (length, (before, after), span) in enumerate(zip(x.shape[2:], around, spans, strict=True)):
        if length + before + after < span:
            raise ValueError(
                f"{function}: the window reaches over {span} elements of spatial axis {axis}, which has "
                f"{length + before + after} with its padding"
            )
    w = _turned(w) if flip else w
    if not on_tensors:
        return _add_bias(_reference(x, w, strides, around, dilations, groups), b)

    def run(x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
        x, inside = _padded(x, around)
        x, w = (x, w) if x.shape[1] else (_with_channels(x, 1, groups), _with_channels(w, 1, 1))
        return aten.convolution(x, w, b, strides, inside, dilations, False, [0] * n, groups)

    return _in_parts(run, x, w, b) if x.dtype.kind == "c" else run(x, w, b)


def conv_transpose(
    x: ArrayT,
    w: Array,
    b: Array | None = None,
    *,
    stride: Counts = 1,
    pad: Pad = 0,
    outpad: Counts = 0,
    dilation: Counts = 1,
    groups: int = 1,
    flip: bool = False,
) -> ArrayT:
    """Transposed convolution: the gradient of `conv` with respect to its input.

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
        1 to 3 spatial axes.
    w : array, shape (C, O / groups, k...)
    b : array, shape (O,), optional
    stride, dilation, groups, flip
        As for `conv`.
    pad : int, sequence of int or "same"
        How much to leave out at the borders of the result; "same" so that it is `stride` times as long as `x`.
    outpad : int or sequence of int
        Further elements at the end of each spatial axis of the result, fewer than `stride` or `dilation`.

    Returns
    -------
    array, shape (N, O, spatial...)
        ``(length - 1) * stride + dilation * (k - 1) + 1 + outpad`` long, less the padding.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import conv_transpose
    >>> conv_transpose(np.array([[[1.0, 2.0]]]), np.array([[[1.0, 10.0, 100.0]]]), stride=2)
    array([[[  1.,  10., 102.,  20., 200.]]])
    """
    function = "conv_transpose"
    on_tensors, (x, w, b) = together(function, x, w, b)
    n = spatial(function, x)
    _check_weights(function, x, w, n)
    groups = integer(function, "groups", groups)
    if x.shape[1] != w.shape[0] or w.shape[0] % groups:
        raise ValueError(
            f"{function}: w must have shape ({x.shape[1]}, O / groups, k...), the first number divisible by "
            f"groups={groups}, for x of shape {x.shape}, not shape {w.shape}"
        )
    _check_bias(function, b, w.shape[1] * groups)
    strides, dilations = counts(function, "stride", stride, n), counts(function, "dilation", dilation, n)
    further = counts(function, "outpad", outpad, n, 0)
    if any(o >= max(s, d) for o, s, d in zip(further, strides, dilations, strict=True)):
        raise ValueError(f"{function}: outpad must be less than stride or dilation, not {outpad!r}")
    spans = [d * (k - 1) + 1 for d, k in zip(dilations, w.shape[2:], strict=True)]
    around = margins(function, pad, n, [max(span - s, 0) for span, s in zip(spans, strides, strict=True)])
    lengths = [
        (length - 1) * s + span + o - before - after
        for length, s, span, o, (before, after) in zip(x.shape[2:], strides, spans, further, around, strict=True)
    ]
    if min(lengths) < 1:
        raise ValueError(f"{function}: pad={pad!r} leaves nothing of the result: its shape would be {tuple(lengths)}")
    w = _turned(w) if flip else w
    if not on_tensors:
        whole = _reference_transpose(x, w, strides, dilations, further, groups)
        return _add_bias(whole[_inner(whole.shape[2:], around)], b)

    def run(x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
        least = [min(pair) for pair in around]
        x, w = (x, w) if x.shape[1] else (_with_channels(x, 1, groups), _with_channels(w, 0, groups))
        y = aten.convolution(x, w, b, strides, least, dilations, True, further, groups)
        rest = [(before - p, after - p) for (before, after), p in zip(around, least, strict=True)]
        return y[_inner(y.shape[2:], rest)] if any(map(any, rest)) else y

    return _in_parts(run, x, w, b) if x.dtype.kind == "c" else run(x, w, b)


def _with_channels(x: Tensor, axis: int, count: int) -> Tensor:
    """Channels of zeros instead of none, of which libtorch's kernel makes no sum."""
    return aten.constant_pad_nd(x, (0, 0) * (x.ndim - 1 - axis) + (0, count))


def _turned(w: Any) -> Any:
    return np.flip(w, tuple(range(2, w.ndim)))


def _check_weights(function: str, x: Any, w: Any, n: int) -> None:
    if w is None:
        raise TypeError(f"{function}: w must be an array, not None")
    if w.ndim != n + 2:
        raise ValueError(f"{function}: w must have {n + 2} axes, as x of shape {x.shape} has, not shape {w.shape}")
    if 0 in w.shape[2:]:
        raise ValueError(f"{function}: w must have windows of at least one element, not shape {w.shape}")


def _check_bias(function: str, b: Any, channels: int) -> None:
    if b is not None and b.shape != (channels,):
        raise ValueError(f"{function}: b must have shape ({channels},), not {b.shape}")


def _inner(lengths: tuple[int, ...], around: Margins) -> tuple[Any, ...]:
    """The index of what is left between margins of the spatial axes."""
    parts = [slice(before, length - after) for length, (before, after) in zip(lengths, around, strict=True)]
    return (slice(None), slice(None), *parts)


# On Tensors.


def _padded(x: Tensor, around: Margins) -> tuple[Tensor, list[int]]:
    """`x` padded with zeros where the kernel cannot, which takes equal margins only; and the margins left to it."""
    least = [min(pair) for pair in around]
    if all(before == after for before, after in around):
        return x, least
    rest = [
        side - p
        for (before, after), p in zip(reversed(around), reversed(least), strict=True)
        for side in (before, after)
    ]
    return aten.constant_pad_nd(x, rest), least


def _in_parts(run: Callable[..., Tensor], x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
    """A complex convolution in real ones, which are what libtorch has kernels for."""
    xr, xi, wr, wi = aten.real(x), aten.imag(x), aten.real(w), aten.imag(w)
    br, bi = (None, None) if b is None else (aten.real(b), aten.imag(b))
    return aten.complex(run(xr, wr, br) - run(xi, wi, None), run(xr, wi, bi) + run(xi, wr, None))


# On ndarrays.


def _add_bias(y: Any, b: Any) -> Any:
    return y if b is None else y + b.reshape(-1, *[1] * (y.ndim - 2))


def _reference(x: Any, w: Any, strides: list[int], around: Margins, dilations: list[int], groups: int) -> Any:
    """One product of matrices a group: all windows of `x`, and the weights."""
    n = len(strides)
    x = np.pad(x, [(0, 0), (0, 0), *around])
    spans = tuple(d * (k - 1) + 1 for d, k in zip(dilations, w.shape[2:], strict=True))
    windows = sliding_window_view(x, spans, axis=tuple(range(2, 2 + n)))
    steps = [slice(None, None, step) for step in (*strides, *dilations)]
    windows = windows[(slice(None), slice(None), *steps)]
    batch, size = x.shape[0], windows.shape[2 : 2 + n]
    windows = windows.reshape(batch, groups, w.shape[1], *windows.shape[2:])  # N, group, C, positions, k
    rows = np.moveaxis(windows, [1, 0, *range(3, 3 + n)], range(2 + n)).reshape(
        groups, batch * math.prod(size), math.prod(w.shape[1:])
    )
    y = rows @ np.swapaxes(w.reshape(groups, w.shape[0] // groups, math.prod(w.shape[1:])), 1, 2)  # group, positions, O
    y = y.reshape(groups, batch, *size, w.shape[0] // groups)
    return np.moveaxis(y, [1, 0, -1], [0, 1, 2]).reshape(batch, w.shape[0], *size)


def _reference_transpose(
    x: Any, w: Any, strides: list[int], dilations: list[int], further: list[int], groups: int
) -> Any:
    """Each element of the weights in turn, times `x`, added to where it lands."""
    batch, channels, *lengths = x.shape
    x = x.reshape(batch, groups, channels // groups, math.prod(lengths))
    w = w.reshape(groups, channels // groups, *w.shape[1:])
    kernel_size = w.shape[3:]
    size = [
        (length - 1) * s + d * (k - 1) + 1 + o
        for length, s, d, k, o in zip(lengths, strides, dilations, kernel_size, further, strict=True)
    ]
    y = np.zeros((batch, groups * w.shape[2], *size), x.dtype)
    for tap in product(*map(range, kernel_size)):
        landed = np.swapaxes(w[(..., *tap)], 1, 2) @ x  # (group, O, C) @ (N, group, C, positions)
        positions = [
            slice(d * i, d * i + s * (length - 1) + 1, s)
            for i, d, s, length in zip(tap, dilations, strides, lengths, strict=True)
        ]
        y[(slice(None), slice(None), *positions)] += landed.reshape(batch, y.shape[1], *lengths)
    return y
