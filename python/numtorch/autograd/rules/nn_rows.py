"""Rules of what reads and collects rows."""

from __future__ import annotations

from typing import Any

from numtorch._core import Tensor, kernel
from numtorch.autograd.rule import define

__all__: list[str] = []

_embedding = kernel("embedding")
_embedding_backward = kernel("embedding_dense_backward")
_eq = kernel("eq.Tensor")
_eq_scalar = kernel("eq.Scalar")
_gather = kernel("gather")
_masked_fill = kernel("masked_fill.Scalar")
_scatter_add = kernel("scatter_add")
_scatter_reduce = kernel("scatter_reduce.two")
_to_copy = kernel("_to_copy")
_unsqueeze = kernel("unsqueeze")
_where = kernel("where.self")
_where_other = kernel("where.ScalarOther")

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


def _count(of_self: Tensor, of_source: Tensor, dim: int, index: Tensor, like: Tensor) -> Tensor:
    """How many of what goes to a place, and was there, has a mark."""
    return _scatter_add(_to_copy(of_self, dtype=like.dtype), dim, index, _to_copy(of_source, dtype=like.dtype))


def _of_self(g: Tensor, y: Tensor, x: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str) -> Any:
    if reduce != "prod":
        own = _eq(x, y)
        return _where_other(own, g / _count(own, _eq(source, _gather(y, dim, index)), dim, index, g), 0.0)
    own = _eq_scalar(x, 0)
    return _where(own, g * _product_but_one(x, dim, index, source), g * y / _masked_fill(x, own, 1.0))


def _of_source(g: Tensor, y: Tensor, x: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str) -> Any:
    if reduce != "prod":
        came = _eq(source, _gather(y, dim, index))
        return _where_other(came, _gather(g / _count(_eq(x, y), came, dim, index, g), dim, index), 0.0)
    came = _eq_scalar(source, 0)
    single = _gather(g * _product_but_one(x, dim, index, source), dim, index)
    return _where(came, single, _gather(g * y, dim, index) / _masked_fill(source, came, 1.0))


def _product_but_one(x: Tensor, dim: int, index: Tensor, source: Tensor) -> Any:
    """Where one of the factors is 0, the product of the others; else 0."""
    own, came = _eq_scalar(x, 0), _eq_scalar(source, 0)
    others = _scatter_reduce(_masked_fill(x, own, 1.0), dim, index, _masked_fill(source, came, 1.0), "prod")
    return _where_other(_eq_scalar(_count(own, came, dim, index, x), 1), others, 0.0)


# nn calls it with what was there included, to multiply or to find extremes.
define(
    "scatter_reduce.two",
    self=lambda g, y, self, dim, index, src, reduce: _of_self(g, y, self, dim, index, src, reduce),
    src=lambda g, y, self, dim, index, src, reduce: _of_source(g, y, self, dim, index, src, reduce),
)
