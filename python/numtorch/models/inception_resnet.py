"""Inception-ResNet v2 (Szegedy et al. 2016), with timm's names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import numpy as np

from numtorch.models.blocks import Model, conv, pooled
from numtorch.models.branches import Branches, bn_conv
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import Chain, Dense, Dropout, MaxPool, MeanPool

Function = Callable[..., Any]


class ScaledResidual(Branches):
    """Paths side by side, a convolution of 1 × 1 of what they give, and a small part of that beside the input.

    Parameters
    ----------
    scale : float
        How much of it.
    outputs : int
        Channels before and after.
    inner : int
        Channels of all paths together.
    last : bool
        Whether the sum is left as it is, or goes through a relu.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    **parts : callables
        The paths.
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("scale",)

    def __init__(
        self, scale: float, outputs: int, inner: int, *, last: bool = False, rng: Rng = None, **parts: Function
    ) -> None:
        super().__init__([[name] for name in parts], **parts, conv2d=conv(1, inner, outputs, bias=True, rng=rng))
        self.scale = scale
        self.last = last

    def __call__(self, x: Any) -> Any:
        y = x + self.scale * self.layers["conv2d"](super().__call__(x))
        return y if self.last else relu(y)


class InceptionResNetV2(Model):
    """Inception-ResNet v2, for images of 299 × 299.

    Parameters
    ----------
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Before the last layer.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import InceptionResNetV2
    >>> sum(p.size for p in trainables(InceptionResNetV2()))
    55843464
    """

    def __init__(self, *, nclasses: int = 1000, inchannels: int = 3, dropout: float = 0.2, rng: Rng = None) -> None:
        rng = np.random.default_rng(rng)
        unit = partial(bn_conv, rng=rng)
        super().__init__(
            "global_pool",
            conv2d_1a=unit(3, inchannels, 32, stride=2),
            conv2d_2a=unit(3, 32, 32),
            conv2d_2b=unit(3, 32, 64, pad=1),
            maxpool_3a=MaxPool(3, stride=2),
            conv2d_3b=unit(1, 64, 80),
            conv2d_4a=unit(3, 80, 192),
            maxpool_5a=MaxPool(3, stride=2),
            mixed_5b=_first(unit),
            repeat=Chain([_block35(unit, rng) for _ in range(10)]),
            mixed_6a=Branches(
                branch0=unit(3, 320, 384, stride=2),
                branch1=Chain(unit(1, 320, 256), unit(3, 256, 256, pad=1), unit(3, 256, 384, stride=2)),
                branch2=MaxPool(3, stride=2),
            ),
            repeat_1=Chain([_block17(unit, rng) for _ in range(20)]),
            mixed_7a=Branches(
                branch0=Chain(unit(1, 1088, 256), unit(3, 256, 384, stride=2)),
                branch1=Chain(unit(1, 1088, 256), unit(3, 256, 288, stride=2)),
                branch2=Chain(unit(1, 1088, 256), unit(3, 256, 288, pad=1), unit(3, 288, 320, stride=2)),
                branch3=MaxPool(3, stride=2),
            ),
            repeat_2=Chain([_block8(unit, 0.2, False, rng) for _ in range(9)]),
            block8=_block8(unit, 1.0, True, rng),
            conv2d_7b=unit(1, 2080, 1536),
            **pooled("global_pool", head_drop=Dropout(dropout), classif=Dense(1536, nclasses, rng=rng)),
        )


def _first(unit: Function) -> Branches:
    return Branches(
        branch0=unit(1, 192, 96),
        branch1=Chain(unit(1, 192, 48), unit(5, 48, 64, pad=2)),
        branch2=Chain(unit(1, 192, 64), unit(3, 64, 96, pad=1), unit(3, 96, 96, pad=1)),
        branch3=Chain(MeanPool(3, stride=1, pad=1, count_include_pad=False), unit(1, 192, 64)),
    )


def _block35(unit: Function, rng: Rng) -> ScaledResidual:
    return ScaledResidual(
        0.17,
        320,
        128,
        rng=rng,
        branch0=unit(1, 320, 32),
        branch1=Chain(unit(1, 320, 32), unit(3, 32, 32, pad=1)),
        branch2=Chain(unit(1, 320, 32), unit(3, 32, 48, pad=1), unit(3, 48, 64, pad=1)),
    )


def _block17(unit: Function, rng: Rng) -> ScaledResidual:
    return ScaledResidual(
        0.1,
        1088,
        384,
        rng=rng,
        branch0=unit(1, 1088, 192),
        branch1=Chain(unit(1, 1088, 128), unit((1, 7), 128, 160, pad=(0, 3)), unit((7, 1), 160, 192, pad=(3, 0))),
    )


def _block8(unit: Function, scale: float, last: bool, rng: Rng) -> ScaledResidual:
    return ScaledResidual(
        scale,
        2080,
        448,
        last=last,
        rng=rng,
        branch0=unit(1, 2080, 192),
        branch1=Chain(unit(1, 2080, 192), unit((1, 3), 192, 224, pad=(0, 1)), unit((3, 1), 224, 256, pad=(1, 0))),
    )
