"""The largest and smallest complex numbers: by their real parts, then by their imaginary ones; NaN before all."""

from __future__ import annotations

import math

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, as_value

__all__ = ["extreme_along", "position_along"]


def position_along(x: Tensor, axis: int | None, keepdims: bool, largest: bool) -> Tensor:
    """Where along an axis, or among all elements, the first of equal extremes is; the first NaN if there is one."""
    x = aten.detach(x)
    if axis is None:
        x, axis = aten.reshape(x, (-1,)), 0
    nan = aten.isnan(x)
    real, imag = (x.real, x.imag) if largest else (-x.real, -x.imag)
    real = aten.masked_fill_Scalar(real, nan, -math.inf)
    first = aten.eq_Tensor(real, aten.amax(real, (axis,), True))
    imag = aten.masked_fill_Scalar(imag, nan | ~first, -math.inf)
    found = aten.logical_and(first, aten.eq_Tensor(imag, aten.amax(imag, (axis,), True)))
    found = aten.where_self(aten.any_dim(nan, axis, True), nan, found)
    return aten.argmax(found.to(dtype=np.uint8), axis, keepdims)


def extreme_along(x: Tensor, axis: int, keepdims: bool, largest: bool) -> Tensor:
    """The extreme itself."""
    result = aten.gather(x, axis, position_along(x, axis, True, largest))
    return result if keepdims else as_value(aten.squeeze_dim(result, axis))
