"""Reductions and scans that skip NaN."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, as_value, tensor
from numtorch.functions.calls.arguments import (
    Array,
    Axis,
    Dtype,
    NoValue,
    as_dtype,
    as_tensor,
    axes_of,
    cast,
    dev_of,
    kept,
    xp,
)
from numtorch.functions.calls.host_loops import ufunc_answer
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import implements
from numtorch.functions.calls.warning import warn_where
from numtorch.functions.dtypes import INT64
from numtorch.functions.reductions.reduction import all as all_of
from numtorch.functions.reductions.reduction import argmax, argmin
from numtorch.functions.reductions.reduction import max as max_of
from numtorch.functions.reductions.reduction import min as min_of
from numtorch.functions.reductions.reduction import prod as prod_of
from numtorch.functions.reductions.reduction import sum as sum_of
from numtorch.functions.reductions.scan import cumprod, cumsum
from numtorch.functions.reductions.statistics import (
    ddof_of,
    deviation_of,
    mean,
    real_dtype,
    size_of,
    squared_deviations,
    std,
    var,
)

__all__ = [
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmin",
    "nanprod",
    "nanstd",
    "nansum",
    "nanvar",
]


FLOAT16, FLOAT32 = np.dtype(np.float16), np.dtype(np.float32)


def _without_nan(x: Tensor, neutral: complex) -> Tensor:
    """`x` with `neutral` in place of NaN."""
    if x.dtype.kind not in "fc":
        return x
    if x.dtype.kind == "f" and not x.tracked:  # three times as fast
        return aten.nan_to_num(x, neutral, math.inf, -math.inf)
    return aten.where_self(aten.isnan(x), tensor(neutral, dev=x.dev, dtype=x.dtype), x)


@implements(np.nansum)
def nansum(
    a: Array,
    axis: Axis = None,
    dtype: Dtype = None,
    out: Any = None,
    keepdims: Any = NoValue,
    initial: Any = NoValue,
    where: Any = NoValue,
) -> Tensor:
    """NumPy's `nansum`."""
    x = as_tensor(a, dev_of(a, out, where))
    return sum_of(_without_nan(x, 0.0), axis, dtype, out, keepdims, initial, where)


def _inexact(x: Tensor, dtype: Dtype, out: Any) -> np.dtype[Any]:
    """The dtype to compute in, where there may be NaN."""
    wanted = as_dtype(dtype)
    if wanted is not None and wanted.kind not in "fc":
        raise TypeError("If a is inexact, then dtype must be inexact")
    if out is not None and out.dtype.kind not in "fc":
        raise TypeError("If a is inexact, then out must be inexact")
    return wanted or x.dtype


@implements(np.nanmean)
def nanmean(
    a: Array, axis: Axis = None, dtype: Dtype = None, out: Any = None, keepdims: Any = NoValue, *, where: Any = NoValue
) -> Tensor:
    """NumPy's `nanmean`; on the CPU it warns, as NumPy does, where there is nothing but NaN."""
    x = as_tensor(a, dev_of(a, out, where))
    if x.dtype.kind not in "fc":
        return mean(x, axis, dtype, out, keepdims, where=where)
    wanted = _inexact(x, dtype, out)
    keep = kept(keepdims)
    wide = FLOAT32 if wanted == FLOAT16 else wanted
    terms = cast(cast(_without_nan(x, 0.0), wanted), wide)
    total = sum_of(terms, axis, None, None, keep, NoValue, where)
    count = sum_of(~aten.isnan(x), axis, INT64, None, keep, NoValue, where)
    warn_where(count == 0, "Mean of empty slice")
    result = cast(total / cast(count, wide), wanted)
    return result if out is None else into(result, out, "nanmean", "unsafe")


def _nan_extreme(extreme: Any, name: str, sign: float, a: Array, axis: Axis, out: Any, **keywords: Any) -> Tensor:
    x = as_tensor(a, dev_of(a, out, keywords["where"]))
    if x.dtype.kind not in "fc":
        return extreme(x, axis, out, **keywords)
    worst = sign * math.inf if x.dtype.kind == "f" else complex(sign * math.inf, sign * math.inf)
    unbounded = keywords["initial"] is NoValue
    if unbounded and out is None and x.size and keywords["where"] is NoValue:
        along = {"axis": axis, "keepdims": keywords["keepdims"] is True}
        found = ufunc_answer(np.fmax if sign < 0 else np.fmin, "reduce", (x,), along)
        if found is not None:
            warn_where(aten.isnan(found), "All-NaN slice encountered")
            return found
    if not unbounded and keywords["initial"] != keywords["initial"]:  # NaN, which counts as little as the others
        keywords["initial"], unbounded = worst, True
    result = extreme(_without_nan(x, worst), axis, None, **keywords)
    if unbounded:
        nothing = all_of(aten.isnan(x), axis, None, keywords["keepdims"])
        warn_where(nothing, "All-NaN slice encountered")
        result = aten.where_self(nothing, tensor(math.nan, dev=x.dev, dtype=x.dtype), result)
    return result if out is None else into(result, out, name)


@implements(np.nanmax)
def nanmax(
    a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, initial: Any = NoValue, where: Any = NoValue
) -> Tensor:
    """NumPy's `nanmax`; on the CPU it warns, as NumPy does, where there is nothing but NaN."""
    return _nan_extreme(max_of, "nanmax", -1.0, a, axis, out, keepdims=keepdims, initial=initial, where=where)


@implements(np.nanmin)
def nanmin(
    a: Array, axis: Axis = None, out: Any = None, keepdims: Any = NoValue, initial: Any = NoValue, where: Any = NoValue
) -> Tensor:
    """NumPy's `nanmin`; on the CPU it warns, as NumPy does, where there is nothing but NaN."""
    return _nan_extreme(min_of, "nanmin", 1.0, a, axis, out, keepdims=keepdims, initial=initial, where=where)


@implements(np.nanprod)
def nanprod(
    a: Array,
    axis: Axis = None,
    dtype: Dtype = None,
    out: Any = None,
    keepdims: Any = NoValue,
    initial: Any = NoValue,
    where: Any = NoValue,
) -> Tensor:
    """NumPy's `nanprod`."""
    x = as_tensor(a, dev_of(a, out, where))
    return prod_of(_without_nan(x, 1.0), axis, dtype, out, keepdims, initial, where)


@implements(np.nancumsum)
def nancumsum(a: Array, axis: Any = None, dtype: Dtype = None, out: Any = None) -> Tensor:
    """NumPy's `nancumsum`."""
    return cumsum(_without_nan(as_tensor(a, dev_of(a, out)), 0.0), axis, dtype, out)


@implements(np.nancumprod)
def nancumprod(a: Array, axis: Any = None, dtype: Dtype = None, out: Any = None) -> Tensor:
    """NumPy's `nancumprod`."""
    return cumprod(_without_nan(as_tensor(a, dev_of(a, out)), 1.0), axis, dtype, out)


def _nan_index(find: Any, neutral: float, a: Array, axis: Any, out: Any, keepdims: Any) -> Tensor:
    x = as_tensor(a, dev_of(a, out))
    if x.dtype.kind in "fc" and x.size and happens(all_of(aten.isnan(x), axis)):
        raise ValueError("All-NaN slice encountered")
    return find(_without_nan(x, neutral), axis, out, keepdims=keepdims)


@implements(np.nanargmax)
def nanargmax(a: Array, axis: Any = None, out: Any = None, *, keepdims: Any = NoValue) -> Tensor:
    """NumPy's `nanargmax`. Waits for the device, to see whether a slice is all NaN."""
    return _nan_index(argmax, -math.inf, a, axis, out, keepdims)


@implements(np.nanargmin)
def nanargmin(a: Array, axis: Any = None, out: Any = None, *, keepdims: Any = NoValue) -> Tensor:
    """NumPy's `nanargmin`. Waits for the device, to see whether a slice is all NaN."""
    return _nan_index(argmin, math.inf, a, axis, out, keepdims)


def _nan_spread(
    is_root: bool, x: Tensor, axis: Axis, dtype: Dtype, out: Any, ddof: Any, keepdims: Any, where: Any, middle: Any
) -> Tensor:
    """Variance or its root; NaN where no more than `ddof` elements are left."""
    wanted = _inexact(x, dtype, out)
    wide = FLOAT32 if wanted == FLOAT16 else wanted
    missing = aten.isnan(x)
    keep = kept(keepdims)
    count = sum_of(~missing, axis, INT64, None, True, NoValue, where)
    filled = _without_nan(x, 0.0)
    if middle is NoValue:
        terms = cast(cast(filled, wanted), wide)
        middle = sum_of(terms, axis, None, None, True, NoValue, where) / cast(count, wide)
    else:
        middle = as_tensor(middle, x.dev)
    # The deviations are those of x as it is: `dtype` is that of the sums.
    source = cast(filled, FLOAT32) if x.dtype == FLOAT16 else filled
    sums = wide if dtype is not None else real_dtype(wide)
    by_norm = is_root and x.tracked  # whose gradients are those where all deviations are 0
    if by_norm:
        seen = ~missing if where is NoValue else ~missing & as_tensor(where, x.dev)
        deviations = source - middle
        deviations = aten.where_self(seen, deviations, tensor(0.0, dev=x.dev, dtype=deviations.dtype))
        total = cast(size_of(deviations, axes_of(axis, x.ndim), keep), sums)
    else:
        squares = squared_deviations(source, middle)
        squares = aten.where_self(missing, tensor(0.0, dev=x.dev, dtype=squares.dtype), squares)
        total = sum_of(cast(squares, sums), axis, None, None, keep, NoValue, where)
    left = (count if keep else count.reshape(total.shape)) - ddof
    warn_where(left <= 0, "Degrees of freedom <= 0 for slice.")
    divisor = cast(xp.where(left > 0, left, 1), total.dtype)
    result = total / (xp.sqrt(divisor) if by_norm else divisor)
    result = deviation_of(result) if is_root and not by_norm else result
    enough = left > 0
    result = xp.where(enough, result, cast(tensor(math.nan, dev=x.dev), result.dtype))
    return cast(result, real_dtype(wanted) if dtype is None else wanted)


@implements(np.nanvar)
def nanvar(
    a: Array,
    axis: Axis = None,
    dtype: Dtype = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = NoValue,
    *,
    where: Any = NoValue,
    mean: Any = NoValue,
    correction: Any = NoValue,
) -> Tensor:
    """NumPy's `nanvar`; on the CPU it warns, as NumPy does, where too few elements are left."""
    x = as_tensor(a, dev_of(a, out, where, mean))
    if x.dtype.kind not in "fc":
        return var(x, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)
    result = _nan_spread(False, x, axis, dtype, out, ddof_of(ddof, correction), keepdims, where, mean)
    return as_value(result) if out is None else into(result, out, "nanvar", "unsafe")


@implements(np.nanstd)
def nanstd(
    a: Array,
    axis: Axis = None,
    dtype: Dtype = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = NoValue,
    *,
    where: Any = NoValue,
    mean: Any = NoValue,
    correction: Any = NoValue,
) -> Tensor:
    """NumPy's `nanstd`; on the CPU it warns, as NumPy does, where too few elements are left."""
    x = as_tensor(a, dev_of(a, out, where, mean))
    if x.dtype.kind not in "fc":
        return std(x, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)
    result = _nan_spread(True, x, axis, dtype, out, ddof_of(ddof, correction), keepdims, where, mean)
    return as_value(result) if out is None else into(result, out, "nanstd", "unsafe")
