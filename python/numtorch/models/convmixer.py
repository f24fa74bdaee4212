"""ConvMixer (Trockman and Kolter 2022), with timm's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, conv, exact_gelu, one_of, pooled
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Dense, Layer

Function = Callable[..., Any]
# Features, blocks, sizes of the kernel and of the patches, activation.
SIZES: dict[str, tuple[int, int, int, int, Function]] = {
    "small": (768, 32, 7, 7, relu),
    "base": (1536, 20, 9, 7, exact_gelu),
    "large": (1024, 20, 9, 14, exact_gelu),
}


class Around(Layer):
    """A layer, and beside it the input."""

    def __init__(self, fn: Function) -> None:
        self.fn = fn

    def __call__(self, x: Any) -> Any:
        return x + self.fn(x)


class ConvMixer(Model):
    """Patches, then large convolutions of each channel and convolutions of 1 × 1 by turns.

    Parameters
    ----------
    size : {"small", "base", "large"}
        As Metalhead.jl calls them: timm's 768_32, 1536_20 and 1024_20_ks9_p14.
    nclasses, inchannels, rng
        As of `Model`.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import ConvMixer
    >>> sum(p.size for p in trainables(ConvMixer("small")))
    21110248
    """

    def __init__(self, size: str = "base", *, nclasses: int = 1000, inchannels: int = 3, rng: Rng = None) -> None:
        features, count, k, patch, act = SIZES[one_of("ConvMixer", "size", size, SIZES)]
        rng = np.random.default_rng(rng)

        def unit(k: int, inputs: int, **options: Any) -> list[Function]:
            return [conv(k, inputs, features, bias=True, rng=rng, **options), act, BatchNorm(features)]

        blocks = [
            Chain(Around(Chain(unit(k, features, pad=k // 2, groups=features))), *unit(1, features))
            for _ in range(count)
        ]
        super().__init__(
            "global_pool",
            stem=Chain(unit(patch, inchannels, stride=patch)),
            blocks=Chain(*blocks),
            **pooled("global_pool", head=Dense(features, nclasses, rng=rng)),
        )
