"""ShuffleNet v2 (Ma et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, conv, one_of, pooled
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Dense, Layer, MaxPool

Function = Callable[..., Any]
# Channels of the three stages, and of the last convolution.
WIDTHS = {
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),
    1.5: (176, 352, 704, 1024),
    2.0: (244, 488, 976, 2048),
}


def shuffled(x: Any, groups: int = 2) -> Any:
    """The channels of all groups by turns.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.models.shufflenet import shuffled
    >>> shuffled(np.arange(6).reshape(1, 6, 1, 1)).ravel()
    array([0, 3, 1, 4, 2, 5])
    """
    n, channels, height, width = x.shape
    return x.reshape(n, groups, channels // groups, height, width).swapaxes(1, 2).reshape(x.shape)


class ShuffleUnit(Layer):
    """Convolutions of half of the channels beside the other half; with stride 2, of all beside all.

    Parameters
    ----------
    inputs, outputs : int
        Channels before and after.
    stride : int
        2 makes images smaller.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, rng: Rng = None) -> None:
        half = outputs // 2
        before = inputs if stride > 1 else half
        self.branch1 = (
            Chain(
                conv(3, inputs, inputs, stride=stride, pad=1, groups=inputs, rng=rng),
                BatchNorm(inputs),
                conv(1, inputs, half, rng=rng),
                BatchNorm(half),
                relu,
            )
            if stride > 1
            else None
        )
        self.branch2 = Chain(
            conv(1, before, half, rng=rng),
            BatchNorm(half),
            relu,
            conv(3, half, half, stride=stride, pad=1, groups=half, rng=rng),
            BatchNorm(half),
            conv(1, half, half, rng=rng),
            BatchNorm(half),
            relu,
        )

    def __call__(self, x: Any) -> Any:
        if self.branch1 is not None:
            return shuffled(np.concatenate([self.branch1(x), self.branch2(x)], axis=1))
        kept, other = np.split(x, 2, axis=1)
        return shuffled(np.concatenate([kept, self.branch2(other)], axis=1))


class ShuffleNetV2(Model):
    """Network that mixes its channels by shuffling them.

    Parameters
    ----------
    width : {0.5, 1.0, 1.5, 2.0}
        Factor of the numbers of channels.
    nclasses, inchannels, rng
        As of `Model`.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import ShuffleNetV2
    >>> sum(p.size for p in trainables(ShuffleNetV2()))
    2278604
    """

    def __init__(self, width: float = 1.0, *, nclasses: int = 1000, inchannels: int = 3, rng: Rng = None) -> None:
        *stages, last = WIDTHS[one_of("ShuffleNetV2", "width", width, WIDTHS)]
        rng = np.random.default_rng(rng)
        parts: dict[str, Function] = {
            "conv1": Chain(conv(3, inchannels, 24, stride=2, pad=1, rng=rng), BatchNorm(24), relu),
            "maxpool": MaxPool(3, stride=2, pad=1),
        }
        inputs = 24
        for stage, (count, outputs) in enumerate(zip((4, 8, 4), stages, strict=True), start=2):
            units: list[Function] = [ShuffleUnit(inputs, outputs, 2, rng)]
            units += [ShuffleUnit(outputs, outputs, 1, rng) for _ in range(count - 1)]
            parts[f"stage{stage}"] = Chain(units)
            inputs = outputs
        parts["conv5"] = Chain(conv(1, inputs, last, rng=rng), BatchNorm(last), relu)
        fc = Dense(last, nclasses, rng=rng)
        super().__init__("avgpool", **parts, **pooled(fc=fc))
