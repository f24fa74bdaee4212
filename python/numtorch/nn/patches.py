"""Windows laid out as columns, and columns added up where their windows were."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.conv import conv_transpose, depthwise_conv
from numtorch.nn.dispatch import Array, Counts, Pad, counts, margins, spatial, together
from numtorch.nn.padding import pad_constant

__all__ = ["fold", "unfold"]


class _Way:
    """How windows lie over spatial axes of certain lengths."""

    def __init__(self, function: str, lengths: Any, k: Counts, stride: Counts, pad: Pad, dilation: Counts) -> None:
        n = len(lengths)
        self.sizes = counts(function, "k", k, n)
        self.strides = counts(function, "stride", stride, n)
        self.dilations = counts(function, "dilation", dilation, n)
        spans = [d * (size - 1) + 1 for d, size in zip(self.dilations, self.sizes, strict=True)]
        self.margins = margins(function, pad, n, [span - 1 for span in spans])
        self.padded = [length + before + after for length, (before, after) in zip(lengths, self.margins, strict=True)]
        self.spans = spans
        self.positions = [
            (room - span) // s + 1 for room, span, s in zip(self.padded, spans, self.strides, strict=True)
        ]
        if min(self.positions) < 1:
            raise ValueError(
                f"{function}: the windows reach over {tuple(spans)} elements of spatial axes that have "
                f"{tuple(self.padded)} with their padding"
            )

    @property
    def inner(self) -> tuple[Any, ...]:
        """The index of what is between the margins."""
        parts = [
            slice(before, length - after) for length, (before, after) in zip(self.padded, self.margins, strict=True)
        ]
        return (slice(None), slice(None), *parts)


def unfold(x: Array, k: Counts, *, stride: Counts = 1, pad: Pad = 0, dilation: Counts = 1) -> Any:
    """All windows of `x` as columns: a convolution is the product of its weights with them.

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
        1 to 3 spatial axes.
    k : int or sequence of int
        Size of the windows.
    stride, pad, dilation
        As for `conv`.

    Returns
    -------
    array, shape (N, C * prod(k), positions)
        Windows in C order, each channel by channel.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import unfold
    >>> unfold(np.array([[[1.0, 2.0, 3.0, 4.0]]]), 2)
    array([[[1., 2., 3.],
            [2., 3., 4.]]])
    """
    on_tensors, (x,) = together("unfold", x)
    n = spatial("unfold", x)
    way = _Way("unfold", x.shape[2:], k, stride, pad, dilation)
    if any(map(any, way.margins)):
        x = pad_constant(x, [side for pair in way.margins for side in pair])
    batch, channels = x.shape[:2]
    if on_tensors and n == 3:
        w = _taps(x, channels, way.sizes)
        return aten.reshape(
            depthwise_conv(x, w, stride=way.strides, dilation=way.dilations),
            [batch, w.shape[0], math.prod(way.positions)],
        )
    if on_tensors:
        deep = [1] * (2 - n)
        x = aten.unsqueeze(x, 2) if n == 1 else x
        return aten.im2col(x, deep + way.sizes, deep + way.dilations, [0, 0], deep + way.strides)
    windows = sliding_window_view(x, tuple(way.spans), axis=tuple(range(2, 2 + n)))
    steps = (slice(None, None, step) for step in (*way.strides, *way.dilations))
    windows = windows[(slice(None), slice(None), *steps)]
    order = [0, 1, *range(2 + n, 2 + 2 * n), *range(2, 2 + n)]
    return windows.transpose(order).reshape(batch, channels * math.prod(way.sizes), math.prod(way.positions))


def fold(x: Array, size: Counts, k: Counts, *, stride: Counts = 1, pad: Pad = 0, dilation: Counts = 1) -> Any:
    """Columns added up where their windows were: the gradient of `unfold` with respect to its input.

    Parameters
    ----------
    x : array, shape (N, C * prod(k), positions)
    size : int or sequence of int
        Lengths of the spatial axes, 1 to 3 of them.
    k, stride, pad, dilation
        As they were for `unfold`.

    Returns
    -------
    array, shape (N, C, size...)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import fold
    >>> fold(np.array([[[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]]), 4, 2)
    array([[[1., 4., 6., 4.]]])
    """
    on_tensors, (x,) = together("fold", x)
    lengths = list(size) if isinstance(size, tuple | list) else [size]
    n = len(lengths)
    lengths = counts("fold", "size", lengths, n)
    way = _Way("fold", lengths, k, stride, pad, dilation)
    taps = math.prod(way.sizes)
    if n > 3 or x.ndim != 3 or x.shape[1] % taps or x.shape[2] != math.prod(way.positions):
        raise ValueError(
            f"fold: x must have shape (N, C * {taps}, {math.prod(way.positions)}) for windows {tuple(way.sizes)} over "
            f"{tuple(lengths)}, not {x.shape}"
        )
    batch, channels = x.shape[0], x.shape[1] // taps
    if not on_tensors:
        y = _folded(x.reshape(batch, channels, *way.sizes, *way.positions), way)
    elif n == 3:
        w = _taps(x, channels, way.sizes)
        y = conv_transpose(
            aten.reshape(x, [batch, channels * taps, *way.positions]),
            w,
            stride=way.strides,
            dilation=way.dilations,
            groups=channels,
        )
        rest = [length - have for length, have in zip(way.padded, y.shape[2:], strict=True)]
        y = pad_constant(y, [side for after in rest for side in (0, after)]) if any(rest) else y
    else:
        deep = [1] * (2 - n)
        y = aten.col2im(x, deep + way.padded, deep + way.sizes, deep + way.dilations, [0, 0], deep + way.strides)
        y = aten.squeeze_dim(y, 2) if n == 1 else y
    return y[way.inner] if any(map(any, way.margins)) else y


def _taps(like: Tensor, channels: int, sizes: list[int]) -> Tensor:
    """Weights each of which takes one element of the window."""
    count = math.prod(sizes)
    one = aten.reshape(aten.eye(count, dtype=like.dtype, device=like.dev), [1, count, *sizes])
    return aten.reshape(aten.repeat(one, [channels, *[1] * (one.ndim - 1)]), [channels * count, 1, *sizes])


def _folded(columns: Any, way: _Way) -> Any:
    y = np.zeros((*columns.shape[:2], *way.padded), columns.dtype)
    for tap in product(*map(range, way.sizes)):
        positions = [
            slice(d * i, d * i + s * (count - 1) + 1, s)
            for i, d, s, count in zip(tap, way.dilations, way.strides, way.positions, strict=True)
        ]
        y[(slice(None), slice(None), *positions)] += columns[(slice(None), slice(None), *tap)]
    return y
