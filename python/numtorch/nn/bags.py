"""Bags: sums, means or maxima of several rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.dispatch import Array, is_on_tensors, joined
from numtorch.nn.gather import embedding, scatter

__all__ = ["embedding_bag"]

MODES: dict[str, Any] = {"sum": np.sum, "mean": np.mean, "max": np.max}


def embedding_bag(w: Array, idx: Any, offsets: Array | None = None, *, mode: str = "mean") -> Any:
    """Of each bag of numbers, the vectors with these numbers taken together.

    Parameters
    ----------
    w : array, shape (n, D)
    idx : integer array, shape (B, L) or (L,), or sequence of sequences of int
        From 0 to n - 1. Each row is a bag; or `offsets` says where in (L,) bags begin; or each sequence is one.
    offsets : integer array, shape (B,), optional
        From 0, ascending; a bag reaches to where the next begins, the last one to the end.
    mode : {"mean", "sum", "max"}
        What is made of the vectors of a bag. An empty bag gives zeros.

    Returns
    -------
    array, shape (B, D)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import embedding_bag
    >>> w = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> embedding_bag(w, np.array([[0, 1], [2, 2]]))
    array([[2., 3.],
           [5., 6.]])
    >>> embedding_bag(w, [[0, 1, 2], []], mode="sum")
    array([[ 9., 12.],
           [ 0.,  0.]])
    """
    if mode not in MODES:
        raise ValueError(f"embedding_bag: mode must be one of {', '.join(MODES)}, not {mode!r}")
    if offsets is None and isinstance(idx, list | tuple):
        if not all(hasattr(bag, "__len__") for bag in idx):
            raise ValueError("embedding_bag: a list as idx must be one of bags, which are sequences of int")
        bags = [np.asarray(bag if len(bag) else np.empty(0, np.int64)) for bag in idx]
        offsets = np.cumsum([0, *map(len, bags)])[:-1]
        idx = np.concatenate(bags) if bags else np.empty(0, np.int64)
    idx = idx if isinstance(idx, Tensor) else np.asarray(idx)
    if idx.ndim != (2 if offsets is None else 1):
        raise ValueError(
            f"embedding_bag: idx must have shape (B, L), or (L,) with offsets, not {idx.shape}"
            + ("" if offsets is None else " with offsets")
        )
    if idx.dtype.kind not in "iu":
        raise TypeError(f"embedding_bag: idx must be integers, not {idx.dtype}")
    found = embedding(w, idx)
    if mode == "max" and found.dtype.kind == "c":
        raise TypeError(f"embedding_bag: max takes real numbers, not {found.dtype}")
    if offsets is None:
        return MODES[mode](found, axis=1) if idx.shape[1] else np.sum(found, axis=1)
    return _of_ragged(found, offsets, mode)


def _of_ragged(found: Any, offsets: Array, mode: str) -> Any:
    count = found.shape[0]
    offsets = joined(offsets, found) if is_on_tensors(found) else np.asarray(offsets)
    _check(offsets, count)
    positions = (
        aten.arange(count, dtype=np.dtype(np.int64), device=found.dev) if is_on_tensors(found) else np.arange(count)
    )
    bag = np.searchsorted(offsets, positions, side="right") - 1
    size = offsets.shape[0]
    if mode != "max":
        return scatter("+" if mode == "sum" else "mean", found, bag, size=size)
    filled = scatter("+", np.ones_like(positions), bag, size=size) > 0
    return np.where(filled[:, None], scatter("max", found, bag, size=size), np.zeros((), found.dtype))


def _check(offsets: Any, count: int) -> None:
    """Numbers in a GPU are not looked at, nor those that are not known."""
    if offsets.ndim != 1 or offsets.dtype.kind not in "iu":
        raise ValueError(
            f"embedding_bag: offsets must be integers of shape (B,), not {offsets.dtype} of {offsets.shape}"
        )
    if isinstance(offsets, Tensor) and (offsets.dev >= 0 or _core.is_abstract(offsets)):
        return
    numbers = [int(n) for n in offsets]
    if numbers != sorted(numbers) or (numbers[:1] or [0]) != [0] or max(numbers, default=0) > count:
        raise ValueError(f"embedding_bag: offsets must ascend from 0 to at most {count}, not {numbers}")
    if count and not numbers:
        raise ValueError(f"embedding_bag: offsets are empty, but idx has {count} numbers")
