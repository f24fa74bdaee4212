"""New arrays: the functions that take a `dev` here and have none in NumPy."""

from __future__ import annotations

from typing import Any

from numtorch import _core
from numtorch._core import Tensor
from numtorch.devices import device as default_device
from numtorch.functions.calls.arguments import Array, Dtype, xp
from numtorch.functions.calls.devices import asked_dev
from numtorch.functions.creation import conversion, prototypes, ranges

__all__ = [
    "asarray_chkfinite",
    "empty_like",
    "from_dlpack",
    "full_like",
    "geomspace",
    "linspace",
    "logspace",
    "ones_like",
    "zeros_like",
]


def zeros_like(
    a: Array,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
    dev: int | None = None,
) -> Tensor:
    """NumPy's `zeros_like`, on the device of `a` unless the call says where."""
    return prototypes.zeros_like(a, dtype, order, subok, shape, device=asked_dev(device, dev))


def ones_like(
    a: Array,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
    dev: int | None = None,
) -> Tensor:
    """NumPy's `ones_like`, on the device of `a` unless the call says where."""
    return prototypes.ones_like(a, dtype, order, subok, shape, device=asked_dev(device, dev))


def full_like(
    a: Array,
    fill_value: Any,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
    dev: int | None = None,
) -> Tensor:
    """NumPy's `full_like`, on the device of `a` unless the call says where."""
    return prototypes.full_like(a, fill_value, dtype, order, subok, shape, device=asked_dev(device, dev))


def empty_like(
    prototype: Array,
    /,
    dtype: Dtype = None,
    order: str | None = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
    dev: int | None = None,
) -> Tensor:
    """NumPy's `empty_like`, on the device of `prototype` unless the call says where."""
    return prototypes.empty_like(prototype, dtype, order, subok, shape, device=asked_dev(device, dev))


def linspace(
    start: Array,
    stop: Array,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Dtype = None,
    axis: int = 0,
    *,
    device: Any = None,
    dev: int | None = None,
) -> Any:
    """NumPy's `linspace`."""
    return ranges.linspace(start, stop, num, endpoint, retstep, dtype, axis, device=asked_dev(device, dev))


def logspace(
    start: Array,
    stop: Array,
    num: Any = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Dtype = None,
    axis: int = 0,
    *,
    device: Any = None,
    dev: int | None = None,
) -> Tensor:
    """NumPy's `logspace`."""
    dev = asked_dev(device, dev)
    if dev is None:
        return ranges.logspace(start, stop, num, endpoint, base, dtype, axis)
    with default_device(dev):
        return ranges.logspace(start, stop, num, endpoint, base, dtype, axis).to(dev=dev)


def geomspace(
    start: Array,
    stop: Array,
    num: Any = 50,
    endpoint: bool = True,
    dtype: Dtype = None,
    axis: int = 0,
    *,
    device: Any = None,
    dev: int | None = None,
) -> Tensor:
    """NumPy's `geomspace`. Waits for the device, to see whether a bound is zero."""
    dev = asked_dev(device, dev)
    if dev is None:
        return ranges.geomspace(start, stop, num, endpoint, dtype, axis)
    with default_device(dev):
        return ranges.geomspace(start, stop, num, endpoint, dtype, axis).to(dev=dev)


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None, dev: int | None = None) -> Tensor:
    """NumPy's `from_dlpack`: the same memory if the device is the same, unless `copy` is true."""
    return _core.from_dlpack(x, dev=asked_dev(device, dev), copy=copy)


def asarray_chkfinite(
    a: Array, dtype: Dtype = None, order: str | None = None, *, device: Any = None, dev: int | None = None
) -> Tensor:
    """NumPy's `asarray_chkfinite`. Waits for the device, to see whether all is finite."""
    x = conversion.asarray(a, dtype, order, device=device, dev=dev)
    if x.dtype.kind in "fc" and not bool(xp.isfinite(x).all()):
        raise ValueError("array must not contain infs or NaNs")
    return x
