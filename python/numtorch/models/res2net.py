"""Res2Net and Res2NeXt (Gao et al. 2019), with timm's names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, conv, one_of, pooled
from numtorch.models.resnet import DEEP, ResidualBlock, shortcut, stages
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Dense, MeanPool

Function = Callable[..., Any]


class Bottle2neck(ResidualBlock):
    """A bottleneck whose inner convolution is several: each takes some channels, and what the one before it gave."""

    expansion = 4

    def __init__(
        self, inputs: int, planes: int, *, stride: int = 1, groups: int, width: int, scale: int, rng: Rng = None
    ) -> None:
        inner = planes * width // 64 * groups
        outputs = planes * self.expansion
        self.conv1 = conv(1, inputs, inner * scale, rng=rng)
        self.bn1 = BatchNorm(inner * scale)
        self.convs = [conv(3, inner, inner, stride=stride, pad=1, groups=groups, rng=rng) for _ in range(scale - 1)]
        self.bns = [BatchNorm(inner) for _ in range(scale - 1)]
        self.conv3 = conv(1, inner * scale, outputs, rng=rng)
        self.bn3 = BatchNorm(outputs)
        self.downsample = shortcut(inputs, outputs, stride, rng)
        # The first block of a stage has convolutions side by side, and a pool in place of the last.
        self.pool = None if self.downsample is None else MeanPool(3, stride=stride, pad=1)

    def inner(self, x: Any) -> Any:
        *given, last = np.split(relu(self.bn1(self.conv1(x))), len(self.convs) + 1, axis=1)
        found: list[Any] = []
        for part, layer, norm in zip(given, self.convs, self.bns, strict=True):
            y = part if self.pool is not None or not found else found[-1] + part
            found.append(relu(norm(layer(y))))
        found.append(last if self.pool is None else self.pool(last))
        return self.bn3(self.conv3(np.concatenate(found, axis=1)))


class Res2Net(Model):
    """Residual network whose blocks see at several scales; with groups, Res2NeXt.

    Parameters
    ----------
    depth : {50, 101, 152}
        Number of layers.
    width : int
        Channels of each scale (or of each of its groups) for 64 planes.
    scale : int
        Number of scales, at least 2.
    groups : int
        Groups of the inner convolutions; 8 with a width of 4 are Res2NeXt.
    nclasses, inchannels, rng
        As of `Model`.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import Res2Net
    >>> sum(p.size for p in trainables(Res2Net(50)))
    25699120
    """

    def __init__(
        self,
        depth: int = 50,
        width: int = 26,
        scale: int = 4,
        *,
        groups: int = 1,
        nclasses: int = 1000,
        inchannels: int = 3,
        rng: Rng = None,
    ) -> None:
        one_of("Res2Net", "depth", depth, DEEP)
        if scale < 2:
            raise ValueError(f"Res2Net: the number of scales is at least 2, not {scale}")
        rng = np.random.default_rng(rng)
        block = partial(Bottle2neck, groups=groups, width=width, scale=scale)
        parts = stages(block, Bottle2neck.expansion, depth, inchannels, rng)
        fc = Dense(512 * Bottle2neck.expansion, nclasses, rng=rng)
        super().__init__("avgpool", **parts, **pooled(fc=fc))
