"""Layers that are tables: rows by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numtorch.nn.bags import MODES, embedding_bag
from numtorch.nn.dispatch import integer
from numtorch.nn.draws import Rng
from numtorch.nn.gather import embedding
from numtorch.nn.layers.init import randn
from numtorch.nn.layers.layer import Layer, called

Function = Callable[..., Any]


def _shape(owner: str, rows: int, features: int) -> tuple[int, int]:
    return integer(owner, "rows", rows, 0), integer(owner, "features", features, 0)


class Embedding(Layer):
    """A row of a table for each index.

    Parameters
    ----------
    rows : int
        How many there are: indices are 0 to rows - 1.
    features : int
        Length of each.
    padding_idx : int, optional
        A row that is not trained; it begins as zeros.
    init : callable
        Initialiser of the table.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Attributes
    ----------
    weight : array, of shape (rows, features)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Embedding
    >>> Embedding(10, 4)(np.array([[1, 2, 9]])).shape
    (1, 3, 4)
    """

    def __init__(
        self, rows: int, features: int, *, padding_idx: int | None = None, init: Function = randn, rng: Rng = None
    ) -> None:
        if padding_idx is not None and not 0 <= integer("Embedding", "padding_idx", padding_idx, 0) < rows:
            raise ValueError(f"Embedding: padding_idx must be from 0 to {rows - 1}, not {padding_idx!r}")
        self.weight = called("Embedding", "init", init)(_shape("Embedding", rows, features), rng=rng)
        self.padding_idx = padding_idx
        if padding_idx is not None:
            self.weight[padding_idx] = 0

    def __call__(self, index: Any) -> Any:
        return embedding(self.weight, index, padding_idx=self.padding_idx)

    def describe(self) -> str:
        text = " => ".join(map(str, self.weight.shape))
        return text + ("" if self.padding_idx is None else f", padding_idx={self.padding_idx}")


class EmbeddingBag(Layer):
    """The mean, sum or maximum of several rows of a table for each bag of indices.

    Parameters
    ----------
    rows : int
        How many there are: indices are 0 to rows - 1.
    features : int
        Length of each.
    mode : {"mean", "sum", "max"}
        What is made of the rows of a bag.
    init : callable
        Initialiser of the table.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Attributes
    ----------
    weight : array, of shape (rows, features)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import EmbeddingBag
    >>> layer = EmbeddingBag(10, 4)
    >>> layer(np.array([[1, 2, 9]])).shape                            # rows are bags,
    (1, 4)
    >>> layer(np.array([1, 2, 9]), np.array([0, 1])).shape            # or say where they begin,
    (2, 4)
    >>> layer([[1], [2, 9], []]).shape                                # or what is in them
    (3, 4)
    """

    def __init__(
        self, rows: int, features: int, *, mode: str = "mean", init: Function = randn, rng: Rng = None
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"EmbeddingBag: mode must be one of {', '.join(MODES)}, not {mode!r}")
        self.weight = called("EmbeddingBag", "init", init)(_shape("EmbeddingBag", rows, features), rng=rng)
        self.mode = mode

    def __call__(self, index: Any, offsets: Any = None) -> Any:
        return embedding_bag(self.weight, index, offsets, mode=self.mode)

    def describe(self) -> str:
        return " => ".join(map(str, self.weight.shape)) + f", mode={self.mode!r}"
