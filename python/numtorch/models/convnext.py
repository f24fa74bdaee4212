"""ConvNeXt (Liu et al. 2022)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import ChannelNorm, Model, exact_gelu, one_of
from numtorch.models.naming import CONVNEXT_TIMM, Rules
from numtorch.nn.draws import Rng
from numtorch.nn.layers import Chain, Conv, Dense, Flatten, GlobalMeanPool, Layer, LayerNorm, truncated_normal
from numtorch.nn.layers.chance import StochasticDepth

Function = Callable[..., Any]
# Blocks and channels of the four stages, and how often the last block is left out in training.
SIZES = {
    "tiny": ((3, 3, 9, 3), (96, 192, 384, 768), 0.1),
    "small": ((3, 3, 27, 3), (96, 192, 384, 768), 0.4),
    "base": ((3, 3, 27, 3), (128, 256, 512, 1024), 0.5),
    "large": ((3, 3, 27, 3), (192, 384, 768, 1536), 0.5),
    "xlarge": ((3, 3, 27, 3), (256, 512, 1024, 2048), 0.5),
}
_small = partial(truncated_normal, std=0.02)


def channels_last(x: Any) -> Any:
    """(N, C, H, W) as (N, H, W, C)."""
    return x.transpose(0, 2, 3, 1)


def channels_first(x: Any) -> Any:
    """(N, H, W, C) as (N, C, H, W)."""
    return x.transpose(0, 3, 1, 2)


class ConvNeXtBlock(Layer):
    """A convolution of 7 × 7 of each channel, two Dense layers across them, and the way around.

    Parameters
    ----------
    channels : int
        Length of axis 1.
    drop : float
        How often, in training, only the way around is taken.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(self, channels: int, drop: float, rng: Rng) -> None:
        self.layer_scale = np.full((channels, 1, 1), 1e-6, np.float32)
        self.block = Chain(
            Conv(7, channels, channels, pad=3, groups=channels, init=_small, rng=rng),
            channels_last,
            LayerNorm(channels, eps=1e-6),
            Dense(channels, 4 * channels, init=_small, rng=rng),
            exact_gelu,
            Dense(4 * channels, channels, init=_small, rng=rng),
            channels_first,
        )
        self.drop = StochasticDepth(drop, rng=rng)

    def __call__(self, x: Any) -> Any:
        return x + self.drop(self.layer_scale * self.block(x))


class ConvNeXt(Model):
    """Convolutional network in the manner of a vision transformer.

    Parameters
    ----------
    size : {"tiny", "small", "base", "large", "xlarge"}
        From small to large.
    nclasses, inchannels, rng
        As of `Model`.
    drop : float, optional
        How often, in training, the last block is left out; earlier ones less often.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import ConvNeXt
    >>> sum(p.size for p in trainables(ConvNeXt("tiny")))
    28589128
    """

    def __init__(
        self,
        size: str = "tiny",
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        drop: float | None = None,
        rng: Rng = None,
    ) -> None:
        counts, widths, usual = SIZES[one_of("ConvNeXt", "size", size, SIZES)]
        drop = usual if drop is None else drop
        rng = np.random.default_rng(rng)
        layers: list[Function] = [
            Chain(Conv(4, inchannels, widths[0], stride=4, init=_small, rng=rng), ChannelNorm(widths[0], eps=1e-6))
        ]
        done = 0
        for stage, (count, channels) in enumerate(zip(counts, widths, strict=True)):
            if stage > 0:
                before = widths[stage - 1]
                layers.append(
                    Chain(
                        ChannelNorm(before, eps=1e-6),
                        Conv(2, before, channels, stride=2, init=_small, rng=rng),
                    )
                )
            blocks = []
            for _ in range(count):
                blocks.append(ConvNeXtBlock(channels, drop * done / (sum(counts) - 1), rng))
                done += 1
            layers.append(Chain(*blocks))
        head = Chain(ChannelNorm(widths[-1], eps=1e-6), Flatten(), Dense(widths[-1], nclasses, init=_small, rng=rng))
        super().__init__("avgpool", features=Chain(layers), avgpool=GlobalMeanPool(), classifier=head)

    def rules(self, names: str) -> Rules:
        return CONVNEXT_TIMM if names == "timm" else ()

    def __translate__(self, given: Mapping[str, Any], names: str) -> dict[str, Any]:
        """timm keeps a block's scales along one axis."""
        found = super().__translate__(given, names)
        if names == "timm":
            found |= {name: scale.reshape(-1, 1, 1) for name, scale in found.items() if name.endswith("layer_scale")}
        return found
