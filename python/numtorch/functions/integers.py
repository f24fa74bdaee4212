"""NumPy's arithmetic of integers where libtorch's differs: division by zero, negative powers, counting bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions.carriers import INT64, Compute, Dtype, cast

_abs = kernel("abs")
_add = kernel("add.Tensor")
_and = kernel("bitwise_and.Scalar")
_any = kernel("any")
_div = kernel("div.Tensor_mode")
_eq = kernel("eq.Scalar")
_floor_divide = kernel("floor_divide")
_fmod = kernel("fmod.Tensor")
_full_like = kernel("full_like")
_gcd = kernel("gcd")
_logical_and = kernel("logical_and")
_lt = kernel("lt.Scalar")
_masked_fill = kernel("masked_fill.Scalar")
_mul = kernel("mul.Scalar")
_multiply = kernel("mul.Tensor")
_ne = kernel("ne.Scalar")
_pow = kernel("pow.Tensor_Tensor")
_remainder = kernel("remainder.Tensor")
_right_shift = kernel("bitwise_right_shift.Tensor_Scalar")
_sub = kernel("sub.Tensor")

UINT8 = np.dtype(np.uint8)

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
    if a.dtype.kind == "i" and a.dev == -1 and a.size and _any(_eq(b, -1)):
        lowest = int(np.iinfo(a.dtype).min)
        if _any(_logical_and(_eq(b, -1), _eq(a, lowest))):
            _tell(function, lowest, -1, a.dtype)


def divided(function: np.ufunc, compute: Compute, a: Tensor, b: Tensor) -> Tensor:
    """`compute(a, b)`, and 0 where `b` is 0: on the CPU with the warning (or the error) that NumPy is set to give."""
    zero = _eq(b, 0)
    if zero.dev == -1:
        if not _any(zero):
            return compute(a, b)
        if a.size:
            _tell(function, 1, 0, a.dtype)
    result: Tensor = _masked_fill(compute(a, _masked_fill(b, zero, 1)), zero, 0)
    return result


def floor_divide(a: Tensor, b: Tensor) -> Tensor:
    _tell_overflow(np.floor_divide, a, b)
    return divided(np.floor_divide, _floor_divide, a, b)


def remainder(a: Tensor, b: Tensor) -> Tensor:
    return divided(np.remainder, _remainder, a, b)


def fmod(a: Tensor, b: Tensor) -> Tensor:
    return divided(np.fmod, _fmod, a, b)


def divmod(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:  # NumPy's name
    _tell_overflow(np.divmod, a, b)
    zero = _eq(b, 0)
    if zero.dev == -1 and a.size and _any(zero):
        _tell(np.divmod, 1, 0, a.dtype)
    divisor = _masked_fill(b, zero, 1)
    return tuple(_masked_fill(f(a, divisor), zero, 0) for f in (_floor_divide, _remainder))


def power(a: Tensor, b: Tensor) -> Tensor:
    if b.dtype.kind == "i" and _any(_lt(b, 0)):
        raise ValueError("Integers to negative integer powers are not allowed.")
    result: Tensor = _pow(a, b)
    return result


def gcd(a: Tensor, b: Tensor) -> Tensor:
    # libtorch's is negative where one number is the smallest of its dtype.
    return _abs(_gcd(a, b))


def lcm(a: Tensor, b: Tensor) -> Tensor:
    # libtorch's divides by a negative common divisor, which stops the process on the smallest int64.
    common = gcd(a, b)
    quotient = _div(_abs(a), _masked_fill(common, _eq(common, 0), 1), rounding_mode="trunc")
    return _multiply(quotient, _abs(b))


@cache
def _reciprocal_of_zero(dtype: Dtype) -> int:
    with np.errstate(all="ignore"):
        return int(np.reciprocal(np.zeros(1, dtype))[0])


def reciprocal(x: Tensor) -> Tensor:
    zero = _eq(x, 0)
    if x.dev == -1 and _any(zero):
        np.reciprocal(np.zeros(1, x.dtype))
    result = _masked_fill(x, _ne(_abs(x), 1), 0)
    return _masked_fill(result, zero, _reciprocal_of_zero(x.dtype))


def count_bits(x: Tensor) -> Tensor:
    """How many bits of each int64 are set, as uint8: neighbours are added up, in pairs, fours and eights."""
    x = _sub(x, _and(_right_shift(x, 1), 0x5555555555555555))
    x = _add(_and(x, 0x3333333333333333), _and(_right_shift(x, 2), 0x3333333333333333))
    x = _and(_add(x, _right_shift(x, 4)), 0x0F0F0F0F0F0F0F0F)
    return cast(_right_shift(_mul(x, 0x0101010101010101), 56), UINT8)


def bitwise_count(x: Tensor) -> Tensor:
    return count_bits(_abs(cast(x, INT64)))


def always(value: bool) -> Compute:
    """A test that all integers pass, or none."""

    def test(x: Tensor) -> Any:
        return _full_like(x, value, dtype=np.bool_)

    return test
