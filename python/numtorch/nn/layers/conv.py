"""Convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numtorch.nn.conv import conv, conv_transpose
from numtorch.nn.dispatch import ArrayT, Pad, integer
from numtorch.nn.draws import Rng
from numtorch.nn.layers.dense import activated
from numtorch.nn.layers.init import glorot_uniform, zeros
from numtorch.nn.layers.layer import Layer, activation, called
from numtorch.nn.layers.show import name_of

Function = Callable[..., Any]
Size = int | tuple[int, ...]


def sizes(owner: str, k: Size) -> tuple[int, ...]:
    """The size of a kernel along each axis; a single number stands for a square one."""
    return tuple(integer(owner, "k", size) for size in (k if isinstance(k, tuple | list) else (k, k)))


def _check(owner: str, inputs: int, outputs: int, groups: int, act: Any, init: Any) -> None:
    for name, value in (("inputs", inputs), ("outputs", outputs), ("groups", groups)):
        integer(owner, name, value, 1 if name == "groups" else 0)
    if inputs % groups or outputs % groups:
        raise ValueError(f"{owner}: {groups} groups do not divide {inputs} and {outputs} channels")
    activation(owner, act)
    called(owner, "init", init)


def _options(**options: Any) -> str:
    """Those that differ from what they usually are."""
    usual: dict[str, Any] = {"stride": 1, "pad": 0, "dilation": 1, "groups": 1, "outpad": 0, "flip": False}
    return "".join(f", {name}={value}" for name, value in options.items() if value != usual[name])


class Conv(Layer):
    """Cross-correlation over the axes after the second: (N, inputs, ...) becomes (N, outputs, ...).

    Parameters
    ----------
    k : int or tuple of int
        Size of the kernel; an int is a square one (two axes), a tuple has a size for each axis.
    inputs, outputs : int
        Numbers of channels.
    act : callable, optional
        Activation.
    stride, pad, dilation : int or tuple of int
        As of `numtorch.nn.conv`; pad may be "same".
    groups : int
        Into how many groups the channels are divided.
    bias : bool
        Whether there is one.
    flip : bool
        Whether the weight is turned around before use, as in Flux.jl, whose weights then stay as they are.
    init : callable
        Initialiser of the weight: `init(shape, rng=rng)`.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Attributes
    ----------
    weight : array, of shape (outputs, inputs / groups, *k)
    bias : array, of shape (outputs,), or None

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Conv
    >>> layer = Conv(3, 1, 8, stride=2, pad=1, rng=0)
    >>> layer
    Conv((3, 3), 1 => 8, stride=2, pad=1)  # 80 parameters
    >>> layer(np.ones((2, 1, 6, 6), np.float32)).shape
    (2, 8, 3, 3)
    """

    def __init__(
        self,
        k: Size,
        inputs: int,
        outputs: int,
        act: Function | None = None,
        *,
        stride: Size = 1,
        pad: Pad = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        flip: bool = False,
        init: Function = glorot_uniform,
        rng: Rng = None,
    ) -> None:
        owner = type(self).__name__
        _check(owner, inputs, outputs, groups, act, init)
        self.weight = init((outputs, inputs // groups, *sizes(owner, k)), rng=rng)
        self.bias = zeros((outputs,)) if bias else None
        self.act = act
        self.stride = stride
        self.pad = pad
        self.dilation = dilation
        self.groups = groups
        self.flip = flip

    def __call__(self, x: ArrayT) -> ArrayT:
        y = conv(
            x,
            self.weight,
            self.bias,
            stride=self.stride,
            pad=self.pad,
            dilation=self.dilation,
            groups=self.groups,
            flip=self.flip,
        )
        return activated(self.act, y)

    def describe(self) -> str:
        outputs, inputs, *k = self.weight.shape
        text = f"{tuple(k)}, {inputs * self.groups} => {outputs}"
        text += "" if self.act is None else f", {name_of(self.act)}"
        text += _options(stride=self.stride, pad=self.pad, dilation=self.dilation, groups=self.groups, flip=self.flip)
        return text + (", bias=False" if self.bias is None else "")


class DepthwiseConv(Conv):
    """A convolution of each channel by itself.

    Parameters
    ----------
    k : int or tuple of int
        Size of the kernel.
    inputs : int
        Number of channels.
    outputs : int, optional
        A multiple of it; by default as many.
    act : callable, optional
        Activation.
    **options
        As of `Conv`, but groups.

    Examples
    --------
    >>> from numtorch.nn.layers import DepthwiseConv
    >>> DepthwiseConv(3, 8, pad=1).weight.shape
    (8, 1, 3, 3)
    """

    def __init__(
        self, k: Size, inputs: int, outputs: int | None = None, act: Function | None = None, **options: Any
    ) -> None:
        super().__init__(k, inputs, inputs if outputs is None else outputs, act, groups=inputs, **options)


class ConvTranspose(Layer):
    """The transpose of a convolution, which makes images larger: (N, inputs, ...) becomes (N, outputs, ...).

    Parameters
    ----------
    k : int or tuple of int
        Size of the kernel; an int is a square one.
    inputs, outputs : int
        Numbers of channels.
    act : callable, optional
        Activation.
    stride, pad, outpad, dilation : int or tuple of int
        As of `numtorch.nn.conv_transpose`.
    groups : int
        Into how many groups the channels are divided.
    bias : bool
        Whether there is one.
    flip : bool
        As of `Conv`.
    init : callable
        Initialiser of the weight.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Attributes
    ----------
    weight : array, of shape (inputs, outputs / groups, *k)
    bias : array, of shape (outputs,), or None

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import ConvTranspose
    >>> ConvTranspose(2, 8, 4, stride=2, rng=0)(np.ones((1, 8, 3, 3), np.float32)).shape
    (1, 4, 6, 6)
    """

    def __init__(
        self,
        k: Size,
        inputs: int,
        outputs: int,
        act: Function | None = None,
        *,
        stride: Size = 1,
        pad: Pad = 0,
        outpad: Size = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        flip: bool = False,
        init: Function = glorot_uniform,
        rng: Rng = None,
    ) -> None:
        _check("ConvTranspose", inputs, outputs, groups, act, init)
        self.weight = init((inputs, outputs // groups, *sizes("ConvTranspose", k)), rng=rng)
        self.bias = zeros((outputs,)) if bias else None
        self.act = act
        self.stride = stride
        self.pad = pad
        self.outpad = outpad
        self.dilation = dilation
        self.groups = groups
        self.flip = flip

    def __call__(self, x: ArrayT) -> ArrayT:
        y = conv_transpose(
            x,
            self.weight,
            self.bias,
            stride=self.stride,
            pad=self.pad,
            outpad=self.outpad,
            dilation=self.dilation,
            groups=self.groups,
            flip=self.flip,
        )
        return activated(self.act, y)

    def describe(self) -> str:
        inputs, outputs, *k = self.weight.shape
        text = f"{tuple(k)}, {inputs} => {outputs * self.groups}"
        text += "" if self.act is None else f", {name_of(self.act)}"
        text += _options(
            stride=self.stride,
            pad=self.pad,
            outpad=self.outpad,
            dilation=self.dilation,
            groups=self.groups,
            flip=self.flip,
        )
        return text + (", bias=False" if self.bias is None else "")
