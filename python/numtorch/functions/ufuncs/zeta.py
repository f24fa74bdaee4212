"""The zeta functions, also where libtorch's has no values: below 1 and at infinity."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor

__all__ = ["hurwitz_zeta", "riemann_zeta"]


LARGE = 1e8
MIDDLE = -0.25  # further up 1 - s is too near to 1, further down the alternating sum is small
TERMS = 24  # each adds more than two bits


def hurwitz_zeta(x: Tensor, q: Tensor) -> Tensor:
    """The sum of (k + q) ** -x over k = 0, 1, 2, ..."""
    large = aten.logical_and(aten.gt_Scalar(q, LARGE), aten.gt_Scalar(x, 1))
    result = aten.special_zeta(x, aten.masked_fill_Scalar(q, large, 1.0))
    order, start = (
        aten.masked_fill_Scalar(x, aten.logical_not(large), 2.0),
        aten.masked_fill_Scalar(q, aten.logical_not(large), 1.0),
    )
    # The integral and half of the first term.
    factor = aten.add_Tensor(
        aten.reciprocal(aten.add_Scalar(order, -1.0)), aten.mul_Scalar(aten.reciprocal(start), 0.5)
    )
    return aten.where_self(
        large, aten.mul_Tensor(factor, aten.pow_Tensor_Tensor(start, aten.rsub_Scalar(order, 1.0))), result
    )


def riemann_zeta(s: Tensor) -> Tensor:
    """The sum of k ** -s over k = 1, 2, 3, ..., and what continues it to numbers below 1."""
    low, below_1 = aten.lt_Scalar(s, MIDDLE), aten.lt_Scalar(s, 1)
    middle = aten.logical_and(below_1, aten.logical_not(low))
    result = aten.special_zeta(aten.masked_fill_Scalar(s, below_1, 2.0), aten.full_like(s, 1.0))
    result = aten.where_self(middle, _between(aten.masked_fill_Scalar(s, aten.logical_not(middle), 0.5)), result)
    result = aten.where_self(low, _reflected(aten.masked_fill_Scalar(s, aten.logical_not(low), -2.0)), result)
    return aten.masked_fill_Scalar(result, aten.isnan(s), math.nan)


@cache
def _weights(dev: int) -> tuple[Tensor, Tensor]:
    """Of the terms of the alternating sum, and the logarithms of their numbers (Borwein's algorithm)."""
    n = TERMS
    parts = [
        math.factorial(n + i - 1) * 4**i * n / (math.factorial(n - i) * math.factorial(2 * i)) for i in range(n + 1)
    ]
    sums = np.cumsum(parts)
    weights = (1 - sums[:n] / sums[n]) * (-1.0) ** np.arange(n)
    return _core.call_concretely(lambda: (tensor(weights, dev=dev), tensor(np.log(np.arange(1.0, n + 1)), dev=dev)))


def _between(s: Tensor) -> Tensor:
    """For numbers from `MIDDLE` to 1: the alternating sum, whose terms a few weights make converge."""
    weights, logarithms = (x.to(dtype=s.dtype) for x in _weights(s.dev))
    terms = aten.mul_Tensor(
        aten.exp(aten.mul_Tensor(aten.unsqueeze(aten.mul_Scalar(s, -1.0), -1), logarithms)), weights
    )
    # Divided by 1 - 2 ** (1 - s).
    return aten.div_Tensor(
        aten.sum_dim_IntList(terms, [-1]),
        aten.mul_Scalar(aten.expm1(aten.mul_Scalar(aten.rsub_Scalar(s, 1.0), math.log(2.0))), -1.0),
    )


def _reflected(s: Tensor) -> Tensor:
    """For numbers below `MIDDLE`: by the value at 1 - s."""
    mirrored = aten.rsub_Scalar(s, 1.0)
    # The sine of pi / 2 * s, exactly 0 at the even numbers.
    wave = aten.add_Scalar(
        aten.abs(aten.add_Scalar(aten.abs(aten.add_Scalar(aten.remainder_Scalar(s, 4.0), -1.0)), -2.0)), -1.0
    )
    sine = aten.sin(aten.mul_Scalar(wave, math.pi / 2))
    growth = aten.exp(
        aten.add_Scalar(aten.lgamma(mirrored) - aten.mul_Scalar(mirrored, math.log(2 * math.pi)), math.log(2.0))
    )
    return aten.masked_fill_Scalar(
        aten.mul_Tensor(aten.mul_Tensor(growth, sine), aten.special_zeta(mirrored, aten.full_like(s, 1.0))),
        aten.eq_Scalar(sine, 0),
        0.0,
    )
