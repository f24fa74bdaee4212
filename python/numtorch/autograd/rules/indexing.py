"""Rules of reading and writing at indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.fitting import zeros_like
from numtorch.autograd.rule import conj, define


def _times(g: Tensor, factor: Any) -> Tensor:
    return g if factor == 1 else g * conj(factor)


# Tensor's own indexing, in NumPy's sense (csrc/indexing/index.cpp).
define("getitem", self=lambda g, self_spec, index: _core.additem(zeros_like(self_spec), index, g))
define(
    "setitem",
    self=lambda g, index: _core.setitem(g, index, 0.0),
    value=lambda g, index: _written(g, index),
)
# Parts of memory, as views of an array that is written to see it (csrc/tape/sharing.cpp).
define("strided_view", self=lambda g, self_spec, size, stride, offset: _spread(g, self_spec, size, stride, offset))
define(
    "strided_write",
    self=lambda g, source_spec, size, stride, offset: _core.strided_write(
        g, zeros_like(source_spec), size, stride, offset
    ),
    source=lambda g, size, stride, offset: _core.strided_view(g, size, stride, offset),
)
define(
    "complex_view",
    self=lambda g, self_spec, size, stride, offset: _spread(
        aten.view_as_real(g), self_spec, (*size, 2), (*(2 * step for step in stride), 1), 2 * offset
    ),
)
define(
    "complex_write",
    self=lambda g, source_spec, size, stride, offset: _core.complex_write(
        g, zeros_like(source_spec), size, stride, offset
    ),
    source=lambda g, size, stride, offset: _core.complex_view(g, size, stride, offset),
)
define("additem", self=lambda g: g, value=lambda g, index: g[index])

define(
    "index_select",
    self=lambda g, self_spec, dim, index: (
        aten.index_add(zeros_like(self_spec), dim, index, g) if self_spec.ndim else g.reshape(())
    ),
)
define(
    "index_add",
    self=lambda g: g,
    source=lambda g, source_spec, dim, index, alpha: (
        _times(aten.index_select(g, dim, index), alpha) if g.size else zeros_like(source_spec)
    ),
)
define("gather", self=lambda g, self_spec, dim, index: aten.scatter_add(zeros_like(self_spec), dim, index, g))
define(
    "scatter_add", self=lambda g: g, src=lambda g, src_spec, dim, index: padded(aten.gather(g, dim, index), src_spec)
)
define(
    "scatter.src",
    self=lambda g, dim, index: aten.scatter_value(g, dim, index, 0.0),
    src=lambda g, src_spec, dim, index: padded(_scattered(g, dim, index), src_spec),
)
define("scatter.value", self=lambda g, dim, index: aten.scatter_value(g, dim, index, 0.0))
define("take", self=lambda g, self_spec, index: aten.put(zeros_like(self_spec), index, g, True))
define("take_along_dim", self=lambda g, self_spec, indices, dim: _take_along(g, self_spec, indices, dim))
define(
    "put",
    self=lambda g, index, accumulate: _put_self(g, index, accumulate),
    source=lambda g, source_spec, index, accumulate: _put_source(g, index, accumulate).reshape(source_spec.shape),
)
define("masked_fill.Scalar", self=lambda g, mask: aten.masked_fill_Scalar(g, mask, 0.0))
define(
    "masked_fill.Tensor",
    self=lambda g, mask: aten.masked_fill_Scalar(g, mask, 0.0),
    value=lambda g, mask: aten.sum(aten.where_ScalarOther(mask, g, 0.0)),
)
define("index.Tensor", self=lambda g, self_spec, indices: _core.additem(zeros_like(self_spec), _as_index(indices), g))
define(
    "index_put",
    self=lambda g, indices, accumulate: g if accumulate else _core.setitem(g, _as_index(indices), 0.0),
    values=lambda g, indices, accumulate: g[_as_index(indices)] if accumulate else _written(g, _as_index(indices)),
)
define(
    "repeat_interleave.self_Tensor",
    self=lambda g, self_spec, repeats, dim: _sum_ranges(g, self_spec, repeats, dim),
)
define("masked_select", self=lambda g, self_spec, mask: _unselect(g, self_spec, mask))
define(
    "masked_scatter",
    self=lambda g, mask: aten.masked_fill_Scalar(g, mask, 0.0),
    source=lambda g, mask, source_spec: _unmask(g, mask, source_spec),
)


def _survivors(picked: Tensor, shape: tuple[int, ...], write: Callable[[Tensor, Tensor], Tensor], read: Any) -> Tensor:
    """`picked`, and zero for each value of an assignment that a later one at the same index overwrote.

    `write(zeros, values)` assigns values as the kernel did, `read` takes them from the same indices.
    """
    order = aten.arange(picked.size, dtype=np.int64, device=picked.dev).reshape(picked.shape)
    last = read(write(aten.zeros(shape, dtype=np.int64, device=picked.dev), order))
    return aten.masked_fill_Scalar(picked, aten.ne_Tensor(last, order), 0.0)


def _written(g: Tensor, index: tuple[Any, ...]) -> Tensor:
    """`g` where each value of an assignment went."""
    picked = g[index]
    if not any(isinstance(part, Tensor) and part.dtype.kind == "i" for part in index):
        return picked
    return _survivors(picked, g.shape, lambda zeros, values: _core.setitem(zeros, index, values), lambda x: x[index])


def _scattered(g: Tensor, dim: int, index: Tensor) -> Tensor:
    def write(zeros: Tensor, values: Tensor) -> Tensor:
        return aten.scatter_src(zeros, dim, index, values)

    return _survivors(aten.gather(g, dim, index), g.shape, write, lambda x: aten.gather(x, dim, index))


def padded(g: Tensor, like: Any) -> Tensor:
    """The gradient of a source of which only the first elements along each axis were read."""
    if g.shape == like.shape:
        return g
    lacking = [n - m for n, m in zip(like.shape, g.shape, strict=True)]
    return aten.constant_pad_nd(g, [width for n in reversed(lacking) for width in (0, n)])


def _put_source(g: Tensor, index: Tensor, accumulate: bool) -> Tensor:
    if accumulate:
        return aten.take(g, index)
    return _survivors(
        aten.take(g, index),
        g.shape,
        lambda zeros, values: aten.put(zeros, index, values),
        lambda x: aten.take(x, index),
    )


def _sum_ranges(g: Tensor, like: Any, repeats: Tensor, dim: Any) -> Tensor:
    """Each copy's gradient added to what it is a copy of."""
    source = aten.repeat_interleave_Tensor(repeats)
    if dim is None:
        return aten.index_add(zeros_like(like).reshape(-1), 0, source, g).reshape(like.shape)
    return aten.index_add(zeros_like(like), dim, source, g)


def _as_index(indices: Any) -> tuple[Any, ...]:
    """aten's list of index tensors, None for a whole axis, as an index."""
    return tuple(slice(None) if i is None else i for i in indices)


def _take_along(g: Tensor, like: Any, indices: Tensor, dim: Any) -> Tensor:
    if dim is None:
        positions = aten.remainder_Scalar(indices, max(like.size, 1)).reshape(-1)
        flat = aten.scatter_add(zeros_like(like).reshape(-1), 0, positions, g.reshape(-1))
        return flat.reshape(like.shape)
    # Array and indices are broadcast beside that axis; the tape sums over what was added to the array.
    shape = [like.shape[dim] if i == dim % g.ndim else n for i, n in enumerate(g.shape)]
    positions = aten.remainder_Scalar(aten.expand(indices, g.shape), like.shape[dim])  # -1 is the last
    return aten.scatter_add(aten.zeros(shape, dtype=g.dtype, device=g.dev), dim, positions, g)


def _unselect(g: Tensor, like: Any, mask: Tensor) -> Tensor:
    """Array and mask are broadcast; the tape sums over what was added to the array."""
    shape = np.broadcast_shapes(like.shape, mask.shape)
    return _core.additem(aten.zeros(shape, dtype=g.dtype, device=g.dev), (aten.expand(mask, shape),), g)


def _put_self(g: Tensor, index: Tensor, accumulate: bool) -> Tensor:
    if accumulate:
        return g
    return aten.put(g, index, aten.zeros(index.shape, dtype=g.dtype, device=g.dev), False)


def _unmask(g: Tensor, mask: Tensor, source: Any) -> Tensor:
    picked = aten.masked_select(g, mask)
    padded = aten.constant_pad_nd(picked, [0, source.size - picked.size])
    return padded.reshape(source.shape)


def _is_distinct(size: tuple[int, ...], stride: tuple[int, ...]) -> bool:
    """Whether a part of memory holds no element twice."""
    reach = 0
    for step, length in sorted(zip(stride, size, strict=True)):
        if length > 1 and step <= reach:
            return False
        reach += step * (length - 1)
    return True


def _spread(g: Tensor, flat: Any, size: tuple[int, ...], stride: tuple[int, ...], offset: int) -> Tensor:
    """The gradient of flat memory, given that of a part of it."""
    if _is_distinct(size, stride):
        return _core.strided_write(zeros_like(flat), g, size, stride, offset)
    positions = _core.strided_view(aten.arange(flat.size, device=g.dev), size, stride, offset)
    return aten.index_add(zeros_like(flat), 0, positions.reshape(-1), g.reshape(-1))
