"""Putting what Python functions compute on the tape, with their own way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Node, Tensor, tensor
from numtorch.autograd import nests
from numtorch.autograd.nodes import Custom, Part, Pull


def stand_in(value: Tensor) -> Tensor:
    """A Tensor of the same shape, dtype and device that takes no memory."""
    return aten.expand(aten.zeros((), dtype=value.dtype, device=value.dev), value.shape)


def attach(value: Any, parents: Sequence[Node | None], pull: Pull) -> Any:
    """`value`, a Tensor or a nest of them, with the history that `pull` leads from it to `parents`.

    The Tensors of the result are other objects on the same memory: those that `pull` refers to must not refer to it.
    """
    outputs = [leaf for leaf in nests.leaves(value) if isinstance(leaf, Tensor)]
    shapes = tuple(stand_in(output) for output in outputs)
    node = Custom(parents, shapes, _core.next_sequence(), pull)
    if isinstance(value, Tensor):
        node.result = shapes[0]
        return _core.track(value, node)
    parts = (Part(node, i) for i in range(len(outputs)))
    return nests.replace(value, lambda leaf: _core.track(leaf, next(parts)) if isinstance(leaf, Tensor) else leaf)


def nodes_of(node: Custom) -> list[Node]:
    """The nodes of the results of a Custom."""
    return [Part(node, i) for i in range(len(node.result))] if isinstance(node.result, tuple) else [node]


def refusing(value: Tensor, parents: Sequence[Node | None], message: str) -> Node:
    """A node for a Tensor that may depend on `parents` unseen: a gradient that comes this way raises."""

    def refuse(node: Custom, g: Any) -> Sequence[Tensor | None]:
        raise NotImplementedError(message)

    return Custom(parents, stand_in(value), _core.next_sequence(), refuse)


def as_gradient(g: Any, like: Tensor, what: str) -> Tensor:
    """What a user's function gave as the gradient of `like`: a Tensor on its device whose shape can be summed to it."""
    if not isinstance(g, Tensor | np.ndarray | np.generic | int | float | complex):
        raise TypeError(f"{what}: a gradient must be an array, a number or None, not {type(g).__name__}")
    g = g if isinstance(g, Tensor) else tensor(g, dev=like.dev)
    if g.dtype.kind not in "fciub" or g.dev != like.dev:
        raise TypeError(f"{what}: a gradient is {g.dtype} on device {g.dev}, its argument {like.dtype} on {like.dev}")
    trailing = g.shape[g.ndim - like.ndim :] if g.ndim >= like.ndim else None
    if trailing is None or any(n not in (1, m) for n, m in zip(like.shape, trailing, strict=True)):
        raise ValueError(f"{what}: a gradient has shape {g.shape}, its argument {like.shape}")
    return g
