"""Reductions: one value for all elements along some axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import (
    Array,
    Axis,
    Dtype,
    NoValue,
    as_tensor,
    axis_of,
    cast,
    check_casting,
    dev_of,
    kept,
    reduced_axes,
    xp,
)
from numtorch.functions.calls.layout import reduced_like
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import directly, implements
from numtorch.functions.dtypes import BOOL, INT64
from numtorch.functions.dtypes.bits import ordered
from numtorch.functions.dtypes.complex_extremes import position_along
from numtorch.functions.dtypes.floats import MANY
from numtorch.functions.ufuncs.folding import REAL_FLOATS, REDUCTIONS, SUMMED, sum_over, truth
from numtorch.functions.ufuncs.reduce import reduce

__all__ = ["all", "any", "argmax", "argmin", "count_nonzero", "max", "min", "prod", "ptp", "sum"]


_SUM, _PROD, _MAX, _MIN, _ALL, _ANY = (
    REDUCTIONS[ufunc].at_once for ufunc in (np.add, np.multiply, np.maximum, np.minimum, np.logical_and, np.logical_or)
)


@implements(np.sum)
def sum(
    a: Array,
    axis: Axis = None,
    dtype: Dtype = None,
    out: Any = None,
    keepdims: Any = NoValue,
    initial: Any = NoValue,
    where: Any = NoValue,
) -> Tensor:
    """NumPy's `sum`."""
    if dtype is None and out is None and initial is NoValue and where is NoValue:
        result = _SUM(a, axis, keepdims)
        if result is not None:
            return result
    return reduce(np.add, a, axis, dtype, out, keepdims, initial, where)


@implements(np.prod)
def prod(
    a: Array,
    axis: Axis = None,
    dtype: Dtype = None,
    out: Any = None,
    keepdims: Any = NoValue,
    initial: Any = NoValue,
    where: Any = NoValue,
) -> Tensor:
    """NumPy's `prod`."""
    if dtype is None and out is None and initial is NoValue and where is NoValue:
        result = _PROD(a, axis, keepdims)
        if result is not None:
            return result
    return reduce(np.multiply, a, axis, dtype, out, keepdims, initial, where)


@implements(np.max, np.amax)
def max(
    a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, initial: Any = NoValue, where: Any = NoValue
) -> Tensor:
    """NumPy's `max`: NaN if there is one."""
    if out is None and initial is NoValue and where is NoValue:
        result = _MAX(a, axis, keepdims)
        if result is not None:
            return result
    return reduce(np.maximum, a, axis, None, out, keepdims, initial, where)


@implements(np.min, np.amin)
def min(
    a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, initial: Any = NoValue, where: Any = NoValue
) -> Tensor:
    """NumPy's `min`: NaN if there is one."""
    if out is None and initial is NoValue and where is NoValue:
        result = _MIN(a, axis, keepdims)
        if result is not None:
            return result
    return reduce(np.minimum, a, axis, None, out, keepdims, initial, where)


@implements(np.all)
def all(a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, *, where: Any = NoValue) -> Tensor:
    """NumPy's `all`."""
    if out is None and where is NoValue:
        result = _ALL(a, axis, keepdims)
        if result is not None:
            return result
    return reduce(np.logical_and, a, axis, None, out, keepdims, NoValue, where)


@implements(np.any)
def any(a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, *, where: Any = NoValue) -> Tensor:
    """NumPy's `any`."""
    if out is None and where is NoValue:
        result = _ANY(a, axis, keepdims)
        if result is not None:
            return result
    return reduce(np.logical_or, a, axis, None, out, keepdims, NoValue, where)


@implements(np.ptp)
def ptp(a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue) -> Tensor:
    """NumPy's `ptp`: the maximum minus the minimum."""
    result: Tensor = xp.subtract(max(a, axis, None, keepdims), min(a, axis, None, keepdims))
    return result if out is None else into(result, out, "ptp")


@implements(np.count_nonzero)
def count_nonzero(a: Array, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
    """NumPy's `count_nonzero`, with a 0-d Tensor for its int."""
    x = truth(as_tensor(a))
    axes = reduced_axes(axis, x.ndim)
    return reduced_like(sum_over(cast(x, INT64), axes, bool(keepdims)), x, axes)


def _position(find: Any, name: str, a: Array, axis: Any, out: Any, keepdims: Any) -> Tensor:
    x = as_tensor(a, dev_of(a, out))
    axis = None if axis is None or (x.ndim == 0 and axis in (0, -1)) else axis_of(axis, x.ndim)
    length = x.size if axis is None else x.shape[axis]
    if length == 0:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    keep = kept(keepdims)
    if x.dtype.kind == "c":
        result = position_along(x, axis, keep and axis is not None, find is aten.argmax)
    else:
        comparable = cast(x, np.uint8) if x.dtype == BOOL else ordered(x)
        result = find(comparable, axis, keep and axis is not None)
    if keep and axis is None:
        result = aten.reshape(result, (1,) * x.ndim)
    if out is None:
        return result
    check_casting(name, out.dtype, INT64, "safe")  # from the output, as NumPy does here
    return into(result, out, name, "unsafe")


@implements(np.argmax)
def argmax(a: Array, axis: int | None = None, out: Any = None, *, keepdims: Any = NoValue) -> Tensor:
    """NumPy's `argmax`: the first of equal elements, the first NaN."""
    return _position(aten.argmax, "argmax", a, axis, out, keepdims)


@implements(np.argmin)
def argmin(a: Array, axis: int | None = None, out: Any = None, *, keepdims: Any = NoValue) -> Tensor:
    """NumPy's `argmin`: the first of equal elements, the first NaN."""
    return _position(aten.argmin, "argmin", a, axis, out, keepdims)


directly(aten.sum, SUMMED, np.sum)
directly(aten.prod, SUMMED, np.prod)
directly(aten.max, REAL_FLOATS, np.max, np.amax, limit=MANY)
directly(aten.min, REAL_FLOATS, np.min, np.amin, limit=MANY)
directly(aten.all, (BOOL,), np.all, limit=MANY)
directly(aten.any, (BOOL,), np.any, limit=MANY)
directly(aten.argmax, REAL_FLOATS, np.argmax, limit=MANY)
directly(aten.argmin, REAL_FLOATS, np.argmin, limit=MANY)
