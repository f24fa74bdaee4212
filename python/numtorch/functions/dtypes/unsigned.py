"""uint64 arithmetic on the bits of the numbers, read as int64.

Sums, differences, products and bitwise functions have the same bits either way. Here is what has not: whatever
depends on order or divides. Flipping the top bit turns unsigned order into signed order.
"""

from __future__ import annotations

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.knowing import happens
from numtorch.functions.dtypes import INT64, integers
from numtorch.functions.dtypes.storage import cast

_TOP = -(2**63)
_REST = 2**63 - 1


def flip(x: Tensor) -> Tensor:
    return aten.bitwise_xor_Scalar(x, _TOP)


def less(a: Tensor, b: Tensor) -> Tensor:
    return aten.lt_Tensor(flip(a), flip(b))


def less_equal(a: Tensor, b: Tensor) -> Tensor:
    return aten.le_Tensor(flip(a), flip(b))


def greater(a: Tensor, b: Tensor) -> Tensor:
    return less(b, a)


def greater_equal(a: Tensor, b: Tensor) -> Tensor:
    return less_equal(b, a)


def maximum(a: Tensor, b: Tensor) -> Tensor:
    return flip(aten.maximum(flip(a), flip(b)))


def minimum(a: Tensor, b: Tensor) -> Tensor:
    return flip(aten.minimum(flip(a), flip(b)))


def clip(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return minimum(maximum(x, low), high)


# ---- int64 against uint64: `a` is a number, `b` are bits, negative from 2**63 on ----


def signed_equal(a: Tensor, b: Tensor) -> Tensor:
    return aten.logical_and(aten.eq_Tensor(a, b), aten.ge_Scalar(b, 0))


def signed_less(a: Tensor, b: Tensor) -> Tensor:
    return aten.logical_or(aten.lt_Tensor(a, b), aten.lt_Scalar(b, 0))


def signed_less_equal(a: Tensor, b: Tensor) -> Tensor:
    return aten.logical_or(aten.le_Tensor(a, b), aten.lt_Scalar(b, 0))


# ---- Division ----


def _halve(x: Tensor) -> Tensor:
    return aten.bitwise_and_Scalar(aten.bitwise_right_shift_Tensor_Scalar(x, 1), _REST)


def _quotient(a: Tensor, b: Tensor) -> Tensor:
    # From half the dividend, which is not negative; at most 1 too small. A divisor from 2**63 on goes in once or never.
    estimate = aten.bitwise_left_shift_Tensor_Scalar(aten.div_Tensor_mode(_halve(a), b, rounding_mode="trunc"), 1)
    rest = aten.sub_Tensor(a, aten.mul_Tensor(estimate, b))
    quotient = aten.add_Tensor(estimate, cast(greater_equal(rest, b), INT64))
    return aten.where_self(aten.lt_Scalar(b, 0), cast(greater_equal(a, b), INT64), quotient)


def _rest(a: Tensor, b: Tensor) -> Tensor:
    return aten.sub_Tensor(a, aten.mul_Tensor(_quotient(a, b), b))


def floor_divide(a: Tensor, b: Tensor) -> Tensor:
    return integers.divided(np.floor_divide, _quotient, a, b)


def remainder(a: Tensor, b: Tensor) -> Tensor:
    return integers.divided(np.remainder, _rest, a, b)


def fmod(a: Tensor, b: Tensor) -> Tensor:
    return integers.divided(np.fmod, _rest, a, b)


def divmod(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:  # NumPy's name
    zero = aten.eq_Scalar(b, 0)
    quotient = integers.divided(np.divmod, _quotient, a, b)
    return quotient, aten.masked_fill_Scalar(aten.sub_Tensor(a, aten.mul_Tensor(quotient, b)), zero, 0)


def _rest_or_zero(a: Tensor, b: Tensor) -> Tensor:
    zero = aten.eq_Scalar(b, 0)
    return aten.masked_fill_Scalar(_rest(a, aten.masked_fill_Scalar(b, zero, 1)), zero, 0)


def gcd(a: Tensor, b: Tensor) -> Tensor:
    # Three of Euclid's steps make both numbers fit into an int64.
    first = _rest_or_zero(a, b)
    second = _rest_or_zero(b, first)
    common = aten.gcd(second, _rest_or_zero(first, second))
    for divisor, dividend in ((second, first), (first, b), (b, a)):
        common = aten.where_self(aten.eq_Scalar(divisor, 0), dividend, common)
    return common


def lcm(a: Tensor, b: Tensor) -> Tensor:
    common = gcd(a, b)
    zero = aten.eq_Scalar(common, 0)
    return aten.mul_Tensor(_quotient(a, aten.masked_fill_Scalar(common, zero, 1)), b)


# ---- The rest ----


def power(a: Tensor, b: Tensor) -> Tensor:
    # The top bit of the exponent changes nothing for an odd base (its order divides 2**62) and gives 0 for an even one.
    vanishes = aten.logical_and(aten.lt_Scalar(b, 0), aten.eq_Scalar(aten.bitwise_and_Scalar(a, 1), 0))
    return aten.masked_fill_Scalar(aten.pow_Tensor_Tensor(a, aten.bitwise_and_Scalar(b, _REST)), vanishes, 0)


def right_shift(a: Tensor, count: Tensor) -> Tensor:
    shifted = aten.bitwise_right_shift_Tensor(_halve(a), aten.clamp(aten.sub_Scalar(count, 1), 0, 63))
    shifted = aten.masked_fill_Scalar(shifted, aten.lt_Scalar(count, 0), 0)
    return aten.where_self(aten.eq_Scalar(count, 0), a, shifted)


def sign(x: Tensor) -> Tensor:
    return cast(aten.ne_Scalar(x, 0), INT64)


def reciprocal(x: Tensor) -> Tensor:
    if x.dev == -1 and happens(aten.eq_Scalar(x, 0)):
        np.reciprocal(np.zeros(1, np.uint64))
    return cast(aten.eq_Scalar(x, 1), INT64)
