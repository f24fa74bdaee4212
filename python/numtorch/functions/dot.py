"""Products of vectors, matrices and tensors."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions.arguments import Array, Dtype, as_dtype, as_tensors, axis_of, promoted, xp
from numtorch.functions.einsum import Term, contract
from numtorch.functions.indexing import diagonal
from numtorch.functions.output import into
from numtorch.functions.reduction import sum as sum_of
from numtorch.functions.registry import implements, named
from numtorch.functions.shape import moveaxis, ravel

__all__ = ["cross", "dot", "inner", "kron", "outer", "tensordot", "trace", "vdot"]

_dot = kernel("dot")
_mm = kernel("mm")
_permute = kernel("permute")
_reshape = kernel("reshape")


def matrix_product(x: Tensor, y: Tensor) -> Tensor:
    """The product of two matrices of one dtype."""
    if x.dtype.kind in "fc":
        return _mm(x, y)
    return contract([Term(x, (0, 1)), Term(y, (1, 2))], (0, 2))


def _matching(operands: list[Tensor]) -> list[Tensor]:
    x, y = operands
    if x.dtype == y.dtype:
        return operands
    return promoted(x, y)


@implements(np.dot)
def dot(a: Array, b: Array, out: Any = None) -> Tensor:
    """NumPy's `dot`."""
    x, y = _matching(as_tensors(a, b))
    result = _dot_of(x, y)
    return result if out is None else into(result, out, "dot", "no")


def _dot_of(x: Tensor, y: Tensor) -> Tensor:
    if x.ndim == 0 or y.ndim == 0:
        return xp.multiply(x, y)
    left, right = x.shape[-1], y.shape[-2] if y.ndim > 1 else y.shape[0]
    if left != right:
        shapes = " and ".join(str(z.shape).replace(" ", "") for z in (x, y))
        raise ValueError(
            f"shapes {shapes} not aligned: {left} (dim {x.ndim - 1}) != {right} (dim {max(y.ndim - 2, 0)})"
        )
    if x.ndim == 2 and y.ndim == 2:
        return matrix_product(x, y)
    if x.ndim == 1 and y.ndim == 1 and x.dtype.kind in "fc":
        return _dot(x, y)
    return _tensordot(x, y, (x.ndim - 1,), (max(y.ndim - 2, 0),))


@implements(np.vdot)
def vdot(a: Array, b: Array, /) -> Tensor:
    """NumPy's `vdot`."""
    x, y = _matching(as_tensors(a, b))
    x, y = ravel(x), ravel(y)
    if x.size != y.size:
        raise ValueError(
            "cannot reshape array of size 1 into shape" if 1 in (x.size, y.size) else "vectors have different lengths"
        )
    return _dot_of(xp.conjugate(x) if x.dtype.kind == "c" else x, y)


@implements(np.inner)
def inner(a: Array, b: Array, /) -> Tensor:
    """NumPy's `inner`."""
    x, y = _matching(as_tensors(a, b))
    if x.ndim == 0 or y.ndim == 0:
        return xp.multiply(x, y)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"shapes {x.shape} and {y.shape} not aligned: {x.shape[-1]} != {y.shape[-1]}")
    return _tensordot(x, y, (x.ndim - 1,), (y.ndim - 1,))


@implements(np.outer)
def outer(a: Array, b: Array, out: Any = None) -> Tensor:
    """NumPy's `outer`."""
    x, y = as_tensors(a, b)
    result: Tensor = xp.multiply(_reshape(ravel(x), (x.size, 1)), _reshape(ravel(y), (1, y.size)))
    return result if out is None else into(result, out, "outer")


def _matrix(x: Tensor, order: tuple[int, ...], shape: tuple[int, int]) -> Tensor:
    """`x` with its axes in `order`, joined to a matrix."""
    if order != tuple(range(x.ndim)):
        x = _permute(x, order)
    return x if x.shape == shape else _reshape(x, shape)


def _tensordot(x: Tensor, y: Tensor, x_axes: tuple[int, ...], y_axes: tuple[int, ...]) -> Tensor:
    """One matrix product: the axes to sum at the end of `x` and at the start of `y`."""
    x_kept = tuple(axis for axis in range(x.ndim) if axis not in x_axes)
    y_kept = tuple(axis for axis in range(y.ndim) if axis not in y_axes)
    shape = tuple(x.shape[i] for i in x_kept) + tuple(y.shape[i] for i in y_kept)
    summed = math.prod(x.shape[i] for i in x_axes)
    rows = math.prod(x.shape[i] for i in x_kept)
    columns = math.prod(y.shape[i] for i in y_kept)
    product = matrix_product(
        _matrix(x, x_kept + x_axes, (rows, summed)), _matrix(y, y_axes + y_kept, (summed, columns))
    )
    return product if product.shape == shape else _reshape(product, shape)


def _both_axes(axes: Any, x: Tensor, y: Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    try:
        first, second = axes
    except TypeError:
        count = operator.index(axes)
        first, second = range(-count, 0), range(count)
    lists = []
    for group in (first, second):
        try:
            lists.append([operator.index(axis) for axis in group])
        except TypeError:
            lists.append([operator.index(group)])
    if len(lists[0]) != len(lists[1]):
        raise ValueError("shape-mismatch for sum")
    places = [tuple(axis_of(axis, z.ndim) for axis in group) for group, z in zip(lists, (x, y), strict=True)]
    if any(len(set(group)) != len(group) for group in places):
        raise ValueError("duplicate axes are not allowed in tensordot")
    if any(x.shape[i] != y.shape[j] for i, j in zip(*places, strict=True)):
        raise ValueError("shape-mismatch for sum")
    return places[0], places[1]


@implements(np.tensordot)
def tensordot(a: Array, b: Array, axes: Any = 2) -> Tensor:
    """NumPy's `tensordot`."""
    x, y = _matching(as_tensors(a, b))
    return _tensordot(x, y, *_both_axes(axes, x, y))


@implements(np.kron)
def kron(a: Array, b: Array) -> Tensor:
    """NumPy's `kron`."""
    x, y = as_tensors(a, b)
    if x.ndim == 0 or y.ndim == 0:
        return xp.multiply(x, y)
    ndim = max(x.ndim, y.ndim)
    x_shape = (1,) * (ndim - x.ndim) + x.shape
    y_shape = (1,) * (ndim - y.ndim) + y.shape
    wide = xp.multiply(
        _reshape(x, tuple(length for n in x_shape for length in (n, 1))),
        _reshape(y, tuple(length for n in y_shape for length in (1, n))),
    )
    return _reshape(wide, tuple(m * n for m, n in zip(x_shape, y_shape, strict=True)))


@implements(np.trace)
def trace(a: Array, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Dtype = None, out: Any = None) -> Tensor:
    """NumPy's `trace`."""
    x = as_tensors(a, *(() if out is None else (out,)))[0]
    return sum_of(diagonal(x, offset, axis1, axis2), -1, as_dtype(dtype), out)


@implements(np.cross)
def cross(a: Array, b: Array, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Tensor:
    """NumPy's `cross`, of vectors with three components."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = as_tensors(a, b)
    if x.ndim < 1 or y.ndim < 1:
        raise ValueError("At least one array has zero dimension")
    x = moveaxis(x, axis_of(axisa, x.ndim), -1)
    y = moveaxis(y, axis_of(axisb, y.ndim), -1)
    if {x.shape[-1], y.shape[-1]} - {2, 3}:
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    if 2 in (x.shape[-1], y.shape[-1]):
        raise TypeError("cross: vectors with two components are not supported on Tensors (NumPy deprecated them)")
    x0, x1, x2 = (x[..., i, None] for i in range(3))
    y0, y1, y2 = (y[..., i, None] for i in range(3))
    parts = [x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0]
    return moveaxis(xp.concatenate(parts, -1), -1, axisc)


# ---- The array API's names in numpy.linalg ----


@implements(*named("tensordot", module=np.linalg))
def linalg_tensordot(x1: Array, x2: Array, /, *, axes: Any = 2) -> Tensor:
    """NumPy's `linalg.tensordot`."""
    return tensordot(x1, x2, axes)


@implements(*named("outer", module=np.linalg))
def linalg_outer(x1: Array, x2: Array, /) -> Tensor:
    """NumPy's `linalg.outer`, of vectors."""
    x, y = as_tensors(x1, x2)
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError(f"Input arrays must be one-dimensional, but they are {x.ndim=} and {y.ndim=}.")
    return outer(x, y)


@implements(*named("trace", module=np.linalg))
def linalg_trace(x: Array, /, *, offset: int = 0, dtype: Dtype = None) -> Tensor:
    """NumPy's `linalg.trace`, of the last two axes."""
    return trace(x, offset, -2, -1, dtype)


@implements(*named("diagonal", module=np.linalg))
def linalg_diagonal(x: Array, /, *, offset: int = 0) -> Tensor:
    """NumPy's `linalg.diagonal`, of the last two axes."""
    return diagonal(x, offset, -2, -1)


@implements(*named("cross", module=np.linalg))
def linalg_cross(x1: Array, x2: Array, /, *, axis: int = -1) -> Tensor:
    """NumPy's `linalg.cross`."""
    x, y = as_tensors(x1, x2)
    if x.shape[axis] != 3 or y.shape[axis] != 3:
        raise ValueError(
            f"Both input arrays must be (arrays of) 3-dimensional vectors, "
            f"but they are {x.shape[axis]} and {y.shape[axis]} dimensional instead."
        )
    return cross(x, y, axis=axis)


@implements(*named("matmul", module=np.linalg))
def linalg_matmul(x1: Array, x2: Array, /) -> Tensor:
    """NumPy's `linalg.matmul`."""
    return xp.matmul(x1, x2)


@implements(*named("vecdot", module=np.linalg))
def linalg_vecdot(x1: Array, x2: Array, /, *, axis: int = -1) -> Tensor:
    """NumPy's `linalg.vecdot`."""
    return xp.vecdot(x1, x2, axis=axis)
