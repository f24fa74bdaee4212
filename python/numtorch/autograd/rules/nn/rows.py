"""Rules of what reads and collects rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.rule import define
from numtorch.autograd.rules.indexing import padded

__all__: list[str] = []


define(
    "embedding",
    weight=lambda g, weight_spec, indices, padding_idx, scale_grad_by_freq: aten.embedding_dense_backward(
        g, indices, weight_spec.shape[0], padding_idx, scale_grad_by_freq
    ),
)
define(
    "embedding_dense_backward",
    grad_output=lambda g, indices, padding_idx, scale_grad_by_freq: _rows(g, indices, padding_idx, scale_grad_by_freq),
)


def _rows(g: Tensor, indices: Tensor, padding_idx: int, by_frequency: bool) -> Tensor:
    if by_frequency:
        raise NotImplementedError("gradient: embedding_dense_backward with scale_grad_by_freq has no gradient")
    rows = aten.embedding(g, indices)
    if padding_idx < 0:
        return rows
    return aten.masked_fill_Scalar(rows, aten.unsqueeze(aten.eq_Scalar(indices, padding_idx), -1), 0.0)


# Scatters that reduce: `index` says for each element of the source to which position along `dim` it goes. Without
# `include_self` a position that an element goes to loses its own value.


def _count(of_self: Tensor, of_source: Tensor, dim: int, index: Tensor, like: Tensor) -> Tensor:
    """How many marked elements meet at each position: those that go there, and the one that was there."""
    return aten.scatter_add(
        aten._to_copy(of_self, dtype=like.dtype), dim, index, aten._to_copy(of_source, dtype=like.dtype)
    )


def _lost(x: Tensor, dim: int, index: Tensor, include_self: bool) -> Tensor:
    nothing = aten.zeros(x.shape, dtype=np.dtype(bool), device=x.dev)
    return nothing if include_self else aten.scatter_value(nothing, dim, index, 1)


def _per_element(g: Tensor, x: Tensor, dim: int, index: Tensor, lost: Tensor) -> Tensor:
    """The gradient of a mean as that of each of its elements."""
    own = aten._to_copy(aten.logical_not(lost), dtype=g.dtype)
    return g / aten.scatter_add(own, dim, index, aten.ones(index.shape, dtype=g.dtype, device=x.dev))


def _of_self(
    g: Tensor, y: Tensor, x: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool
) -> Any:
    lost = _lost(x, dim, index, include_self)
    if reduce in ("sum", "mean"):
        of_each = g if reduce == "sum" else _per_element(g, x, dim, index, lost)
        return of_each if include_self else aten.masked_fill_Scalar(of_each, lost, 0.0)
    source = _seen(source, index)
    if reduce != "prod":
        own = aten.eq_Tensor(x, y) & aten.logical_not(lost)
        return aten.where_ScalarOther(
            own, g / _count(own, aten.eq_Tensor(source, aten.gather(y, dim, index)), dim, index, g), 0.0
        )
    x = aten.masked_fill_Scalar(x, lost, 1.0)
    own = aten.eq_Scalar(x, 0)
    slope = aten.where_self(
        own, g * _product_but_one(x, dim, index, source), g * y / aten.masked_fill_Scalar(x, own, 1.0)
    )
    return aten.masked_fill_Scalar(slope, lost, 0.0)


def _of_source(
    g: Tensor, y: Tensor, x: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool
) -> Any:
    lost = _lost(x, dim, index, include_self)
    return padded(_of_seen(g, y, x, dim, index, _seen(source, index), reduce, lost), source)


def _of_seen(
    g: Tensor, y: Tensor, x: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, lost: Tensor
) -> Tensor:
    if reduce in ("sum", "mean"):
        return aten.gather(g if reduce == "sum" else _per_element(g, x, dim, index, lost), dim, index)
    if reduce != "prod":
        came = aten.eq_Tensor(source, aten.gather(y, dim, index))
        own = aten.eq_Tensor(x, y) & aten.logical_not(lost)
        return aten.where_ScalarOther(came, aten.gather(g / _count(own, came, dim, index, g), dim, index), 0.0)
    x = aten.masked_fill_Scalar(x, lost, 1.0)
    came = aten.eq_Scalar(source, 0)
    single = aten.gather(g * _product_but_one(x, dim, index, source), dim, index)
    return aten.where_self(came, single, aten.gather(g * y, dim, index) / aten.masked_fill_Scalar(source, came, 1.0))


def _seen(source: Tensor, index: Tensor) -> Tensor:
    """The elements of a source that go somewhere: the first along each axis, as many as there are indices."""
    for axis, length in enumerate(index.shape):
        if source.shape[axis] != length:
            source = aten.narrow(source, axis, 0, length)
    return source


def _product_but_one(x: Tensor, dim: int, index: Tensor, source: Tensor) -> Any:
    """Where one of the factors is 0, the product of the others; else 0."""
    own, came = aten.eq_Scalar(x, 0), aten.eq_Scalar(source, 0)
    others = aten.scatter_reduce_two(
        aten.masked_fill_Scalar(x, own, 1.0), dim, index, aten.masked_fill_Scalar(source, came, 1.0), "prod"
    )
    return aten.where_ScalarOther(aten.eq_Scalar(_count(own, came, dim, index, x), 1), others, 0.0)


define(
    "scatter_reduce.two",
    self=lambda g, y, self, dim, index, src, reduce, include_self: _of_self(
        g, y, self, dim, index, src, reduce, include_self
    ),
    src=lambda g, y, self, dim, index, src, reduce, include_self: _of_source(
        g, y, self, dim, index, src, reduce, include_self
    ),
)
