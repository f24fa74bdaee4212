"""Shapes and axes: NumPy's functions that move elements or only look at them differently."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch import kernels as aten
from numtorch._core import Tensor, as_read_only
from numtorch.functions.calls.arguments import (
    Array,
    Axis,
    as_arranged,
    as_shape,
    as_tensor,
    axis_of,
    check_ndim,
    dev_of,
    reduced_axes,
    xp,
)
from numtorch.functions.calls.layout import (
    as_order,
    in_c_order,
    is_contiguous,
    ordered_like,
    reading_axes,
    reverse_axes,
)
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes.bits import moved

__all__ = [
    "adjoint",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_arrays",
    "broadcast_to",
    "expand_dims",
    "matrix_transpose",
    "moveaxis",
    "ravel",
    "reshape",
    "resize",
    "rollaxis",
    "squeeze",
    "swapaxes",
    "transpose",
    "tril",
    "triu",
]


def complete_shape(shape: tuple[int, ...], size: int) -> tuple[int, ...]:
    """`shape` with its one negative length computed; ValueError if it cannot hold `size` elements."""
    unknown = [axis for axis, length in enumerate(shape) if length < 0]
    if len(unknown) > 1:
        raise ValueError("can only specify one unknown dimension")
    known = math.prod(length for length in shape if length >= 0)
    fits = known != 0 and size % known == 0 if unknown else known == size
    if not fits:
        text = f"({shape[0]},)" if len(shape) == 1 else "(" + ",".join(map(str, shape)) + ")"
        raise ValueError(f"cannot reshape array of size {size} into shape {text}")
    return tuple(size // known if length < 0 else length for length in shape)


@implements(np.reshape)
def reshape(a: Array, /, shape: Any, order: str | None = "C", *, copy: bool | None = None) -> Tensor:
    """NumPy's `reshape`: a view where that is possible."""
    wanted = shape if type(shape) is tuple else as_shape(shape)
    check_ndim(len(wanted))
    if type(a) is Tensor and order == "C" and copy is None:
        try:
            return aten.reshape(a, wanted)
        except ValueError:
            pass  # below it is said in NumPy's words
    a = as_tensor(a)
    if isinstance(copy, str):
        raise ValueError("strings are not allowed for 'copy' keyword. Use True/False/None instead.")
    if order != "C":
        order = as_order("reshape", a, order)
    if copy:
        a = a.copy(order="F" if order == "F" else "C")
    lengths = complete_shape(wanted, a.size)
    if order == "F":
        result = reverse_axes(aten.reshape(reverse_axes(a), lengths[::-1]))
    else:
        result = aten.reshape(a, lengths)
    if copy is False and a.size > 0 and not _can_view(a, lengths, order):
        raise ValueError("Unable to avoid creating a copy while reshaping.")
    return result


def _can_view(a: Tensor, lengths: tuple[int, ...], order: str | None) -> bool:
    """Whether NumPy could reshape without a copy; it alone knows its rule."""
    base = np.lib.stride_tricks.as_strided(np.empty(1, np.uint8), a.shape, a.strides)
    try:
        np.reshape(base, lengths, order="F" if order == "F" else "C", copy=False)
    except ValueError:
        return False
    return True


@implements(np.ravel)
def ravel(a: Array, order: str | None = "C") -> Tensor:
    """NumPy's `ravel`: a view of what lies in order, else a copy."""
    x = as_tensor(a)
    letter = as_order("ravel", x, order, "CFAK")
    if letter == "F":
        x = reverse_axes(x)
    elif letter == "K":
        x = aten.permute(x, reading_axes(x))
    return aten.reshape(x if is_contiguous(x) else x.copy(), (-1,) if x.size else (0,))


@implements(np.transpose)
def transpose(a: Array, axes: Axis = None) -> Tensor:
    """NumPy's `transpose`, a view."""
    if axes is None and type(a) is Tensor:
        return a.T
    x = as_tensor(a)
    if axes is None:
        return aten.permute(x, tuple(range(x.ndim))[::-1])
    order = as_shape(axes)
    if len(order) != x.ndim:
        raise ValueError("axes don't match array")
    order = tuple(axis_of(axis, x.ndim) for axis in order)
    if len(set(order)) != len(order):
        raise ValueError("repeated axis in transpose")
    return aten.permute(x, order)


@implements(np.matrix_transpose, np.linalg.matrix_transpose)
def matrix_transpose(x: Array, /) -> Tensor:
    """NumPy's `matrix_transpose`, a view with the last two axes swapped."""
    x = as_tensor(x)
    if x.ndim < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {x.ndim}")
    return aten.transpose_int(x, -2, -1)


@implements(np.swapaxes)
def swapaxes(a: Array, axis1: int, axis2: int) -> Tensor:
    """NumPy's `swapaxes`, a view."""
    x = as_tensor(a)
    first, second = axis_of(axis1, x.ndim), axis_of(axis2, x.ndim)
    return aten.transpose_int(x, first, second) if x.ndim else x


@implements(np.moveaxis)
def moveaxis(a: Array, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """NumPy's `moveaxis`, a view."""
    x = as_tensor(a)
    sources = normalize_axis_tuple(source, x.ndim, "source")
    destinations = normalize_axis_tuple(destination, x.ndim, "destination")
    if len(sources) != len(destinations):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    order = [axis for axis in range(x.ndim) if axis not in sources]
    for position, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(position, axis)
    return aten.permute(x, order)


@implements(np.rollaxis)
def rollaxis(a: Array, axis: int, start: int = 0) -> Tensor:
    """NumPy's `rollaxis`, a view."""
    x = as_tensor(a)
    axis = axis_of(axis, x.ndim)
    start = operator.index(start)
    if start < 0:
        start += x.ndim
    if not 0 <= start <= x.ndim:
        raise np.exceptions.AxisError(
            f"'start' arg requires {-x.ndim} <= start < {x.ndim + 1}, but {start} was passed in"
        )
    order = [other for other in range(x.ndim) if other != axis]
    order.insert(start - 1 if axis < start else start, axis)
    return aten.permute(x, order)


@implements(np.squeeze)
def squeeze(a: Array, axis: Axis = None) -> Tensor:
    """NumPy's `squeeze`, a view."""
    x = as_tensor(a)
    if axis is None:
        axes = tuple(i for i, length in enumerate(x.shape) if length == 1)
        return aten.squeeze_dims(x, axes) if axes else x
    axes = reduced_axes(axis, x.ndim)
    if any(x.shape[i] != 1 for i in axes):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return aten.squeeze_dims(x, axes) if axes else x


@implements(np.expand_dims)
def expand_dims(a: Array, axis: int | tuple[int, ...]) -> Tensor:
    """NumPy's `expand_dims`, a view."""
    x = as_tensor(a)
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    check_ndim(x.ndim + len(axes))
    for new_axis in sorted(normalize_axis_tuple(axes, x.ndim + len(axes), "axis")):
        x = aten.unsqueeze(x, new_axis)
    return x


def _each(function: Any, arrays: tuple[Array, ...], change: Any) -> Tensor | tuple[Tensor, ...]:
    dev = dev_of(*arrays)
    arranged = [as_arranged(x, dev) for x in arrays]
    changed = tuple(change(x) if isinstance(x, Tensor) else function(x) for x in arranged)
    return changed[0] if len(changed) == 1 else changed


@implements(np.atleast_1d)
def atleast_1d(*arys: Array) -> Tensor | tuple[Tensor, ...]:
    """NumPy's `atleast_1d`."""
    return _each(np.atleast_1d, arys, lambda x: x if x.ndim >= 1 else aten.reshape(x, (1,)))


def _two_dimensional(x: Tensor) -> Tensor:
    if x.ndim >= 2:
        return x
    return aten.reshape(x, (1, 1)) if x.ndim == 0 else aten.unsqueeze(x, 0)


def _three_dimensional(x: Tensor) -> Tensor:
    if x.ndim >= 3:
        return x
    return aten.unsqueeze(_two_dimensional(x), 2)


@implements(np.atleast_2d)
def atleast_2d(*arys: Array) -> Tensor | tuple[Tensor, ...]:
    """NumPy's `atleast_2d`."""
    return _each(np.atleast_2d, arys, _two_dimensional)


@implements(np.atleast_3d)
def atleast_3d(*arys: Array) -> Tensor | tuple[Tensor, ...]:
    """NumPy's `atleast_3d`."""
    return _each(np.atleast_3d, arys, _three_dimensional)


@implements(np.broadcast_to)
def broadcast_to(array: Array, shape: Any, subok: bool = False) -> Tensor:  # noqa: ARG001
    """NumPy's `broadcast_to`, a read-only view."""
    x = as_tensor(array)
    lengths = as_shape(shape)
    check_ndim(len(lengths))
    if any(length < 0 for length in lengths):
        raise ValueError("all elements of broadcast shape must be non-negative")
    try:
        return as_read_only(aten.expand(x, lengths))
    except ValueError:
        raise ValueError(
            f"operands could not be broadcast together with remapped shapes [original->remapped]: "
            f"{x.shape} and requested shape {lengths}"
        ) from None


@implements(np.broadcast_arrays)
def broadcast_arrays(*args: Array, subok: bool = False) -> tuple[Tensor, ...]:  # noqa: ARG001
    """NumPy's `broadcast_arrays`; what had to be broadcast is read-only. Arrays of objects or texts stay NumPy's."""
    dev = dev_of(*args)
    arrays = [as_arranged(x, dev) for x in args]
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    return tuple(x if x.shape == shape else xp.broadcast_to(x, shape) for x in arrays)


def _triangle(triangle: Any, m: Array, k: int) -> Tensor:
    x = as_tensor(m)
    if x.ndim == 0:
        raise TypeError("tril and triu: an array with at least one axis is needed")
    if x.ndim == 1:
        x = aten.expand(x, (x.shape[0], x.shape[0]))
    result = moved(lambda y: triangle(y, operator.index(k)), x)
    # What NumPy lays beside a mask of two axes in C order.
    return ordered_like(result, x) if x.strides[-2] >= x.strides[-1] else in_c_order(result)


@implements(np.tril)
def tril(m: Array, k: int = 0) -> Tensor:
    """NumPy's `tril`."""
    return _triangle(aten.tril, m, k)


@implements(np.triu)
def triu(m: Array, k: int = 0) -> Tensor:
    """NumPy's `triu`."""
    return _triangle(aten.triu, m, k)


@implements(np.resize)
def resize(a: Array, new_shape: Any) -> Tensor:
    """NumPy's `resize`: `a` repeated until the shape is full."""
    flat = ravel(as_tensor(a, dev_of(a)))
    lengths = as_shape(new_shape)
    if any(length < 0 for length in lengths):
        raise ValueError("all elements of `new_shape` must be non-negative")
    size = math.prod(lengths)
    if flat.size == 0:
        if size == 0:
            return aten.reshape(flat.copy(), lengths)
        return aten.expand(aten.zeros((1,), dtype=flat.dtype, device=flat.dev), (size,)).copy().reshape(lengths)
    repeated = moved(lambda x: aten.repeat(x, (-(-size // flat.size),)), flat)
    return aten.reshape(aten.slice_Tensor(repeated, 0, 0, size), lengths)


def adjoint(x: Tensor) -> Tensor:
    """Conjugate transpose of a stack of matrices."""
    return aten._conj_physical(x.mT) if x.dtype.kind == "c" else x.mT
