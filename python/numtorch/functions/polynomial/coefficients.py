"""The coefficients of power series as arguments: one form for all functions of `numpy.polynomial.polynomial`."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_tensor, as_tensors, cast, check_casting, xp
from numtorch.functions.dtypes import FLOAT64
from numtorch.functions.mathematics.metadata import common_type

__all__ = ["FLOAT64", "cast_into", "integer_of", "series_of", "trimmed", "vectors"]


def series_of(c: Array, dev: int | None = None) -> Tensor:
    """Coefficients along the first axis, at least one axis, of floating-point numbers."""
    x = as_tensor(c, dev)
    x = x if x.ndim else x.reshape(1)
    return x if x.dtype.kind in "fc" else cast(x, FLOAT64)


def trimmed(x: Tensor) -> Tensor:
    """Without the coefficients of the highest powers that are zero, but for the constant term. Waits for the device."""
    shorter: Tensor = xp.trim_zeros(x, "b")
    return shorter if shorter.shape[0] else x[:1]


def vectors(*series: Array, trim: bool = True) -> list[Tensor]:
    """Coefficients of one polynomial each, of a common dtype."""
    vectors = [x if x.ndim else x.reshape(1) for x in as_tensors(*series)]
    for x in vectors:
        if x.size == 0:
            raise ValueError("Coefficient array is empty")
        if x.ndim != 1:
            raise ValueError("Coefficient array is not 1-d")
    if any(x.dtype.kind == "b" for x in vectors):
        raise ValueError("Coefficient arrays have no common type")
    dtype = np.dtype(common_type(*vectors))
    return [cast(trimmed(x) if trim else x, dtype) for x in vectors]


def integer_of(value: Any, name: str) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, received {value}") from None


def cast_into(function: str, x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """`x` as NumPy would write it into an array of that dtype."""
    check_casting(function, x.dtype, dtype, "same_kind")
    return cast(x, dtype)
