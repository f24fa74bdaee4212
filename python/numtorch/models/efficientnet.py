"""EfficientNet (Tan and Le 2019)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, SqueezeExcite, StochasticDepth, conv_norm, rounded
from numtorch.models.naming import inverted, renamed
from numtorch.nn.activations import sigmoid, swish
from numtorch.nn.layers import BatchNorm, Chain, Dense, Dropout, Flatten, GlobalMeanPool, Layer

Function = Callable[..., Any]
# Expansion, size of the kernel, stride of the first, channels, number of blocks.
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
# Factors of the numbers of channels and of blocks, and dropout.
SIZES = {
    "b0": (1.0, 1.0, 0.2),
    "b1": (1.0, 1.1, 0.2),
    "b2": (1.1, 1.2, 0.3),
    "b3": (1.2, 1.4, 0.3),
    "b4": (1.4, 1.8, 0.4),
    "b5": (1.6, 2.2, 0.4),
    "b6": (1.8, 2.6, 0.5),
    "b7": (2.0, 3.1, 0.5),
}


class MBConv(Layer):
    """To many channels, a convolution of each, a gate, and back; around it, where the shapes agree, the input.

    Parameters
    ----------
    inputs, outputs : int
        Channels before and after.
    expand : int
        How many times more there are in between.
    k, stride : int
        Of the convolution of each channel.
    drop : float
        How often, in training, only the way around is taken.
    norm : callable
        Makes a norm for a number of channels.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(
        self, inputs: int, outputs: int, expand: int, k: int, stride: int, drop: float, norm: Function, rng: Any
    ) -> None:
        unit = partial(conv_norm, norm=norm, rng=rng)
        inner = rounded(inputs * expand)
        layers: list[Function] = [unit(1, inputs, inner, swish)] if inner != inputs else []
        layers += [
            unit(k, inner, inner, swish, stride=stride, groups=inner),
            SqueezeExcite(inner, max(1, inputs // 4), swish, sigmoid, rng=rng),
            unit(1, inner, outputs, None),
        ]
        self.block = Chain(layers)
        self.drop = StochasticDepth(drop, rng=rng)
        self.around = stride == 1 and inputs == outputs

    def __call__(self, x: Any) -> Any:
        y = self.block(x)
        return x + self.drop(y) if self.around else y


class EfficientNet(Model):
    """Network whose depth, width and resolution grow together.

    Parameters
    ----------
    size : {"b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7"}
        From small to large.
    nclasses, inchannels : int
        Numbers of classes and of channels of the images.
    drop : float
        How often, in training, the last block is left out; earlier ones less often.
    eps : float, optional
        Of the norms; by default 1e-3 from b5 on, as in torchvision, else 1e-5.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import EfficientNet
    >>> sum(p.size for p in trainables(EfficientNet("b0")))
    5288548
    """

    def __init__(
        self,
        size: str = "b0",
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        drop: float = 0.2,
        eps: float | None = None,
        rng: Any = None,
    ) -> None:
        if size not in SIZES:
            raise ValueError(f"EfficientNet: the size is one of {', '.join(SIZES)}, not {size!r}")
        width, depth, dropout = SIZES[size]
        large = size in ("b5", "b6", "b7")
        eps = (1e-3 if large else 1e-5) if eps is None else eps
        norm = partial(BatchNorm, eps=eps, momentum=0.01 if large else 0.1)
        rng = np.random.default_rng(rng)
        counts = [math.ceil(row[4] * depth) for row in STAGES]
        self.counts = counts
        inputs = rounded(32 * width)
        layers: list[Function] = [conv_norm(3, inchannels, inputs, swish, norm=norm, stride=2, rng=rng)]
        done = 0
        for (expand, k, first, channels, _), count in zip(STAGES, counts, strict=True):
            blocks: list[Function] = []
            outputs = rounded(channels * width)
            for i in range(count):
                stride = first if i == 0 else 1
                blocks.append(MBConv(inputs, outputs, expand, k, stride, drop * done / sum(counts), norm, rng))
                inputs = outputs
                done += 1
            layers.append(Chain(blocks))
        layers.append(conv_norm(1, inputs, 4 * inputs, swish, norm=norm, rng=rng))
        super().__init__(
            "avgpool",
            features=Chain(layers),
            avgpool=GlobalMeanPool(),
            flatten=Flatten(),
            classifier=Chain(Dropout(dropout), Dense(4 * inputs, nclasses, rng=rng)),
        )

    def __translate__(self, given: Mapping[str, Any], names: str) -> dict[str, Any]:
        given = super().__translate__(given, names)
        if names != "timm":
            return given
        return renamed(given, inverted(self.counts, "block", nested=True, last=8, gate=True))
