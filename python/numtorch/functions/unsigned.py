"""uint64 arithmetic on the bits of the numbers, read as int64.

Sums, differences, products and bitwise functions have the same bits either way. Here is what has not: whatever
depends on order or divides. Flipping the top bit turns unsigned order into signed order.
"""

from __future__ import annotations

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions import integers
from numtorch.functions.carriers import INT64, cast

_add = kernel("add.Tensor")
_and = kernel("bitwise_and.Scalar")
_clamp = kernel("clamp")
_div = kernel("div.Tensor_mode")
_eq = kernel("eq.Scalar")
_gcd = kernel("gcd")
_ge = kernel("ge.Scalar")
_left_shift_by = kernel("bitwise_left_shift.Tensor_Scalar")
_logical_and = kernel("logical_and")
_logical_or = kernel("logical_or")
_lt = kernel("lt.Scalar")
_masked_fill = kernel("masked_fill.Scalar")
_mul = kernel("mul.Tensor")
_ne = kernel("ne.Scalar")
_pow = kernel("pow.Tensor_Tensor")
_right_shift = kernel("bitwise_right_shift.Tensor")
_right_shift_by = kernel("bitwise_right_shift.Tensor_Scalar")
_sub = kernel("sub.Tensor")
_sub_scalar = kernel("sub.Scalar")
_where = kernel("where.self")
_xor = kernel("bitwise_xor.Scalar")

_equal = kernel("eq.Tensor")
_less = kernel("lt.Tensor")
_less_equal = kernel("le.Tensor")
_greater_equal = kernel("ge.Tensor")
_maximum = kernel("maximum")
_minimum = kernel("minimum")

_TOP = -(2**63)
_REST = 2**63 - 1


def flip(x: Tensor) -> Tensor:
    return _xor(x, _TOP)


def less(a: Tensor, b: Tensor) -> Tensor:
    return _less(flip(a), flip(b))


def less_equal(a: Tensor, b: Tensor) -> Tensor:
    return _less_equal(flip(a), flip(b))


def greater(a: Tensor, b: Tensor) -> Tensor:
    return less(b, a)


def greater_equal(a: Tensor, b: Tensor) -> Tensor:
    return less_equal(b, a)


def maximum(a: Tensor, b: Tensor) -> Tensor:
    return flip(_maximum(flip(a), flip(b)))


def minimum(a: Tensor, b: Tensor) -> Tensor:
    return flip(_minimum(flip(a), flip(b)))


def clip(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return minimum(maximum(x, low), high)


# ---- int64 against uint64: `a` is a number, `b` are bits, negative from 2**63 on ----


def signed_equal(a: Tensor, b: Tensor) -> Tensor:
    return _logical_and(_equal(a, b), _ge(b, 0))


def signed_less(a: Tensor, b: Tensor) -> Tensor:
    return _logical_or(_less(a, b), _lt(b, 0))


def signed_less_equal(a: Tensor, b: Tensor) -> Tensor:
    return _logical_or(_less_equal(a, b), _lt(b, 0))


# ---- Division ----


def _halve(x: Tensor) -> Tensor:
    return _and(_right_shift_by(x, 1), _REST)


def _quotient(a: Tensor, b: Tensor) -> Tensor:
    # From half the dividend, which is not negative; at most 1 too small. A divisor from 2**63 on goes in once or never.
    estimate = _left_shift_by(_div(_halve(a), b, rounding_mode="trunc"), 1)
    rest = _sub(a, _mul(estimate, b))
    quotient = _add(estimate, cast(greater_equal(rest, b), INT64))
    return _where(_lt(b, 0), cast(greater_equal(a, b), INT64), quotient)


def _rest(a: Tensor, b: Tensor) -> Tensor:
    return _sub(a, _mul(_quotient(a, b), b))


def floor_divide(a: Tensor, b: Tensor) -> Tensor:
    return integers.divided(np.floor_divide, _quotient, a, b)


def remainder(a: Tensor, b: Tensor) -> Tensor:
    return integers.divided(np.remainder, _rest, a, b)


def fmod(a: Tensor, b: Tensor) -> Tensor:
    return integers.divided(np.fmod, _rest, a, b)


def divmod(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:  # NumPy's name
    zero = _eq(b, 0)
    quotient = integers.divided(np.divmod, _quotient, a, b)
    return quotient, _masked_fill(_sub(a, _mul(quotient, b)), zero, 0)


def _rest_or_zero(a: Tensor, b: Tensor) -> Tensor:
    zero = _eq(b, 0)
    return _masked_fill(_rest(a, _masked_fill(b, zero, 1)), zero, 0)


def gcd(a: Tensor, b: Tensor) -> Tensor:
    # Three of Euclid's steps make both numbers fit into an int64.
    first = _rest_or_zero(a, b)
    second = _rest_or_zero(b, first)
    common = _gcd(second, _rest_or_zero(first, second))
    for divisor, dividend in ((second, first), (first, b), (b, a)):
        common = _where(_eq(divisor, 0), dividend, common)
    return common


def lcm(a: Tensor, b: Tensor) -> Tensor:
    common = gcd(a, b)
    zero = _eq(common, 0)
    return _mul(_quotient(a, _masked_fill(common, zero, 1)), b)


# ---- The rest ----


def power(a: Tensor, b: Tensor) -> Tensor:
    # The top bit of the exponent changes nothing for an odd base (its order divides 2**62) and gives 0 for an even one.
    vanishes = _logical_and(_lt(b, 0), _eq(_and(a, 1), 0))
    return _masked_fill(_pow(a, _and(b, _REST)), vanishes, 0)


def right_shift(a: Tensor, count: Tensor) -> Tensor:
    shifted = _right_shift(_halve(a), _clamp(_sub_scalar(count, 1), 0, 63))
    shifted = _masked_fill(shifted, _lt(count, 0), 0)
    return _where(_eq(count, 0), a, shifted)


def sign(x: Tensor) -> Tensor:
    return cast(_ne(x, 0), INT64)


def reciprocal(x: Tensor) -> Tensor:
    if x.dev == -1 and integers._any(_eq(x, 0)):
        np.reciprocal(np.zeros(1, np.uint64))
    return cast(_eq(x, 1), INT64)
