"""Vision transformer (Dosovitskiy et al. 2020)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, exact_gelu, one_of
from numtorch.models.naming import VIT_TIMM, VIT_TORCHVISION, Rules
from numtorch.nn.draws import Rng
from numtorch.nn.layers import Chain, Conv, Dense, Dropout, Layer, LayerNorm, SelfAttention

# Layers, heads, features, and features in the middle of the Dense layers.
SIZES = {
    "tiny": (12, 3, 192, 768),
    "small": (12, 6, 384, 1536),
    "base": (12, 12, 768, 3072),
    "large": (24, 16, 1024, 4096),
    "huge": (32, 16, 1280, 5120),
    "giant": (40, 16, 1408, 6144),
    "gigantic": (48, 16, 1664, 8192),
}


class EncoderBlock(Layer):
    """Attention and two Dense layers, each after a norm and with a way around."""

    def __init__(self, features: int, heads: int, inner: int, dropout: float, rng: Rng) -> None:
        self.ln_1 = LayerNorm(features, eps=1e-6)
        self.self_attention = SelfAttention(features, heads=heads, rng=rng)
        self.dropout = Dropout(dropout)
        self.ln_2 = LayerNorm(features, eps=1e-6)
        self.mlp = Chain(
            Dense(features, inner, rng=rng),
            exact_gelu,
            Dropout(dropout),
            Dense(inner, features, rng=rng),
            Dropout(dropout),
        )

    def __call__(self, x: Any) -> Any:
        x = x + self.dropout(self.self_attention(self.ln_1(x)))
        return x + self.mlp(self.ln_2(x))


class Encoder(Layer):
    """Adds to each position what says where it is; then the blocks, then a norm."""

    def __init__(
        self,
        positions: int,
        features: int,
        heads: int,
        inner: int,
        count: int,
        dropout: float,
        rng: np.random.Generator,
    ) -> None:
        self.pos_embedding = rng.normal(0, 0.02, (1, positions, features)).astype(np.float32)
        self.dropout = Dropout(dropout)
        blocks = {f"encoder_layer_{i}": EncoderBlock(features, heads, inner, dropout, rng) for i in range(count)}
        self.layers = Chain(**blocks)
        self.ln = LayerNorm(features, eps=1e-6)

    def __call__(self, x: Any) -> Any:
        if x.shape[1] != self.pos_embedding.shape[1]:
            raise ValueError(f"ViT: {x.shape[1] - 1} patches, where {self.pos_embedding.shape[1] - 1} are expected")
        return self.ln(self.layers(self.dropout(x + self.pos_embedding)))


class _WithClass(Layer):
    """Patches as a sequence, and before them a position that gathers what the image is of."""

    def __init__(self, features: int) -> None:
        self.class_token = np.zeros((1, 1, features), np.float32)

    def __call__(self, x: Any) -> Any:
        x = np.swapaxes(x.reshape(*x.shape[:2], math.prod(x.shape[2:])), 1, 2)
        token = np.broadcast_to(self.class_token, (x.shape[0], 1, x.shape[2]))
        token = token if token.dtype == x.dtype else token.astype(x.dtype)
        return np.concatenate([token, x], axis=1)


def first_position(x: Any) -> Any:
    """What the first position of the sequence gathered."""
    return x[:, 0]


class ViT(Model):
    """Vision transformer.

    Parameters
    ----------
    size : {"tiny", "small", "base", "large", "huge", "giant", "gigantic"}
        From small to large.
    patch : int
        Length of the sides of the patches.
    image : int
        Length of the sides of the images.
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        In the blocks.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import ViT
    >>> sum(p.size for p in trainables(ViT("base", 16)))
    86567656
    """

    def __init__(
        self,
        size: str = "base",
        patch: int = 16,
        *,
        image: int = 224,
        nclasses: int = 1000,
        inchannels: int = 3,
        dropout: float = 0.0,
        rng: Rng = None,
    ) -> None:
        if image % patch:
            raise ValueError(f"ViT: patches of {patch} do not fill images of {image}")
        count, heads, features, inner = SIZES[one_of("ViT", "size", size, SIZES)]
        rng = np.random.default_rng(rng)
        positions = (image // patch) ** 2 + 1
        super().__init__(
            "heads",
            conv_proj=Conv(patch, inchannels, features, stride=patch, rng=rng),
            tokens=_WithClass(features),
            encoder=Encoder(positions, features, heads, inner, count, dropout, rng),
            first=first_position,
            heads=Chain(head=Dense(features, nclasses, rng=rng)),
        )

    def rules(self, names: str) -> Rules:
        return {"torchvision": VIT_TORCHVISION, "timm": VIT_TIMM}.get(names, [])
