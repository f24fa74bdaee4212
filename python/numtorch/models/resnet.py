"""Residual networks (He et al. 2015), wide, with groups, and with gates."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, SqueezeExcite, conv, conv_norm, one_of, pooled, rounded
from numtorch.models.residual import layers_of_2020
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Dense, Layer, MaxPool

Function = Callable[..., Any]
REPEATS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


DEEP = (50, 101, 152)


class ResidualBlock(Layer):
    """Convolutions with norms, a gate of what they give if there is one, and a way around them."""

    se: SqueezeExcite | None = None
    downsample: Chain | None

    def inner(self, x: Any) -> Any:
        """What the convolutions make of the input."""
        raise NotImplementedError

    def __call__(self, x: Any) -> Any:
        y = self.inner(x)
        y = y if self.se is None else self.se(y)
        return relu(y + (x if self.downsample is None else self.downsample(x)))


class BasicBlock(ResidualBlock):
    """Two convolutions of 3 × 3, and a way around them."""

    expansion = 1

    def __init__(
        self, inputs: int, planes: int, *, stride: int = 1, groups: int = 1, width: int = 64, se: bool, rng: Rng
    ) -> None:
        if groups != 1 or width != 64:
            raise ValueError("ResNet: groups and width are for depths of 50 and more")
        self.conv1 = conv(3, inputs, planes, stride=stride, pad=1, rng=rng)
        self.bn1 = BatchNorm(planes)
        self.conv2 = conv(3, planes, planes, pad=1, rng=rng)
        self.bn2 = BatchNorm(planes)
        self.se = SqueezeExcite(planes, rounded(planes / 16), rng=rng) if se else None
        self.downsample = shortcut(inputs, planes, stride, rng)

    def inner(self, x: Any) -> Any:
        return self.bn2(self.conv2(relu(self.bn1(self.conv1(x)))))


class Bottleneck(ResidualBlock):
    """Convolutions of 1 × 1, 3 × 3 and 1 × 1, and a way around them; the one of 3 × 3 makes images smaller."""

    expansion = 4

    def __init__(
        self, inputs: int, planes: int, *, stride: int = 1, groups: int = 1, width: int = 64, se: bool, rng: Rng
    ) -> None:
        inner = planes * width // 64 * groups
        outputs = planes * self.expansion
        self.conv1 = conv(1, inputs, inner, rng=rng)
        self.bn1 = BatchNorm(inner)
        self.conv2 = conv(3, inner, inner, stride=stride, pad=1, groups=groups, rng=rng)
        self.bn2 = BatchNorm(inner)
        self.conv3 = conv(1, inner, outputs, rng=rng)
        self.bn3 = BatchNorm(outputs)
        self.se = SqueezeExcite(outputs, rounded(outputs / 16), rng=rng) if se else None
        self.downsample = shortcut(inputs, outputs, stride, rng)

    def inner(self, x: Any) -> Any:
        y = relu(self.bn2(self.conv2(relu(self.bn1(self.conv1(x))))))
        return self.bn3(self.conv3(y))


def shortcut(inputs: int, outputs: int, stride: int, rng: Rng) -> Chain | None:
    """The way around a block that changes the shape: a convolution of 1 × 1 and a norm."""
    if inputs == outputs and stride == 1:
        return None
    return conv_norm(1, inputs, outputs, None, stride=stride, rng=rng)


def stages(block: Function, expansion: int, depth: int, inchannels: int, rng: Rng) -> dict[str, Function]:
    """The first layers and four stages of blocks: `block(inputs, planes, stride=, rng=)`."""
    parts: dict[str, Function] = {
        "conv1": conv(7, inchannels, 64, stride=2, pad=3, rng=rng),
        "bn1": BatchNorm(64),
        "relu": relu,
        "maxpool": MaxPool(3, stride=2, pad=1),
    }
    channels = 64
    for stage, repeats in enumerate(REPEATS[depth]):
        planes = 64 * 2**stage
        blocks: list[Function] = []
        for i in range(repeats):
            stride = 2 if stage > 0 and i == 0 else 1
            blocks.append(block(channels, planes, stride=stride, rng=rng))
            channels = planes * expansion
        parts[f"layer{stage + 1}"] = Chain(blocks)
    return parts


class ResNet(Model):
    """Residual network; `ResNet()` is the one of 2020 in Metalhead.jl, `ResNet(50)` the usual one.

    Parameters
    ----------
    depth : {18, 34, 50, 101, 152}, optional
        Number of layers. Without it, the network of 50 layers of Metalhead 0.5: convolutions have biases, the last
        convolution of a block makes images smaller, the end is `softmax`; images are of 224 × 224.
    nclasses, inchannels, rng
        As of `Model`.
    groups, width : int
        Groups of the inner convolutions, and channels of each for 64 planes.
    se : bool
        Whether each block has a gate of squeeze and excitation.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import params, torch
    >>> from numtorch.models import ResNet
    >>> params(torch(ResNet(), dev=-1))
    Params(212 arrays, 25583464 numbers)
    >>> params(torch(ResNet(50), dev=-1))
    Params(161 arrays, 25557032 numbers)
    """

    def __init__(
        self,
        depth: int | None = None,
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        groups: int = 1,
        width: int = 64,
        se: bool = False,
        rng: Rng = None,
    ) -> None:
        rng = np.random.default_rng(rng)
        if depth is None:
            if (groups, width, se) != (1, 64, False):
                raise ValueError("ResNet: groups, width and se need a depth")
            super().__init__("avgpool", **layers_of_2020(nclasses, inchannels, rng))
            return
        one_of("ResNet", "depth", depth, REPEATS)
        kind = BasicBlock if depth < 50 else Bottleneck
        block = partial(kind, groups=groups, width=width, se=se)
        parts = stages(block, kind.expansion, depth, inchannels, rng)
        fc = Dense(512 * kind.expansion, nclasses, rng=rng)
        super().__init__("avgpool", **parts, **pooled(fc=fc))


class WideResNet(ResNet):
    """Residual network whose inner convolutions are wider (Zagoruyko and Komodakis 2016).

    Parameters
    ----------
    depth : {50, 101, 152}
        Number of layers.
    factor : int
        How many times wider.
    **options
        nclasses, inchannels, se and rng, as of `ResNet`.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import WideResNet
    >>> sum(p.size for p in trainables(WideResNet(50)))
    68883240
    """

    def __init__(self, depth: int = 50, factor: int = 2, **options: Any) -> None:
        one_of("WideResNet", "depth", depth, DEEP)
        super().__init__(depth, width=64 * factor, **options)


class ResNeXt(ResNet):
    """Residual network whose inner convolutions are in groups (Xie et al. 2016).

    Parameters
    ----------
    depth : {50, 101, 152}
        Number of layers.
    groups, width : int
        Number of groups, and channels of each for 64 planes.
    **options
        nclasses, inchannels, se and rng, as of `ResNet`.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import ResNeXt
    >>> sum(p.size for p in trainables(ResNeXt(50)))
    25028904
    """

    def __init__(self, depth: int = 50, groups: int = 32, width: int = 4, **options: Any) -> None:
        one_of("ResNeXt", "depth", depth, DEEP)
        super().__init__(depth, groups=groups, width=width, **options)


class SEResNet(ResNet):
    """Residual network with gates of squeeze and excitation (Hu et al. 2018).

    Parameters
    ----------
    depth : {18, 34, 50, 101, 152}
        Number of layers.
    **options
        nclasses, inchannels, groups, width and rng, as of `ResNet`.
    """

    def __init__(self, depth: int = 50, **options: Any) -> None:
        super().__init__(depth, se=True, **options)
