"""Elementwise functions that are not ufuncs."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, as_value, tensor
from numtorch.functions.calls.arguments import (
    Array,
    NoValue,
    as_tensor,
    as_tensors,
    as_wide_tensor,
    cast,
    check_casting,
    dev_of,
    find_dev,
    held,
    is_weak,
    promotion,
    xp,
)
from numtorch.functions.calls.knowing import agreed
from numtorch.functions.calls.layout import in_c_order, is_fortran
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes import BOOL, FLOAT64
from numtorch.functions.indexing.selection import check_broadcast, where
from numtorch.functions.reductions.reduction import all as all_of
from numtorch.functions.ufuncs.folding import REAL_FLOATS
from numtorch.functions.ufuncs.table import CLIP

__all__ = [
    "allclose",
    "angle",
    "array_equal",
    "array_equiv",
    "clip",
    "fix",
    "imag",
    "interp",
    "isclose",
    "iscomplex",
    "isreal",
    "real",
    "real_if_close",
    "round",
]


NUMBERS = (float, int)
_LARGE = 1e38


def _bound_in_range(bound: Any, dtype: np.dtype[Any], lower: bool) -> Any:
    """None for a Python integer that bounds nothing of an integer dtype, because it is outside its range."""
    if type(bound) is int and dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if (lower and bound <= limits.min) or (not lower and bound >= limits.max):
            return None
    return bound


def _bound(bound: Any, dtype: np.dtype[Any]) -> Any:
    plain = dtype.kind != "f" or (dtype.itemsize > 2 and abs(bound) < _LARGE)
    if plain and type(bound) is int and dtype.kind == "f":
        return float(bound)
    return bound if plain else held(bound, dtype)


@implements(np.clip)
def clip(
    a: Array,
    a_min: Any = NoValue,
    a_max: Any = NoValue,
    out: Any = None,
    *,
    min: Any = NoValue,
    max: Any = NoValue,
    **kwargs: Any,
) -> Tensor:
    """NumPy's `clip`."""
    if type(a) is Tensor and type(a_min) in NUMBERS and type(a_max) in NUMBERS and a.dtype in REAL_FLOATS:
        if out is None and min is NoValue and max is NoValue and not kwargs:
            return aten.clamp(a, _bound(a_min, a.dtype), _bound(a_max, a.dtype))
    if a_min is NoValue and a_max is NoValue:
        a_min = None if min is NoValue else min
        a_max = None if max is NoValue else max
    elif a_min is NoValue or a_max is NoValue:
        missing = "a_min" if a_min is NoValue else "a_max"
        raise TypeError(f"clip() missing 1 required positional argument: '{missing}'")
    elif min is not NoValue or max is not NoValue:
        raise ValueError("Passing `min` or `max` keyword argument when `a_min` and `a_max` are provided is forbidden.")
    x = as_tensor(a, dev_of(a, a_min, a_max, out))
    low, high = _bound_in_range(a_min, x.dtype, True), _bound_in_range(a_max, x.dtype, False)
    if kwargs or (out is not None and out.shape != x.shape):
        return _clipped_by_ufunc(x, low, high, out, kwargs)
    result = _clipped(x, low, high)
    return result if out is None else into(result, out, "clip")


def _clipped_by_ufunc(x: Tensor, low: Any, high: Any, out: Any, keywords: dict[str, Any]) -> Tensor:
    """With a ufunc's keywords: ``where=``, ``dtype=``, ``casting=``, ..."""
    bounds = [bound for bound in (low, high) if bound is not None]
    ufunc: Any = {0: np.positive, 1: np.minimum if low is None else np.maximum, 2: CLIP}[len(bounds)]
    result: Tensor = ufunc(x, *bounds, out=out, **keywords)
    return result


def _clipped(x: Tensor, low: Any, high: Any) -> Tensor:
    if low is None and high is None:
        return as_value(x.copy("K"))
    bounds = [b if b is None or is_weak(b) else as_tensor(b, x.dev) for b in (low, high)]
    dtype = promotion(x, *(b for b in bounds if b is not None))
    x = cast(x, dtype)
    weak = all(b is None or is_weak(b) for b in bounds)
    if weak and (dtype.kind == "f" or dtype == np.int64):
        return aten.clamp(x, *(b if b is None else _bound(b, dtype) for b in bounds))
    made = [
        b if b is None else cast(as_tensor(np.asarray(b, dtype) if is_weak(b) else b, x.dev), dtype) for b in bounds
    ]
    check_broadcast(x, *(b for b in made if b is not None))
    if dtype.kind == "c" and low is not None and high is not None:
        clipped: Any = CLIP(x, *made)
        return clipped
    if dtype.kind in "buc":
        x = x if made[0] is None else xp.maximum(x, made[0])
        return x if made[1] is None else xp.minimum(x, made[1])
    return aten.clamp_Tensor(x, *made)


@implements(np.round, np.around)
def round(a: Array, decimals: int = 0, out: Any = None) -> Tensor:
    """NumPy's `round`: to even at halves."""
    x = as_tensor(a, dev_of(a, out))
    decimals = operator.index(decimals)
    if x.dtype == BOOL:
        if decimals:
            raise TypeError("round: decimals must be 0 for booleans")
        x = cast(x, np.float16)
    if x.dtype.kind == "c":
        result = aten.complex(_rounded(x.real, decimals), _rounded(x.imag, decimals))
    elif x.dtype.kind == "f":
        result = _rounded(x, decimals)
    elif decimals >= 0:
        result = as_value(x.copy("K"))
    else:
        result = cast(_rounded(cast(x, FLOAT64), decimals), x.dtype)
    if out is not None:
        return into(result, out, "round")
    is_scaled = decimals < 0 or (decimals > 0 and x.dtype.kind in "fc")
    return in_c_order(result) if is_scaled and not is_fortran(result) else result


def _rounded(x: Tensor, decimals: int) -> Tensor:
    if decimals == 0:
        return aten.round(x)
    return aten.round_decimals(x, decimals=decimals)


@implements(np.fix)
def fix(x: Array, out: Any = None) -> Tensor:
    """NumPy's `fix`: towards zero."""
    result: Tensor = xp.trunc(as_tensor(x, dev_of(x, out)), out=out)
    return result


@implements(np.real)
def real(val: Array) -> Tensor:
    """NumPy's `real`, a view."""
    return as_tensor(val).real


@implements(np.imag)
def imag(val: Array) -> Tensor:
    """NumPy's `imag`: a view of a complex Tensor, zeros for a real one."""
    return as_tensor(val).imag


@implements(np.angle)
def angle(z: Array, deg: bool = False) -> Tensor:
    """NumPy's `angle`."""
    x = as_tensor(z)
    result: Tensor = xp.arctan2(x.imag, x.real) if x.dtype.kind == "c" else xp.arctan2(0, x)
    return result * (180 / math.pi) if deg else result


def _comparable(b: Any) -> Any:
    """`b` as a float, so that the tolerances do not wrap."""
    if is_weak(b):
        return float(b) if type(b) is int else b
    return b if b.dtype.kind in "fc" else cast(b, np.result_type(b.dtype, 1.0))


def _operand(x: Array, dev: int) -> Any:
    """A Tensor, or the Python number that it is: a weak one takes the dtype of what it is compared with."""
    return x if is_weak(x) else as_tensor(x, dev)


@implements(np.isclose)
def isclose(a: Array, b: Array, rtol: Array = 1e-05, atol: Array = 1e-08, equal_nan: bool = False) -> Tensor:
    """NumPy's `isclose`."""
    dev = dev_of(a, b, rtol, atol)
    x, y, rtol, atol = (_operand(operand, dev) for operand in (a, b, rtol, atol))
    y = _comparable(y)
    near = as_tensor(xp.less_equal(abs(x - y), atol + rtol * abs(y)), dev)
    result = (near & xp.isfinite(y)) | (x == y)
    if equal_nan:
        result = result | (xp.isnan(x) & xp.isnan(y))
    return result


@implements(np.allclose)
def allclose(a: Array, b: Array, rtol: Array = 1e-05, atol: Array = 1e-08, equal_nan: bool = False) -> Tensor:
    """NumPy's `allclose`, with a 0-d Tensor for its bool."""
    return all_of(isclose(a, b, rtol, atol, equal_nan))


def _comparable_arrays(a1: Array, a2: Array) -> list[Tensor] | None:
    """Both as Tensors; None if one of them is no array of numbers of 64 bits, and so equals no Tensor."""
    try:
        return as_tensors(a1, a2)
    except (OverflowError, TypeError, ValueError):
        return None


@implements(np.array_equal)
def array_equal(a1: Array, a2: Array, equal_nan: bool = False) -> Any:
    """NumPy's `array_equal`: False at once for unequal shapes, else a 0-d Tensor for its bool."""
    arrays = _comparable_arrays(a1, a2)
    if arrays is None and find_dev([a1, a2]) is None:
        return np.array_equal(a1, a2, equal_nan)  # of texts or objects
    if arrays is None or arrays[0].shape != arrays[1].shape:
        return False
    x, y = arrays
    same = x == y
    if equal_nan:
        same = same | (xp.isnan(x) & xp.isnan(y))
    return all_of(same)


@implements(np.array_equiv)
def array_equiv(a1: Array, a2: Array) -> Any:
    """NumPy's `array_equiv`: False at once for shapes that do not fit, else a 0-d Tensor for its bool."""
    arrays = _comparable_arrays(a1, a2)
    if arrays is None:
        return find_dev([a1, a2]) is None and np.array_equiv(a1, a2)  # of texts or objects
    x, y = arrays
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return False
    return all_of(x == y)


@implements(np.isreal)
def isreal(x: Array) -> Tensor:
    """NumPy's `isreal`."""
    return as_tensor(x).imag == 0


@implements(np.iscomplex)
def iscomplex(x: Array) -> Tensor:
    """NumPy's `iscomplex`."""
    values = as_tensor(x)
    return values.imag != 0 if values.dtype.kind == "c" else in_c_order(values.imag != 0)


@implements(np.real_if_close)
def real_if_close(a: Array, tol: float = 100) -> Tensor:
    """NumPy's `real_if_close`. Waits for the device, to see whether the imaginary parts are small."""
    x = as_tensor(a)
    if x.dtype.kind != "c":
        return x
    limit = np.finfo(x.dtype).eps * tol if tol > 1 else tol
    return x.real if agreed(all_of(xp.absolute(x.imag) < limit)) else x


@implements(np.interp)
def interp(x: Array, xp: Array, fp: Array, left: Any = None, right: Any = None, period: float | None = None) -> Tensor:
    """NumPy's `interp`: straight lines between the points (`xp`, `fp`)."""
    dev = dev_of(x, xp, fp, left, right)
    at, points, values = (as_wide_tensor(operand, dev) for operand in (x, xp, fp))
    if values.dtype.kind == "c":
        sides = [[None if end is None else part(end) for end in (left, right)] for part in (np.real, np.imag)]
        real_part = interp(x, xp, values.real, sides[0][0], sides[0][1], period)
        imaginary_part = interp(x, xp, values.imag, sides[1][0], sides[1][1], period)
        at = at if period is None else cast(at, FLOAT64) % period
        return aten.complex(real_part, where(at != at, 0.0, imaginary_part))
    if period is None:
        for numbers in (at, points):
            check_casting("interp", numbers.dtype, FLOAT64, "safe")
    at, points, values = cast(at, FLOAT64), cast(points, FLOAT64), cast(values, FLOAT64)
    if points.ndim != 1 or values.ndim != 1:
        raise ValueError(
            "Data points must be 1-D sequences" if period is not None else "object too deep for desired array"
        )
    if points.shape != values.shape:
        raise ValueError("fp and xp are not of the same length.")
    if points.size == 0:
        raise ValueError("array of sample points is empty")
    if period is not None:
        at, points, values = _periodic(at, points, values, period)
        left = right = None
    return as_value(_interpolated(at, points, values, left, right))


def _periodic(at: Tensor, points: Tensor, values: Tensor, period: float) -> tuple[Tensor, Tensor, Tensor]:
    if period == 0:
        raise ValueError("period must be a non-zero value")
    length = abs(period)
    at, points = at % length, points % length
    order = xp.argsort(points)
    points, values = points[order], values[order]
    points = xp.concatenate([points[-1:] - length, points, points[:1] + length])
    return at, points, xp.concatenate([values[-1:], values, values[:1]])


def _interpolated(at: Tensor, points: Tensor, values: Tensor, left: Any, right: Any) -> Tensor:
    last = points.size - 1
    upper = xp.clip(xp.searchsorted(points, at, "right"), 1, max(last, 1))
    lower = upper - 1
    upper = xp.minimum(upper, last)
    start, rise = values[lower], values[upper] - values[lower]
    run = points[upper] - points[lower]
    run = where(run == 0, 1.0, run)
    slope = rise / run
    result = slope * (at - points[lower]) + start
    # From the other end, or no slope at all, where values that are not finite make nan of a number.
    level = (at == points[lower]) | (values[upper] == start)
    result = where(xp.isnan(result), where(level, start, slope * (at - points[upper]) + values[upper]), result)
    result = where(at == points[upper], values[upper], result)
    below = values[0] if left is None else tensor(left, dev=at.dev, dtype=FLOAT64)
    above = values[-1] if right is None else tensor(right, dev=at.dev, dtype=FLOAT64)
    result = where(at < points[0], below, where(at > points[-1], above, result))
    return where(xp.isnan(at), at, result) if points.size > 1 else result
