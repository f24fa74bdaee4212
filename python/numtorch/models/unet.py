"""U-Net (Ronneberger et al. 2015)."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch.models.blocks import conv, conv_norm
from numtorch.nn.layers import Chain, Layer, MaxPool, PixelShuffle


class UNet(Layer):
    """A class for each pixel: images made smaller and larger again, with what was seen on the way down.

    Parameters
    ----------
    nclasses, inchannels : int
        Numbers of channels of the result and of the images.
    width : int
        Channels of the first level; each level has twice as many.
    depth : int
        How often images are halved: their sides are multiples of 2 ** depth.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.models import UNet
    >>> UNet(2, 1, width=4, depth=2, rng=0)(np.ones((1, 1, 8, 12), np.float32)).shape
    (1, 2, 8, 12)
    """

    def __init__(
        self, nclasses: int = 3, inchannels: int = 3, *, width: int = 64, depth: int = 4, rng: Any = None
    ) -> None:
        rng = np.random.default_rng(rng)
        widths = [width * 2**level for level in range(depth + 1)]
        self.down = [
            _twice(inputs, outputs, rng) for inputs, outputs in zip([inchannels, *widths[:-1]], widths, strict=True)
        ]
        self.pool = MaxPool(2)
        # A pixel of twice the channels becomes four of half as many.
        self.grow = [Chain(conv(1, 2 * n, 4 * n, bias=True, rng=rng), PixelShuffle(2)) for n in reversed(widths[:-1])]
        self.up = [_twice(2 * n, n, rng) for n in reversed(widths[:-1])]
        self.head = conv(1, width, nclasses, bias=True, rng=rng)

    def __call__(self, x: Any) -> Any:
        factor = 2 ** len(self.up)
        if x.shape[2] % factor or x.shape[3] % factor:
            raise ValueError(f"UNet: the sides of images are multiples of {factor}, not {x.shape[2:]}")
        seen = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else self.pool(x))
            seen.append(x)
        for grow, up, beside in zip(self.grow, self.up, reversed(seen[:-1]), strict=True):
            x = up(np.concatenate([beside, grow(x)], axis=1))
        return self.head(x)


def _twice(inputs: int, outputs: int, rng: Any) -> Chain:
    return Chain(conv_norm(3, inputs, outputs, rng=rng), conv_norm(3, outputs, outputs, rng=rng))
