"""Means and variances."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import (
    Array,
    Axis,
    Dtype,
    NoValue,
    as_dtype,
    as_tensor,
    axes_of,
    axis_of,
    cast,
    dev_of,
    kept,
    promotion,
    xp,
)
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.layout import reduced_like
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import directly, implements
from numtorch.functions.calls.warning import warn
from numtorch.functions.dtypes import INT64
from numtorch.functions.dtypes.floats import MANY
from numtorch.functions.manipulation.shape import broadcast_to
from numtorch.functions.reductions.reduction import sum as sum_of
from numtorch.functions.ufuncs.folding import FLOATS, at_once, sum_over, unreduced
from numtorch.functions.ufuncs.options import read_mask

__all__ = [
    "average",
    "averaged_dtype",
    "ddof_of",
    "mean",
    "real_dtype",
    "size_of",
    "squared_deviations",
    "std",
    "var",
]

_mean_at_once = at_once(FLOATS, aten.mean, aten.mean_dim)

FLOAT16, FLOAT32, FLOAT64 = (np.dtype(t) for t in (np.float16, np.float32, np.float64))


def averaged_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype that NumPy averages in: integers become float64."""
    return FLOAT64 if dtype.kind in "biu" else dtype


def _count(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    return math.prod(shape[axis] for axis in axes)


@implements(np.mean)
def mean(
    a: Array, axis: Axis = None, dtype: Dtype = None, out: Any = None, keepdims: Any = NoValue, *, where: Any = NoValue
) -> Tensor:
    """NumPy's `mean`."""
    if dtype is None and out is None and where is NoValue:
        result = _mean_at_once(a, axis, keepdims)
        if result is not None:
            return result
    x = as_tensor(a, dev_of(a, out, where))
    result_dtype = as_dtype(dtype) or averaged_dtype(x.dtype)
    keep = kept(keepdims)
    result = cast(_mean_of(x, axis, as_dtype(dtype) or averaged_dtype(x.dtype), keep, where), result_dtype)
    return result if out is None else into(result, out, "mean", "unsafe")


def _mean_of(x: Tensor, axis: Axis, dtype: np.dtype[Any], keepdims: bool, where: Any) -> Tensor:
    """The mean in `dtype`, which must not be an integer's unless the user asked for that."""
    axes = axes_of(axis, x.ndim)
    mask = None if where is NoValue else read_mask(where, x.dev)
    if mask is not None:
        mask = broadcast_to(mask, x.shape)
        total = sum_of(cast(x, dtype), axes, dtype, None, keepdims, NoValue, mask)
        return xp.true_divide(total, cast(sum_over(cast(mask, INT64), axes, keepdims), dtype))
    count = _count(x.shape, axes)
    if count == 0:
        warn("Mean of empty slice.")
    if not axes:
        return unreduced(cast(x, dtype))
    if dtype.kind in "fc":
        return reduced_like(aten.mean_dim(cast(x, dtype), axes, keepdims), x, axes)
    return xp.true_divide(sum_of(x, axes, dtype, None, keepdims), count)


def ddof_of(ddof: Any, correction: Any) -> Any:
    """The one of both that is given; a Tensor as the number that it is."""
    if correction is not NoValue and ddof != 0:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    asked = ddof if correction is NoValue else correction
    return float(asked) if isinstance(asked, Tensor) else asked


def real_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype


def squared_deviations(x: Tensor, middle: Tensor) -> Tensor:
    deviations = x - middle
    if deviations.dtype.kind == "c":
        real, imag = deviations.real, deviations.imag
        return real * real + imag * imag
    return deviations * deviations


def _spread(
    kind: Any,
    name: str,
    a: Array,
    axis: Axis,
    dtype: Dtype,
    out: Any,
    ddof: Any,
    keepdims: Any,
    where: Any,
    middle: Any,
) -> Tensor:
    """Variance or standard deviation, `kind` being the kernel."""
    x = as_tensor(a, dev_of(a, out, where, middle))
    own = averaged_dtype(x.dtype)
    wanted = as_dtype(dtype) or own
    axes = axes_of(axis, x.ndim)
    keep = kept(keepdims)
    mask = None if where is NoValue else read_mask(where, x.dev)
    masked = mask is not None
    enough = not masked and _count(x.shape, axes) - ddof > 0
    if not masked and _count(x.shape, axes) - ddof <= 0:
        warn("Degrees of freedom <= 0 for slice")
    if wanted == own and enough and middle is NoValue and axes and not _is_faster_composed(x):
        result = reduced_like(kind(cast(x, wanted), axes, correction=ddof, keepdim=keep), x, axes)
    elif kind is aten.std_correction and x.tracked and wanted.kind in "fc":
        result = _composed_deviation(x, axes, wanted, ddof, keep, where if masked else None, middle)
    else:
        result = _composed_variance(x, axes, wanted, ddof, keep, mask, middle)
        result = _root_of(result) if kind is aten.std_correction else result
    result = cast(result, wanted if dtype is not None else real_dtype(wanted))
    return result if out is None else into(result, out, name, "same_kind" if kind is aten.std_correction else "unsafe")


def _root_of(variance: Tensor) -> Tensor:
    """Of integers only a number: NumPy writes the root of an array into it, and no float goes there."""
    if variance.dtype.kind in "fc":
        return deviation_of(variance)
    return xp.sqrt(variance, out=variance) if variance.ndim else xp.sqrt(variance)


def deviation_of(variance: Tensor) -> Tensor:
    """The square root. A gradient passes 0 where it is 0, as of every norm."""
    if not variance.tracked:
        return aten.sqrt(variance)
    at_zero = aten.eq_Scalar(variance, 0)
    return aten.masked_fill_Scalar(aten.sqrt(aten.masked_fill_Scalar(variance, at_zero, 1)), at_zero, 0)


def size_of(deviations: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """The root of the sum of squares, by the kernel whose gradient has the conventions of norms at 0."""
    return aten.linalg_vector_norm(deviations, 2, axes, keepdims) if axes else xp.abs(deviations)


def _simple_spread(kind: Any, a: Array, axis: Axis, ddof: Any, keepdims: Any) -> Tensor | None:
    """What a kernel alone answers: of floats, along one axis or all; None otherwise."""
    if type(a) is not Tensor or a.dtype not in FLOATS or isinstance(ddof, Tensor):
        return None
    keep = kept(keepdims)
    if axis is None:
        return kind(a, None, correction=ddof, keepdim=keep) if a.size > ddof else None
    if type(axis) is not int:
        return None
    if _is_faster_composed(a) and a.ndim > 1:
        return None
    axis = axis_of(axis, a.ndim)
    if a.shape[axis] <= ddof:
        return None
    result = kind(a, (axis,), correction=ddof, keepdim=keep)
    return result if a.ndim < 3 else reduced_like(result, a, (axis,))


def _is_faster_composed(x: Tensor) -> bool:
    """Along some of the axes, on the CPU, libtorch's kernel takes five times as long as three kernels in a row."""
    return x.dev < 0 and x.size > MANY and x.dtype in (FLOAT32, FLOAT64) and not x.tracked


def _composed_variance(
    x: Tensor, axes: tuple[int, ...], dtype: np.dtype[Any], ddof: Any, keepdims: bool, where: Tensor | None, middle: Any
) -> Tensor:
    """The deviations are those of `x` as it is; `dtype` is that of their mean and of the sum of their squares."""
    mask = NoValue if where is None else broadcast_to(where, x.shape)
    center = cast(_mean_of(x, axes, dtype, True, mask), dtype) if middle is NoValue else as_tensor(middle, x.dev)
    squares = squared_deviations(cast(x, FLOAT64) if x.dtype.kind == "b" else x, center)
    total = sum_of(squares, axes, dtype if dtype != x.dtype else None, None, keepdims, NoValue, mask)
    count: Any = _count(x.shape, axes) if mask is NoValue else sum_over(cast(mask, INT64), axes, keepdims)
    left = xp.maximum(count - ddof, 0)
    return cast(
        xp.true_divide(total, cast(left, squares.dtype) if isinstance(left, Tensor) else left.item()), total.dtype
    )


def _composed_deviation(
    x: Tensor, axes: tuple[int, ...], dtype: np.dtype[Any], ddof: Any, keepdims: bool, where: Any, middle: Any
) -> Tensor:
    """The standard deviation by the kernel of norms, for its gradients where all deviations are 0."""
    mask = NoValue if where is None else broadcast_to(as_tensor(where, x.dev), x.shape)
    center = cast(_mean_of(x, axes, dtype, True, mask), dtype) if middle is NoValue else as_tensor(middle, x.dev)
    deviations = x - center if mask is NoValue else xp.where(mask, x - center, cast(tensor(0, dev=x.dev), x.dtype))
    size = size_of(deviations, axes, keepdims)
    return xp.true_divide(size, _freedom(x, axes, ddof, keepdims, mask, size.dtype) ** 0.5)


def _freedom(x: Tensor, axes: tuple[int, ...], ddof: Any, keepdims: bool, mask: Any, dtype: np.dtype[Any]) -> Any:
    """How many elements there are, without `ddof` of them."""
    if mask is NoValue:
        return max(_count(x.shape, axes) - ddof, 0)
    return cast(xp.maximum(sum_over(cast(mask, INT64), axes, keepdims) - ddof, 0), dtype)


@implements(np.var)
def var(
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
    """NumPy's `var`."""
    if dtype is None and out is None and where is NoValue and mean is NoValue and correction is NoValue:
        simple = _simple_spread(aten.var_correction, a, axis, ddof, keepdims)
        if simple is not None:
            return simple
    return _spread(aten.var_correction, "var", a, axis, dtype, out, ddof_of(ddof, correction), keepdims, where, mean)


@implements(np.std)
def std(
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
    """NumPy's `std`."""
    if dtype is None and out is None and where is NoValue and mean is NoValue and correction is NoValue:
        simple = _simple_spread(aten.std_correction, a, axis, ddof, keepdims)
        if simple is not None:
            return simple
    return _spread(aten.std_correction, "std", a, axis, dtype, out, ddof_of(ddof, correction), keepdims, where, mean)


def _weights_like(x: Tensor, axis: Axis, weights: Tensor) -> Tensor:
    """The weights with the shape of `x`, or one that broadcasts to it."""
    if weights.shape == x.shape:
        return weights
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = axes_of(axis if isinstance(axis, tuple) else (operator.index(axis),), x.ndim)  # type: ignore[arg-type]
    if weights.shape != tuple(x.shape[i] for i in axes):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    ordered = xp.transpose(weights, np.argsort(axes).tolist())
    return ordered.reshape(tuple(length if i in axes else 1 for i, length in enumerate(x.shape)))


@implements(np.average)
def average(
    a: Array, axis: Axis = None, weights: Array | None = None, returned: bool = False, *, keepdims: Any = NoValue
) -> Any:
    """NumPy's `average`. Waits for the device, to see whether the weights sum to zero."""
    dev = dev_of(a, weights)
    x = as_tensor(a, dev)
    keep = kept(keepdims)
    if weights is None:
        result = mean(x, axis, keepdims=keep)
        total = tensor(_count(x.shape, axes_of(axis, x.ndim)), dev=dev, dtype=result.dtype)
    else:
        heavy = as_tensor(weights, dev)
        dtype = promotion(x, heavy)
        if x.dtype.kind in "biu":
            dtype = np.result_type(dtype, FLOAT64)
        heavy = _weights_like(x, axis, heavy)
        total = sum_of(broadcast_to(cast(heavy, dtype), x.shape), axis, keepdims=keep)
        if happens(total == 0.0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        result = sum_of(cast(x, dtype) * cast(heavy, dtype), axis, keepdims=keep) / total
    if returned:
        return result, (total if total.shape == result.shape else broadcast_to(total, result.shape).copy())
    return result


directly(aten.mean, FLOATS, np.mean)
