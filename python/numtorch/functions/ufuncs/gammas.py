"""The gamma function in float64, of which libtorch has the logarithm alone, and what goes with it."""

from __future__ import annotations

import math
from fractions import Fraction

from numtorch import kernels as aten
from numtorch._core import Tensor

__all__ = ["gamma", "gamma_sign", "log_gamma"]


LARGE = 10.0  # from here on Stirling's series is exact to float64
OVERFLOW = 180.0  # gamma is inf from here on


def _bernoulli(count: int) -> list[Fraction]:
    """The first Bernoulli numbers of even index, from B_2."""
    numbers = [Fraction(1)]
    for n in range(1, 2 * count + 1):
        numbers.append(-sum((math.comb(n + 1, k) * b for k, b in enumerate(numbers)), Fraction(0)) / (n + 1))
    return numbers[2::2]


STIRLING = [float(b / (2 * k * (2 * k - 1))) for k, b in enumerate(_bernoulli(8), 1)]


def _stirling(z: Tensor) -> Tensor:
    """Gamma of z from `LARGE` on (DLMF 5.11.3)."""
    z = aten.clamp(z, None, OVERFLOW)
    inverse = 1 / z
    square = inverse * inverse
    series = square * 0 + STIRLING[-1]
    for coefficient in STIRLING[-2::-1]:
        series = series * square + coefficient
    # In two halves: the power overflows before the result does.
    half = aten.pow_Tensor_Tensor(z, 0.5 * z - 0.25)
    return math.sqrt(2 * math.pi) * aten.exp(series * inverse) * half * (half * aten.exp(-z))


def _of_positive(x: Tensor) -> Tensor:
    small = x < LARGE
    start = aten.where_ScalarOther(small, x, 1.0)
    product = start
    for i in range(1, int(LARGE)):
        product = product * (start + i)
    z = aten.where_self(small, start + LARGE, x)
    # What the sum lost to rounding, by the logarithmic derivative.
    lost = aten.where_ScalarOther(small, start - (z - LARGE), 0.0) * (
        aten.log(aten.clamp(z, LARGE, OVERFLOW)) - 0.5 / z
    )
    return _stirling(z) * (1 + lost) / aten.where_ScalarOther(small, product, 1.0)


def _sin_pi(x: Tensor) -> Tensor:
    """sin(pi x), exact for large x, too."""
    whole = aten.round(x)
    return aten.sin(math.pi * (x - whole)) * (1 - 2 * aten.remainder_Scalar(whole, 2))


def _is_pole(x: Tensor) -> Tensor:
    return (x < 0) & (aten.floor(x) == x)


def gamma(x: Tensor) -> Tensor:
    """The gamma function; nan at its poles but 0, as in SciPy."""
    negative = x < 0
    positive = _of_positive(aten.where_self(negative, 1 - x, x))
    pole = _is_pole(x)
    sine = _sin_pi(aten.where_ScalarOther(negative & ~pole, x, 0.5))
    return aten.where_ScalarSelf(pole, math.nan, aten.where_self(negative, math.pi / (sine * positive), positive))


def log_gamma(x: Tensor) -> Tensor:
    """SciPy's `loggamma` of a real number: of a negative one it is complex."""
    return aten.where_ScalarSelf(x < 0, math.nan, aten.lgamma(x))


def gamma_sign(x: Tensor) -> Tensor:
    sign = 1 - 2 * aten.remainder_Scalar(aten.floor(x), 2)
    at_zero = aten.where_ScalarSelf(1 / x < 0, -1.0, sign * 0 + 1.0)
    return aten.where_self(
        x == 0, at_zero, aten.where_ScalarSelf(_is_pole(x), math.nan, aten.where_ScalarSelf(x > 0, 1.0, sign))
    )
