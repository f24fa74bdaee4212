"""NumPy's powers of complex numbers: whole ones by multiplication, which is exact where polar form is not."""

from __future__ import annotations

import math
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.standing import recorded_as
from numtorch.functions.dtypes import INT64

_LIMIT = 100  # NumPy multiplies for whole exponents below it
_NAN = complex(math.nan, math.nan)


def power(a: Tensor, b: Any) -> Tensor:
    """``a ** b``, of one complex dtype; `b` may be a Python number."""
    if isinstance(b, Tensor):
        return recorded_as(aten.pow_Tensor_Tensor, _by_elements, a, b)
    # What ndarray's operator does with these, a Python int and float alone.
    if type(b) is int and b == -1:
        return reciprocal(a)
    if type(b) is float and b == 0.5:
        return aten.sqrt(a)
    if type(b) is int and b == 2:
        return aten.square(a)
    return recorded_as(aten.pow_Tensor_Scalar, _by_number, a, a.dtype.type(b).item())


def reciprocal(z: Tensor) -> Tensor:
    """1 / z, by the larger part: with the signs of NumPy's zeros, and of 0 not a number."""
    return recorded_as(aten.reciprocal, _by_larger_part, z)


def _by_larger_part(z: Tensor) -> Tensor:
    real, imag = aten.real(z), aten.imag(z)
    by_real = aten.le_Tensor(aten.abs(imag), aten.abs(real))
    ratio = aten.where_self(by_real, aten.div_Tensor(imag, real), aten.div_Tensor(real, imag))
    size = aten.where_self(by_real, real + imag * ratio, real * ratio + imag)
    one = aten.ones_like(real)
    return aten.complex(
        aten.div_Tensor(aten.where_self(by_real, one, ratio), size),
        aten.div_Tensor(aten.neg(aten.where_self(by_real, ratio, one)), size),
    )


# ---- One exponent for all ----


def _by_number(a: Tensor, number: complex) -> Tensor:
    n = int(number.real) if math.isfinite(number.real) else _LIMIT
    if number == n and abs(n) < _LIMIT:
        result = _by_multiplying(a, n) if n >= 0 else aten.div_Tensor(_one(a), _by_squaring(a, -n))
    else:
        result = aten.pow_Tensor_Scalar(a, number)
    if number == 0:
        return result
    return aten.masked_fill_Scalar(result, aten.eq_Scalar(a, 0), 0 if number.real > 0 else _NAN)


def _by_multiplying(a: Tensor, n: int) -> Tensor:
    """NumPy's products in NumPy's order, so that infinities meet the same zeros."""
    if n == 0:
        return aten.ones_like(a)
    if n == 1:
        return aten.clone(a)
    if n <= 3:
        square = aten.square(a)
        return square if n == 2 else aten.mul_Tensor(a, square)
    return _by_squaring(a, n)


def _by_squaring(a: Tensor, n: int) -> Tensor:
    result, square = _one(a), a
    while True:
        if n & 1:
            result = aten.mul_Tensor(result, square)
        n >>= 1
        if n == 0:
            return result
        square = aten.mul_Tensor(square, square)


def _one(a: Tensor) -> Tensor:
    return aten.full((), 1, dtype=a.dtype, device=a.dev)


# ---- An exponent for each element ----


def _by_elements(a: Tensor, b: Tensor) -> Tensor:
    real = aten.real(b)
    whole = aten.logical_and(
        aten.eq_Scalar(aten.imag(b), 0),
        aten.logical_and(aten.eq_Tensor(aten.trunc(real), real), aten.lt_Scalar(aten.abs(real), _LIMIT)),
    )
    n = aten._to_copy(aten.masked_fill_Scalar(real, aten.logical_not(whole), 0), dtype=INT64)
    product = _by_squaring_elements(a, aten.abs(n))
    square = aten.square(a)
    for few, few_times in ((1, a), (2, square), (3, aten.mul_Tensor(a, square))):
        product = aten.where_self(aten.eq_Scalar(n, few), few_times, product)
    result = aten.where_self(
        whole,
        aten.where_self(aten.lt_Scalar(real, 0), aten.div_Tensor(_one(a), product), product),
        aten.pow_Tensor_Tensor(a, b),
    )
    at_zero = aten.eq_Scalar(a, 0)
    result = aten.masked_fill_Scalar(result, aten.logical_and(at_zero, aten.gt_Scalar(real, 0)), 0)
    result = aten.masked_fill_Scalar(result, aten.logical_and(at_zero, aten.logical_not(aten.gt_Scalar(real, 0))), _NAN)
    return aten.masked_fill_Scalar(result, aten.eq_Scalar(b, 0), 1)


def _by_squaring_elements(a: Tensor, n: Tensor) -> Tensor:
    # Only of the CPU's exponents the largest is asked for: a GPU would be waited for.
    largest = int(aten.amax(n).item()) if a.dev == -1 and n.size and not _core.is_abstract(n) else _LIMIT
    result, square = _one(a), a
    for bit in range(largest.bit_length()):
        square = aten.mul_Tensor(square, square) if bit else square
        result = aten.where_self(
            aten.ne_Scalar(aten.bitwise_and_Scalar(n, 1 << bit), 0), aten.mul_Tensor(result, square), result
        )
    return result
