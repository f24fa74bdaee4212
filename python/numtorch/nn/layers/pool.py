"""Pooling and resizing layers: the functions of `numtorch.nn`, with their options kept."""

from __future__ import annotations

from typing import Any, ClassVar

from numtorch.nn.dispatch import ArrayT, Pad
from numtorch.nn.layers.layer import Layer
from numtorch.nn.pool import (
    adaptive_max_pool,
    adaptive_mean_pool,
    global_max_pool,
    global_mean_pool,
    max_pool,
    mean_pool,
)
from numtorch.nn.resize import pixel_shuffle, upsample

Size = int | tuple[int, ...]


class MaxPool(Layer):
    """The greatest number of each window.

    Parameters
    ----------
    k : int or tuple of int
        Size of the window.
    stride : int or tuple of int, optional
        By default k.
    pad, dilation : int or tuple of int
        As of `numtorch.nn.max_pool`.
    ceil_mode : bool
        Whether a window may stand over the end.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import MaxPool
    >>> MaxPool(2)(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """

    def __init__(
        self, k: Size, *, stride: Size | None = None, pad: Pad = 0, dilation: Size = 1, ceil_mode: bool = False
    ) -> None:
        self.k = k
        self.stride = k if stride is None else stride
        self.pad = pad
        self.dilation = dilation
        self.ceil_mode = ceil_mode

    def __call__(self, x: ArrayT) -> ArrayT:
        return max_pool(x, self.k, stride=self.stride, pad=self.pad, dilation=self.dilation, ceil_mode=self.ceil_mode)

    def describe(self) -> str:
        return _window(self)


class MeanPool(Layer):
    """The mean of each window.

    Parameters
    ----------
    k : int or tuple of int
        Size of the window.
    stride : int or tuple of int, optional
        By default k.
    pad : int or tuple of int
        As of `numtorch.nn.mean_pool`.
    ceil_mode : bool
        Whether a window may stand over the end.
    count_include_pad : bool
        Whether zeros of the padding count.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import MeanPool
    >>> MeanPool(2)(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """

    def __init__(
        self,
        k: Size,
        *,
        stride: Size | None = None,
        pad: Pad = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        self.k = k
        self.stride = k if stride is None else stride
        self.pad = pad
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def __call__(self, x: ArrayT) -> ArrayT:
        return mean_pool(
            x,
            self.k,
            stride=self.stride,
            pad=self.pad,
            ceil_mode=self.ceil_mode,
            count_include_pad=self.count_include_pad,
        )

    def describe(self) -> str:
        return _window(self)


def _window(layer: MaxPool | MeanPool) -> str:
    text = str(layer.k)
    text += "" if layer.stride == layer.k else f", stride={layer.stride}"
    text += "" if layer.pad == 0 else f", pad={layer.pad}"
    return text + (", ceil_mode=True" if layer.ceil_mode else "")


class _Sized(Layer):
    def __init__(self, size: Size) -> None:
        self.size = size

    def describe(self) -> str:
        return str(self.size)


class AdaptiveMaxPool(_Sized):
    """Maxima of windows whose sizes are chosen so that the result has a given size.

    Parameters
    ----------
    size : int or tuple of int
        Size of the result.
    """

    def __call__(self, x: ArrayT) -> ArrayT:
        return adaptive_max_pool(x, self.size)


class AdaptiveMeanPool(_Sized):
    """Means of windows whose sizes are chosen so that the result has a given size.

    Parameters
    ----------
    size : int or tuple of int
        Size of the result.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import AdaptiveMeanPool
    >>> AdaptiveMeanPool((1, 2))(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[6.5, 8.5]]]])
    """

    def __call__(self, x: ArrayT) -> ArrayT:
        return adaptive_mean_pool(x, self.size)


class GlobalMaxPool(Layer):
    """The greatest number of each channel: (N, C, H, W) becomes (N, C, 1, 1)."""

    def __call__(self, x: ArrayT) -> ArrayT:
        return global_max_pool(x)


class GlobalMeanPool(Layer):
    """The mean of each channel: (N, C, H, W) becomes (N, C, 1, 1)."""

    def __call__(self, x: ArrayT) -> ArrayT:
        return global_mean_pool(x)


class Upsample(Layer):
    """Images made larger by interpolation.

    Parameters
    ----------
    scale : number or tuple of numbers, optional
        How many times larger.
    size : tuple of int, optional
        Or the size of the result.
    mode : str
        "nearest", "linear", "bilinear", "bicubic" or "trilinear".
    align_corners : bool
        Whether corners stay corners.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Upsample
    >>> Upsample(2)(np.ones((1, 3, 4, 4))).shape
    (1, 3, 8, 8)
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("scale",)

    def __init__(
        self, scale: Any = None, *, size: Size | None = None, mode: str = "nearest", align_corners: bool = False
    ) -> None:
        self.scale = scale
        self.size = size
        self.mode = mode
        self.align_corners = align_corners

    def __call__(self, x: ArrayT) -> ArrayT:
        return upsample(x, scale=self.scale, size=self.size, mode=self.mode, align_corners=self.align_corners)

    def describe(self) -> str:
        return f"{self.scale if self.size is None else f'size={self.size}'}, mode={self.mode!r}"


class PixelShuffle(Layer):
    """Channels made into pixels: (N, C * r * r, H, W) becomes (N, C, H * r, W * r).

    Parameters
    ----------
    r : int
        How many times larger.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import PixelShuffle
    >>> PixelShuffle(2)(np.ones((1, 8, 3, 3))).shape
    (1, 2, 6, 6)
    """

    def __init__(self, r: int) -> None:
        self.r = r

    def __call__(self, x: ArrayT) -> ArrayT:
        return pixel_shuffle(x, self.r)

    def describe(self) -> str:
        return str(self.r)
