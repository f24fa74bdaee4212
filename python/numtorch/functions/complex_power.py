"""NumPy's powers of complex numbers: whole ones by multiplication, which is exact where polar form is not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions.standing import recorded_as

_abs = kernel("abs")
_amax = kernel("amax")
_bitwise_and = kernel("bitwise_and.Scalar")
_clone = kernel("clone")
_complex = kernel("complex")
_div = kernel("div.Tensor")
_eq = kernel("eq.Tensor")
_eq_scalar = kernel("eq.Scalar")
_full = kernel("full")
_gt = kernel("gt.Scalar")
_imag = kernel("imag")
_logical_and = kernel("logical_and")
_le = kernel("le.Tensor")
_lt = kernel("lt.Scalar")
_masked_fill = kernel("masked_fill.Scalar")
_mul = kernel("mul.Tensor")
_ne = kernel("ne.Scalar")
_neg = kernel("neg")
_not = kernel("logical_not")
_ones_like = kernel("ones_like")
_pow = kernel("pow.Tensor_Tensor")
_pow_scalar = kernel("pow.Tensor_Scalar")
_real = kernel("real")
_reciprocal = kernel("reciprocal")
_sqrt = kernel("sqrt")
_square = kernel("square")
_to_copy = kernel("_to_copy")
_trunc = kernel("trunc")
_where = kernel("where.self")

_LIMIT = 100  # NumPy multiplies for whole exponents below it
_NAN = complex(math.nan, math.nan)
INT64 = np.dtype(np.int64)


def power(a: Tensor, b: Any) -> Tensor:
    """``a ** b``, of one complex dtype; `b` may be a Python number."""
    if isinstance(b, Tensor):
        return recorded_as(_pow, _by_elements, a, b)
    # What ndarray's operator does with these, a Python int and float alone.
    if type(b) is int and b == -1:
        return reciprocal(a)
    if type(b) is float and b == 0.5:
        return _sqrt(a)
    if type(b) is int and b == 2:
        return _square(a)
    return recorded_as(_pow_scalar, _by_number, a, a.dtype.type(b).item())


def reciprocal(z: Tensor) -> Tensor:
    """1 / z, by the larger part: with the signs of NumPy's zeros, and of 0 not a number."""
    return recorded_as(_reciprocal, _by_larger_part, z)


def _by_larger_part(z: Tensor) -> Tensor:
    real, imag = _real(z), _imag(z)
    by_real = _le(_abs(imag), _abs(real))
    ratio = _where(by_real, _div(imag, real), _div(real, imag))
    size = _where(by_real, real + imag * ratio, real * ratio + imag)
    one = _ones_like(real)
    return _complex(_div(_where(by_real, one, ratio), size), _div(_neg(_where(by_real, ratio, one)), size))


# ---- One exponent for all ----


def _by_number(a: Tensor, number: complex) -> Tensor:
    n = int(number.real) if math.isfinite(number.real) else _LIMIT
    if number == n and abs(n) < _LIMIT:
        result = _by_multiplying(a, n) if n >= 0 else _div(_one(a), _by_squaring(a, -n))
    else:
        result = _pow_scalar(a, number)
    if number == 0:
        return result
    return _masked_fill(result, _eq_scalar(a, 0), 0 if number.real > 0 else _NAN)


def _by_multiplying(a: Tensor, n: int) -> Tensor:
    """NumPy's products in NumPy's order, so that infinities meet the same zeros."""
    if n == 0:
        return _ones_like(a)
    if n == 1:
        return _clone(a)
    if n <= 3:
        square = _square(a)
        return square if n == 2 else _mul(a, square)
    return _by_squaring(a, n)


def _by_squaring(a: Tensor, n: int) -> Tensor:
    result, square = _one(a), a
    while True:
        if n & 1:
            result = _mul(result, square)
        n >>= 1
        if n == 0:
            return result
        square = _mul(square, square)


def _one(a: Tensor) -> Tensor:
    return _full((), 1, dtype=a.dtype, device=a.dev)


# ---- An exponent for each element ----


def _by_elements(a: Tensor, b: Tensor) -> Tensor:
    real = _real(b)
    whole = _logical_and(_eq_scalar(_imag(b), 0), _logical_and(_eq(_trunc(real), real), _lt(_abs(real), _LIMIT)))
    n = _to_copy(_masked_fill(real, _not(whole), 0), dtype=INT64)
    product = _by_squaring_elements(a, _abs(n))
    square = _square(a)
    for few, few_times in ((1, a), (2, square), (3, _mul(a, square))):
        product = _where(_eq_scalar(n, few), few_times, product)
    result = _where(whole, _where(_lt(real, 0), _div(_one(a), product), product), _pow(a, b))
    at_zero = _eq_scalar(a, 0)
    result = _masked_fill(result, _logical_and(at_zero, _gt(real, 0)), 0)
    result = _masked_fill(result, _logical_and(at_zero, _not(_gt(real, 0))), _NAN)
    return _masked_fill(result, _eq_scalar(b, 0), 1)


def _by_squaring_elements(a: Tensor, n: Tensor) -> Tensor:
    # Only of the CPU's exponents the largest is asked for: a GPU would be waited for.
    largest = int(_amax(n).item()) if a.dev == -1 and n.size else _LIMIT
    result, square = _one(a), a
    for bit in range(largest.bit_length()):
        square = _mul(square, square) if bit else square
        result = _where(_ne(_bitwise_and(n, 1 << bit), 0), _mul(result, square), result)
    return result
