"""New arrays of numbers, shapes and existing objects: NumPy's functions with a `dev` beside NumPy's ``device=``.

What `like.py` registers for ``like=`` calls them, and so does numtorch's own namespace. Each takes `dev`, a device
number, or `device`, "cpu" or "cuda:0"; without either the array goes where the Tensor `like` is, else where
`numtorch.device` says.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, as_array, tensor
from numtorch.functions.calls.arguments import (
    Dtype,
    as_shape,
    as_tensor,
    cast,
    check_ndim,
    find_dev,
    xp,
)
from numtorch.functions.calls.devices import device_of, new_dev
from numtorch.functions.calls.layout import is_contiguous, is_fortran, memory_axes, ordered_like
from numtorch.functions.creation.arange import arange

__all__ = [
    "arange",
    "device_of",
    "empty",
    "eye",
    "fromfunction",
    "full",
    "identity",
    "indices",
    "new_dev",
    "ones",
    "tri",
    "zeros",
]


LONGEST = np.iinfo(np.int64).max
NUMBERS = (bool, int, float, complex)


def ordered(
    make: Callable[[tuple[int, ...]], Tensor], shape: tuple[int, ...], order: str | None, like: Tensor | None = None
) -> Tensor:
    """`make(shape)` with the memory order that NumPy would give it."""
    letter = "C" if order is None else str(order).upper()
    if letter not in ("C", "F", "A", "K"):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")
    axes = tuple(range(len(shape)))
    if like is not None and letter in "AK" and not is_contiguous(like):
        if is_fortran(like) or letter == "A":
            letter = "F" if is_fortran(like) else "C"
        elif len(shape) == like.ndim:
            axes = memory_axes(like)
    if letter == "F":
        axes = axes[::-1]
    made = make(tuple(shape[axis] for axis in axes))
    if axes != tuple(range(len(shape))):
        made = aten.permute(made, tuple(axes.index(axis) for axis in range(len(shape))))
    return as_array(made)


def lengths_of(shape: Any) -> tuple[int, ...]:
    """`shape` as a tuple of lengths that can be; ValueError for others."""
    lengths = as_shape(shape)
    check_ndim(len(lengths))
    if any(length < 0 for length in lengths):
        raise ValueError("negative dimensions are not allowed")
    if any(length > LONGEST for length in lengths):
        raise ValueError("Maximum allowed dimension exceeded")
    return lengths


def _check_dtype(dtype: np.dtype[Any], lengths: tuple[int, ...] = ()) -> None:
    if math.prod(length for length in lengths if length) * dtype.itemsize > LONGEST:
        raise ValueError("array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.")
    if dtype not in _core.dtypes:
        raise TypeError(
            f"dtype {dtype!r} is not supported; a Tensor's dtype is one of {', '.join(map(str, _core.dtypes))}"
        )


def filled(
    shape: Any, value: Any, dtype: np.dtype[Any], dev: int, order: str | None, like: Tensor | None = None
) -> Tensor:
    """An array of that shape with `value`, broadcast if it is an array, everywhere."""
    lengths = lengths_of(shape)
    _check_dtype(dtype, lengths)
    if isinstance(value, Tensor) or not isinstance(value, NUMBERS):
        source = cast(as_tensor(value, dev).to(dev=dev), dtype)
        if np.broadcast_shapes(source.shape, lengths) != lengths:
            raise ValueError(f"could not broadcast input array from shape {source.shape} into shape {lengths}")
        wide = aten.expand(source, lengths)
        if like is not None and order in ("K", "A") and len(lengths) == like.ndim:
            return as_array(ordered_like(wide.copy(), like))
        return as_array(wide.copy(order="F" if order == "F" else "C"))
    number = np.array(value, dtype).item()  # raises where NumPy does
    if dtype.kind == "u" and number >= 2**63:
        return ordered(lambda s: aten.expand(tensor(number, dtype=dtype, dev=dev), s).copy(), lengths, order, like)
    return ordered(lambda s: aten.full(s, number, dtype=dtype, device=dev), lengths, order, like)


def unset(shape: Any, dtype: np.dtype[Any], dev: int, order: str | None, like: Tensor | None = None) -> Tensor:
    """An array of that shape with whatever is in memory."""
    lengths = lengths_of(shape)
    _check_dtype(dtype, lengths)
    return ordered(lambda s: aten.empty_memory_format(s, dtype=dtype, device=dev), lengths, order, like)


# ---- What no Tensor can hold ----


def _is_plain(dtype: Dtype, *devices: Any) -> bool:
    """Whether an array of that dtype is NumPy's own, of objects or texts, where no argument says where it goes."""
    return dtype is not None and all(device is None for device in devices) and np.dtype(dtype) not in _core.dtypes


# ---- Filled arrays ----


def zeros(
    shape: Any,
    dtype: Dtype = None,
    order: str | None = "C",
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `zeros`; of a dtype that no Tensor has, such as objects or texts, NumPy's array."""
    if _is_plain(dtype, device, dev, like):
        return xp.zeros(shape, dtype, order)
    return filled(shape, 0, np.dtype(dtype), new_dev(device, dev, like), order)


def ones(
    shape: Any,
    dtype: Dtype = None,
    order: str | None = "C",
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `ones`; of a dtype that no Tensor has, NumPy's array."""
    if _is_plain(dtype, device, dev, like):
        return xp.ones(shape, dtype, order)
    return filled(shape, 1, np.dtype(dtype), new_dev(device, dev, like), order)


def empty(
    shape: Any,
    dtype: Dtype = None,
    order: str | None = "C",
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `empty`; of a dtype that no Tensor has, NumPy's array."""
    if _is_plain(dtype, device, dev, like):
        return xp.empty(shape, dtype, order)
    return unset(shape, np.dtype(dtype), new_dev(device, dev, like), order)


def full(
    shape: Any,
    fill_value: Any,
    dtype: Dtype = None,
    order: str | None = "C",
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `full`; `fill_value` may be a Tensor, whose device the array then joins."""
    kind = np.asarray(fill_value).dtype if dtype is None and find_dev([fill_value]) is None else dtype
    if _is_plain(kind, device, dev, like):
        return xp.full(shape, fill_value, dtype, order)
    if device is None and dev is None:
        dev = find_dev([fill_value])
    dev = new_dev(device, dev, like)
    if dtype is None and not isinstance(fill_value, NUMBERS):
        fill_value = as_tensor(fill_value, dev)
        dtype = fill_value.dtype
    wanted = np.dtype(dtype) if dtype is not None else np.asarray(fill_value).dtype
    return filled(shape, as_filling(fill_value, wanted), wanted, dev, order)


def as_filling(value: Any, dtype: np.dtype[Any]) -> Any:
    """A Python float or complex as an assignment to `dtype` casts it; anything else as it is."""
    if isinstance(value, (float, complex)) and (dtype.kind in "biu" or (dtype.kind == "f" and type(value) is complex)):
        return np.full((), value, dtype).item()
    return value


def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: Dtype = float,
    order: Any = "C",
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `eye`."""
    height = operator.index(N)
    made = zeros((height, height if M is None else operator.index(M)), dtype, order, device=device, dev=dev, like=like)
    offset = operator.index(k)
    if -made.shape[0] < offset < made.shape[1]:
        aten.diagonal(made, offset)[...] = 1
    return made


def identity(
    n: int, dtype: Dtype = None, *, device: Any = None, dev: int | None = None, like: Tensor | None = None
) -> Tensor:
    """NumPy's `identity`."""
    return eye(n, dtype=dtype, device=device, dev=dev, like=like)


def tri(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: Dtype = float,
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `tri`."""
    dev = new_dev(device, dev, like)
    rows = arange(N, dev=dev)
    columns = arange(-k, (N if M is None else M) - k, dev=dev)
    return cast(xp.greater_equal.outer(rows, columns), np.dtype(dtype))


def fromfunction(
    function: Callable[..., Any],
    shape: Any,
    *,
    dtype: Dtype = float,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
    **kwargs: Any,
) -> Any:
    """NumPy's `fromfunction`: what `function` makes of the coordinates, Tensors."""
    return function(*indices(shape, dtype, dev=new_dev(device, dev, like)), **kwargs)


def indices(
    dimensions: Any, dtype: Dtype = int, sparse: bool = False, *, device: Any = None, dev: int | None = None
) -> Any:
    """NumPy's `indices`: the coordinates of a grid, stacked, or a tuple of open ones if `sparse`."""
    lengths, dev = tuple(map(operator.index, dimensions)), new_dev(device, dev)
    ndim = len(lengths)
    made = None if sparse else empty((ndim, *lengths), dtype, dev=dev)  # raises at once if it is too large
    grids = [
        arange(length, dtype=dtype, dev=dev).reshape((1,) * axis + (-1 if length else 0,) + (1,) * (ndim - axis - 1))
        for axis, length in enumerate(lengths)
    ]
    if made is None:
        return tuple(grids)
    for axis, grid in enumerate(grids):
        made[axis] = grid
    return made
