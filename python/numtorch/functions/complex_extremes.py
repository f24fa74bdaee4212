"""The largest and smallest complex numbers: by their real parts, then by their imaginary ones; NaN before all."""

from __future__ import annotations

import math

import numpy as np

from numtorch._core import Tensor, as_value, kernel

__all__ = ["extreme_along", "position_along"]

_amax = kernel("amax")
_any = kernel("any.dim")
_argmax = kernel("argmax")
_detach = kernel("detach")
_eq = kernel("eq.Tensor")
_gather = kernel("gather")
_isnan = kernel("isnan")
_logical_and = kernel("logical_and")
_masked_fill = kernel("masked_fill.Scalar")
_reshape = kernel("reshape")
_squeeze = kernel("squeeze.dim")
_where = kernel("where.self")


def position_along(x: Tensor, axis: int | None, keepdims: bool, largest: bool) -> Tensor:
    """Where along an axis, or among all elements, the first of equal extremes is; the first NaN if there is one."""
    x = _detach(x)
    if axis is None:
        x, axis = _reshape(x, (-1,)), 0
    nan = _isnan(x)
    real, imag = (x.real, x.imag) if largest else (-x.real, -x.imag)
    real = _masked_fill(real, nan, -math.inf)
    first = _eq(real, _amax(real, (axis,), True))
    imag = _masked_fill(imag, nan | ~first, -math.inf)
    found = _logical_and(first, _eq(imag, _amax(imag, (axis,), True)))
    found = _where(_any(nan, axis, True), nan, found)
    return _argmax(found.to(dtype=np.uint8), axis, keepdims)


def extreme_along(x: Tensor, axis: int, keepdims: bool, largest: bool) -> Tensor:
    """The extreme itself."""
    result = _gather(x, axis, position_along(x, axis, True, largest))
    return result if keepdims else as_value(_squeeze(result, axis))
