"""Plain chains of convolutions: AlexNet and VGG."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, conv, one_of
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import AdaptiveMeanPool, BatchNorm, Chain, Dense, Dropout, Flatten, MaxPool

Function = Callable[..., Any]
# Convolutions of each stage, whose channels are 64, 128, 256, 512 and 512.
STAGES = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


class VGG(Model):
    """Convolutions of 3 × 3 and three Dense layers (Simonyan and Zisserman 2014).

    Parameters
    ----------
    depth : {11, 13, 16, 19}
        Number of layers.
    batchnorm : bool
        Whether each convolution is followed by a norm.
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Of the Dense layers.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import VGG
    >>> model = VGG(11)
    >>> len(trainables(model)), sum(p.size for p in trainables(model))
    (22, 132863336)
    """

    def __init__(
        self,
        depth: int = 16,
        *,
        batchnorm: bool = False,
        nclasses: int = 1000,
        inchannels: int = 3,
        dropout: float = 0.5,
        rng: Rng = None,
    ) -> None:
        stages = STAGES[one_of("VGG", "depth", depth, STAGES)]
        rng = np.random.default_rng(rng)
        layers: list[Function] = []
        inputs = inchannels
        for repeats, outputs in zip(stages, (64, 128, 256, 512, 512), strict=True):
            for _ in range(repeats):
                layers.append(conv(3, inputs, outputs, pad=1, bias=True, rng=rng))
                layers += [BatchNorm(outputs), relu] if batchnorm else [relu]
                inputs = outputs
            layers.append(MaxPool(2))
        dense = Chain(
            Dense(512 * 7 * 7, 4096, rng=rng),
            relu,
            Dropout(dropout),
            Dense(4096, 4096, rng=rng),
            relu,
            Dropout(dropout),
            Dense(4096, nclasses, rng=rng),
        )
        super().__init__(
            "avgpool", features=Chain(layers), avgpool=AdaptiveMeanPool(7), flatten=Flatten(), classifier=dense
        )

    def __translate__(self, given: Any, names: str) -> dict[str, Any]:
        """timm keeps the first two Dense layers as convolutions of 7 × 7 and 1 × 1."""
        if names != "timm":
            return super().__translate__(given, names)
        table = {"pre_logits.fc1": "classifier.0", "pre_logits.fc2": "classifier.3", "head.fc": "classifier.6"}
        found = {}
        for name, value in given.items():
            stem, _, leaf = name.rpartition(".")
            flat = stem in table and leaf == "weight"
            found[f"{table.get(stem, stem)}.{leaf}"] = value.reshape(value.shape[0], -1) if flat else value
        return found


class AlexNet(Model):
    """Five convolutions and three Dense layers (Krizhevsky 2014, for one device).

    Parameters
    ----------
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Of the Dense layers.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import AlexNet
    >>> sum(p.size for p in trainables(AlexNet()))
    61100840
    """

    def __init__(self, *, nclasses: int = 1000, inchannels: int = 3, dropout: float = 0.5, rng: Rng = None) -> None:
        rng = np.random.default_rng(rng)
        features = Chain(
            conv(11, inchannels, 64, stride=4, pad=2, bias=True, rng=rng),
            relu,
            MaxPool(3, stride=2),
            conv(5, 64, 192, pad=2, bias=True, rng=rng),
            relu,
            MaxPool(3, stride=2),
            conv(3, 192, 384, pad=1, bias=True, rng=rng),
            relu,
            conv(3, 384, 256, pad=1, bias=True, rng=rng),
            relu,
            conv(3, 256, 256, pad=1, bias=True, rng=rng),
            relu,
            MaxPool(3, stride=2),
        )
        dense = Chain(
            Dropout(dropout),
            Dense(256 * 6 * 6, 4096, rng=rng),
            relu,
            Dropout(dropout),
            Dense(4096, 4096, rng=rng),
            relu,
            Dense(4096, nclasses, rng=rng),
        )
        super().__init__("avgpool", features=features, avgpool=AdaptiveMeanPool(6), flatten=Flatten(), classifier=dense)
