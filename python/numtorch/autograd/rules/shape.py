"""Rules of views, rearrangements and joins."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.fitting import Like, zeros_like
from numtorch.autograd.rule import define

for _name in (
    "reshape",
    "view",
    "_unsafe_view",
    "squeeze",
    "squeeze.dim",
    "squeeze.dims",
    "unsqueeze",
    "ravel",
    "flatten.using_ints",
):
    define(_name, self=lambda g, self_spec: aten.reshape(g, self_spec.shape))
define("expand", self=lambda g: g)  # the tape sums over what broadcasting added
define("broadcast_to", self=lambda g: g)


def _unpermute(g: Tensor, dims: Any) -> Tensor:
    back = [0] * len(dims)
    for i, d in enumerate(dims):
        back[d % len(dims)] = i
    return aten.permute(g, back)


define("permute", self=lambda g, dims: _unpermute(g, dims))
define("transpose.int", self=lambda g, dim0, dim1: aten.transpose_int(g, dim0, dim1))
define("t", self=lambda g: aten.permute(g, list(range(g.ndim))[::-1]))
define("movedim.intlist", self=lambda g, source, destination: aten.movedim_intlist(g, destination, source))
define("movedim.int", self=lambda g, source, destination: aten.movedim_intlist(g, [destination], [source]))
define("flip", self=lambda g, dims: aten.flip(g, dims))
define("roll", self=lambda g, shifts, dims: aten.roll(g, [-s for s in shifts], dims))
define("rot90", self=lambda g, k, dims: aten.rot90(g, -k, dims))


define(
    "slice.Tensor",
    self=lambda g, self_spec, dim, start, end, step: aten.slice_scatter(
        zeros_like(self_spec), g, dim, *slice(start, end, step).indices(self_spec.shape[dim])
    ),
)
define("select.int", self=lambda g, self_spec, dim, index: aten.select_scatter(zeros_like(self_spec), g, dim, index))
define("narrow", self=lambda g, self_spec, dim, start, length: _unnarrow(g, self_spec, dim, start, length))
define(
    "diagonal",
    self=lambda g, self_spec, offset, dim1, dim2: aten.diagonal_scatter(zeros_like(self_spec), g, offset, dim1, dim2),
)


def _unnarrow(g: Tensor, like: Like, dim: int, start: int, length: int) -> Tensor:
    start = start + like.shape[dim] if start < 0 else start
    return aten.slice_scatter(zeros_like(like), g, dim, start, start + length, 1)


define(
    "slice_scatter",
    self=lambda g, src_spec, dim, start, end, step: aten.slice_scatter(g, zeros_like(src_spec), dim, start, end, step),
    src=lambda g, dim, start, end, step: aten.slice_Tensor(g, dim, start, end, step),
)
define(
    "select_scatter",
    self=lambda g, src_spec, dim, index: aten.select_scatter(g, zeros_like(src_spec), dim, index),
    src=lambda g, dim, index: aten.select_int(g, dim, index),
)
define(
    "diagonal_scatter",
    self=lambda g, src_spec, offset, dim1, dim2: aten.diagonal_scatter(g, zeros_like(src_spec), offset, dim1, dim2),
    src=lambda g, offset, dim1, dim2: aten.diagonal(g, offset, dim1, dim2),
)
define(
    "unfold",
    self=lambda g, self_spec, dimension, size, step: aten.unfold_backward(g, self_spec.shape, dimension, size, step),
)
define("unfold_backward", grad_in=lambda g, dim, size, step: aten.unfold(g, dim, size, step))
define(
    "as_strided",
    self=lambda g, self, size, stride, storage_offset: _unstrided(g, self, size, stride, storage_offset),
)
define("tril", self=lambda g, diagonal: aten.tril(g, diagonal))
define("triu", self=lambda g, diagonal: aten.triu(g, diagonal))
define("diag_embed", self=lambda g, offset, dim1, dim2: aten.diagonal(g, offset, dim1, dim2))
define("diag", self=lambda g, self_spec, diagonal: _undiag(g, self_spec, diagonal))


def _memory_positions(sizes: Any, strides: Any, first: int, dev: int) -> Tensor:
    """Where in memory the elements lie, in order, counted in elements: the first one at `first`."""
    positions = aten.zeros((1,), dtype=np.int64, device=dev) + first
    for size, stride in zip(sizes, strides, strict=True):
        positions = (positions[:, None] + aten.arange(size, dtype=np.int64, device=dev) * stride).reshape(-1)
    return positions


def _last(sizes: Any, strides: Any, first: int) -> int:
    return first + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))


def _unstrided(g: Tensor, x: Tensor, size: Any, stride: Any, offset: int | None) -> Tensor:
    """Elements of `x` that share memory share its gradient. The offset counts in the memory of which `x` is a view."""
    steps = [step // x.itemsize for step in x.strides]
    if not x.size or 0 in size:
        return aten.zeros(x.shape, dtype=g.dtype, device=g.dev)
    shift = 0 if offset is None else offset - aten.storage_offset(x)
    first, own_first = max(shift, 0), max(-shift, 0)
    seen, own = _memory_positions(size, stride, first, g.dev), _memory_positions(x.shape, steps, own_first, g.dev)
    count = 1 + max(_last(size, stride, first), _last(x.shape, steps, own_first))
    nothing = aten.zeros((count,), dtype=g.dtype, device=g.dev)
    sharing = aten.index_add(nothing, 0, own, aten.ones((own.size,), dtype=g.dtype, device=g.dev))
    if _core.any_true(aten.index_select(sharing, 0, seen) == 0, False):
        raise NotImplementedError(
            "gradient: as_strided reads memory beside the elements of its array, which is itself a view"
        )
    memory = aten.index_add(nothing, 0, seen, g.reshape(-1))
    return (aten.index_select(memory, 0, own) / aten.index_select(sharing, 0, own)).reshape(x.shape)


def _undiag(g: Tensor, like: Like, diagonal: int) -> Tensor:
    return aten.diagonal(g, diagonal) if like.ndim == 1 else aten.diagonal_scatter(zeros_like(like), g, diagonal)


define("trace", self=lambda g, self_spec: _trace_rule(g, self_spec))


def _trace_rule(g: Tensor, like: Like) -> Tensor:
    return aten.diagonal_scatter(zeros_like(like), aten.expand(g, [min(like.shape)]))


# Joins and splits.
def _uncat(g: Tensor, specs: Any, dim: int) -> list[Tensor]:
    parts, start = [], 0
    for spec in specs:
        if spec.shape == (0,):  # goes with arrays of any shape
            parts.append(zeros_like(spec))
            continue
        length = spec.shape[dim]
        parts.append(aten.narrow(g, dim, start, length))
        start += length
    return parts


define("cat", tensors=lambda g, tensors_spec, dim: _uncat(g, tensors_spec, dim))
define("stack", tensors=lambda g, dim: aten.unbind_int(g, dim))


def _join(gs: Any, y: Any, dim: int) -> Tensor:
    return aten.cat([zeros_like(like) if g is None else g for g, like in zip(gs, y, strict=True)], dim)


def _restack(gs: Any, y: Any, dim: int) -> Tensor:
    return aten.stack([zeros_like(like) if g is None else g for g, like in zip(gs, y, strict=True)], dim)


for _name in (
    "split.Tensor",
    "split_with_sizes",
    "split.sizes",
    "tensor_split.sections",
    "tensor_split.indices",
    "chunk",
):
    define(_name, self=lambda g, y_spec, dim: _join(g, y_spec, dim))
define("unbind.int", self=lambda g, y_spec, dim: _restack(g, y_spec, dim))


def _unrepeat(g: Tensor, like: Like, repeats: Any) -> Tensor:
    """Sum over the copies: each axis of g is (copies, length)."""
    extra = len(repeats) - like.ndim
    shape = (1,) * extra + like.shape
    split = [n for r, m in zip(repeats, shape, strict=True) for n in (r, m)]
    return aten.reshape(aten.sum_dim_IntList(aten.reshape(g, split), list(range(0, len(split), 2))), like.shape)


define("repeat", self=lambda g, self_spec, repeats: _unrepeat(g, self_spec, repeats))


def _sum_repeats(g: Tensor, like: Like, repeats: int, dim: Any) -> Any:
    if dim is None:
        return aten.reshape(aten.sum_dim_IntList(aten.reshape(g, [-1, repeats]), [1]), like.shape)
    dim = dim % like.ndim
    shape = (*like.shape[: dim + 1], repeats, *like.shape[dim + 1 :])
    return aten.sum_dim_IntList(aten.reshape(g, shape), [dim + 1])


define("repeat_interleave.self_int", self=lambda g, self_spec, repeats, dim: _sum_repeats(g, self_spec, repeats, dim))
define("constant_pad_nd", self=lambda g, pad: aten.constant_pad_nd(g, [-n for n in pad]))
