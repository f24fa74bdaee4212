"""Norms of vectors and matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, NoValue, as_tensor, axes_of, axis_of, cast, xp
from numtorch.functions.calls.layout import memory_axes, reduced_like
from numtorch.functions.calls.registry import implements, named
from numtorch.functions.linalg.decomposition import svdvals
from numtorch.functions.manipulation.shape import moveaxis
from numtorch.functions.reductions.reduction import max as max_of
from numtorch.functions.reductions.reduction import min as min_of
from numtorch.functions.reductions.reduction import sum as sum_of
from numtorch.functions.ufuncs.folding import kept_shape, sum_over

__all__ = ["matrix_norm", "norm", "vector_norm"]


COMPLEX64, COMPLEX128 = np.dtype(np.complex64), np.dtype(np.complex128)
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
FEW = 256  # so many numbers lose nothing
PART = 65_536  # so many float32 lose no more than a product of them does anyway
WIDER = {FLOAT32: FLOAT64, FLOAT64: FLOAT64, COMPLEX64: COMPLEX128, COMPLEX128: COMPLEX128}


def _floating(x: Tensor) -> Tensor:
    return x if x.dtype.kind in "fc" else cast(x, FLOAT64)


def _power_norm(x: Tensor, order: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """The root of a sum of powers.

    libtorch's kernel has the gradient's conventions at 0, but adds float32 numbers one by one: of many of them all
    digits would be lost. So it adds in float64, and where no gradient is asked for NumPy's own way is faster.
    """
    wide = WIDER.get(x.dtype)
    if wide is None or x.size <= FEW:
        return aten.linalg_vector_norm(x, order, axes, keepdims)
    if x.tracked:
        return cast(aten.linalg_vector_norm(x, order, axes, keepdims, dtype=wide), x.real.dtype)
    if order == 2:
        if len(axes) == x.ndim and not keepdims:
            return aten.sqrt(_sum_of_squares(_flat(x)))
        square = x.real * x.real + x.imag * x.imag if x.dtype.kind == "c" else x * x
        return aten.sqrt(sum_over(square, axes, keepdims))
    sizes = xp.abs(x)
    if order == 1:
        return sum_over(sizes, axes, keepdims)
    return sum_over(sizes**order, axes, keepdims) ** (1 / order)


def _sum_of_squares(x: Tensor) -> Tensor:
    """By parts where x is float32 on the CPU: one thread of MKL's product loses three digits of a million numbers."""
    if x.dev != -1 or x.dtype != FLOAT32 or x.size <= PART:
        return aten.dot(x, x)
    return aten.sum(aten.stack([aten.dot(part, part) for part in aten.split_Tensor(x, PART)]))


def _flat(x: Tensor) -> Tensor:
    """All real numbers in `x`, in the order of memory."""
    x = aten.permute(x, memory_axes(x)) if x.ndim > 1 else x
    return aten.reshape(aten.view_as_real(x) if x.dtype.kind == "c" else x, (-1,))


def _extreme(extreme: Any, x: Tensor, axes: Any, keepdims: bool, initial: Any = NoValue) -> Tensor:
    """The largest or smallest; NumPy starts the largest from 0, which matters where there is nothing."""
    return extreme(x, axes, None, keepdims, NoValue if x.size else initial)


def _of_vectors(x: Tensor, order: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    if order is None:
        order = 2
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order '{order}' for vectors")
    if order == math.inf:
        return _extreme(max_of, xp.abs(x), axes, keepdims, 0)
    if order == -math.inf:
        return _extreme(min_of, xp.abs(x), axes, keepdims)
    if order == 0:
        return sum_of((x != 0).astype(x.real.dtype), axes, None, None, keepdims)
    if not isinstance(order, int | float | np.number):
        raise TypeError(f"norm: ord must be a number, not {type(order).__name__}")
    if order < 0 and x.size == 0:
        return sum_of(xp.abs(x) ** order, axes, None, None, keepdims) ** (1 / order)  # the root of an empty sum
    return _power_norm(x, order, axes, keepdims)


def _of_matrices(x: Tensor, order: Any, axes: tuple[int, int], keepdims: bool) -> Tensor:
    row, column = axes
    if row == column:
        raise ValueError("Duplicate axes given.")
    if order in (None, "fro", "f"):
        return _power_norm(x, 2, axes, keepdims)
    if order in (2, -2, "nuc"):
        values = svdvals(moveaxis(x, axes, (-2, -1)))
        if order == "nuc":
            result = sum_of(values, -1)
        else:
            result = _extreme(max_of, values, -1, False, 0) if order == 2 else _extreme(min_of, values, -1, False)
    elif order in (1, -1, math.inf, -math.inf):
        summed, other = (row, column) if abs(order) == 1 else (column, row)
        sums = sum_of(xp.abs(x), summed, None, None, True)
        both = (summed, other)
        result = _extreme(max_of, sums, both, False, 0) if order > 0 else _extreme(min_of, sums, both, False)
    else:
        raise ValueError("Invalid norm order for matrices.")
    return result.reshape(kept_shape(x.shape, axes)) if keepdims else result


def _norm_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(ndim))
    if not isinstance(axis, tuple):
        try:
            axis = (int(axis),)
        except Exception as error:
            raise TypeError("'axis' must be None, an integer or a tuple of integers") from error
    if len(axis) not in (1, 2):
        raise ValueError("Improper number of dimensions to norm.")
    return tuple(axis_of(i, ndim) for i in axis)


@implements(np.linalg.norm)
def norm(x: Array, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """NumPy's `linalg.norm`."""
    values = _floating(as_tensor(x))
    if axis is None and (ord is None or (ord in ("f", "fro") and values.ndim == 2) or (ord == 2 and values.ndim == 1)):
        return _power_norm(values, 2, tuple(range(values.ndim)), bool(keepdims))
    axes = _norm_axes(axis, values.ndim)
    if len(axes) == 1:
        return reduced_like(_of_vectors(values, ord, axes, bool(keepdims)), values, axes)
    if len(axes) == 2:
        return _of_matrices(values, ord, (axes[0], axes[1]), bool(keepdims))
    raise ValueError("Improper number of dimensions to norm.")


@implements(*named("vector_norm", module=np.linalg))
def vector_norm(x: Array, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Tensor:
    """NumPy's `linalg.vector_norm`."""
    values = _floating(as_tensor(x))
    axes = axes_of(axis, values.ndim) if isinstance(axis, tuple) or axis is None else _norm_axes(axis, values.ndim)
    if axes:
        return reduced_like(_of_vectors(values, ord, axes, bool(keepdims)), values, axes)
    return _of_vectors(values.reshape((1, *values.shape)), ord, (0,), False)  # each element is a vector


@implements(*named("matrix_norm", module=np.linalg))
def matrix_norm(x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """NumPy's `linalg.matrix_norm`."""
    values = _floating(as_tensor(x))
    return _of_matrices(values, ord, (axis_of(-2, values.ndim), axis_of(-1, values.ndim)), bool(keepdims))
