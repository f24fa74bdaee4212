"""Reductions: one value for all elements along some axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions.arguments import (
    Array,
    Axis,
    Dtype,
    NoValue,
    as_tensor,
    axis_of,
    cast,
    check_casting,
    dev_of,
    reduced_axes,
    xp,
)
from numtorch.functions.bits import ordered
from numtorch.functions.complex_extremes import position_along
from numtorch.functions.floats import MANY
from numtorch.functions.layout import reduced_like
from numtorch.functions.output import into
from numtorch.functions.reduce import (
    ALL,
    ANY,
    BOOL,
    FLOATS,
    INT64,
    MAX,
    MIN,
    PROD,
    REAL_FLOATS,
    SUM,
    full_of,
    reduce,
    sum_over,
    truth,
)
from numtorch.functions.registry import directly, implements

__all__ = ["all", "any", "argmax", "argmin", "count_nonzero", "max", "min", "prod", "ptp", "sum"]

_amax = kernel("amax")
_amin = kernel("amin")
_argmax = kernel("argmax")
_argmin = kernel("argmin")
_prod = kernel("prod.dim_int")
_prod_all = kernel("prod")
_reshape = kernel("reshape")
_sum = kernel("sum")
_sum_axes = kernel("sum.dim_IntList")


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
    plain = dtype is None and out is None and initial is NoValue and where is NoValue
    if plain and type(a) is Tensor and a.dtype in FLOATS:
        if axis is None:
            if keepdims is NoValue:
                return _sum(a)
        elif type(axis) is int and -(ndim := a.ndim) <= axis < ndim:
            result = _sum_axes(a, axis, keepdims is not NoValue and bool(keepdims))
            return result if ndim < 3 else reduced_like(result, a, (axis % ndim,))
    return reduce(SUM, a, axis, dtype, out, keepdims, initial, where)


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
    plain = dtype is None and out is None and keepdims is NoValue and initial is NoValue and where is NoValue
    if plain and type(a) is Tensor and a.dtype in FLOATS:
        if axis is None:
            return _prod_all(a)
        if type(axis) is int and (ndim := a.ndim):
            place = axis_of(axis, ndim)
            result = _prod(a, place, False)
            return result if ndim < 3 else reduced_like(result, a, (place,))
    return reduce(PROD, a, axis, dtype, out, keepdims, initial, where)


@implements(np.max, np.amax)
def max(
    a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, initial: Any = NoValue, where: Any = NoValue
) -> Tensor:
    """NumPy's `max`: NaN if there is one."""
    if (
        out is None
        and initial is NoValue
        and where is NoValue
        and type(a) is Tensor
        and a.dtype in REAL_FLOATS
        and a.size
    ):
        if axis is None:
            return _amax(a, (), keepdims is not NoValue and bool(keepdims))
        if type(axis) is int and -(ndim := a.ndim) <= axis < ndim:
            result = _amax(a, axis, keepdims is not NoValue and bool(keepdims))
            return result if ndim < 3 else reduced_like(result, a, (axis % ndim,))
    return reduce(MAX, a, axis, None, out, keepdims, initial, where)


@implements(np.min, np.amin)
def min(
    a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, initial: Any = NoValue, where: Any = NoValue
) -> Tensor:
    """NumPy's `min`: NaN if there is one."""
    if (
        out is None
        and initial is NoValue
        and where is NoValue
        and type(a) is Tensor
        and a.dtype in REAL_FLOATS
        and a.size
    ):
        if axis is None:
            return _amin(a, (), keepdims is not NoValue and bool(keepdims))
        if type(axis) is int and -(ndim := a.ndim) <= axis < ndim:
            result = _amin(a, axis, keepdims is not NoValue and bool(keepdims))
            return result if ndim < 3 else reduced_like(result, a, (axis % ndim,))
    return reduce(MIN, a, axis, None, out, keepdims, initial, where)


@implements(np.all)
def all(a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, *, where: Any = NoValue) -> Tensor:
    """NumPy's `all`."""
    if axis is None and out is None and keepdims is NoValue and where is NoValue and type(a) is Tensor:
        if a.dtype == BOOL:
            return ALL.over(a, tuple(range(a.ndim)), False)
    return reduce(ALL, a, axis, None, out, keepdims, NoValue, where)


@implements(np.any)
def any(a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, *, where: Any = NoValue) -> Tensor:
    """NumPy's `any`."""
    if axis is None and out is None and keepdims is NoValue and where is NoValue and type(a) is Tensor:
        if a.dtype == BOOL:
            return ANY.over(a, tuple(range(a.ndim)), False)
    return reduce(ANY, a, axis, None, out, keepdims, NoValue, where)


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
    place = None if axis is None or (x.ndim == 0 and axis in (0, -1)) else axis_of(axis, x.ndim)
    length = x.size if place is None else x.shape[place]
    if length == 0:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    kept = keepdims is not NoValue and bool(keepdims)
    if x.size == 0:
        result = full_of(0, cast(x, INT64), () if place is None else (place,), kept)
    elif x.dtype.kind == "c":
        result = position_along(x, place, kept and place is not None, find is _argmax)
    else:
        comparable = cast(x, np.uint8) if x.dtype == BOOL else ordered(x)
        result = find(comparable, place, kept and place is not None)
    if kept and place is None:
        result = _reshape(result, (1,) * x.ndim)
    if out is None:
        return result
    check_casting(name, out.dtype, INT64, "safe")  # from the output, as NumPy does here
    return into(result, out, name, "unsafe")


@implements(np.argmax)
def argmax(a: Array, axis: int | None = None, out: Any = None, *, keepdims: Any = NoValue) -> Tensor:
    """NumPy's `argmax`: the first of equal elements, the first NaN."""
    return _position(_argmax, "argmax", a, axis, out, keepdims)


@implements(np.argmin)
def argmin(a: Array, axis: int | None = None, out: Any = None, *, keepdims: Any = NoValue) -> Tensor:
    """NumPy's `argmin`: the first of equal elements, the first NaN."""
    return _position(_argmin, "argmin", a, axis, out, keepdims)


directly(_sum, FLOATS, np.sum)
directly(_prod_all, FLOATS, np.prod)
directly(kernel("max"), REAL_FLOATS, np.max, np.amax, limit=MANY)
directly(kernel("min"), REAL_FLOATS, np.min, np.amin, limit=MANY)
directly(kernel("all"), (BOOL,), np.all, limit=MANY)
directly(kernel("any"), (BOOL,), np.any, limit=MANY)
directly(_argmax, REAL_FLOATS, np.argmax, limit=MANY)
directly(_argmin, REAL_FLOATS, np.argmin, limit=MANY)
