"""Networks of Dense layers alone: MLP-Mixer, ResMLP (both 2021) and gMLP (Liu et al. 2021), with timm's names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, exact_gelu, one_of
from numtorch.nn.draws import Rng
from numtorch.nn.layers import Chain, Conv, Dense, Layer, LayerNorm
from numtorch.nn.layers.chance import StochasticDepth

Function = Callable[..., Any]
# Blocks and features.
MIXER = {"small": (8, 512), "base": (12, 768), "large": (24, 1024), "huge": (32, 1280)}
# Blocks, features, patch, and how much of each block counts at first.
RESMLP = {"12": (12, 384, 16, 1e-4), "24": (24, 384, 16, 1e-5), "36": (36, 384, 16, 1e-6), "big_24": (24, 768, 8, 1e-6)}
GMLP_SIZES = {"tiny": (30, 128), "small": (30, 256), "base": (30, 512)}


class Mlp(Layer):
    """Two Dense layers, between them `gelu` and what `gate` makes of half or all of it."""

    def __init__(self, inputs: int, inner: int, gate: Function | None = None, *, rng: Rng = None) -> None:
        self.fc1 = Dense(inputs, inner, rng=rng)
        self.gate = gate
        self.fc2 = Dense(inner if gate is None else inner // 2, inputs, rng=rng)

    def __call__(self, x: Any) -> Any:
        y = exact_gelu(self.fc1(x))
        return self.fc2(y if self.gate is None else self.gate(y))


def _across(layer: Function, x: Any) -> Any:
    """The layer applied along the positions instead of the features: (N, positions, features) both before and after."""
    return layer(x.swapaxes(1, 2)).swapaxes(1, 2)


class MixerBlock(Layer):
    """Two Dense layers along the positions, two along the features; each after a norm and with a way around."""

    def __init__(self, features: int, positions: int, drop: float, rng: Rng) -> None:
        self.norm1 = LayerNorm(features, eps=1e-6)
        self.mlp_tokens = Mlp(positions, features // 2, rng=rng)
        self.norm2 = LayerNorm(features, eps=1e-6)
        self.mlp_channels = Mlp(features, 4 * features, rng=rng)
        self.drop = StochasticDepth(drop, rng=rng)

    def __call__(self, x: Any) -> Any:
        x = x + self.drop(_across(self.mlp_tokens, self.norm1(x)))
        return x + self.drop(self.mlp_channels(self.norm2(x)))


class Affine(Layer):
    """Each feature times alpha plus beta, in a norm's stead."""

    def __init__(self, features: int) -> None:
        self.alpha = np.ones((1, 1, features), np.float32)
        self.beta = np.zeros((1, 1, features), np.float32)

    def __call__(self, x: Any) -> Any:
        return x * self.alpha + self.beta


class ResMLPBlock(Layer):
    """A Dense layer along the positions, two along the features; a part of each beside the input."""

    def __init__(self, scale: float, features: int, positions: int, drop: float, rng: Rng) -> None:
        self.ls1 = np.full(features, scale, np.float32)
        self.ls2 = np.full(features, scale, np.float32)
        self.norm1 = Affine(features)
        self.linear_tokens = Dense(positions, positions, rng=rng)
        self.norm2 = Affine(features)
        self.mlp_channels = Mlp(features, 4 * features, rng=rng)
        self.drop = StochasticDepth(drop, rng=rng)

    def __call__(self, x: Any) -> Any:
        x = x + self.drop(self.ls1 * _across(self.linear_tokens, self.norm1(x)))
        return x + self.drop(self.ls2 * self.mlp_channels(self.norm2(x)))


class SpatialGate(Layer):
    """Half of the features, times what a Dense layer along the positions makes of the other half."""

    def __init__(self, features: int, positions: int, rng: Rng) -> None:
        self.norm = LayerNorm(features // 2)
        self.proj = Dense(positions, positions, rng=rng)
        self.proj.weight *= 1e-6  # at first the gate is open everywhere
        self.proj.bias = np.ones(positions, np.float32)

    def __call__(self, x: Any) -> Any:
        kept, gate = np.split(x, 2, axis=-1)
        return kept * _across(self.proj, self.norm(gate))


class GatedBlock(Layer):
    """Two Dense layers along the features with a gate along the positions between them, and a way around."""

    def __init__(self, features: int, positions: int, drop: float, rng: Rng) -> None:
        self.norm = LayerNorm(features, eps=1e-6)
        gate = SpatialGate(6 * features, positions, rng)
        self.mlp_channels = Mlp(features, 6 * features, gate, rng=rng)
        self.drop = StochasticDepth(drop, rng=rng)

    def __call__(self, x: Any) -> Any:
        return x + self.drop(self.mlp_channels(self.norm(x)))


class Patches(Layer):
    """An image as a sequence of the features of its patches: (N, C, H, W) becomes (N, positions, features).

    Parameters
    ----------
    patch : int
        Length of the sides of the patches.
    image : int
        Length of the sides of the images; others have another number of positions.
    inchannels, features : int
        Channels of the images, and features of a patch.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(self, patch: int, image: int, inchannels: int, features: int, rng: Rng) -> None:
        if image % patch:
            raise ValueError(f"Patches: patches of {patch} do not fill images of {image}")
        self.proj = Conv(patch, inchannels, features, stride=patch, rng=rng)
        self.image = image

    def __call__(self, x: Any) -> Any:
        if tuple(x.shape[2:]) != (self.image, self.image):
            raise ValueError(f"Patches: images are of {self.image} × {self.image}, not {x.shape[2]} × {x.shape[3]}")
        y = self.proj(x)
        return y.reshape(*y.shape[:2], -1).swapaxes(1, 2)


def mean_of_positions(x: Any) -> Any:
    """(N, positions, features) as (N, features)."""
    return np.mean(x, axis=1)


class _Mixed(Model):
    """Patches, blocks, a norm, the mean of all positions and a Dense layer."""

    def __init__(
        self,
        block: Function,
        count: int,
        features: int,
        patch: int,
        norm: Function,
        *,
        image: int,
        nclasses: int,
        inchannels: int,
        drop: float,
        rng: Rng,
    ) -> None:
        rng = np.random.default_rng(rng)
        stem = Patches(patch, image, inchannels, features, rng)
        positions = (image // patch) ** 2
        super().__init__(
            "pool",
            stem=stem,
            blocks=Chain([block(features, positions, drop, rng) for _ in range(count)]),
            norm=norm(features),
            pool=mean_of_positions,
            head=Dense(features, nclasses, rng=rng),
        )


_norm = partial(LayerNorm, eps=1e-6)


class MLPMixer(_Mixed):
    """Network that mixes positions and features by turns (Tolstikhin et al. 2021).

    Parameters
    ----------
    size : {"small", "base", "large", "huge"}
        From small to large.
    patch : int
        Length of the sides of the patches.
    image : int
        Length of the sides of the images.
    nclasses, inchannels, rng
        As of `Model`.
    drop : float
        How often, in training, a block is left out.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import MLPMixer
    >>> sum(p.size for p in trainables(MLPMixer("base", 16)))
    59880472
    """

    def __init__(
        self,
        size: str = "base",
        patch: int = 16,
        *,
        image: int = 224,
        nclasses: int = 1000,
        inchannels: int = 3,
        drop: float = 0.0,
        rng: Rng = None,
    ) -> None:
        count, features = MIXER[one_of("MLPMixer", "size", size, MIXER)]
        options: dict[str, Any] = {"image": image, "nclasses": nclasses, "inchannels": inchannels}
        super().__init__(MixerBlock, count, features, patch, _norm, drop=drop, rng=rng, **options)


class ResMLP(_Mixed):
    """Network of Dense layers with scaled ways around, without norms (Touvron et al. 2021).

    Parameters
    ----------
    size : {"12", "24", "36", "big_24"}
        Number of blocks; "big_24" has twice the features, and patches of 8.
    image : int
        Length of the sides of the images.
    nclasses, inchannels, rng
        As of `Model`.
    drop : float
        How often, in training, a block is left out.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import ResMLP
    >>> sum(p.size for p in trainables(ResMLP("12")))
    15350872
    """

    def __init__(
        self,
        size: str = "12",
        *,
        image: int = 224,
        nclasses: int = 1000,
        inchannels: int = 3,
        drop: float = 0.0,
        rng: Rng = None,
    ) -> None:
        count, features, patch, scale = RESMLP[one_of("ResMLP", "size", size, RESMLP)]
        options: dict[str, Any] = {"image": image, "nclasses": nclasses, "inchannels": inchannels}
        super().__init__(partial(ResMLPBlock, scale), count, features, patch, Affine, drop=drop, rng=rng, **options)


class GMLP(_Mixed):
    """Network of Dense layers with gates along the positions (Liu et al. 2021).

    Parameters
    ----------
    size : {"tiny", "small", "base"}
        From small to large.
    patch : int
        Length of the sides of the patches.
    image : int
        Length of the sides of the images.
    nclasses, inchannels, rng
        As of `Model`.
    drop : float
        How often, in training, a block is left out.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import GMLP
    >>> sum(p.size for p in trainables(GMLP("small")))
    19422656
    """

    def __init__(
        self,
        size: str = "small",
        patch: int = 16,
        *,
        image: int = 224,
        nclasses: int = 1000,
        inchannels: int = 3,
        drop: float = 0.0,
        rng: Rng = None,
    ) -> None:
        count, features = GMLP_SIZES[one_of("GMLP", "size", size, GMLP_SIZES)]
        options: dict[str, Any] = {"image": image, "nclasses": nclasses, "inchannels": inchannels}
        super().__init__(GatedBlock, count, features, patch, _norm, drop=drop, rng=rng, **options)
