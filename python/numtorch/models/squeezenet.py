"""SqueezeNet (Iandola et al. 2016)."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch.models.blocks import Model, conv, one_of
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import Chain, Dropout, Flatten, GlobalMeanPool, Layer, MaxPool

# Channels squeezed to, and of each of the two expansions; None is a pool.
FIRES: dict[str, tuple[tuple[int, int] | None, ...]] = {
    "1.0": ((16, 64), (16, 64), (32, 128), None, (32, 128), (48, 192), (48, 192), (64, 256), None, (64, 256)),
    "1.1": ((16, 64), (16, 64), None, (32, 128), (32, 128), None, (48, 192), (48, 192), (64, 256), (64, 256)),
}


class Fire(Layer):
    """A convolution to few channels, and two from there, side by side.

    Parameters
    ----------
    inputs, squeezed, expanded : int
        Channels before and in between, and of each of the two results.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(self, inputs: int, squeezed: int, expanded: int, rng: Rng = None) -> None:
        self.squeeze = conv(1, inputs, squeezed, bias=True, rng=rng)
        self.expand1x1 = conv(1, squeezed, expanded, bias=True, rng=rng)
        self.expand3x3 = conv(3, squeezed, expanded, pad=1, bias=True, rng=rng)

    def __call__(self, x: Any) -> Any:
        y = relu(self.squeeze(x))
        return np.concatenate([relu(self.expand1x1(y)), relu(self.expand3x3(y))], axis=1)


class SqueezeNet(Model):
    """A small network of fire modules.

    Parameters
    ----------
    version : {"1.1", "1.0"}
        1.1 needs less than half the work of 1.0.
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Before the last convolution.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import SqueezeNet
    >>> sum(p.size for p in trainables(SqueezeNet()))
    1235496
    """

    def __init__(
        self,
        version: str = "1.1",
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        dropout: float = 0.5,
        rng: Rng = None,
    ) -> None:
        rng = np.random.default_rng(rng)
        k, channels = (7, 96) if version == "1.0" else (3, 64)
        features = Chain(conv(k, inchannels, channels, stride=2, bias=True, rng=rng), relu, _pool())
        for i, fire in enumerate(FIRES[one_of("SqueezeNet", "version", version, FIRES)], start=3):
            features.layers[str(i)] = _pool() if fire is None else Fire(channels, *fire, rng=rng)
            channels = channels if fire is None else 2 * fire[1]
        head = Chain(
            Dropout(dropout), conv(1, channels, nclasses, bias=True, rng=rng), relu, GlobalMeanPool(), Flatten()
        )
        super().__init__("classifier", features=features, classifier=head)


def _pool() -> MaxPool:
    return MaxPool(3, stride=2, ceil_mode=True)
