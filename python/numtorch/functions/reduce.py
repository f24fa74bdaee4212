"""How a ufunc reduces along axes: the kernels, the dtypes, and what `initial` and `where` do with them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, kernel, tensor
from numtorch.functions import complexes
from numtorch.functions.arguments import (
    Array,
    Axis,
    Dtype,
    NoValue,
    as_dtype,
    as_tensor,
    cast,
    dev_of,
    reduced_axes,
)
from numtorch.functions.bits import is_bits, ordered, signed, unordered
from numtorch.functions.complex_extremes import extreme_along
from numtorch.functions.layout import reduced_like
from numtorch.functions.output import into
from numtorch.functions.ufunc_options import read_mask
from numtorch.functions.zeros import signed_sum

_add = kernel("add.Tensor")
_amax = kernel("amax")
_amin = kernel("amin")
_expand = kernel("expand")
_logical_and = kernel("logical_and")
_logical_or = kernel("logical_or")
_maximum = kernel("maximum")
_minimum = kernel("minimum")
_multiply = kernel("mul.Tensor")
_not_zero = kernel("ne.Scalar")
_permute = kernel("permute")
_prod = kernel("prod.dim_int")
_reshape = kernel("reshape")
_sum_axes = kernel("sum.dim_IntList")
_view = kernel("view.dtype")
_where = kernel("where.self")

BOOL = np.dtype(np.bool_)
INT64 = np.dtype(np.int64)
UINT8 = np.dtype(np.uint8)
UINT64 = np.dtype(np.uint64)
FLOATS = frozenset(map(np.dtype, (np.float32, np.float64, np.float16, np.complex64, np.complex128)))
REAL_FLOATS = frozenset(map(np.dtype, (np.float32, np.float64, np.float16)))


class Reduction(NamedTuple):
    """How a ufunc reduces: the kernel over some axes, and what it does with `initial` and masked elements."""

    ufunc: np.ufunc
    over: Callable[[Tensor, tuple[int, ...], bool], Tensor]
    combine: Callable[[Tensor, Tensor], Tensor]
    identity: int | bool | None


def accumulator_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype that NumPy adds and multiplies elements of `dtype` in: small integers get 64 bits."""
    if dtype.kind in "bi":
        return INT64
    return UINT64 if dtype.kind == "u" else dtype


def _loop_dtype(reduction: Reduction, dtype: np.dtype[Any], asked: Dtype, out: Any) -> np.dtype[Any]:
    """The dtype that the ufunc computes in, by NumPy's own resolution, which looks at `out`, too."""
    wanted = as_dtype(asked)
    if wanted is None and out is None:
        small = reduction.identity is not None and reduction.ufunc in (np.add, np.multiply)
        return accumulator_dtype(dtype) if small else dtype
    operands = (None if out is None or wanted is not None else out.dtype, dtype, None)
    options: dict[str, Any] = {} if wanted is None else {"signature": (wanted, None, None)}
    return reduction.ufunc.resolve_dtypes(operands, casting="unsafe", reduction=True, **options)[0]


def unreduced(x: Tensor) -> Tensor:
    """What a reduction along no axes gives: a copy, and of a 0-d array a value."""
    return _core.as_value(x.copy("K"))


def sum_over(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """The sum along `axes`, in the dtype of `x`."""
    if not axes:
        return unreduced(x)
    if x.dtype.kind != "u":
        return _sum_axes(x, axes, keepdims, dtype=x.dtype)
    wide = _sum_axes(_view(x, INT64) if x.dtype == UINT64 else x, axes, keepdims, dtype=INT64)
    return _view(wide, UINT64) if x.dtype == UINT64 else cast(wide, x.dtype)


def _signed_sum_over(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    return signed_sum(_sum_axes, x, axes, keepdims)


def last_axes(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """`x` with `axes` moved to the end and joined into one."""
    kept = tuple(axis for axis in range(x.ndim) if axis not in axes)
    lengths = tuple(x.shape[axis] for axis in kept)
    joined = math.prod(x.shape[axis] for axis in axes)
    return _reshape(_permute(x, kept + axes), (*lengths, joined))


def kept_shape(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """`shape` after a reduction along `axes` with ``keepdims=True``."""
    return tuple(1 if axis in axes else length for axis, length in enumerate(shape))


def prod_over(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """The product along `axes`, in the dtype of `x`."""
    if not axes:
        return unreduced(x)
    if x.dtype.kind == "u":
        wide = _view(x, INT64) if x.dtype == UINT64 else cast(x, INT64)
        product = prod_over(wide, axes, keepdims)
        return _view(product, UINT64) if x.dtype == UINT64 else cast(product, x.dtype)
    if len(axes) == 1:
        return _prod(x, axes[0], keepdims, dtype=x.dtype)
    product = _prod(last_axes(x, axes), -1, False, dtype=x.dtype)
    return _reshape(product, kept_shape(x.shape, axes)) if keepdims else product


def _extreme_over(extreme: Any) -> Callable[[Tensor, tuple[int, ...], bool], Tensor]:
    def over(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
        if not axes:
            return unreduced(x)
        if x.dtype.kind == "c":
            result = extreme_along(last_axes(x, axes), -1, False, extreme is _amax)
            return _reshape(result, kept_shape(x.shape, axes)) if keepdims else result
        if len(axes) > 1 and max(axes) - min(axes) >= len(axes):
            return _axis_by_axis(extreme, x, tuple(sorted(axes)), keepdims)
        return unordered(extreme(ordered(x), axes, keepdims), x.dtype)

    return over


def _axis_by_axis(extreme: Any, x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """Along axes with others between them, as in pooling: libtorch takes ten times as long for all at once.

    The tape is told of the one kernel, whose rule shares a tie evenly among all elements.
    """
    paused = _core.set_paused(True)
    try:
        y = ordered(x)
        for axis in reversed(axes):
            y = extreme(y, (axis,), keepdims)
        y = unordered(y, x.dtype)
    finally:
        _core.set_paused(paused)
    return _core.record_as(extreme, (x, axes, keepdims), y)


def _truth_over(extreme: Any, of_none: bool) -> Callable[[Tensor, tuple[int, ...], bool], Tensor]:
    """Whether all (`amin` of bytes) or any (`amax`) are True, which libtorch finds several times faster so."""

    def over(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
        if not axes:
            return unreduced(x)
        if any(x.shape[axis] == 0 for axis in axes):
            return full_of(of_none, x, axes, keepdims)
        return _core.owned(_view(extreme(_view(x, UINT8), axes, keepdims), BOOL))

    return over


def _extreme_of(extreme: Any) -> Callable[[Tensor, Tensor], Tensor]:
    def of(x: Tensor, y: Tensor) -> Tensor:
        if x.dtype.kind == "c":
            return complexes.maximum(x, y) if extreme is _maximum else complexes.minimum(x, y)
        return unordered(extreme(ordered(x), ordered(y)), x.dtype)

    return of


def _modular(combine: Any) -> Callable[[Tensor, Tensor], Tensor]:
    """`combine`, of wide unsigned integers by the signed ones of their bits: both wrap alike."""

    def of(x: Tensor, y: Tensor) -> Tensor:
        return _view(combine(signed(x), signed(y)), x.dtype) if is_bits(x.dtype) else combine(x, y)

    return of


def _plus(x: Tensor, y: Tensor) -> Tensor:
    return complexes.add(x, y) if x.dtype.kind == "c" else _add(x, y)


SUM = Reduction(np.add, sum_over, _modular(_plus), 0)
PROD = Reduction(np.multiply, prod_over, _modular(_multiply), 1)
MAX = Reduction(np.maximum, _extreme_over(_amax), _extreme_of(_maximum), None)
MIN = Reduction(np.minimum, _extreme_over(_amin), _extreme_of(_minimum), None)
ALL = Reduction(np.logical_and, _truth_over(_amin, True), _logical_and, True)
ANY = Reduction(np.logical_or, _truth_over(_amax, False), _logical_or, False)


def truth(x: Tensor) -> Tensor:
    """Which elements are not zero."""
    return x if x.dtype == BOOL else _not_zero(x, 0)


def _only_where(reduction: Reduction, x: Tensor, mask: Tensor, initial: Any) -> Tensor:
    """`x` with what `mask` leaves out replaced by a value that does not change the result."""
    neutral = initial if reduction.identity is None else reduction.identity
    if neutral is None:
        name = reduction.ufunc.__name__
        raise ValueError(
            f"reduction operation '{name}' does not have an identity, "
            "so to use a where mask one has to specify 'initial'"
        )
    shape = np.broadcast_shapes(mask.shape, x.shape)
    if shape != x.shape:
        x = _expand(x, shape)
    if reduction is SUM and x.dtype.kind in "fc":
        neutral = complex(-0.0, -0.0) if x.dtype.kind == "c" else -0.0  # 0.0 makes 0.0 of a -0.0
    return _where(mask, x, tensor(neutral, dev=x.dev, dtype=x.dtype))


def _check_not_empty(reduction: Reduction, x: Tensor, axes: tuple[int, ...]) -> None:
    if any(x.shape[axis] == 0 for axis in axes):
        raise ValueError(f"zero-size array to reduction operation {reduction.ufunc.__name__} which has no identity")


def reduce(
    reduction: Reduction,
    a: Array,
    axis: Axis,
    dtype: Dtype = None,
    out: Any = None,
    keepdims: Any = NoValue,
    initial: Any = NoValue,
    where: Any = NoValue,
) -> Tensor:
    """``reduction.ufunc.reduce`` with all of its keywords."""
    x = as_tensor(a, dev_of(a, out, where))
    if reduction.ufunc in (np.logical_and, np.logical_or):
        x = truth(x)
    else:
        x = cast(x, _loop_dtype(reduction, x.dtype, dtype, out))
    start = None if initial is NoValue or initial is None else initial
    if start is not None and np.ndim(start):
        raise ValueError("setting an array element with a sequence.")
    mask = None if where is NoValue else read_mask(where, x.dev)
    if mask is not None:
        x = _only_where(reduction, x, mask, start)
    axes = reduced_axes(axis, x.ndim)
    if reduction.identity is None and start is None:
        _check_not_empty(reduction, x, axes)
    kept = keepdims is not NoValue and bool(keepdims)
    if reduction.identity is None and any(x.shape[i] == 0 for i in axes):
        result = full_of(start, x, axes, kept)
    else:
        over = reduction.over
        if reduction is SUM and initial is not NoValue and axes and x.dtype.kind in "fc":
            over = _signed_sum_over
        result = over(x, axes, kept)
        if start is not None:
            result = reduction.combine(as_tensor_of(start, x), result)
    if out is None:
        return _core.owned(reduced_like(result, x, axes))
    return into(result, out, reduction.ufunc.__name__, "unsafe")


def as_tensor_of(value: Array, x: Tensor) -> Tensor:
    """`value` as a Tensor with dtype and device of `x`."""
    return cast(value, x.dtype) if isinstance(value, Tensor) else tensor(value, dev=x.dev, dtype=x.dtype)


def full_of(start: Any, x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """What a reduction of no elements gives: its initial value everywhere."""
    shape = kept_shape(x.shape, axes) if keepdims else tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return _core.as_value(_expand(as_tensor_of(start, x), shape).copy())
