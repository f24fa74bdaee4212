"""Bessel functions of orders 0 and 1, in float64: libtorch's own are right to six digits only.

Below `EDGE` they are Bessel's integrals and, for the second kind, Neumann's series of such integrals (DLMF 10.9.1,
10.8.2 with 10.23). All of them are weighted sums of cos(x sin t) or sin(x sin t) sin t over the same few angles t:
the trapezoidal rule converges as fast as J_n(x) falls with n. Above it they are Hankel's asymptotic series (10.17.3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, partial

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor

__all__ = ["j0", "j1", "y0", "y1"]


EDGE = 18.0
ANGLES, ORDERS, TERMS = 28, 24, 9  # as many as float64 needs below and above that edge
AT_ONCE = 2**17  # elements, each with its angles

_sines = np.sin((np.arange(ANGLES) + 0.5) * np.pi / (2 * ANGLES))


def _neumann() -> np.ndarray:
    """The sum over k of (-1)^k cos(2 k t) / k at the angles: what Neumann's series of J_2k is under the integral."""
    angle = (np.arange(ANGLES) + 0.5) * np.pi / (2 * ANGLES)
    k = np.arange(1, ORDERS + 1)
    return ((-1.0) ** k / k * np.cos(2 * np.outer(angle, k))).sum(axis=1)


WEIGHTS = {
    "j0": np.full(ANGLES, 1 / ANGLES),
    "j1": _sines / ANGLES,
    "y0": _neumann() / ANGLES,
    "y1": _neumann() * _sines / ANGLES,
}


@cache
def _on(dev: int, name: str) -> Tensor:
    return _core.call_concretely(lambda: tensor(_sines if name == "sines" else WEIGHTS[name], dev=dev))


def _integral(wave: Callable[[Tensor], Tensor], x: Tensor, name: str) -> Tensor:
    """The weighted sum of wave(x sin t) over the angles t."""
    flat = aten.reshape(x, (-1, 1))
    sums = []
    for start in range(0, max(x.size, 1), AT_ONCE):
        sums.append(aten.mv(wave(flat[start : start + AT_ONCE] * _on(x.dev, "sines")), _on(x.dev, name)))
    return aten.reshape(sums[0] if len(sums) == 1 else aten.cat(sums, 0), x.shape)


@cache
def _hankel(order: int) -> tuple[list[float], list[float]]:
    """The coefficients of Hankel's series for x P and x Q, in falling powers of 1 / x^2."""
    terms = [Fraction(1)]
    for k in range(1, 2 * TERMS):
        terms.append(terms[-1] * (4 * order**2 - (2 * k - 1) ** 2) / (8 * k))
    signed = [float(term) * (-1) ** (k // 2) for k, term in enumerate(terms)]
    return signed[-2::-2], signed[::-2]


def _polynomial(coefficients: Sequence[float], x: Tensor) -> Tensor:
    value = x * 0 + coefficients[0]
    for coefficient in coefficients[1:]:
        value = value * x + coefficient
    return value


def _far(x: Tensor, order: int, second: bool) -> Tensor:
    """Hankel's series for x from the edge on, of the first or the second kind."""
    even, odd = _hankel(order)
    inverse = 1 / x
    p, q = _polynomial(even, inverse * inverse), _polynomial(odd, inverse * inverse) * inverse
    # The cosine and sine of x minus an odd multiple of pi / 4, times the root of 2: exact for large x, too.
    cos, sin = aten.cos(x), aten.sin(x)
    near, across = (cos + sin, sin - cos) if order == 0 else (sin - cos, -cos - sin)
    wave = p * across + q * near if second else p * near - q * across
    return wave / aten.sqrt(math.pi * x)


def _first(wave: Callable[[Tensor], Tensor], name: str, order: int, x: Tensor) -> Tensor:
    """The first kind; below the edge without the size of x, whose derivative at 0 is none of the function's."""
    size = aten.abs(x)
    far = _far(aten.clamp(size, EDGE), order, False)
    signed = far if order == 0 else aten.where_self(x < 0, -far, far)
    return aten.where_self(size < EDGE, _integral(wave, aten.clamp(x, -EDGE, EDGE), name), signed)


j0 = partial(_first, aten.cos, "j0", 0)
j1 = partial(_first, aten.sin, "j1", 1)


def _second(near: Callable[[Tensor], Tensor], order: int, x: Tensor) -> Tensor:
    return aten.where_self(x < EDGE, near(aten.clamp(x, None, EDGE)), _far(aten.clamp(x, EDGE), order, True))


def _logarithm(x: Tensor) -> Tensor:
    return aten.log(x / 2) + float(np.euler_gamma)


def _near_y0(x: Tensor) -> Tensor:
    first = _logarithm(x) * _integral(aten.cos, x, "j0")
    return 2 / math.pi * first - 4 / math.pi * _integral(aten.cos, x, "y0")


def _near_y1(x: Tensor) -> Tensor:
    # Minus the derivative of Y_0.
    at_zero = x == 0
    x = aten.where_ScalarSelf(at_zero, 1.0, x)
    first = _logarithm(x) * _integral(aten.sin, x, "j1") - _integral(aten.cos, x, "j0") / x
    return aten.where_ScalarSelf(at_zero, -math.inf, 2 / math.pi * first - 4 / math.pi * _integral(aten.sin, x, "y1"))


y0 = partial(_second, _near_y0, 0)
y1 = partial(_second, _near_y1, 1)
