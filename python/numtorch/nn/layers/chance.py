"""Layers of chance in training: whole samples, or regions of images, become zero."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from numtorch.nn.dispatch import ArrayT
from numtorch.nn.draws import Draws, Rng, uniform
from numtorch.nn.layers.layer import Moded
from numtorch.nn.pool import max_pool


class StochasticDepth(Moded):
    """In training, zeros for whole samples by chance; the rest grows by 1 / (1 - p) (Huang et al. 2016).

    Parameters
    ----------
    p : float
        How many samples become zero, at least 0 and less than 1.
    mode : {"row", "batch"}
        Whether each sample has its own chance, or all of a batch share one.
    rng : numpy.random.Generator or int, optional
        Where chance comes from.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.models import StochasticDepth
    >>> from numtorch.nn.layers import trainmode
    >>> layer = trainmode(StochasticDepth(0.5, rng=0))
    >>> layer(np.ones((4, 2)))
    array([[2., 2.],
           [0., 0.],
           [0., 0.],
           [0., 0.]])
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("p",)

    def __init__(self, p: float, mode: Literal["row", "batch"] = "row", *, rng: Rng = None) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"StochasticDepth: p is at least 0 and less than 1, not {p}")
        if mode not in ("row", "batch"):
            raise ValueError(f"StochasticDepth: the mode is 'row' or 'batch', not {mode!r}")
        self.p = p
        self.mode = mode
        self.rng = np.random.default_rng(rng)

    def __call__(self, x: ArrayT) -> ArrayT:
        if self.p == 0 or not self.trains(x):
            return x
        chances = x.shape[0] if self.mode == "row" else 1
        kept = self.rng.random((chances,) + (1,) * (x.ndim - 1)) >= self.p
        return x * (kept / (1 - self.p)).astype(x.dtype)

    def describe(self) -> str:
        return f"{self.p:.3g}" + ("" if self.mode == "row" else ", 'batch'")


class DropBlock(Moded):
    """In training, zeros in square regions of each channel; the rest grows so that the mean stays (Ghiasi et al. 2018).

    A region begins at a position with the chance

        gamma = p * H * W / (size ** 2 * (H - size + 1) * (W - size + 1))

    so that about p of an image of H × W becomes zero.

    Parameters
    ----------
    p : float
        How much becomes zero, at least 0 and less than 1.
    size : int
        Length of the sides of the regions; images that are smaller have smaller ones.
    rng : numpy.random.Generator or int, optional
        Where chance comes from; by default the generator of the device.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.models import DropBlock
    >>> from numtorch.nn.layers import trainmode
    >>> layer = trainmode(DropBlock(0.2, 3, rng=1))
    >>> np.sign(layer(np.ones((1, 1, 6, 6), np.float32))[0, 0]).astype(int)
    array([[1, 1, 1, 1, 1, 1],
           [1, 1, 1, 1, 1, 1],
           [1, 0, 0, 0, 1, 1],
           [1, 0, 0, 0, 1, 1],
           [1, 0, 0, 0, 1, 1],
           [1, 1, 1, 1, 1, 1]])
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("p",)

    def __init__(self, p: float = 0.1, size: int = 7, *, rng: Draws | int | None = None) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"DropBlock: p is at least 0 and less than 1, not {p}")
        if size < 1:
            raise ValueError(f"DropBlock: the size is at least 1, not {size}")
        self.p = p
        self.size = size
        self.rng = np.random.default_rng(rng) if isinstance(rng, int) else rng

    def __call__(self, x: ArrayT) -> ArrayT:
        if self.p == 0 or not self.trains(x):
            return x
        if x.ndim != 4:
            raise ValueError(f"DropBlock: images are of shape (N, C, H, W), not {x.shape}")
        height, width = x.shape[2:]
        size = min(self.size, height, width)
        gamma = self.p * height * width / (size**2 * (height - size + 1) * (width - size + 1))
        shape = (*x.shape[:2], height - size + 1, width - size + 1)
        starts = (uniform("DropBlock", shape, x, self.rng) < gamma).astype(x.dtype)
        kept = 1 - max_pool(starts, size, stride=1, pad=size - 1)
        return x * (kept * (kept.size / np.maximum(np.sum(kept), 1)))

    def describe(self) -> str:
        return f"{self.p:.3g}, {self.size}"
