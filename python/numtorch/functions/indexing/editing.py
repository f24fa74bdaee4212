"""Arrays with elements added, taken out and trimmed off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, Axis, as_tensor, as_tensors, axis_of, cast, dev_of, find_dev, xp
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.layout import turned_too
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes import INT64
from numtorch.functions.dtypes.bits import moved
from numtorch.functions.indexing.indexing import flatnonzero
from numtorch.functions.manipulation.joining import concatenate
from numtorch.functions.manipulation.shape import broadcast_to, moveaxis, ravel

__all__ = ["append", "delete", "insert", "trim_zeros"]


@implements(np.append)
def append(arr: Array, values: Array, axis: int | None = None) -> Tensor:
    """NumPy's `append`."""
    first, second = as_tensors(arr, values)
    if axis is None:
        return concatenate([ravel(first), ravel(second)], 0)
    return concatenate([first, second], axis)


def _along(x: Tensor, axis: int | None) -> tuple[Tensor, int]:
    """`x` and the axis to edit; a flat `x` without one."""
    if axis is None:
        return ravel(x), 0
    return x, axis_of(axis, x.ndim)


def _picked(x: Tensor, axis: int, indices: Tensor) -> Tensor:
    return moved(lambda y: aten.index_select(y, axis, indices), x)


def _cut(x: Tensor, axis: int, position: int) -> tuple[Tensor, Tensor]:
    """The elements before `position` along the axis, and the rest."""
    position = position + x.shape[axis] if position < 0 else position
    return aten.slice_Tensor(x, axis, 0, position), aten.slice_Tensor(x, axis, position, x.shape[axis])


def _check_bounds(index: Tensor, lowest: int, highest: int, axis: int, length: int) -> None:
    """Raises IndexError for an index on the device that is out of bounds."""
    wrong = (index < lowest) | (index > highest)
    if happens(wrong):
        raise IndexError(f"index {int(index[wrong][0])} is out of bounds for axis {axis} with size {length}")


def _kept(obj: Any, length: int, axis: int, dev: int) -> Tensor:
    """The indices that `delete` leaves. A Tensor in `obj` waits for the device, to learn how many there are."""
    if find_dev([obj]) is None:
        return tensor(np.delete(np.arange(length), obj), dev=dev)  # NumPy knows which, from the length alone
    index = as_tensor(obj, dev)
    if index.dtype.kind == "b":
        if index.shape != (length,):
            raise ValueError(
                f"boolean array argument obj to delete must be one dimensional and match the axis length of {length}"
            )
        return flatnonzero(~index)
    if index.dtype.kind not in "iu":
        raise IndexError("arrays used as indices must be of integer (or boolean) type")
    index = cast(index, INT64)
    _check_bounds(index, -length, length - 1, axis, length)
    keep = xp.ones_like(index, dtype=bool, shape=(length,))
    keep[index] = False
    return flatnonzero(keep)


@implements(np.delete)
def delete(arr: Array, obj: Any, axis: int | None = None) -> Tensor:
    """NumPy's `delete`."""
    x, axis = _along(as_tensor(arr, dev_of(arr, obj)), axis)
    if type(obj) is int and -x.shape[axis] <= obj < x.shape[axis]:
        before, after = _cut(x, axis, obj)
        return turned_too(concatenate([before, _cut(after, axis, 1)[1]], axis), x)
    left = _picked(x, axis, _kept(obj, x.shape[axis], axis, x.dev))
    return turned_too(left, x) if isinstance(obj, slice) else left


def _host_order(obj: Any, length: int, count: int, dev: int) -> Tensor:
    """Where each element of `insert`'s result comes from: the array, or after it the values."""
    return tensor(np.insert(np.arange(length), obj, length + np.arange(count)), dev=dev)


def _device_order(index: Tensor, length: int, count: int) -> Tensor:
    """The same for an index on the device: values come before the element at their index, in their order."""
    index = broadcast_to(xp.where(index < 0, index + length, index).reshape(-1), (count,))
    old = 2 * aten.arange(length, dtype=INT64, device=index.dev) + 1
    order = xp.argsort(concatenate([old, 2 * index], 0), kind="stable")
    return cast(order, INT64)


def _as_index(obj: Any, length: int, dev: int) -> Any:
    """`insert`'s indices: an ndarray, or a Tensor if there is one in `obj`."""
    if isinstance(obj, slice):
        return np.arange(*obj.indices(length))
    index = np.asarray(obj) if find_dev([obj]) is None else as_tensor(obj, dev)
    if index.dtype.kind == "b":
        if index.ndim != 1:
            raise ValueError("boolean array argument obj to insert must be one dimensional")
        return xp.flatnonzero(index)
    if index.ndim > 1:
        raise ValueError("index array argument obj to insert must be one dimensional or scalar")
    if index.size == 0 and not isinstance(obj, (np.ndarray, Tensor)):
        index = index.astype(np.int64)
    if index.dtype.kind not in "iu":
        raise (TypeError if index.size == 1 else IndexError)("insert: the indices must be integers or booleans")
    return index.astype(np.int64)


@implements(np.insert)
def insert(arr: Array, obj: Any, values: Array, axis: int | None = None) -> Tensor:
    """NumPy's `insert`."""
    x, axis = _along(as_tensor(arr, dev_of(arr, obj, values)), axis)
    length = x.shape[axis]
    index = _as_index(obj, length, x.dev)
    added = cast(values, x.dtype) if isinstance(values, Tensor) else tensor(values, dev=x.dev, dtype=x.dtype)
    if index.size == 1:
        added = added.reshape((1,) * (x.ndim - added.ndim) + added.shape)
        if index.ndim == 0:
            added = moveaxis(added, 0, axis)
        count = added.shape[axis]
    else:
        count = index.size
    shape = (*x.shape[:axis], count, *x.shape[axis + 1 :])
    added = added.reshape(added.shape[-x.ndim :]) if set(added.shape[: -x.ndim]) == {1} else added
    try:
        added = broadcast_to(added, shape)
    except ValueError:
        raise ValueError(f"could not broadcast input array from shape {added.shape} into shape {shape}") from None
    if type(obj) is int and -length <= obj <= length:
        before, after = _cut(x, axis, obj)
        return turned_too(concatenate([before, added, after], axis), x)
    if isinstance(index, Tensor):
        _check_bounds(index, -length, length, axis, length)
        order = _device_order(index, length, count)
    else:
        order = _host_order(index, length, count, x.dev)
    return turned_too(_picked(concatenate([x, added], axis), axis, order), x)


def _box(x: Tensor) -> list[tuple[int, int]]:
    """Where the non-zero elements start and end, along each axis."""
    some = x != 0
    beyond = tensor(np.ones(1, np.bool_), dev=x.dev)  # found where there is no other
    bounds = []
    for axis in range(x.ndim):
        along = xp.any(some, axis=tuple(other for other in range(x.ndim) if other != axis))
        first = int(xp.argmax(xp.concatenate([along, beyond])))
        if first == x.shape[axis]:
            return [(length, 0) for length in x.shape]
        bounds.append((first, x.shape[axis] - int(xp.argmax(xp.flip(along)))))
    return bounds


@implements(np.trim_zeros)
def trim_zeros(filt: Array, trim: str = "fb", axis: Axis = None) -> Any:
    """NumPy's `trim_zeros`, a view, of a list a list. Waits for the device, to learn where the zeros end."""
    x = as_tensor(filt)
    letters = trim.lower()
    if letters not in ("fb", "bf", "f", "b"):
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    axes = tuple(range(x.ndim)) if axis is None else normalize_axis_tuple(axis, x.ndim, argname="axis")
    if not axes:
        return x
    index = [slice(None)] * x.ndim
    for axis_index, (start, stop) in enumerate(_box(x)):
        if axis_index in axes:
            index[axis_index] = slice(start if "f" in letters else None, stop if "b" in letters else None)
    return filt[index[0]] if isinstance(filt, (list, tuple)) and x.ndim == 1 else x[tuple(index)]
