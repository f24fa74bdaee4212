"""`array`, `asarray` and their kin: Tensors from what is there."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import (
    Array,
    Dtype,
    as_dtype,
    find_dev,
    xp,
)
from numtorch.functions.calls.devices import device_of, new_dev
from numtorch.functions.calls.layout import is_contiguous, is_fortran

__all__ = [
    "REQUIREMENTS",
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "asfortranarray",
    "require",
]


def array(
    object: Array,
    dtype: Dtype = None,
    *,
    copy: bool | None = True,
    order: str | None = "K",
    subok: bool = False,
    ndmin: int = 0,
    ndmax: int = 0,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `array`; Tensors in `object` stay on their device unless the call says where."""
    x = _converted(object, dtype, order, device, dev, like, copy, ndmin, subok)
    if not isinstance(x, Tensor):
        return x
    if ndmax and ndmin > ndmax:
        raise ValueError(f"ndmin must be <= ndmax ({ndmax})")
    if ndmax and x.ndim > ndmax:
        raise TypeError(f"array: {x.ndim} axes are more than ndmax={ndmax}, and libtorch has no arrays of objects")
    return x if x.ndim >= ndmin else x.reshape((1,) * (ndmin - x.ndim) + x.shape)


def _converted(
    object: Array,
    dtype: Dtype,
    order: str | None,
    device: Any,
    dev: int | None,
    like: Tensor | None,
    copy: Any,
    ndmin: int = 0,
    subok: bool = False,
) -> Any:
    """`object` as a Tensor, or as NumPy's array if no Tensor can hold it and the call does not say where it goes."""
    if isinstance(copy, np._CopyMode):
        copy = {np._CopyMode.ALWAYS: True, np._CopyMode.NEVER: False}.get(copy)
    try:
        plain = dtype is None and device is None and dev is None and like is None and order == "K"
        if plain and copy is not False and type(object) is list:
            return tensor(object)
        made = _as_tensor(object, dtype, order, device, dev, like, copy)
        cls = type(object) if subok and isinstance(object, Tensor) else Tensor
        return made if type(made) is cls else _core.view_as(made, cls)
    except (TypeError, OverflowError):
        if dtype is not None and np.dtype(dtype) not in _core.dtypes:
            object = _on_host(object)
        on_device = any(given is not None for given in (device, dev, like)) or find_dev([object]) is not None
        if on_device or isinstance(object, np.ma.MaskedArray):
            raise
        made = xp.array(object, dtype, copy=copy, order="K" if order is None else order, ndmin=ndmin)
        if made.dtype in _core.dtypes:
            raise
        return made


def _on_host(object: Any) -> Any:
    """`object` with ndarrays for the Tensors in its lists; those on a GPU raise."""
    if isinstance(object, (list, tuple)):
        return type(object)(map(_on_host, object))
    return np.asarray(object) if isinstance(object, Tensor) else object


def _as_tensor(
    object: Array,
    dtype: Dtype,
    order: str | None,
    device: Any,
    dev: int | None,
    like: Tensor | None,
    copy: bool | None,
) -> Tensor:
    own = find_dev([object])
    target_dev = new_dev(device, dev, like) if own is None else device_of(device, own)
    if own is not None and dev is not None:
        target_dev = new_dev(device, dev)
    wanted = as_dtype(dtype)
    letter = "K" if order is None else str(order).upper()
    if letter not in ("C", "F", "A", "K"):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")
    is_value = isinstance(object, Tensor) and object.is_value  # NumPy makes an array of a scalar
    result = tensor(object, dev=target_dev, dtype=wanted, copy=bool(copy) or is_value)
    if copy is False and result is not object and not _shares(result, object, wanted):
        raise ValueError("Unable to avoid copy while creating an array as requested.")
    if letter in "AK" or (is_fortran if letter == "F" else is_contiguous)(result):
        return result
    if copy is False:
        raise ValueError("Unable to avoid copy while creating an array as requested.")
    return result.copy(order="F" if letter == "F" else "C")


def _shares(result: Tensor, object: Array, dtype: np.dtype[Any] | None) -> bool:
    """Whether a conversion that need not copy did not: an ndarray on the host with that dtype."""
    if isinstance(object, (memoryview, bytearray)):
        return result.dev == -1 and dtype in (None, result.dtype)
    return isinstance(object, np.ndarray) and result.dev == -1 and dtype in (None, object.dtype)


def asarray(
    a: Array,
    dtype: Dtype = None,
    order: str | None = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `asarray`; a Tensor stays on its device unless the call says where."""
    made: Tensor = _converted(a, dtype, order, device, dev, like, copy)
    return made


def asanyarray(
    a: Array,
    dtype: Dtype = None,
    order: str | None = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `asanyarray`: of the class of `a`, where that is one of Tensor's subclasses."""
    made: Tensor = _converted(a, dtype, order, device, dev, like, copy, subok=True)
    return made


def ascontiguousarray(
    a: Array, dtype: Dtype = None, *, device: Any = None, dev: int | None = None, like: Tensor | None = None
) -> Tensor:
    """NumPy's `ascontiguousarray`, with one axis at least."""
    x: Tensor = _converted(a, dtype, "C", device, dev, like, None)
    return x if x.ndim else x.reshape(1)


def asfortranarray(
    a: Array, dtype: Dtype = None, *, device: Any = None, dev: int | None = None, like: Tensor | None = None
) -> Tensor:
    """NumPy's `asfortranarray`, with one axis at least."""
    x: Tensor = _converted(a, dtype, "F", device, dev, like, None)
    return x if x.ndim else x.reshape(1)


REQUIREMENTS = {
    **dict.fromkeys(("C", "C_CONTIGUOUS", "CONTIGUOUS"), "C"),
    **dict.fromkeys(("F", "F_CONTIGUOUS", "FORTRAN"), "F"),
    **dict.fromkeys(("A", "ALIGNED"), "A"),
    **dict.fromkeys(("W", "WRITEABLE"), "W"),
    **dict.fromkeys(("O", "OWNDATA"), "O"),
    **dict.fromkeys(("E", "ENSUREARRAY"), "E"),
}


def require(
    a: Array,
    dtype: Dtype = None,
    requirements: Any = None,
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `require`. Memory of its own ('O') and memory to write to ('W') mean a copy, unless the array is new."""
    wanted = {REQUIREMENTS[name.upper()] for name in requirements or ()}
    if {"C", "F"} <= wanted:
        raise ValueError("Cannot specify both 'C' and 'F' order")
    order = next((letter for letter in "CF" if letter in wanted), "A")
    x: Tensor = _converted(a, dtype, order, device, dev, like, None)
    if not wanted & {"O", "W"} or not (x is a or isinstance(a, np.ndarray)):
        return x
    return x.copy(order="F" if order == "F" else "K" if order == "A" else "C")
