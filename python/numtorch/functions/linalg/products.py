"""Products of vectors, matrices and tensors."""

from __future__ import annotations

import functools
import math
import operator
import warnings
from typing import Any, NamedTuple

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, as_value, owned
from numtorch.functions.calls.arguments import Array, Dtype, as_dtype, as_tensors, axis_of, promoted, xp
from numtorch.functions.calls.layout import in_c_order, is_contiguous
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import directly, implements, named
from numtorch.functions.indexing.indexing import diagonal
from numtorch.functions.linalg.einsum import Term, contract
from numtorch.functions.manipulation.shape import moveaxis, ravel
from numtorch.functions.reductions.reduction import sum as sum_of
from numtorch.functions.ufuncs.folding import FLOATS

__all__ = ["cross", "dot", "inner", "kron", "outer", "tensordot", "trace", "vdot"]


def matrix_product(x: Tensor, y: Tensor) -> Tensor:
    """The product of two matrices of one dtype."""
    if x.dtype.kind in "fc":
        return aten.mm(x, y)
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
    if out is None:
        return result
    if isinstance(out, (Tensor, np.ndarray)) and (out.dtype != result.dtype or not is_contiguous(out)):
        raise ValueError("dot: output array is not acceptable (must have the right datatype and be a C-Array)")
    return into(result, out, "dot", "no")


def _dot_of(x: Tensor, y: Tensor) -> Tensor:
    if x.ndim == 0 or y.ndim == 0:
        return _scaled(x, y)
    left, right = x.shape[-1], y.shape[-2] if y.ndim > 1 else y.shape[0]
    if left != right:
        shapes = " and ".join(str(z.shape).replace(" ", "") for z in (x, y))
        raise ValueError(
            f"shapes {shapes} not aligned: {left} (dim {x.ndim - 1}) != {right} (dim {max(y.ndim - 2, 0)})"
        )
    if x.ndim == 2 and y.ndim == 2:
        return matrix_product(x, y)
    if x.ndim == 1 and y.ndim == 1 and x.dtype.kind in "fc":
        return aten.dot(x, y)
    return as_value(_tensordot(x, y, (x.ndim - 1,), (max(y.ndim - 2, 0),)))


def _scaled(x: Tensor, y: Tensor) -> Tensor:
    """The product with a number; NumPy asks BLAS for that of a matrix, which gives it in C order."""
    product: Tensor = xp.multiply(x, y)
    return in_c_order(product) if product.ndim == 2 and product.dtype in FLOATS else product


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
        return _scaled(x, y)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"shapes {x.shape} and {y.shape} not aligned: {x.shape[-1]} != {y.shape[-1]}")
    return as_value(_tensordot(x, y, (x.ndim - 1,), (y.ndim - 1,)))


@implements(np.outer)
def outer(a: Array, b: Array, out: Any = None) -> Tensor:
    """NumPy's `outer`."""
    x, y = as_tensors(a, b)
    result: Tensor = xp.multiply(aten.reshape(ravel(x), (x.size, 1)), aten.reshape(ravel(y), (1, y.size)))
    return result if out is None else into(result, out, "outer")


class Plan(NamedTuple):
    """A contraction as one matrix product: orders of the axes, shapes of the matrices; None where nothing is to do."""

    left_order: tuple[int, ...] | None
    left: tuple[int, int] | None
    right_order: tuple[int, ...] | None
    right: tuple[int, int] | None
    shape: tuple[int, ...] | None


Shape = tuple[int, ...]


@functools.lru_cache(maxsize=1024)
def _plan(x: Shape, y: Shape, x_axes: tuple[int, ...], y_axes: tuple[int, ...]) -> Plan:
    """The axes to sum at the end of an array of shape `x`, and at the start of one of shape `y`."""
    x_kept = tuple(axis for axis in range(len(x)) if axis not in x_axes)
    y_kept = tuple(axis for axis in range(len(y)) if axis not in y_axes)
    rows, columns = math.prod(x[i] for i in x_kept), math.prod(y[i] for i in y_kept)
    summed = math.prod(x[i] for i in x_axes)
    x_order, y_order = x_kept + x_axes, y_axes + y_kept
    return Plan(
        None if x_order == tuple(range(len(x))) else x_order,
        None if len(x) == 2 and len(x_axes) == 1 else (rows, summed),
        None if y_order == tuple(range(len(y))) else y_order,
        None if len(y) == 2 and len(y_axes) == 1 else (summed, columns),
        None if len(x_kept) == len(y_kept) == 1 else tuple(x[i] for i in x_kept) + tuple(y[i] for i in y_kept),
    )


def _tensordot(x: Tensor, y: Tensor, x_axes: tuple[int, ...], y_axes: tuple[int, ...]) -> Tensor:
    """One matrix product."""
    plan = _plan(x.shape, y.shape, x_axes, y_axes)
    if plan.left_order is not None:
        x = aten.permute(x, plan.left_order)
    if plan.right_order is not None:
        y = aten.permute(y, plan.right_order)
    left = x if plan.left is None else aten.reshape(x, plan.left)
    right = y if plan.right is None else aten.reshape(y, plan.right)
    product = matrix_product(left, right)
    return product if plan.shape is None else owned(aten.reshape(product, plan.shape))


def _both_axes(axes: Any) -> tuple[Any, Any]:
    """The axes of either array as tuples; a number stands for so many last and first ones."""
    try:
        first, second = axes
    except TypeError:
        count = operator.index(axes)
        return tuple(range(-count, 0)), tuple(range(count))
    return _tuple_of(first), _tuple_of(second)


def _tuple_of(axes: Any) -> tuple[int, ...]:
    try:
        return tuple(operator.index(axis) for axis in axes)
    except TypeError:
        return (operator.index(axes),)


@functools.lru_cache(maxsize=1024)
def _matching_axes(x: Shape, y: Shape, x_axes: Shape, y_axes: Shape) -> tuple[Shape, Shape]:
    """The axes counted from the front; ValueError if their lengths differ."""
    if len(x_axes) != len(y_axes):
        raise ValueError("shape-mismatch for sum")
    first = tuple(axis_of(axis, len(x)) for axis in x_axes)
    second = tuple(axis_of(axis, len(y)) for axis in y_axes)
    if len(set(first)) != len(first) or len(set(second)) != len(second):
        raise ValueError("duplicate axes are not allowed in tensordot")
    if any(x[i] != y[j] for i, j in zip(first, second, strict=True)):
        raise ValueError("shape-mismatch for sum")
    return first, second


@implements(np.tensordot)
def tensordot(a: Array, b: Array, axes: Any = 2) -> Tensor:
    """NumPy's `tensordot`."""
    x, y = _matching(as_tensors(a, b))
    return _tensordot(x, y, *_matching_axes(x.shape, y.shape, *_both_axes(axes)))


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
        aten.reshape(x, tuple(length for n in x_shape for length in (n, 1))),
        aten.reshape(y, tuple(length for n in y_shape for length in (1, n))),
    )
    return in_c_order(aten.reshape(wide, tuple(m * n for m, n in zip(x_shape, y_shape, strict=True))))


@implements(np.trace)
def trace(a: Array, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Dtype = None, out: Any = None) -> Tensor:
    """NumPy's `trace`."""
    x = as_tensors(a, *(() if out is None else (out,)))[0]
    return sum_of(diagonal(x, offset, axis1, axis2), -1, as_dtype(dtype), out)


@implements(np.cross)
def cross(a: Array, b: Array, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Tensor:
    """NumPy's `cross`."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = as_tensors(a, b)
    if x.ndim < 1 or y.ndim < 1:
        raise ValueError("At least one array has zero dimension")
    x = moveaxis(x, axis_of(axisa, x.ndim), -1)
    y = moveaxis(y, axis_of(axisb, y.ndim), -1)
    if {x.shape[-1], y.shape[-1]} - {2, 3}:
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    if x.shape[-1] == 3 or y.shape[-1] == 3:
        axisc = axis_of(axisc, max(x.ndim, y.ndim))
    if x.shape[-1] == y.shape[-1] == 3:
        x, y = _matching([x, y])
        return moveaxis(_cross_of(x, y), -1, axisc)
    _warn_planes()
    third = _third_component(x, y)
    if x.shape[-1] == y.shape[-1]:
        return third[..., 0]
    x, y = promoted(x, y)
    parts = [-x[..., 2:] * y[..., 1:2], x[..., 2:] * y[..., :1]]
    if x.shape[-1] == 2:
        parts = [x[..., 1:] * y[..., 2:], -x[..., :1] * y[..., 2:]]
    return moveaxis(xp.concatenate([*parts, third], -1), -1, axisc)


def _third_component(x: Tensor, y: Tensor) -> Tensor:
    return x[..., 0:1] * y[..., 1:2] - x[..., 1:2] * y[..., 0:1]


def _cross_of(x: Tensor, y: Tensor) -> Tensor:
    """The cross product along the last axis, of one dtype."""
    if x.dtype.kind in "fc":
        return aten.linalg_cross(*xp.broadcast_arrays(x, y)) if x.shape != y.shape else aten.linalg_cross(x, y)
    x0, x1, x2 = (x[..., i, None] for i in range(3))
    y0, y1, y2 = (y[..., i, None] for i in range(3))
    return xp.concatenate([x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0], -1)


def _warn_planes() -> None:
    """As the installed NumPy does, or its ValueError: it is giving up vectors with two components."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.cross(np.zeros(2), np.zeros(2))
    text = (
        "Arrays of 2-dimensional vectors are deprecated. Use arrays of 3-dimensional vectors instead. "
        "(deprecated in NumPy 2.0)"
    )
    warnings.warn(text, DeprecationWarning, stacklevel=3)


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
    return xp.matmul(*as_tensors(x1, x2))


@implements(*named("vecdot", module=np.linalg))
def linalg_vecdot(x1: Array, x2: Array, /, *, axis: int = -1) -> Tensor:
    """NumPy's `linalg.vecdot`."""
    return xp.vecdot(*as_tensors(x1, x2), axis=axis)


directly(aten.dot, FLOATS, np.dot)
