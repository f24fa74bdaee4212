"""Rules of what reads and collects rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.autograd.rule import define
from numtorch.autograd.rules.indexing import padded

__all__: list[str] = []

_embedding = kernel("embedding")
_embedding_backward = kernel("embedding_dense_backward")
_eq = kernel("eq.Tensor")
_eq_scalar = kernel("eq.Scalar")
_gather = kernel("gather")
_logical_not = kernel("logical_not")
_masked_fill = kernel("masked_fill.Scalar")
_narrow = kernel("narrow")
_ones = kernel("ones")
_scatter_add = kernel("scatter_add")
_scatter_reduce = kernel("scatter_reduce.two")
_scatter_value = kernel("scatter.value")
_to_copy = kernel("_to_copy")
_unsqueeze = kernel("unsqueeze")
_where = kernel("where.self")
_where_other = kernel("where.ScalarOther")
_zeros = kernel("zeros")

define(
    "embedding",
    weight=lambda g, weight_spec, indices, padding_idx, scale_grad_by_freq: _embedding_backward(
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
    rows = _embedding(g, indices)
    if padding_idx < 0:
        return rows
    return _masked_fill(rows, _unsqueeze(_eq_scalar(indices, padding_idx), -1), 0.0)


# Of values reduced at places, `dim` the axis along which the places are told. Where what was there is not included, a
# place that something goes to has lost it.


def _count(of_self: Tensor, of_source: Tensor, dim: int, index: Tensor, like: Tensor) -> Tensor:
    """How many of what goes to a place, and was there, has a mark."""
    return _scatter_add(_to_copy(of_self, dtype=like.dtype), dim, index, _to_copy(of_source, dtype=like.dtype))


def _lost(x: Tensor, dim: int, index: Tensor, include_self: bool) -> Tensor:
    nothing = _zeros(x.shape, dtype=np.dtype(bool), device=x.dev)
    return nothing if include_self else _scatter_value(nothing, dim, index, 1)


def _per_element(g: Tensor, x: Tensor, dim: int, index: Tensor, lost: Tensor) -> Tensor:
    """The gradient of a mean as that of each of its elements."""
    own = _to_copy(_logical_not(lost), dtype=g.dtype)
    return g / _scatter_add(own, dim, index, _ones(index.shape, dtype=g.dtype, device=x.dev))


def _of_self(
    g: Tensor, y: Tensor, x: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool
) -> Any:
    lost = _lost(x, dim, index, include_self)
    if reduce in ("sum", "mean"):
        of_each = g if reduce == "sum" else _per_element(g, x, dim, index, lost)
        return of_each if include_self else _masked_fill(of_each, lost, 0.0)
    source = _seen(source, index)
    if reduce != "prod":
        own = _eq(x, y) & _logical_not(lost)
        return _where_other(own, g / _count(own, _eq(source, _gather(y, dim, index)), dim, index, g), 0.0)
    x = _masked_fill(x, lost, 1.0)
    own = _eq_scalar(x, 0)
    slope = _where(own, g * _product_but_one(x, dim, index, source), g * y / _masked_fill(x, own, 1.0))
    return _masked_fill(slope, lost, 0.0)


def _of_source(
    g: Tensor, y: Tensor, x: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool
) -> Any:
    lost = _lost(x, dim, index, include_self)
    return padded(_of_seen(g, y, x, dim, index, _seen(source, index), reduce, lost), source)


def _of_seen(
    g: Tensor, y: Tensor, x: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, lost: Tensor
) -> Tensor:
    if reduce in ("sum", "mean"):
        return _gather(g if reduce == "sum" else _per_element(g, x, dim, index, lost), dim, index)
    if reduce != "prod":
        came = _eq(source, _gather(y, dim, index))
        own = _eq(x, y) & _logical_not(lost)
        return _where_other(came, _gather(g / _count(own, came, dim, index, g), dim, index), 0.0)
    x = _masked_fill(x, lost, 1.0)
    came = _eq_scalar(source, 0)
    single = _gather(g * _product_but_one(x, dim, index, source), dim, index)
    return _where(came, single, _gather(g * y, dim, index) / _masked_fill(source, came, 1.0))


def _seen(source: Tensor, index: Tensor) -> Tensor:
    """The elements of a source that go somewhere: the first along each axis, as many as there are places."""
    for axis, length in enumerate(index.shape):
        if source.shape[axis] != length:
            source = _narrow(source, axis, 0, length)
    return source


def _product_but_one(x: Tensor, dim: int, index: Tensor, source: Tensor) -> Any:
    """Where one of the factors is 0, the product of the others; else 0."""
    own, came = _eq_scalar(x, 0), _eq_scalar(source, 0)
    others = _scatter_reduce(_masked_fill(x, own, 1.0), dim, index, _masked_fill(source, came, 1.0), "prod")
    return _where_other(_eq_scalar(_count(own, came, dim, index, x), 1), others, 0.0)


define(
    "scatter_reduce.two",
    self=lambda g, y, self, dim, index, src, reduce, include_self: _of_self(
        g, y, self, dim, index, src, reduce, include_self
    ),
    src=lambda g, y, self, dim, index, src, reduce, include_self: _of_source(
        g, y, self, dim, index, src, reduce, include_self
    ),
)
