"""Picking elements by their indices, and writing to them."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, as_read_only, tensor
from numtorch.functions.calls.arguments import (
    Array,
    as_tensor,
    as_tensors,
    axis_of,
    cast,
    check_casting,
    dev_of,
    find_dev,
    xp,
)
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.layout import in_c_order, is_contiguous
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import implements
from numtorch.functions.manipulation.shape import broadcast_to, ravel
from numtorch.functions.ufuncs.folding import truth

__all__ = [
    "argwhere",
    "compress",
    "copyto",
    "diagonal",
    "extract",
    "fill_diagonal",
    "flatnonzero",
    "nonzero",
    "place",
    "put",
    "put_along_axis",
    "putmask",
    "take",
    "take_along_axis",
]

_LONG = 8192  # elements from which kernels run without the GIL


def _true_indices(x: Tensor) -> Tensor:
    """`nonzero` of a copy: the kernel counts, then writes as many, and no other thread may change them in between."""
    return aten.nonzero(x.copy() if x.size >= _LONG and x.dev == -1 else x)


def _as_indices(function: str, indices: Array, length: int, mode: str, dev: int) -> Tensor:
    """`indices` as whole numbers for `__getitem__`, which checks the range; wrapped or clipped if `mode` says so."""
    numbers = as_tensor(int(indices) if isinstance(indices, float) else indices, dev)
    if numbers.size == 0 and not isinstance(indices, (Tensor, np.ndarray)):
        numbers = cast(numbers, np.int64)
    check_casting(function, numbers.dtype, np.dtype(np.int64), "same_kind")
    numbers = cast(numbers, np.int64)
    if mode == "raise":
        return numbers
    if mode not in ("wrap", "clip"):
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got '{mode}')")
    if length == 0 and numbers.size:
        raise IndexError("cannot do a non-empty take from an empty axes.")
    return aten.remainder_Scalar(numbers, max(length, 1)) if mode == "wrap" else xp.clip(numbers, 0, max(length - 1, 0))


@implements(np.take)
def take(a: Array, indices: Array, axis: int | None = None, out: Any = None, mode: str = "raise") -> Tensor:
    """NumPy's `take`."""
    x = as_tensor(a, dev_of(a, indices, out))
    if axis is None:
        x, axis = ravel(x), 0
    elif x.ndim == 0:
        x = x.reshape(1)
    axis = axis_of(axis, x.ndim)
    numbers = _as_indices("take", indices, x.shape[axis], mode, x.dev)
    if numbers.size and x.shape[axis] == 0:
        raise IndexError("cannot do a non-empty take from an empty axes.")
    result = x[(*((slice(None),) * axis), numbers)]
    if numbers.ndim == 0 and result.ndim:
        result = result.copy()  # one index is an integer to `__getitem__`, which gives a view
    if out is None:
        return in_c_order(result)
    check_casting("take", out.dtype, x.dtype, "safe")  # from the output, as NumPy does here
    return into(result, out, "take", "unsafe")


def _along_axis(shape: tuple[int, ...], indices: Tensor, axis: int) -> tuple[Tensor, ...]:
    """The index that takes the `indices` along `axis`, one for each index along the other axes."""
    if indices.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    if indices.ndim != len(shape):
        raise ValueError("`indices` and `arr` must have the same number of dimensions")

    def grid(own: int) -> Tensor:
        lengths = tuple(-1 if other == own else 1 for other in range(len(shape)))
        return aten.arange(shape[own], dtype=np.int64, device=indices.dev).reshape(lengths)

    return tuple(indices if other == axis else grid(other) for other in range(len(shape)))


@implements(np.take_along_axis)
def take_along_axis(arr: Array, indices: Array, axis: int | None = -1) -> Tensor:
    """NumPy's `take_along_axis`."""
    x, numbers = as_tensors(arr, indices)
    if axis is None:
        if numbers.ndim != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        x, axis = ravel(x), 0
    axis = axis_of(axis, x.ndim)
    return x[_along_axis(x.shape, numbers, axis)]


@implements(np.put_along_axis)
def put_along_axis(arr: Any, indices: Array, values: Array, axis: int | None) -> None:
    """NumPy's `put_along_axis`, in place."""
    target = _target("put_along_axis", arr, indices, values)
    numbers = as_tensor(indices, target.dev)
    if axis is None:
        if numbers.ndim != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        _write_flat(target, (numbers,), values)
        return
    axis = axis_of(axis, target.ndim)
    target[_along_axis(target.shape, numbers, axis)] = values


def _target(function: str, arr: Any, *others: Any) -> Tensor:
    """The Tensor to write to; an ndarray is written to where it lies, with what is on the host and not tracked."""
    if isinstance(arr, Tensor):
        if arr.is_value:
            raise TypeError(f"{function}: an array to write to is needed, and a 0-d result stands for a NumPy scalar")
        return arr
    if not isinstance(arr, np.ndarray):
        raise TypeError(f"{function}: an array to write to is needed, not {type(arr).__name__}")
    tensors = [other for other in others if isinstance(other, Tensor)]
    if any(x.dev != -1 or x.tracked for x in tensors):
        raise TypeError(f"{function}: an ndarray takes no values of Tensors that are on a device or tracked")
    return tensor(arr, dev=-1, copy=False)


def _write_flat(target: Tensor, index: Any, values: Any) -> None:
    """``target.flat[index] = values``."""
    involved = target.tracked or any(isinstance(part, Tensor) and part.tracked for part in (values, index))
    if is_contiguous(target) and not involved:
        target.reshape(-1)[index] = values
    else:
        target[...] = _core.setitem(ravel(target), index, values).reshape(target.shape)


def _check_array(function: str, values: Array, target: Tensor) -> None:
    """Raises TypeError for an array that does not fit the dtype of `target`; numbers are cast, NumPy's too."""
    is_array = not values.is_value if isinstance(values, Tensor) else isinstance(values, np.ndarray)
    if is_array:
        check_casting(function, values.dtype, target.dtype, "safe")


def _assignable(values: Array, target: Tensor) -> Tensor:
    """`values` in the dtype of `target`: Python numbers must fit, arrays are cast."""
    is_array = isinstance(values, (np.ndarray, np.generic)) or find_dev([values]) is not None
    source = as_tensor(values if is_array else np.asarray(values, target.dtype), target.dev)
    return cast(source, target.dtype)


def _cycled(values: Tensor, positions: Tensor) -> Tensor:
    """`values` one after another, from the start again when they are used up, at `positions`."""
    flat = ravel(values)
    return flat[aten.remainder_Scalar(positions, flat.size)]


@implements(np.put)
def put(a: Any, ind: Array, v: Array, mode: str = "raise") -> None:
    """NumPy's `put`, in place."""
    target = _target("put", a, ind, v)
    numbers = ravel(_as_indices("put", ind, target.size, mode, target.dev))
    values = _assignable(v, target)
    if numbers.size == 0 or values.size == 0:
        return
    if values.size != 1:
        values = _cycled(values, aten.arange(numbers.size, dtype=np.int64, device=target.dev))
    _write_flat(target, (numbers,), values.reshape(-1))


@implements(np.putmask)
def putmask(a: Any, /, mask: Array, values: Array) -> None:
    """NumPy's `putmask`, in place."""
    target = _target("putmask", a, mask, values)
    where = truth(as_tensor(mask, target.dev))
    if where.size != target.size:
        raise ValueError("putmask: mask and data must be the same size")
    _check_array("putmask", values, target)
    source = _assignable(values, target)
    if source.size == 0:
        return
    if source.shape != target.shape:
        source = _cycled(source, aten.arange(target.size, dtype=np.int64, device=target.dev)).reshape(target.shape)
    target[...] = aten.where_self(where.reshape(target.shape), source, target)


@implements(np.place)
def place(arr: Any, mask: Array, vals: Array) -> None:
    """NumPy's `place`, in place."""
    target = _target("place", arr, mask, vals)
    _check_array("place", vals, target)
    where, source = truth(as_tensor(mask, target.dev)), _assignable(vals, target)
    if where.size != target.size:
        raise ValueError("place: mask and data must be the same size")
    if source.size == 0:
        if happens(where):
            raise ValueError("Cannot insert from an empty array!")
        return
    order = aten.cumsum(where.reshape(-1), 0) - 1  # of the masked elements, which take the values in turn
    chosen = _cycled(source, order).reshape(target.shape)
    target[...] = aten.where_self(where.reshape(target.shape), chosen, target)


@implements(np.copyto)
def copyto(dst: Any, src: Array, casting: str = "same_kind", where: Array = True) -> None:
    """NumPy's `copyto`, in place. An ndarray takes an untracked Tensor on the CPU."""
    if isinstance(dst, np.ndarray):
        source = np.asarray(src) if isinstance(src, Tensor) else src
        # A value stands for a scalar, which NumPy takes for what is true in it.
        mask = np.asarray(where)[()] if isinstance(where, Tensor) else where
        xp.copyto(dst, source, casting=casting, where=mask)
        return
    target = _target("copyto", dst)
    if type(src) in (bool, int, float, complex):
        xp.copyto(np.empty((), target.dtype), src, casting=casting)
        source = tensor(np.asarray(src, np.result_type(target.dtype, type(src))), dev=target.dev)
    else:
        source = as_tensor(src, target.dev)
        check_casting("copyto", source.dtype, target.dtype, casting)
    if where is True:
        target[...] = source
        return
    if isinstance(where, (Tensor, np.ndarray)) and not (isinstance(where, Tensor) and where.is_value):
        # Scalars and lists NumPy takes for what is true in them.
        check_casting("copyto", where.dtype, np.dtype(bool), "safe")
    mask = truth(as_tensor(where, target.dev))
    while source.ndim > target.ndim and source.shape[0] == 1:
        source = source[0, ...]
    target[...] = aten.where_self(
        broadcast_to(mask, target.shape), broadcast_to(cast(source, target.dtype), target.shape), target
    )


@implements(np.compress)
def compress(condition: Array, a: Array, axis: int | None = None, out: Any = None) -> Tensor:
    """NumPy's `compress`. Waits for the device, to learn how many elements there are."""
    mask, x = as_tensors(condition, a)
    if mask.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    return take(x, flatnonzero(mask), axis, out)


@implements(np.extract)
def extract(condition: Array, arr: Array) -> Tensor:
    """NumPy's `extract`. Waits for the device, to learn how many elements there are."""
    mask, x = as_tensors(condition, arr)
    return take(ravel(x), flatnonzero(mask))


@implements(np.nonzero)
def nonzero(a: Array) -> tuple[Tensor, ...]:
    """NumPy's `nonzero`. Waits for the device, to learn how many elements there are."""
    x = truth(as_tensor(a))
    if x.ndim == 0:
        raise ValueError(
            "Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead. "
            "If the context of this error is of the form `arr[nonzero(cond)]`, just use `arr[cond]`."
        )
    found = _true_indices(x)
    return tuple(aten.select_int(found, 1, axis) for axis in range(x.ndim))


@implements(np.flatnonzero)
def flatnonzero(a: Array) -> Tensor:
    """NumPy's `flatnonzero`. Waits for the device, to learn how many elements there are."""
    return nonzero(ravel(as_tensor(a)))[0]


@implements(np.argwhere)
def argwhere(a: Array) -> Tensor:
    """NumPy's `argwhere`. Waits for the device, to learn how many elements there are."""
    return _true_indices(truth(as_tensor(a)))


@implements(np.diagonal)
def diagonal(a: Array, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """NumPy's `diagonal`, a read-only view."""
    x = as_tensor(a)
    if x.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    first, second = axis_of(axis1, x.ndim), axis_of(axis2, x.ndim)
    if first == second:
        raise ValueError("axis1 and axis2 cannot be the same")
    return as_read_only(aten.diagonal(x, operator.index(offset), first, second))


@implements(np.fill_diagonal)
def fill_diagonal(a: Any, val: Array, wrap: bool = False) -> None:
    """NumPy's `fill_diagonal`, in place."""
    target = _target("fill_diagonal", a, val)
    if target.ndim < 2:
        raise ValueError("array must be at least 2-d")
    end: int | None = None
    if target.ndim == 2:
        step = target.shape[1] + 1
        if not wrap:
            end = target.shape[1] * target.shape[1]
    else:
        if len(set(target.shape)) != 1:
            raise ValueError("All dimensions of input must be of equal length")
        step = 1 + sum(math.prod(target.shape[:axis]) for axis in range(1, target.ndim))
    values = _assignable(val, target)
    count = len(range(0, target.size if end is None else min(end, target.size), step))
    if count == 0 or values.size == 0:
        return
    if values.ndim:
        values = _cycled(values, aten.arange(count, dtype=np.int64, device=target.dev))
    _write_flat(target, (slice(None, end, step),), values)
