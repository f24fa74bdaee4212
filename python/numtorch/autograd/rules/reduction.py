"""Rules of sums, products, extremes and scans."""

from __future__ import annotations

import math
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.fitting import Like, zeros_like
from numtorch.autograd.rule import conj, define
from numtorch.autograd.rules.kinks import ratio_at_zero


def axes_of(dim: Any, ndim: int) -> list[int]:
    """The axes of a reduction: none given means all."""
    if dim is None or (isinstance(dim, list | tuple) and len(dim) == 0):
        return list(range(ndim))
    dims = dim if isinstance(dim, list | tuple) else [dim]
    return sorted(d % ndim for d in dims) if ndim else []


def kept(g: Tensor, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Tensor:
    """g with its reduced axes put back, of length 1."""
    if keepdim:
        return g
    axes = axes_of(dim, len(shape))
    return aten.reshape(g, [1 if i in axes else n for i, n in enumerate(shape)])


def spread(g: Tensor, like: Like, dim: Any, keepdim: bool) -> Tensor:
    """The gradient of a sum: g copied along the axes that were summed."""
    return aten.expand(kept(g, like.shape, dim, keepdim), like.shape)


def _count(like: Like, dim: Any) -> int:
    count = 1
    for axis in axes_of(dim, like.ndim):
        count *= like.shape[axis]
    return count


define("sum", self=lambda g, self_spec: spread(g, self_spec, None, False))
define("sum.dim_IntList", self=lambda g, self_spec, dim, keepdim: spread(g, self_spec, dim, keepdim))
define(
    "nansum",
    self=lambda g, self, dim, keepdim: aten.where_ScalarSelf(aten.isnan(self), 0.0, spread(g, self, dim, keepdim)),
)
define("mean", self=lambda g, self_spec: spread(g, self_spec, None, False) / _count(self_spec, None))
define(
    "mean.dim",
    self=lambda g, self_spec, dim, keepdim: spread(g, self_spec, dim, keepdim) / _count(self_spec, dim),
)


def _variance(g: Tensor, x: Tensor, dim: Any, correction: Any, keepdim: bool) -> Tensor:
    axes = axes_of(dim, x.ndim)
    count = _count(x, dim)
    centre = aten.sum_dim_IntList(x, axes, True) / count
    freedom = max(count - (1 if correction is None else correction), 0)
    return spread(g, x, axes, keepdim) * ((x - centre) * (2.0 / freedom if freedom else math.inf))


define(
    "var.correction",
    self=lambda g, self, dim, correction, keepdim: _variance(g, self, dim, correction, keepdim),
)
define(
    "std.correction",
    self=lambda g, y, self, dim, correction, keepdim: _variance(_over_root(g, y), self, dim, correction, keepdim),
)


def _over_root(g: Tensor, y: Tensor) -> Any:
    """g / (2 y); where y is 0, as of every norm, 0."""
    at_zero = aten.eq_Scalar(y, 0)
    ratio = aten.where_ScalarSelf(at_zero, 0.0, g / (2 * aten.where_ScalarSelf(at_zero, 1.0, y)))
    return ratio + 0.5 * ratio_at_zero(g, at_zero, _core.node_of(y), lambda: y) if _core.recording() else ratio


def others_product(x: Tensor, axis: int) -> Tensor:
    """At each index, the product of all the others along an axis: right also where some are 0."""
    n = x.shape[axis]
    before = _exclusive_product(x, axis, n)
    after = aten.flip(_exclusive_product(aten.flip(x, [axis]), axis, n), [axis])
    return before * after


def _exclusive_product(x: Tensor, axis: int, n: int) -> Tensor:
    shape = tuple(1 if i == axis else length for i, length in enumerate(x.shape))
    first = aten.ones(shape, dtype=x.dtype, device=x.dev)
    return first if n <= 1 else aten.cat([first, aten.cumprod(aten.narrow(x, axis, 0, n - 1), axis)], axis)


def _product(g: Tensor, x: Tensor, axis: int, keepdim: bool) -> Any:
    if x.ndim == 0:
        return g
    if x.shape[axis] == 0:
        return zeros_like(x)
    return spread(g, x, axis, keepdim) * conj(others_product(x, axis))


def _product_all(g: Tensor, x: Tensor) -> Any:
    flat = aten.reshape(x, [-1])
    return aten.reshape(_product(g, flat, 0, False), x.shape)


define("prod", self=lambda g, self: _product_all(g, self))
define("prod.dim_int", self=lambda g, self, dim, keepdim: _product(g, self, dim % max(self.ndim, 1), keepdim))


def _extreme(g: Tensor, y: Tensor, x: Tensor, dim: Any, keepdim: bool) -> Any:
    """Of max and min: shared evenly between equal extremes."""
    if not x.ndim:
        return g
    shape, axes = x.shape, axes_of(dim, x.ndim)
    if not keepdim:
        lengths = [1 if i in axes else n for i, n in enumerate(shape)]
        g, y = aten.reshape(g, lengths), aten.reshape(y, lengths)
    hit = aten.eq_Tensor(x, y) | aten.isnan(x)  # where an element is NaN, the extreme is
    return aten.where_ScalarOther(
        hit, aten.expand(g / aten.sum_dim_IntList(hit, axes, True, dtype=x.dtype), shape), 0.0
    )


for _name in ("amax", "amin"):
    define(_name, self=lambda g, y, self, dim, keepdim: _extreme(g, y, self, dim, keepdim))
for _name in ("max", "min"):
    define(_name, self=lambda g, y, self: _extreme(g, y, self, None, False))


def _logsumexp_rule(g: Tensor, y: Tensor, x: Tensor, dim: Any, keepdim: bool) -> Any:
    """Each element's share; infinite ones share evenly."""
    y = aten.expand(kept(y, x.shape, dim, keepdim), x.shape)
    infinite = aten.isinf(y) & aten.eq_Tensor(x, y)
    count = (
        aten.sum_dim_IntList(infinite, axes_of(dim, x.ndim), True) if x.ndim else aten._to_copy(infinite, dtype="int64")
    )
    share = aten.exp(aten.where_ScalarSelf(infinite, 0.0, x - y)) / aten._to_copy(
        aten.maximum(count, aten.ones_like(count)), dtype=x.dtype
    )
    return spread(g, x, dim, keepdim) * conj(share)


define("logsumexp", self=lambda g, y, self, dim, keepdim: _logsumexp_rule(g, y, self, dim, keepdim))


def _reverse_cumsum(g: Tensor, axis: int) -> Tensor:
    return g if g.ndim == 0 else aten.flip(aten.cumsum(aten.flip(g, [axis]), axis), [axis])


define("cumsum", self=lambda g, dim: _reverse_cumsum(g, dim))


def _cumprod_rule(g: Tensor, x: Tensor, axis: int) -> Any:
    """Sum over the prefixes that hold an element of g times the product of the others; right at zeros too.

    Costs the square of the axis' length, in exchange for needing no division.
    """
    if x.ndim == 0:
        return g
    n = x.shape[axis]
    total: Any = None
    for length in range(1, n + 1):
        head = aten.narrow(x, axis, 0, length)
        part = aten.narrow(g, axis, length - 1, 1) * conj(others_product(head, axis))
        if length < n:
            shape = tuple(n - length if i == axis % x.ndim else m for i, m in enumerate(x.shape))
            part = aten.cat([part, aten.zeros(shape, dtype=x.dtype, device=x.dev)], axis)
        total = part if total is None else total + part
    return zeros_like(x) if total is None else total


define("cumprod", self=lambda g, self, dim: _cumprod_rule(g, self, dim % max(self.ndim, 1)))


def _indexed(g: Tensor, indices: Tensor, like: Like, axis: int) -> Any:
    """g added at the indices along an axis that were picked."""
    return g if like.ndim == 0 else aten.scatter_add(zeros_like(like), axis, indices, g)


def _picked(gs: Any, y: Any, like: Like, dim: int, keepdim: bool) -> Any:
    g, indices = gs[0], y[1]
    if g is None:
        return None
    if like.ndim and not keepdim:
        g, indices = aten.unsqueeze(g, dim), aten.unsqueeze(indices, dim)
    return _indexed(g, indices, like, dim)


def _shared_in_runs(g: Tensor, values: Tensor, axis: int) -> Tensor:
    """g averaged among equal elements, which stand side by side."""
    n = values.shape[axis] if values.ndim else 1
    if n < 2:
        return g
    steps = aten.ne_Tensor(aten.narrow(values, axis, 1, n - 1), aten.narrow(values, axis, 0, n - 1))
    first = zeros_like(aten.narrow(steps, axis, 0, 1))
    run = aten.cumsum(aten.cat([first, steps], axis), axis, dtype="int64")
    total, count = (aten.scatter_add(zeros_like(g), axis, run, part) for part in (g, aten.ones_like(g)))
    return aten.gather(total, axis, run) / aten.gather(count, axis, run)


def _sort_rule(gs: Any, y: Any, like: Like, dim: int) -> Any:
    """Equal elements share what their positions get: none of them is before the others."""
    if gs[0] is None:
        return None
    return _picked((_shared_in_runs(gs[0], y[0], dim), None), y, like, dim, True)


for _name in ("sort", "sort.stable"):
    define(_name, self=lambda g, y, self_spec, dim: _sort_rule(g, y, self_spec, dim))
for _name in ("cummax", "cummin"):
    define(_name, self=lambda g, y, self_spec, dim: _picked(g, y, self_spec, dim, True))
for _name in ("max.dim", "min.dim", "median.dim", "kthvalue"):
    define(_name, self=lambda g, y, self_spec, dim, keepdim: _picked(g, y, self_spec, dim, keepdim))
define("topk", self=lambda g, y, self_spec, dim: _picked(g, y, self_spec, dim, True))
define(
    "logcumsumexp",
    self=lambda g, y, self, dim: _logcumsumexp_rule(g, y, self, dim),
)


def _logcumsumexp_rule(g: Tensor, y: Tensor, x: Tensor, axis: int) -> Any:
    """The sum over k >= i of exp(x_i - y_k) g_k.

    No exponent is positive in exp(x_i - y_i) s_i with s_i = g_i + exp(y_i - y_{i+1}) s_{i+1}, which doubling sums up.
    """
    if x.ndim == 0:
        return g
    n, step, total = x.shape[axis], 1, g
    while step < n:
        left = n - step
        decay = conj(aten.exp(_gap(aten.narrow(y, axis, 0, left), aten.narrow(y, axis, step, left))))
        more = aten.narrow(total, axis, 0, left) + decay * aten.narrow(total, axis, step, left)
        total = aten.cat([more, aten.narrow(total, axis, left, step)], axis)
        step *= 2
    return conj(aten.exp(_gap(x, y))) * total


def _gap(a: Tensor, b: Tensor) -> Any:
    """a - b, and 0 between equal infinities."""
    return aten.where_ScalarSelf(aten.eq_Tensor(a, b) & aten.isinf(a), 0.0, a - b)
