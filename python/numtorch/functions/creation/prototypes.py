"""New arrays that take after others: `zeros_like` and its kin, copies, diagonals, grids and powers."""

from __future__ import annotations

import operator
from typing import Any, Literal

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, as_array, as_read_only
from numtorch.functions.calls.arguments import (
    Array,
    Dtype,
    as_arranged,
    as_dtype,
    as_tensor,
    cast,
    dev_of,
    of_class,
    xp,
)
from numtorch.functions.calls.devices import device_of
from numtorch.functions.calls.registry import implements
from numtorch.functions.creation.creation import as_filling, filled, unset
from numtorch.functions.manipulation.shape import ravel

__all__ = ["copy", "diag", "diagflat", "empty_like", "full_like", "meshgrid", "ones_like", "vander", "zeros_like"]


def _filled_like(a: Array, value: Any, dtype: Dtype, order: str | None, shape: Any, device: Any) -> Tensor:
    x = as_tensor(a, dev_of(value))
    wanted = as_dtype(dtype) or x.dtype
    return filled(x.shape if shape is None else shape, value, wanted, device_of(device, x.dev), order, x)


@implements(np.zeros_like)
def zeros_like(
    a: Array,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Tensor:
    """NumPy's `zeros_like`, on the device of `a`."""
    if type(a) is Tensor and dtype is None and order == "K" and shape is None and device is None:
        return _core.zeros_like(a)
    return of_class(_filled_like(a, 0, dtype, order, shape, device), a, subok)


@implements(np.ones_like)
def ones_like(
    a: Array,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Tensor:
    """NumPy's `ones_like`, on the device of `a`."""
    if type(a) is Tensor and dtype is None and order == "K" and shape is None and device is None:
        return as_array(aten.ones_like(a))
    return of_class(_filled_like(a, 1, dtype, order, shape, device), a, subok)


@implements(np.full_like)
def full_like(
    a: Array,
    fill_value: Any,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Tensor:
    """NumPy's `full_like`, on the device of `a`; `fill_value` is cast as an assignment casts."""
    x = as_tensor(a, dev_of(a, fill_value))
    filling = as_filling(fill_value, as_dtype(dtype) or x.dtype)
    return of_class(_filled_like(x, filling, dtype, order, shape, device), a, subok)


@implements(np.empty_like)
def empty_like(
    prototype: Array,
    /,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Tensor:
    """NumPy's `empty_like`, on the device of `prototype`."""
    x = as_tensor(prototype)
    wanted = as_dtype(dtype) or x.dtype
    made = unset(x.shape if shape is None else shape, wanted, device_of(device, x.dev), order, x)
    return of_class(made, prototype, subok)


@implements(np.copy)
def copy(a: Array, order: Literal["C", "F", "A", "K"] | None = "K", subok: bool = False) -> Tensor:
    """NumPy's `copy`."""
    made = as_array(as_tensor(a).copy(order=order))
    return made if type(made) is Tensor or subok else _core.view_as(made, Tensor)


@implements(np.meshgrid)
def meshgrid(*xi: Array, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Tensor, ...]:
    """NumPy's `meshgrid`."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    dev, ndim = dev_of(xi), len(xi)
    grid_axes = list(range(ndim))
    if indexing == "xy" and ndim > 1:
        grid_axes[:2] = [1, 0]
    grids = [
        as_arranged(x, dev).reshape(tuple(-1 if axis == grid_axis else 1 for axis in range(ndim)))
        for x, grid_axis in zip(xi, grid_axes, strict=True)
    ]
    if not sparse:
        shape = np.broadcast_shapes(*(grid.shape for grid in grids)) if grids else ()
        grids = [
            aten.expand(grid, shape) if isinstance(grid, Tensor) else np.broadcast_to(grid, shape) for grid in grids
        ]
    return tuple(grid.copy() for grid in grids) if copy else tuple(grids)


@implements(np.diag)
def diag(v: Array, k: int = 0) -> Tensor:
    """NumPy's `diag`: a matrix from a diagonal, or the diagonal of a matrix, a read-only view."""
    x = as_tensor(v)
    offset = operator.index(k)
    if x.ndim == 1:
        return aten.diag_embed(x, offset)
    if x.ndim == 2:
        return as_read_only(aten.diagonal(x, offset))
    raise ValueError("Input must be 1- or 2-d.")


@implements(np.diagflat)
def diagflat(v: Array, k: int = 0) -> Tensor:
    """NumPy's `diagflat`."""
    return diag(ravel(as_tensor(v)), k)


@implements(np.vander)
def vander(x: Array, N: int | None = None, increasing: bool = False) -> Tensor:
    """NumPy's `vander`: the powers of `x` as columns."""
    base = as_tensor(x)
    if base.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = base.shape[0] if N is None else operator.index(N)
    dtype = np.promote_types(base.dtype, int)
    ones_first = aten.full((base.shape[0], min(count, 1)), 1, dtype=dtype, device=base.dev)
    if count > 1:
        powers = aten.cumprod(aten.expand(cast(base, dtype).reshape(-1, 1), (base.shape[0], count - 1)), 1)
        ones_first = xp.concatenate([ones_first, powers], 1)
    return ones_first if increasing else xp.flip(ones_first, 1).copy()
