"""Normalising layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from numtorch.nn.dispatch import ArrayT, integer
from numtorch.nn.layers.dense import activated
from numtorch.nn.layers.init import ones, zeros
from numtorch.nn.layers.layer import Layer, Moded, activation, array
from numtorch.nn.layers.show import name_of
from numtorch.nn.norm import batchnorm, groupnorm, instancenorm, layernorm

Function = Callable[..., Any]


def _in_single(x: Any, weight: Any, normalise: Callable[[Any], Any]) -> Any:
    """Half-precision input is normalised in the dtype of the weights, and comes back as it was."""
    x = array(x)
    if weight is None or x.dtype == weight.dtype or x.dtype != np.float16:
        return normalise(x)
    return normalise(x.astype(weight.dtype)).astype(x.dtype)


class BatchNorm(Moded):
    """Each channel less its mean, divided by its deviation, times weight, plus bias (Ioffe and Szegedy 2015).

    In training, mean and variance are those of the batch, and running averages of them are kept; in testing they are
    the running averages.

    Parameters
    ----------
    channels : int
        Length of axis 1.
    act : callable, optional
        Activation.
    affine : bool
        Whether there are weight and bias.
    track_stats : bool
        Whether running averages are kept; without them those of the batch are used in testing too.
    eps : float
        Added to the variance.
    momentum : float
        How much of each new batch goes into the running averages.

    Attributes
    ----------
    weight, bias : array, of shape (channels,)
    running_mean, running_var : array, of shape (channels,)
        Not trained: `params` leaves them out, `state` has them.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import BatchNorm
    >>> layer = BatchNorm(3)
    >>> layer
    BatchNorm(3)  # 6 parameters, plus 6 not trained
    >>> layer(np.ones((2, 3, 4, 4), np.float32)).shape
    (2, 3, 4, 4)
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("running_mean", "running_var", "eps", "momentum")
    __single__: ClassVar[bool] = True

    def __init__(
        self,
        channels: int,
        act: Function | None = None,
        *,
        affine: bool = True,
        track_stats: bool = True,
        eps: float = 1e-5,
        momentum: float = 0.1,
    ) -> None:
        integer("BatchNorm", "channels", channels, 0)
        self.weight = ones((channels,)) if affine else None
        self.bias = zeros((channels,)) if affine else None
        self.running_mean = zeros((channels,)) if track_stats else None
        self.running_var = ones((channels,)) if track_stats else None
        self.act = activation("BatchNorm", act)
        self.channels = channels
        self.eps = eps
        self.momentum = momentum

    def __call__(self, x: ArrayT) -> ArrayT:
        training = self.trains(x, self.weight) or self.running_mean is None

        def normalise(x: Any) -> Any:
            return batchnorm(
                x,
                self.weight,
                self.bias,
                self.running_mean,
                self.running_var,
                training=training,
                momentum=self.momentum,
                eps=self.eps,
            )

        return activated(self.act, _in_single(x, self.weight, normalise))

    def describe(self) -> str:
        text = str(self.channels) + ("" if self.act is None else f", {name_of(self.act)}")
        text += "" if self.eps == 1e-5 else f", eps={self.eps}"
        return text + ("" if self.weight is not None else ", affine=False")


class InstanceNorm(Layer):
    """Each channel of each sample less its mean, divided by its deviation; weight and bias by channel.

    Parameters
    ----------
    channels : int
        Length of axis 1.
    act : callable, optional
        Activation.
    affine : bool
        Whether there are weight and bias.
    eps : float
        Added to the variance.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import InstanceNorm
    >>> InstanceNorm(3)(np.ones((2, 3, 4, 4), np.float32)).shape
    (2, 3, 4, 4)
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("eps",)
    __single__: ClassVar[bool] = True

    def __init__(self, channels: int, act: Function | None = None, *, affine: bool = False, eps: float = 1e-5) -> None:
        integer("InstanceNorm", "channels", channels, 0)
        self.weight = ones((channels,)) if affine else None
        self.bias = zeros((channels,)) if affine else None
        self.act = activation("InstanceNorm", act)
        self.channels = channels
        self.eps = eps

    def __call__(self, x: ArrayT) -> ArrayT:
        x = array(x)
        if x.ndim > 1 and x.shape[1] != self.channels:
            raise ValueError(f"InstanceNorm: the input, of shape {x.shape}, must have {self.channels} channels")
        y = _in_single(x, self.weight, lambda x: instancenorm(x, self.weight, self.bias, eps=self.eps))
        return activated(self.act, y)

    def describe(self) -> str:
        return str(self.channels) + ("" if self.act is None else f", {name_of(self.act)}")


class GroupNorm(Layer):
    """Groups of channels of each sample less their mean, divided by their deviation (Wu and He 2018).

    Parameters
    ----------
    channels : int
        Length of axis 1.
    groups : int
        Into how many groups they are divided.
    act : callable, optional
        Activation.
    affine : bool
        Whether there are weight and bias, by channel.
    eps : float
        Added to the variance.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import GroupNorm
    >>> GroupNorm(8, 4)(np.ones((2, 8, 4, 4), np.float32)).shape
    (2, 8, 4, 4)
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("eps",)
    __single__: ClassVar[bool] = True

    def __init__(
        self, channels: int, groups: int, act: Function | None = None, *, affine: bool = True, eps: float = 1e-5
    ) -> None:
        integer("GroupNorm", "channels", channels, 0)
        integer("GroupNorm", "groups", groups)
        if channels % groups:
            raise ValueError(f"GroupNorm: {groups} groups do not divide {channels} channels")
        self.weight = ones((channels,)) if affine else None
        self.bias = zeros((channels,)) if affine else None
        self.act = activation("GroupNorm", act)
        self.channels = channels
        self.groups = groups
        self.eps = eps

    def __call__(self, x: ArrayT) -> ArrayT:
        y = _in_single(x, self.weight, lambda x: groupnorm(x, self.groups, self.weight, self.bias, eps=self.eps))
        return activated(self.act, y)

    def describe(self) -> str:
        return f"{self.channels}, {self.groups}" + ("" if self.act is None else f", {name_of(self.act)}")


class LayerNorm(Layer):
    """The last axes of each sample less their mean, divided by their deviation (Ba et al. 2016).

    Parameters
    ----------
    shape : int or tuple of int
        Lengths of the last axes.
    act : callable, optional
        Activation.
    affine : bool
        Whether there are weight and bias, of that shape.
    eps : float
        Added to the variance.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import LayerNorm
    >>> LayerNorm(4)(np.array([[1.0, 2, 3, 4]], np.float32)).round(3)
    array([[-1.342, -0.447,  0.447,  1.342]], dtype=float32)
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("eps",)
    __single__: ClassVar[bool] = True

    def __init__(
        self, shape: int | tuple[int, ...], act: Function | None = None, *, affine: bool = True, eps: float = 1e-5
    ) -> None:
        lengths = shape if isinstance(shape, tuple | list) else (shape,)
        self.shape = tuple(integer("LayerNorm", "shape", n) for n in lengths)
        self.weight = ones(self.shape) if affine else None
        self.bias = zeros(self.shape) if affine else None
        self.act = activation("LayerNorm", act)
        self.eps = eps

    def __call__(self, x: ArrayT) -> ArrayT:
        x = array(x)
        if tuple(x.shape[x.ndim - len(self.shape) :]) != self.shape:
            raise ValueError(f"{self!r}: the last axes of the input, of shape {x.shape}, are not {self.shape}")
        if self.weight is None:
            y = self._plain(x)
        else:
            y = _in_single(x, self.weight, lambda x: layernorm(x, self.weight, self.bias, eps=self.eps))
        return activated(self.act, y)

    def _plain(self, x: Any) -> Any:
        axes = tuple(range(-len(self.shape), 0))
        centred = x - np.mean(x, axis=axes, keepdims=True)
        return centred / np.sqrt(np.mean(centred * centred, axis=axes, keepdims=True) + self.eps)

    def describe(self) -> str:
        shape = str(self.shape[0]) if len(self.shape) == 1 else str(self.shape)
        return shape + ("" if self.act is None else f", {name_of(self.act)}")
