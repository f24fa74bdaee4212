"""NumPy's arithmetic of integers where libtorch's differs: division by zero, negative powers, counting bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.knowing import happens, may_happen
from numtorch.functions.dtypes import INT64, UINT8
from numtorch.functions.dtypes.storage import Compute, Dtype, cast

# ---- Division, with NumPy's warnings ----

_method: ContextVar[str] = ContextVar("_method", default="__call__")


@contextmanager
def within(method: str) -> Iterator[None]:
    """Within it, warnings name this method of the ufunc, as NumPy's do."""
    token = _method.set(method)
    try:
        yield
    finally:
        _method.reset(token)


def _tell(function: np.ufunc, a: int, b: int, dtype: Dtype) -> None:
    """The warning, or the error, that NumPy is set to give of ``a // b``."""
    first, second = np.array([a], dtype), np.array([b], dtype)
    method = _method.get()
    if method in ("reduce", "accumulate"):
        getattr(function, method)(np.concatenate([first, second]))
    elif method == "reduceat":
        function.reduceat(np.concatenate([first, second]), [0])
    else:
        function(first, second)


def _tell_overflow(function: np.ufunc, a: Tensor, b: Tensor) -> None:
    """The smallest number divided by -1 is one too large."""
    if a.dtype.kind == "i" and a.dev == -1 and a.size and happens(aten.eq_Scalar(b, -1)):
        lowest = int(np.iinfo(a.dtype).min)
        if happens(aten.logical_and(aten.eq_Scalar(b, -1), aten.eq_Scalar(a, lowest))):
            _tell(function, lowest, -1, a.dtype)


def divided(function: np.ufunc, compute: Compute, a: Tensor, b: Tensor) -> Tensor:
    """`compute(a, b)`, and 0 where `b` is 0: on the CPU with the warning (or the error) that NumPy is set to give."""
    zero = aten.eq_Scalar(b, 0)
    if zero.dev == -1:
        if not may_happen(zero):
            return compute(a, b)
        if a.size and happens(zero):
            _tell(function, 1, 0, a.dtype)
    result: Tensor = aten.masked_fill_Scalar(compute(a, aten.masked_fill_Scalar(b, zero, 1)), zero, 0)
    return result


def floor_divide(a: Tensor, b: Tensor) -> Tensor:
    _tell_overflow(np.floor_divide, a, b)
    return divided(np.floor_divide, aten.floor_divide, a, b)


def remainder(a: Tensor, b: Tensor) -> Tensor:
    return divided(np.remainder, aten.remainder_Tensor, a, b)


def fmod(a: Tensor, b: Tensor) -> Tensor:
    return divided(np.fmod, aten.fmod_Tensor, a, b)


def divmod(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:  # NumPy's name
    _tell_overflow(np.divmod, a, b)
    zero = aten.eq_Scalar(b, 0)
    if zero.dev == -1 and a.size and happens(zero):
        _tell(np.divmod, 1, 0, a.dtype)
    divisor = aten.masked_fill_Scalar(b, zero, 1)
    return tuple(aten.masked_fill_Scalar(f(a, divisor), zero, 0) for f in (aten.floor_divide, aten.remainder_Tensor))


def power(a: Tensor, b: Tensor) -> Tensor:
    if b.dtype.kind == "i" and happens(aten.lt_Scalar(b, 0)):
        raise ValueError("Integers to negative integer powers are not allowed.")
    result: Tensor = aten.pow_Tensor_Tensor(a, b)
    return result


def gcd(a: Tensor, b: Tensor) -> Tensor:
    # libtorch's is negative where one number is the smallest of its dtype.
    return aten.abs(aten.gcd(a, b))


def lcm(a: Tensor, b: Tensor) -> Tensor:
    # libtorch's divides by a negative common divisor, which stops the process on the smallest int64.
    common = gcd(a, b)
    quotient = aten.div_Tensor_mode(
        aten.abs(a), aten.masked_fill_Scalar(common, aten.eq_Scalar(common, 0), 1), rounding_mode="trunc"
    )
    return aten.mul_Tensor(quotient, aten.abs(b))


@cache
def _reciprocal_of_zero(dtype: Dtype) -> int:
    with np.errstate(all="ignore"):
        return int(np.reciprocal(np.zeros(1, dtype))[0])


def reciprocal(x: Tensor) -> Tensor:
    zero = aten.eq_Scalar(x, 0)
    if x.dev == -1 and happens(zero):
        np.reciprocal(np.zeros(1, x.dtype))
    result = aten.masked_fill_Scalar(x, aten.ne_Scalar(aten.abs(x), 1), 0)
    return aten.masked_fill_Scalar(result, zero, _reciprocal_of_zero(x.dtype))


def count_bits(x: Tensor) -> Tensor:
    """How many bits of each int64 are set, as uint8: neighbours are added up, in pairs, fours and eights."""
    x = aten.sub_Tensor(x, aten.bitwise_and_Scalar(aten.bitwise_right_shift_Tensor_Scalar(x, 1), 0x5555555555555555))
    x = aten.add_Tensor(
        aten.bitwise_and_Scalar(x, 0x3333333333333333),
        aten.bitwise_and_Scalar(aten.bitwise_right_shift_Tensor_Scalar(x, 2), 0x3333333333333333),
    )
    x = aten.bitwise_and_Scalar(aten.add_Tensor(x, aten.bitwise_right_shift_Tensor_Scalar(x, 4)), 0x0F0F0F0F0F0F0F0F)
    return cast(aten.bitwise_right_shift_Tensor_Scalar(aten.mul_Scalar(x, 0x0101010101010101), 56), UINT8)


def bitwise_count(x: Tensor) -> Tensor:
    return count_bits(aten.abs(cast(x, INT64)))


def always(value: bool) -> Compute:
    """A test that all integers pass, or none."""

    def test(x: Tensor) -> Any:
        return aten.full_like(x, value, dtype=np.bool_)

    return test
