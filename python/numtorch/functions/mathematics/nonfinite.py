"""Infinities and nans: which they are, and other numbers instead of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, as_value
from numtorch.functions.calls.arguments import Array, as_tensor, check_casting, dev_of, held, is_weak, xp
from numtorch.functions.calls.registry import implements
from numtorch.functions.indexing.selection import where

__all__ = ["isneginf", "isposinf", "nan_to_num"]


def _sign_known(x: Tensor) -> Tensor:
    if x.dtype.kind == "c":
        raise TypeError(f"This operation is not supported for {x.dtype} values because it would be ambiguous.")
    return x


def _nowhere(x: Tensor, out: Any) -> Tensor:
    return xp.isinf(x, out=out)


@implements(np.isneginf)
def isneginf(x: Array, out: Any = None) -> Tensor:
    """NumPy's `isneginf`."""
    values = _sign_known(as_tensor(x, dev_of(x, out)))
    result: Tensor = xp.equal(values, -math.inf, out=out) if values.dtype.kind == "f" else _nowhere(values, out)
    return result


@implements(np.isposinf)
def isposinf(x: Array, out: Any = None) -> Tensor:
    """NumPy's `isposinf`."""
    values = _sign_known(as_tensor(x, dev_of(x, out)))
    result: Tensor = xp.equal(values, math.inf, out=out) if values.dtype.kind == "f" else _nowhere(values, out)
    return result


def _replacement(value: Any, x: Tensor) -> Any:
    """What stands in for a nan or an infinity of `x`: a number, or a Tensor to be broadcast."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    made = value if is_weak(value) else as_tensor(value, x.dev)
    dtype = made.dtype if isinstance(made, Tensor) else np.result_type(made, x.dtype)
    check_casting("nan_to_num", dtype, x.dtype, "same_kind")
    return made.astype(x.dtype)


def _replaced(x: Tensor, nan: Any, posinf: Any, neginf: Any) -> Tensor:
    """Real `x` with the three replaced."""
    values = [_replacement(value, x) for value in (nan, posinf, neginf)]
    numbers = [None if isinstance(value, Tensor) else value for value in values]
    result = aten.nan_to_num(x, *(None if number is None else held(float(number), x.dtype) for number in numbers))
    for value, test in zip(values, (xp.isnan, xp.isposinf, xp.isneginf), strict=True):
        if isinstance(value, Tensor):
            result = where(test(x), value, result)
    return result


@implements(np.nan_to_num)
def nan_to_num(x: Array, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Tensor:
    """NumPy's `nan_to_num`."""
    source = as_tensor(x, dev_of(x, nan, posinf, neginf))
    if source.dtype.kind == "c":
        result = aten.complex(*(_replaced(part, nan, posinf, neginf) for part in (source.real, source.imag)))
    elif source.dtype.kind == "f":
        result = _replaced(source, nan, posinf, neginf)
    else:
        return as_value(source.copy("K")) if copy or not source.ndim else source
    if copy or not isinstance(x, Tensor):
        return as_value(result)
    x[...] = result
    return x if x.ndim else result
