"""New arrays: like another one (``*_like``, ``like=``), ranges, grids and diagonals."""

from __future__ import annotations

import operator
from typing import Any, Literal

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, as_array, as_read_only, kernel, tensor
from numtorch.functions.arguments import Array, Dtype, as_dtype, as_shape, as_tensor, cast, dev_of, xp
from numtorch.functions.layout import is_contiguous, is_fortran, memory_axes
from numtorch.functions.registry import implements, implements_like
from numtorch.functions.shape import ravel

__all__ = [
    "arange",
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "asfortranarray",
    "copy",
    "diag",
    "diagflat",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "identity",
    "meshgrid",
    "ones",
    "ones_like",
    "tri",
    "vander",
    "zeros",
    "zeros_like",
]

_cumprod = kernel("cumprod")
_diag_embed = kernel("diag_embed")
_diagonal = kernel("diagonal")
_empty = kernel("empty.memory_format")
_expand = kernel("expand")
_full = kernel("full")
_ones_like = kernel("ones_like")
_permute = kernel("permute")


def device_of(device: Any, default: int) -> int:
    """The device that NumPy's ``device=`` asks for: None is the default, "cpu" the host, an int a `dev`."""
    if device is None:
        return default
    if device == "cpu":
        return -1
    if isinstance(device, int):
        return device
    raise ValueError(f'device: "cpu" or a device number is needed, not {device!r}')


def _ordered(make: Any, shape: tuple[int, ...], order: str | None, like: Tensor | None = None) -> Tensor:
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
        made = _permute(made, tuple(axes.index(axis) for axis in range(len(shape))))
    return as_array(made)


def _filled(shape: Any, value: Any, dtype: np.dtype[Any], dev: int, order: str | None, like: Tensor | None) -> Tensor:
    lengths = as_shape(shape)
    if any(length < 0 for length in lengths):
        raise ValueError("negative dimensions are not allowed")
    if isinstance(value, Tensor) or not isinstance(value, (bool, int, float, complex)):
        source = cast(as_tensor(value, dev), dtype)
        if np.broadcast_shapes(source.shape, lengths) != lengths:
            raise ValueError(f"could not broadcast input array from shape {source.shape} into shape {lengths}")
        return as_array(_expand(source, lengths).copy(order="F" if order == "F" else "C"))
    number = tensor(value, dtype=dtype).item()  # raises where NumPy does
    if dtype.kind == "u" and number >= 2**63:
        return as_array(_expand(tensor(value, dtype=dtype, dev=dev), lengths).copy())
    return _ordered(lambda s: _full(s, number, dtype=dtype, device=dev), lengths, order, like)


def _filled_like(a: Array, value: Any, dtype: Dtype, order: str | None, shape: Any, device: Any) -> Tensor:
    x = as_tensor(a, dev_of(value))
    wanted = as_dtype(dtype) or x.dtype
    return _filled(x.shape if shape is None else shape, value, wanted, device_of(device, x.dev), order, x)


@implements(np.zeros_like)
def zeros_like(
    a: Array,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,  # noqa: ARG001
    shape: Any = None,
    *,
    device: Any = None,
) -> Tensor:
    """NumPy's `zeros_like`, on the device of `a`."""
    if type(a) is Tensor and dtype is None and order == "K" and shape is None and device is None:
        return _core.zeros_like(a)
    return _filled_like(a, 0, dtype, order, shape, device)


@implements(np.ones_like)
def ones_like(
    a: Array,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,  # noqa: ARG001
    shape: Any = None,
    *,
    device: Any = None,
) -> Tensor:
    """NumPy's `ones_like`, on the device of `a`."""
    if type(a) is Tensor and dtype is None and order == "K" and shape is None and device is None:
        return as_array(_ones_like(a))
    return _filled_like(a, 1, dtype, order, shape, device)


@implements(np.full_like)
def full_like(
    a: Array,
    fill_value: Any,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,  # noqa: ARG001
    shape: Any = None,
    *,
    device: Any = None,
) -> Tensor:
    """NumPy's `full_like`, on the device of `a`; `fill_value` is cast as an assignment casts."""
    if isinstance(fill_value, float) and not isinstance(a, Tensor):
        a = as_tensor(a, dev_of(fill_value))
    wanted = as_dtype(dtype) or a.dtype
    if isinstance(fill_value, (float, complex)) and wanted.kind in "biu":
        fill_value = np.full((), fill_value, wanted).item()
    return _filled_like(a, fill_value, dtype, order, shape, device)


@implements(np.empty_like)
def empty_like(
    prototype: Array,
    /,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,  # noqa: ARG001
    shape: Any = None,
    *,
    device: Any = None,
) -> Tensor:
    """NumPy's `empty_like`, on the device of `prototype`."""
    x = as_tensor(prototype)
    wanted, dev = as_dtype(dtype) or x.dtype, device_of(device, x.dev)
    lengths = x.shape if shape is None else as_shape(shape)
    return _ordered(lambda s: _empty(s, dtype=wanted, device=dev), lengths, order, x)


@implements_like(np.zeros)
def zeros(shape: Any, dtype: Dtype = None, order: str | None = "C", *, device: Any = None, like: Tensor) -> Tensor:
    """NumPy's `zeros`, on the device of `like`."""
    return _filled(shape, 0, np.dtype(dtype), device_of(device, like.dev), order, None)


@implements_like(np.ones)
def ones(shape: Any, dtype: Dtype = None, order: str | None = "C", *, device: Any = None, like: Tensor) -> Tensor:
    """NumPy's `ones`, on the device of `like`."""
    return _filled(shape, 1, np.dtype(dtype), device_of(device, like.dev), order, None)


@implements_like(np.full)
def full(
    shape: Any, fill_value: Any, dtype: Dtype = None, order: str | None = "C", *, device: Any = None, like: Tensor
) -> Tensor:
    """NumPy's `full`, on the device of `like`."""
    dev = device_of(device, like.dev)
    if dtype is None and not isinstance(fill_value, (bool, int, float, complex)):
        fill_value = as_tensor(fill_value, dev)
        dtype = fill_value.dtype
    wanted = np.dtype(dtype) if dtype is not None else np.asarray(fill_value).dtype
    return _filled(shape, fill_value, wanted, dev, order, None)


@implements_like(np.empty)
def empty(shape: Any, dtype: Dtype = None, order: str | None = "C", *, device: Any = None, like: Tensor) -> Tensor:
    """NumPy's `empty`, on the device of `like`."""
    dev = device_of(device, like.dev)
    return _ordered(lambda s: _empty(s, dtype=np.dtype(dtype), device=dev), as_shape(shape), order)


@implements_like(np.arange)
def arange(
    start_or_stop: Any, /, stop: Any = None, step: Any = 1, *, dtype: Dtype = None, device: Any = None, like: Tensor
) -> Tensor:
    """NumPy's `arange`, on the device of `like`."""
    bounds = (start_or_stop,) if stop is None else (start_or_stop, stop)
    made = np.arange(*bounds, step=step, dtype=dtype) if len(bounds) == 1 else np.arange(*bounds, step, dtype=dtype)
    return tensor(made, dev=device_of(device, like.dev))


@implements_like(np.eye)
def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: Dtype = float,
    order: Any = "C",
    *,
    device: Any = None,
    like: Tensor,
) -> Tensor:
    """NumPy's `eye`, on the device of `like`."""
    return tensor(np.eye(N, M, k, dtype, order), dev=device_of(device, like.dev))


@implements_like(np.identity)
def identity(n: int, dtype: Dtype = None, *, like: Tensor) -> Tensor:
    """NumPy's `identity`, on the device of `like`."""
    return tensor(np.identity(n, dtype), dev=like.dev)


@implements_like(np.tri)
def tri(N: int, M: int | None = None, k: int = 0, dtype: Dtype = float, *, like: Tensor) -> Tensor:
    """NumPy's `tri`, on the device of `like`."""
    return tensor(np.tri(N, M, k, dtype), dev=like.dev)


@implements_like(np.array)
def array(
    object: Array,
    dtype: Dtype = None,
    *,
    copy: bool | None = True,
    order: str | None = "K",
    subok: bool = False,  # noqa: ARG001
    ndmin: int = 0,
    ndmax: int = 0,
    like: Tensor,
) -> Tensor:
    """NumPy's `array`, on the device of `like`."""
    if ndmax:
        raise TypeError("array: ndmax is not supported on Tensors")
    x = _converted(object, dtype, order, device_of(None, like.dev), copy)
    return x if x.ndim >= ndmin else x.reshape((1,) * (ndmin - x.ndim) + x.shape)


def _converted(object: Array, dtype: Dtype, order: str | None, dev: int, copy: bool | None) -> Tensor:
    wanted = as_dtype(dtype)
    result = tensor(object, dev=dev, dtype=wanted, copy=bool(copy))
    if copy is False and result is not object and not _shares(result, object, wanted):
        raise ValueError("Unable to avoid copy while creating an array as requested.")
    letter = "K" if order is None else order.upper()
    lies = {"C": is_contiguous(result), "F": is_fortran(result)}.get(letter, True)
    return result if lies else result.copy(order="F" if letter == "F" else "C")


def _shares(result: Tensor, object: Array, dtype: np.dtype[Any] | None) -> bool:
    """Whether a conversion that need not copy did not: an ndarray on the host with that dtype."""
    return isinstance(object, np.ndarray) and result.dev == -1 and dtype in (None, object.dtype)


@implements_like(np.asarray)
def asarray(
    a: Array,
    dtype: Dtype = None,
    order: str | None = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    like: Tensor,
) -> Tensor:
    """NumPy's `asarray`, on the device of `like`."""
    dev = device_of(device, a.dev if isinstance(a, Tensor) else like.dev)
    return _converted(a, dtype, order, dev, copy)


@implements_like(np.asanyarray)
def asanyarray(
    a: Array,
    dtype: Dtype = None,
    order: str | None = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    like: Tensor,
) -> Tensor:
    """NumPy's `asanyarray`, on the device of `like`."""
    return asarray(a, dtype, order, device=device, copy=copy, like=like)


@implements_like(np.ascontiguousarray)
def ascontiguousarray(a: Array, dtype: Dtype = None, *, like: Tensor) -> Tensor:
    """NumPy's `ascontiguousarray`, on the device of `like`."""
    x = asarray(a, dtype, "C", like=like)
    return x if x.ndim else x.reshape(1)


@implements_like(np.asfortranarray)
def asfortranarray(a: Array, dtype: Dtype = None, *, like: Tensor) -> Tensor:
    """NumPy's `asfortranarray`, on the device of `like`."""
    x = asarray(a, dtype, "F", like=like)
    return x if x.ndim else x.reshape(1)


@implements(np.copy)
def copy(a: Array, order: Literal["C", "F", "A", "K"] | None = "K", subok: bool = False) -> Tensor:  # noqa: ARG001
    """NumPy's `copy`."""
    return as_array(as_tensor(a).copy(order=order))


@implements(np.meshgrid)
def meshgrid(*xi: Array, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Tensor, ...]:
    """NumPy's `meshgrid`."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    dev, ndim = dev_of(xi), len(xi)
    places = list(range(ndim))
    if indexing == "xy" and ndim > 1:
        places[:2] = [1, 0]
    grids = [
        as_tensor(x, dev).reshape(tuple(-1 if axis == place else 1 for axis in range(ndim)))
        for x, place in zip(xi, places, strict=True)
    ]
    if not sparse:
        shape = np.broadcast_shapes(*(grid.shape for grid in grids)) if grids else ()
        grids = [_expand(grid, shape) for grid in grids]
    return tuple(grid.copy() for grid in grids) if copy else tuple(grids)


@implements(np.diag)
def diag(v: Array, k: int = 0) -> Tensor:
    """NumPy's `diag`: a matrix from a diagonal, or the diagonal of a matrix, a read-only view."""
    x = as_tensor(v)
    offset = operator.index(k)
    if x.ndim == 1:
        return _diag_embed(x, offset)
    if x.ndim == 2:
        return as_read_only(_diagonal(x, offset))
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
    ones_first = _full((base.shape[0], min(count, 1)), 1, dtype=dtype, device=base.dev)
    if count > 1:
        powers = _cumprod(_expand(cast(base, dtype).reshape(-1, 1), (base.shape[0], count - 1)), 1)
        ones_first = xp.concatenate([ones_first, powers], 1)
    return ones_first if increasing else xp.flip(ones_first, 1).copy()
