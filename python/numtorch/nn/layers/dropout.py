"""Layers that leave things out by chance, in training."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from numtorch.nn.dispatch import ArrayT, number, where
from numtorch.nn.draws import Draws, uniform
from numtorch.nn.dropout import dropout
from numtorch.nn.layers.layer import Moded


class Dropout(Moded):
    """Zeros at random positions, in training; the rest grows by 1 / (1 - p) (Srivastava et al. 2014).

    Parameters
    ----------
    p : float
        How many become zero, from 0 to 1.
    axis : int or tuple of int, optional
        Along which axes each has its own chance; all by default. `axis=(0, 1)` drops whole channels.
    rng : optional
        Where chance comes from, as of `numtorch.nn.dropout`; an int is the seed of a generator of NumPy.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Dropout, trainmode
    >>> layer = trainmode(Dropout(0.25, rng=0))
    >>> sorted(set(layer(np.ones(100)).round(3).tolist()))
    [0.0, 1.333]
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("p",)

    def __init__(self, p: float, *, axis: Any = None, rng: Draws | int | None = None) -> None:
        if not 0 <= number("Dropout", "p", p) <= 1:
            raise ValueError(f"Dropout: p is between 0 and 1, not {p}")
        self.p = p
        self.axis = axis
        self.rng = np.random.default_rng(rng) if isinstance(rng, int) else rng

    def __call__(self, x: ArrayT) -> ArrayT:
        if self.p == 0 or not self.trains(x):
            return x
        return dropout(x, self.p, axis=self.axis, rng=self.rng, training=True)

    def describe(self) -> str:
        return str(self.p) + ("" if self.axis is None else f", axis={self.axis}")


class AlphaDropout(Moded):
    """Dropout that keeps mean and variance of what `selu` gives (Klambauer et al. 2017).

    Parameters
    ----------
    p : float
        How many are dropped, from 0 to 1.
    rng : optional
        Where chance comes from, as of `numtorch.nn.dropout`; an int is the seed of a generator of NumPy.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import AlphaDropout
    >>> AlphaDropout(0.1)(np.ones(3))
    array([1., 1., 1.])
    """

    __buffers__: ClassVar[tuple[str, ...]] = ("p",)

    def __init__(self, p: float, *, rng: Draws | int | None = None) -> None:
        if not 0 <= number("AlphaDropout", "p", p) <= 1:
            raise ValueError(f"AlphaDropout: p is between 0 and 1, not {p}")
        self.p = p
        self.rng = np.random.default_rng(rng) if isinstance(rng, int) else rng

    def __call__(self, x: ArrayT) -> ArrayT:
        if self.p == 0 or not self.trains(x):
            return x
        low = -1.7580993408473766
        if self.p == 1:
            return x * 0
        kept = uniform("AlphaDropout", x.shape, x, self.rng) >= self.p
        a = 1 / math.sqrt((1 - self.p) * (1 + self.p * low * low))
        b = -a * low * self.p
        return where(kept, x, np.asarray(low, x.dtype)) * a + b

    def describe(self) -> str:
        return str(self.p)
