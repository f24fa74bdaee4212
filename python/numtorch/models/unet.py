"""U-Net (Ronneberger et al. 2015)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, backbone, conv, conv_norm
from numtorch.nn.dispatch import ArrayT
from numtorch.nn.draws import Rng
from numtorch.nn.layers import Chain, Conv, Layer, MaxPool, PixelShuffle

Function = Callable[..., Any]
PROBE = 64  # side of the image that shows where a backbone makes images smaller


class Plain(Layer):
    """The way down of the paper: two convolutions at each level, and a pool before the next."""

    __inline__ = "levels"

    def __init__(self, inchannels: int, widths: list[int], rng: Rng) -> None:
        self.levels = [
            _twice(inputs, outputs, rng) for inputs, outputs in zip([inchannels, *widths[:-1]], widths, strict=True)
        ]
        self.pool = MaxPool(2)

    def __call__(self, x: Any) -> list[Any]:
        seen = [self.levels[0](x)]
        for level in self.levels[1:]:
            seen.append(level(self.pool(seen[-1])))
        return seen


class Tapped(Layer):
    """The way down of another network: what it has found each time before it makes images smaller, and at its end.

    Parameters
    ----------
    network : Chain
        Layers for images; Chains in it are looked into. Its arrays keep their names.
    inchannels : int
        Channels of its images.

    Attributes
    ----------
    channels : list of int
        Of what each level gives; the first is the image itself if the first layer makes it smaller.
    factors : list of int
        How many times smaller each level is than the one before it.
    """

    __inline__ = "network"

    def __init__(self, network: Chain, inchannels: int) -> None:
        self.network = network
        self.channels = [inchannels]
        self.factors: list[int] = []
        self.starts: list[int] = []
        first = next((layer for _, layer in _flat(network) if isinstance(layer, Conv)), None)
        if first is not None and first.weight.shape[1] * first.groups != inchannels:
            wanted = first.weight.shape[1] * first.groups
            raise ValueError(f"UNet: the backbone is for images of {wanted} channels, not {inchannels}")
        x = np.zeros((1, inchannels, PROBE, PROBE), np.float32)
        for i, (name, layer) in enumerate(_flat(network)):
            y = layer(x)
            if y.ndim != 4 or y.shape[2] != y.shape[3] or x.shape[2] % y.shape[2]:
                raise ValueError(
                    f"UNet: the backbone's part {name} makes {y.shape[2:]} of images of {x.shape[2:]}, which is no "
                    "whole part of it"
                )
            if y.shape[2] != x.shape[2]:
                self.starts.append(i)
                self.factors.append(x.shape[2] // y.shape[2])
                self.channels.append(0)
            self.channels[-1] = y.shape[1]
            x = y
        if not self.factors:
            raise ValueError("UNet: the backbone makes images nowhere smaller")

    def __call__(self, x: Any) -> list[Any]:
        seen = []
        for i, (_, layer) in enumerate(_flat(self.network)):
            if i in self.starts:
                seen.append(x)
            x = layer(x)
        return [*seen, x]


def _flat(chain: Chain, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """The layers of a Chain and of those in it, one after the other."""
    for name, layer in chain.layers.items():
        if type(layer) is Chain:
            yield from _flat(layer, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", layer


class UNet(Layer):
    """A class for each pixel: images made smaller and larger again, with what was seen on the way down.

    Parameters
    ----------
    nclasses, inchannels : int
        Numbers of channels of the result and of the images.
    width : int
        Channels of the first level; each level has twice as many. With a backbone, the fewest that a level on the way
        up has.
    depth : int
        How often images are halved: their sides are multiples of 2 ** depth. Not used with a backbone.
    backbone : Model or Chain, optional
        A network for the way down, in place of the paper's, such as `ResNet(18)` with its weights: its part before the
        classifier, whose layers are shared. Any network whose parts make images smaller by whole factors.
        `create("unet", backbone="resnet18")` takes its name.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Raises
    ------
    ValueError
        The backbone does not divide the sides of images, or (when called) the sides of images are no multiples of what
        it divides by.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.models import ResNet, UNet
    >>> UNet(2, 1, width=4, depth=2, rng=0)(np.ones((1, 1, 8, 12), np.float32)).shape
    (1, 2, 8, 12)
    >>> model = UNet(2, width=16, backbone=ResNet(18, rng=0), rng=1)
    >>> model.down.channels
    [3, 64, 64, 128, 256, 512]
    >>> model(np.ones((1, 3, 32, 64), np.float32)).shape
    (1, 2, 32, 64)
    """

    def __init__(
        self,
        nclasses: int = 3,
        inchannels: int = 3,
        *,
        width: int | None = None,
        depth: int = 4,
        backbone: Model | Chain | None = None,
        rng: Rng = None,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.down: Plain | Tapped
        if backbone is None:
            channels = [(64 if width is None else width) * 2**level for level in range(depth + 1)]
            self.factors = [2] * depth
            self.down = Plain(inchannels, channels, rng)
            up = channels
        else:
            self.down = Tapped(_of(backbone), inchannels)
            channels, self.factors = self.down.channels, self.down.factors
            up = [max(n, 16 if width is None else width) for n in channels[:-1]] + channels[-1:]
        levels = list(reversed(range(len(self.factors))))
        # A pixel of more channels becomes several of fewer.
        self.grow = [
            Chain(conv(1, up[i + 1], self.factors[i] ** 2 * up[i], bias=True, rng=rng), PixelShuffle(self.factors[i]))
            for i in levels
        ]
        self.up = [_twice(channels[i] + up[i], up[i], rng) for i in levels]
        self.head = conv(1, up[0], nclasses, bias=True, rng=rng)

    def __call__(self, x: ArrayT) -> ArrayT:
        factor = math.prod(self.factors)
        if x.ndim != 4 or x.shape[2] % factor or x.shape[3] % factor:
            raise ValueError(f"UNet: images are of shape (N, C, H, W), H and W multiples of {factor}, not {x.shape}")
        *seen, x = self.down(x)
        for grow, up, beside in zip(self.grow, self.up, reversed(seen), strict=True):
            x = up(np.concatenate([beside, grow(x)], axis=1))
        return self.head(x)


def _of(network: Any) -> Chain:
    if isinstance(network, Model):
        return backbone(network)
    if isinstance(network, Chain):
        return network
    raise TypeError(f"UNet: the backbone is a Model or a Chain, not {type(network).__name__}")


def _twice(inputs: int, outputs: int, rng: Rng) -> Chain:
    return Chain(conv_norm(3, inputs, outputs, rng=rng), conv_norm(3, outputs, outputs, rng=rng))
