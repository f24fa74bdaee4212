"""Running sums and products, differences and integrals along an axis."""

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
    axes_of,
    axis_of,
    cast,
    dev_of,
)
from numtorch.functions.calls.layout import ordered_like
from numtorch.functions.calls.registry import implements, named
from numtorch.functions.manipulation.joining import concatenate
from numtorch.functions.manipulation.shape import broadcast_to, ravel
from numtorch.functions.reductions.reduction import sum as sum_of
from numtorch.functions.ufuncs.reduce import accumulate

__all__ = ["cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "diff", "gradient", "trapezoid"]


def _scan(ufunc: np.ufunc, a: Array, axis: Any, dtype: Dtype, out: Any) -> Tensor:
    if type(axis) is int and type(a) is Tensor and a.ndim:
        return accumulate(ufunc, a, axis, dtype, out)
    x = as_tensor(a, dev_of(a, out))
    if axis is None:
        x, axis = ravel(x), 0
    elif x.ndim == 0:
        x = x.reshape(1)
    return accumulate(ufunc, x, axis_of(axis, x.ndim), dtype, out)


@implements(np.cumsum)
def cumsum(a: Array, axis: int | None = None, dtype: Dtype = None, out: Any = None) -> Tensor:
    """NumPy's `cumsum`."""
    return _scan(np.add, a, axis, dtype, out)


@implements(np.cumprod)
def cumprod(a: Array, axis: int | None = None, dtype: Dtype = None, out: Any = None) -> Tensor:
    """NumPy's `cumprod`."""
    return _scan(np.multiply, a, axis, dtype, out)


def _cumulative(ufunc: np.ufunc, x: Array, axis: int | None, dtype: Dtype, out: Any, include_initial: bool) -> Tensor:
    x = as_tensor(x, dev_of(x, out))
    if x.ndim == 0:
        x = x.reshape(1)
    if axis is None:
        if x.ndim >= 2:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    axis = axis_of(axis, x.ndim)
    result = accumulate(ufunc, x, axis, dtype, None if include_initial else out)
    if not include_initial:
        return result
    shape = tuple(1 if i == axis else length for i, length in enumerate(x.shape))
    first = aten.full(shape, ufunc.identity, dtype=result.dtype, device=x.dev)
    return concatenate([first, result], axis, out, casting="same_kind" if out is None else "unsafe")


@implements(*named("cumulative_sum"))
def cumulative_sum(
    x: Array, /, *, axis: int | None = None, dtype: Dtype = None, out: Any = None, include_initial: bool = False
) -> Tensor:
    """NumPy's `cumulative_sum`."""
    return _cumulative(np.add, x, axis, dtype, out, include_initial)


@implements(*named("cumulative_prod"))
def cumulative_prod(
    x: Array, /, *, axis: int | None = None, dtype: Dtype = None, out: Any = None, include_initial: bool = False
) -> Tensor:
    """NumPy's `cumulative_prod`."""
    return _cumulative(np.multiply, x, axis, dtype, out, include_initial)


def along(axis: int, part: Any) -> tuple[Any, ...]:
    """The index that takes `part` along `axis` and all of the axes before it."""
    return (*((slice(None),) * axis), part)


@implements(np.diff)
def diff(a: Array, n: int = 1, axis: int = -1, prepend: Any = NoValue, append: Any = NoValue) -> Tensor:
    """NumPy's `diff`."""
    dev = dev_of(a, prepend, append)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    x = as_tensor(a, dev)
    if n == 0:
        return x
    if x.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = axis_of(axis, x.ndim)
    edge = tuple(1 if i == axis else length for i, length in enumerate(x.shape))

    def padding(value: Any) -> Tensor:
        value = as_tensor(value, dev)
        return broadcast_to(value, edge) if value.ndim == 0 else value

    before = [] if prepend is NoValue else [padding(prepend)]
    after = [] if append is NoValue else [padding(append)]
    if before or after:
        x = concatenate([*before, x, *after], axis)
    subtract: Any = np.not_equal if x.dtype.kind == "b" else np.subtract
    for _ in range(min(n, x.shape[axis])):  # then nothing is left
        x = subtract(x[along(axis, slice(1, None))], x[along(axis, slice(None, -1))])
    return x


@implements(np.trapezoid)
def trapezoid(y: Array, x: Array | None = None, dx: Any = 1.0, axis: int = -1) -> Tensor:
    """NumPy's `trapezoid`: the integral by the trapezoidal rule."""
    dev = dev_of(y, x, dx)
    y = as_tensor(y, dev)
    sum_axis = axis_of(axis, y.ndim)
    step = dx
    if x is not None:
        points = as_tensor(x, dev)
        step = diff(points, axis=0 if points.ndim == 1 else axis)
        if points.ndim == 1:
            step = step.reshape(tuple(-1 if i == sum_axis else 1 for i in range(y.ndim)))
    upper, lower = y[along(sum_axis, slice(1, None))], y[along(sum_axis, slice(None, -1))]
    areas: Tensor = step * (upper + lower) / 2.0
    return sum_of(areas, sum_axis)


def _spacings(x: Tensor, axes: tuple[int, ...], varargs: tuple[Any, ...]) -> list[Any]:
    """The distance along each of `axes`: a number, or one value for each step."""
    if not varargs:
        return [1.0] * len(axes)
    if len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        return [varargs[0]] * len(axes)
    if len(varargs) != len(axes):
        raise TypeError("invalid number of arguments")
    spacings: list[Any] = []
    for axis, distance in zip(axes, varargs, strict=True):
        if np.ndim(distance) == 0:
            spacings.append(distance)
            continue
        points = as_tensor(distance, x.dev)
        if points.ndim != 1:
            raise ValueError("distances must be either scalars or 1d")
        if points.shape[0] != x.shape[axis]:
            raise ValueError("when 1d, distances must match the length of the corresponding dimension")
        steps = diff(cast(points, np.float64) if points.dtype.kind in "bui" else points)
        spacings.append(steps.reshape(tuple(-1 if i == axis else 1 for i in range(x.ndim))))
    return spacings


def _slope(x: Tensor, axis: int, step: Any, edge_order: int) -> Tensor:
    """Differences along one axis: central inside, one-sided at the two ends."""

    def at(start: int | None, stop: int | None) -> Tensor:
        return x[along(axis, slice(start, stop))]

    if not isinstance(step, Tensor) or step.ndim == 0:
        inside = (at(2, None) - at(None, -2)) / (2.0 * step)
        first, last, first_two, last_two = step, step, step, step
    else:
        before, after = step[along(axis, slice(None, -1))], step[along(axis, slice(1, None))]
        low = -after / (before * (before + after))
        middle = (after - before) / (before * after)
        high = before / (after * (before + after))
        inside = low * at(None, -2) + middle * at(1, -1) + high * at(2, None)
        first, first_two = (step[along(axis, slice(i, i + 1))] for i in (0, 1 if step.shape[axis] > 1 else 0))
        last = step[along(axis, slice(-1, None))]
        last_two = step[along(axis, slice(-2, -1))] if step.shape[axis] > 1 else last
    if edge_order == 1:
        start = (at(1, 2) - at(0, 1)) / first
        end = (at(-1, None) - at(-2, -1)) / last
    else:
        start = _quadratic_edge(at(0, 1), at(1, 2), at(2, 3), first, first_two)
        end = -_quadratic_edge(at(-1, None), at(-2, -1), at(-3, -2), last, last_two)
    return concatenate([start, inside, end], axis)


def _quadratic_edge(end: Tensor, second: Tensor, third: Tensor, near: Any, far: Any) -> Tensor:
    """The slope at `end` of the parabola through three points that are `near` and `far` apart."""
    slope: Tensor = (
        -(2.0 * near + far) / (near * (near + far)) * end
        + (near + far) / (near * far) * second
        - near / (far * (near + far)) * third
    )
    return slope


@implements(np.gradient)
def gradient(f: Array, *varargs: Any, axis: Axis = None, edge_order: int = 1) -> Any:
    """NumPy's `gradient`: second-order central differences."""
    x = as_tensor(f, dev_of(f, *varargs))
    axes = axes_of(axis, x.ndim)
    if edge_order not in (1, 2):
        raise ValueError("'edge_order' greater than 2 not supported")
    if x.dtype.kind in "bui":
        x = cast(x, np.float64)
    spacings = _spacings(x, axes, varargs)
    if any(x.shape[axis_index] < edge_order + 1 for axis_index in axes):
        raise ValueError(
            "Shape of array too small to calculate a numerical gradient, "
            "at least (edge_order + 1) elements are required."
        )
    slopes = tuple(
        ordered_like(cast(_slope(x, axis_index, step, edge_order), x.dtype), x)
        for axis_index, step in zip(axes, spacings, strict=True)
    )
    return slopes[0] if len(slopes) == 1 else slopes
