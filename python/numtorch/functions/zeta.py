"""The zeta functions, also where libtorch's has no values: below 1 and at infinity."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from numtorch._core import Tensor, kernel, tensor

__all__ = ["hurwitz_zeta", "riemann_zeta"]

_abs = kernel("abs")
_add = kernel("add.Scalar")
_add_tensor = kernel("add.Tensor")
_div = kernel("div.Tensor")
_eq = kernel("eq.Scalar")
_exp = kernel("exp")
_expm1 = kernel("expm1")
_full_like = kernel("full_like")
_gt = kernel("gt.Scalar")
_isnan = kernel("isnan")
_lgamma = kernel("lgamma")
_logical_and = kernel("logical_and")
_logical_not = kernel("logical_not")
_lt = kernel("lt.Scalar")
_masked_fill = kernel("masked_fill.Scalar")
_mul = kernel("mul.Tensor")
_mul_scalar = kernel("mul.Scalar")
_pow = kernel("pow.Tensor_Tensor")
_reciprocal = kernel("reciprocal")
_remainder = kernel("remainder.Scalar")
_rsub = kernel("rsub.Scalar")
_sin = kernel("sin")
_sum = kernel("sum.dim_IntList")
_unsqueeze = kernel("unsqueeze")
_where = kernel("where.self")
_zeta = kernel("special_zeta")

LARGE = 1e8
MIDDLE = -0.25  # further up 1 - s is too near to 1, further down the alternating sum is small
TERMS = 24  # each adds more than two bits


def hurwitz_zeta(x: Tensor, q: Tensor) -> Tensor:
    """The sum of (k + q) ** -x over k = 0, 1, 2, ..."""
    large = _logical_and(_gt(q, LARGE), _gt(x, 1))
    result = _zeta(x, _masked_fill(q, large, 1.0))
    order, place = _masked_fill(x, _logical_not(large), 2.0), _masked_fill(q, _logical_not(large), 1.0)
    # The integral and half of the first term.
    factor = _add_tensor(_reciprocal(_add(order, -1.0)), _mul_scalar(_reciprocal(place), 0.5))
    return _where(large, _mul(factor, _pow(place, _rsub(order, 1.0))), result)


def riemann_zeta(s: Tensor) -> Tensor:
    """The sum of k ** -s over k = 1, 2, 3, ..., and what continues it to numbers below 1."""
    low, below_1 = _lt(s, MIDDLE), _lt(s, 1)
    middle = _logical_and(below_1, _logical_not(low))
    result = _zeta(_masked_fill(s, below_1, 2.0), _full_like(s, 1.0))
    result = _where(middle, _between(_masked_fill(s, _logical_not(middle), 0.5)), result)
    result = _where(low, _reflected(_masked_fill(s, _logical_not(low), -2.0)), result)
    return _masked_fill(result, _isnan(s), math.nan)


@cache
def _weights(dev: int) -> tuple[Tensor, Tensor]:
    """Of the terms of the alternating sum, and the logarithms of their numbers (Borwein's algorithm)."""
    n = TERMS
    parts = [
        math.factorial(n + i - 1) * 4**i * n / (math.factorial(n - i) * math.factorial(2 * i)) for i in range(n + 1)
    ]
    sums = np.cumsum(parts)
    weights = (1 - sums[:n] / sums[n]) * (-1.0) ** np.arange(n)
    return tensor(weights, dev=dev), tensor(np.log(np.arange(1.0, n + 1)), dev=dev)


def _between(s: Tensor) -> Tensor:
    """For numbers from `MIDDLE` to 1: the alternating sum, whose terms a few weights make converge."""
    weights, logarithms = (x.to(dtype=s.dtype) for x in _weights(s.dev))
    terms = _mul(_exp(_mul(_unsqueeze(_mul_scalar(s, -1.0), -1), logarithms)), weights)
    # Divided by 1 - 2 ** (1 - s).
    return _div(_sum(terms, [-1]), _mul_scalar(_expm1(_mul_scalar(_rsub(s, 1.0), math.log(2.0))), -1.0))


def _reflected(s: Tensor) -> Tensor:
    """For numbers below `MIDDLE`: by the value at 1 - s."""
    mirrored = _rsub(s, 1.0)
    # The sine of pi / 2 * s, exactly 0 at the even numbers.
    wave = _add(_abs(_add(_abs(_add(_remainder(s, 4.0), -1.0)), -2.0)), -1.0)
    sine = _sin(_mul_scalar(wave, math.pi / 2))
    growth = _exp(_add(_lgamma(mirrored) - _mul_scalar(mirrored, math.log(2 * math.pi)), math.log(2.0)))
    return _masked_fill(_mul(_mul(growth, sine), _zeta(mirrored, _full_like(s, 1.0))), _eq(sine, 0), 0.0)
