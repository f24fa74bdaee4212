"""Xception (Chollet 2016), with timm's names (there it is called legacy_xception)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, conv, pooled
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Dense, Layer, MaxPool

Function = Callable[..., Any]


class SeparableConv(Layer):
    """A convolution of 3 × 3 of each channel by itself, and one of 1 × 1 across them."""

    def __init__(self, inputs: int, outputs: int, rng: Rng) -> None:
        self.conv1 = conv(3, inputs, inputs, pad=1, groups=inputs, rng=rng)
        self.pointwise = conv(1, inputs, outputs, rng=rng)

    def __call__(self, x: Any) -> Any:
        return self.pointwise(self.conv1(x))


class XceptionBlock(Layer):
    """Separable convolutions with norms, and a way around them.

    Parameters
    ----------
    inputs, outputs : int
        Channels before and after.
    count : int
        How many convolutions.
    stride : int
        2 makes images smaller, with a pool at the end.
    starts : bool
        Whether a relu comes first.
    grow_first : bool
        Whether the first convolution has all channels, or the last.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(
        self, inputs: int, outputs: int, count: int, stride: int, starts: bool, grow_first: bool, rng: Rng
    ) -> None:
        around = outputs != inputs or stride != 1
        self.skip = conv(1, inputs, outputs, stride=stride, rng=rng) if around else None
        self.skipbn = BatchNorm(outputs) if around else None
        rep: list[Function] = []
        for i in range(count):
            before = outputs if grow_first and i > 0 else inputs
            after = outputs if grow_first or i == count - 1 else inputs
            rep += [relu, SeparableConv(before, after, rng), BatchNorm(after)]
        if not starts:
            rep = rep[1:]
        if stride != 1:
            rep.append(MaxPool(3, stride=stride, pad=1))
        self.rep = Chain(rep)

    def __call__(self, x: Any) -> Any:
        around = x if self.skip is None or self.skipbn is None else self.skipbn(self.skip(x))
        return self.rep(x) + around


class Xception(Model):
    """Network of separable convolutions, for images of 299 × 299.

    Parameters
    ----------
    nclasses, inchannels, rng
        As of `Model`.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import Xception
    >>> sum(p.size for p in trainables(Xception()))
    22855952
    """

    def __init__(self, *, nclasses: int = 1000, inchannels: int = 3, rng: Rng = None) -> None:
        rng = np.random.default_rng(rng)
        parts: dict[str, Function] = {
            "conv1": conv(3, inchannels, 32, stride=2, rng=rng),
            "bn1": BatchNorm(32),
            "act1": relu,
            "conv2": conv(3, 32, 64, rng=rng),
            "bn2": BatchNorm(64),
            "act2": relu,
            "block1": XceptionBlock(64, 128, 2, 2, False, True, rng),
            "block2": XceptionBlock(128, 256, 2, 2, True, True, rng),
            "block3": XceptionBlock(256, 728, 2, 2, True, True, rng),
        }
        for i in range(4, 12):
            parts[f"block{i}"] = XceptionBlock(728, 728, 3, 1, True, True, rng)
        parts |= {
            "block12": XceptionBlock(728, 1024, 2, 2, True, False, rng),
            "conv3": SeparableConv(1024, 1536, rng),
            "bn3": BatchNorm(1536),
            "act3": relu,
            "conv4": SeparableConv(1536, 2048, rng),
            "bn4": BatchNorm(2048),
            "act4": relu,
        }
        fc = Dense(2048, nclasses, rng=rng)
        super().__init__("global_pool", **parts, **pooled("global_pool", fc=fc))
