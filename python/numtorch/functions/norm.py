"""Norms of vectors and matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions.arguments import Array, as_tensor, axes_of, axis_of, cast, xp
from numtorch.functions.linalg import singular_values
from numtorch.functions.reduction import kept_shape
from numtorch.functions.reduction import max as max_of
from numtorch.functions.reduction import min as min_of
from numtorch.functions.reduction import sum as sum_of
from numtorch.functions.registry import implements, named
from numtorch.functions.shape import moveaxis

__all__ = ["matrix_norm", "norm", "vector_norm"]

_vector_norm = kernel("linalg_vector_norm")

FLOAT64 = np.dtype(np.float64)


def _floating(x: Tensor) -> Tensor:
    return x if x.dtype.kind in "fc" else cast(x, FLOAT64)


def _of_vectors(x: Tensor, order: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    if order is None:
        order = 2
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order '{order}' for vectors")
    if order == -math.inf:
        return min_of(xp.abs(x), axes, None, keepdims)
    if order == math.inf:
        return max_of(xp.abs(x), axes, None, keepdims)
    if order == 0:
        return sum_of((x != 0).astype(x.real.dtype), axes, None, None, keepdims)
    return _vector_norm(x, order, axes, keepdims)


def _of_matrices(x: Tensor, order: Any, axes: tuple[int, int], keepdims: bool) -> Tensor:
    row, column = axes
    if row == column:
        raise ValueError("Duplicate axes given.")
    if order in (None, "fro", "f"):
        return _vector_norm(x, 2, axes, keepdims)
    if order in (2, -2, "nuc"):
        values = singular_values(moveaxis(x, axes, (-2, -1)))
        result = sum_of(values, -1) if order == "nuc" else (max_of if order == 2 else min_of)(values, -1)
    elif order in (1, -1, math.inf, -math.inf):
        summed, other = (row, column) if abs(order) == 1 else (column, row)
        sums = sum_of(xp.abs(x), summed, None, None, True)
        result = (max_of if order > 0 else min_of)(sums, (summed, other))
    else:
        raise ValueError("Invalid norm order for matrices.")
    return result.reshape(kept_shape(x.shape, axes)) if keepdims else result


@implements(np.linalg.norm)
def norm(x: Array, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """NumPy's `linalg.norm`."""
    values = _floating(as_tensor(x))
    if axis is None:
        if ord is None or (ord in ("f", "fro") and values.ndim == 2) or (ord == 2 and values.ndim == 1):
            return _vector_norm(values, 2, None, keepdims)
        axes = tuple(range(values.ndim))
    else:
        axes = tuple(axis_of(i, values.ndim) for i in (axis if isinstance(axis, (tuple, list)) else (axis,)))
    if len(axes) == 1:
        return _of_vectors(values, ord, axes, keepdims)
    if len(axes) == 2:
        return _of_matrices(values, ord, (axes[0], axes[1]), keepdims)
    raise ValueError("Improper number of dimensions to norm.")


@implements(*named("vector_norm", module=np.linalg))
def vector_norm(x: Array, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Tensor:
    """NumPy's `linalg.vector_norm`."""
    values = _floating(as_tensor(x))
    axes = axes_of(tuple(axis) if isinstance(axis, list) else axis, values.ndim)
    return _of_vectors(values, ord, axes, keepdims)


@implements(*named("matrix_norm", module=np.linalg))
def matrix_norm(x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """NumPy's `linalg.matrix_norm`."""
    values = _floating(as_tensor(x))
    return _of_matrices(values, ord, (axis_of(-2, values.ndim), axis_of(-1, values.ndim)), keepdims)
