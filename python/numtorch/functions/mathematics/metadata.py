"""Facts about Tensors that need no computing."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, Axis, Dtype, as_tensor, axes_of
from numtorch.functions.calls.devices import new_dev
from numtorch.functions.calls.registry import implements, named

__all__ = [
    "astype",
    "can_cast",
    "common_type",
    "iscomplexobj",
    "isrealobj",
    "may_share_memory",
    "min_scalar_type",
    "ndim",
    "result_type",
    "shape",
    "shares_memory",
    "size",
]


def _dtype_or_self(operand: Any) -> Any:
    return operand.dtype if isinstance(operand, Tensor) else operand


@implements(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> np.dtype[Any]:
    """NumPy's `result_type`."""
    return np.result_type(*map(_dtype_or_self, arrays_and_dtypes))


@implements(np.can_cast)
def can_cast(from_: Any, to: Dtype, casting: Any = "safe") -> bool:
    """NumPy's `can_cast`."""
    return np.can_cast(_dtype_or_self(from_), _dtype_or_self(to), casting)


@implements(np.min_scalar_type)
def min_scalar_type(a: Any, /) -> np.dtype[Any]:
    """NumPy's `min_scalar_type`: of a 0-d Tensor it looks at the value, which waits for the device."""
    if not isinstance(a, Tensor):
        return np.min_scalar_type(a)
    return np.min_scalar_type(_core.collect(a)) if a.ndim == 0 else a.dtype


@implements(np.common_type)
def common_type(*arrays: Any) -> Any:
    """NumPy's `common_type`."""
    return np.common_type(*(np.empty(0, x.dtype) if isinstance(x, Tensor) else x for x in arrays))


@implements(np.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    """NumPy's `iscomplexobj`."""
    return as_tensor(x).dtype.kind == "c"


@implements(np.isrealobj)
def isrealobj(x: Any) -> bool:
    """NumPy's `isrealobj`."""
    return not iscomplexobj(x)


@implements(np.shape)
def shape(a: Array) -> tuple[int, ...]:
    """NumPy's `shape`."""
    return as_tensor(a).shape


@implements(np.ndim)
def ndim(a: Array) -> int:
    """NumPy's `ndim`."""
    return as_tensor(a).ndim


@implements(np.size)
def size(a: Array, axis: Axis = None) -> int:
    """NumPy's `size`."""
    x = as_tensor(a)
    if axis is None:
        return x.size
    product = 1
    for axis_index in axes_of(axis, x.ndim):
        product *= x.shape[axis_index]
    return product


@implements(*named("astype"))
def astype(x: Array, dtype: Dtype, /, *, copy: bool = True, device: Any = None) -> Tensor:
    """NumPy's `astype`; `device` may be a `dev`, too."""
    if not isinstance(x, (Tensor, np.ndarray, np.generic)):
        raise TypeError(f"Input should be a NumPy array. It is a {type(x)} instead.")
    result = as_tensor(x).astype(dtype, copy=copy)
    return result.to(dev=new_dev(device, None, result)) if isinstance(result, Tensor) else result


def _memory(x: Any) -> np.ndarray[Any, Any] | None:
    """An ndarray on the memory of `x`, for its addresses alone; None if it is on a device."""
    if not isinstance(x, Tensor):
        return np.asarray(x)
    if x.dev != -1:
        return None
    paused = _core.set_paused(True)
    try:
        return np.asarray(x)
    finally:
        _core.set_paused(paused)


def _shared(name: str, a: Any, b: Any, max_work: int) -> bool:
    first, second = _memory(a), _memory(b)
    if first is None and second is None:
        raise TypeError(f"{name}: not supported for Tensors on a device, whose addresses are not known")
    if first is None or second is None:
        return False
    return getattr(np, name)(first, second, max_work)


@implements(np.shares_memory)
def shares_memory(a: Any, b: Any, /, max_work: int = -1) -> bool:
    """NumPy's `shares_memory`, on the host."""
    return _shared("shares_memory", a, b, max_work)


@implements(np.may_share_memory)
def may_share_memory(a: Any, b: Any, /, max_work: int = 0) -> bool:
    """NumPy's `may_share_memory`, on the host."""
    return _shared("may_share_memory", a, b, max_work)
