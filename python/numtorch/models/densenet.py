"""DenseNet (Huang et al. 2016)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, conv, one_of, pooled
from numtorch.models.naming import OLD_DENSENET, Rules
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Dense, Layer, MaxPool, MeanPool

Function = Callable[..., Any]
# Layers of each block, growth of channels by each layer, channels of the first convolution.
CONFIGURATIONS = {
    121: ((6, 12, 24, 16), 32, 64),
    161: ((6, 12, 36, 24), 48, 96),
    169: ((6, 12, 32, 32), 32, 64),
    201: ((6, 12, 48, 32), 32, 64),
}


class DenseLayer(Layer):
    """What comes in, and beside it what two convolutions make of it.

    Parameters
    ----------
    inputs, growth : int
        Channels that come in, and that are added.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(self, inputs: int, growth: int, rng: Rng = None) -> None:
        self.norm1 = BatchNorm(inputs)
        self.conv1 = conv(1, inputs, 4 * growth, rng=rng)
        self.norm2 = BatchNorm(4 * growth)
        self.conv2 = conv(3, 4 * growth, growth, pad=1, rng=rng)

    def __call__(self, x: Any) -> Any:
        y = self.conv1(relu(self.norm1(x)))
        return np.concatenate([x, self.conv2(relu(self.norm2(y)))], axis=1)


class DenseNet(Model):
    """Network whose layers see what all layers before them in the block found.

    Parameters
    ----------
    depth : {121, 161, 169, 201}
        Number of layers.
    nclasses, inchannels, rng
        As of `Model`.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import DenseNet
    >>> model = DenseNet(121)
    >>> len(trainables(model)), sum(p.size for p in trainables(model))
    (364, 7978856)
    """

    def __init__(self, depth: int = 121, *, nclasses: int = 1000, inchannels: int = 3, rng: Rng = None) -> None:
        repeats, growth, channels = CONFIGURATIONS[one_of("DenseNet", "depth", depth, CONFIGURATIONS)]
        rng = np.random.default_rng(rng)
        parts: dict[str, Function] = {
            "conv0": conv(7, inchannels, channels, stride=2, pad=3, rng=rng),
            "norm0": BatchNorm(channels),
            "relu0": relu,
            "pool0": MaxPool(3, stride=2, pad=1),
        }
        for block, count in enumerate(repeats, start=1):
            layers: dict[str, Function] = {}
            for i in range(count):
                layers[f"denselayer{i + 1}"] = DenseLayer(channels, growth, rng)
                channels += growth
            parts[f"denseblock{block}"] = Chain(**layers)
            if block < len(repeats):
                parts[f"transition{block}"] = Chain(
                    norm=BatchNorm(channels),
                    relu=relu,
                    conv=conv(1, channels, channels // 2, rng=rng),
                    pool=MeanPool(2),
                )
                channels //= 2
        parts["norm5"] = BatchNorm(channels)
        super().__init__(
            "avgpool",
            features=Chain(**parts),
            relu=relu,
            **pooled(classifier=Dense(channels, nclasses, rng=rng)),
        )

    def rules(self, names: str) -> Rules:  # noqa: ARG002
        """Files of torchvision's first years write norm.1 where later ones write norm1."""
        return OLD_DENSENET
