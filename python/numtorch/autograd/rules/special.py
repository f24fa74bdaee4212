"""Rules of the special functions: of error, gamma, Bessel and logistic kind, and the logarithms around them.

At the edge of a domain they give what the formula gives (inf or nan). Of functions of an order or a shape parameter
(`zeta`, `gammainc`) there is no derivative in it.
"""

from __future__ import annotations

import math
from typing import Any

from numtorch._core import Tensor, kernel
from numtorch.autograd.rule import conj, define

_digamma = kernel("digamma")
_eq_scalar = kernel("eq.Scalar")
_ge_scalar = kernel("ge.Scalar")
_le_scalar = kernel("le.Scalar")
_exp = kernel("exp")
_i0 = kernel("i0")
_i0e = kernel("special_i0e")
_i1 = kernel("special_i1")
_i1e = kernel("special_i1e")
_k0 = kernel("special_modified_bessel_k0")
_k0e = kernel("special_scaled_modified_bessel_k0")
_k1 = kernel("special_modified_bessel_k1")
_k1e = kernel("special_scaled_modified_bessel_k1")
_lgamma = kernel("lgamma")
_log = kernel("log")
_log1p = kernel("log1p")
_polygamma = kernel("polygamma")
_sgn = kernel("sgn")
_sigmoid = kernel("sigmoid")
_sigmoid_backward = kernel("sigmoid_backward")
_where = kernel("where.self")
_where_other = kernel("where.ScalarOther")
_where_self = kernel("where.ScalarSelf")
_zeta = kernel("special_zeta")

_ROOT_PI = math.sqrt(math.pi)
_ROOT_2_PI = math.sqrt(2.0 * math.pi)


def _over(a: Tensor, x: Tensor, at_zero: float, curvature: float) -> Any:
    """a / x, where `a` is odd: at 0, by its series, `at_zero` and a second derivative."""
    zero = _eq_scalar(x, 0)
    return _where(zero, at_zero + curvature * x * x, a / _where_self(zero, 1.0, x))


def _both_zero(x: Tensor, y: Tensor) -> Tensor:
    return _eq_scalar(x, 0) & _eq_scalar(y, 0)


# Of the normal distribution.
define("erf", self=lambda g, self: g * (2.0 / _ROOT_PI) * _exp(-(self * self)))
define("erfc", self=lambda g, self: g * (-2.0 / _ROOT_PI) * _exp(-(self * self)))
define("special_erfcx", self=lambda g, y, self: g * (2.0 * self * y - 2.0 / _ROOT_PI))
define("erfinv", self=lambda g, y: g * (_ROOT_PI / 2.0) * _exp(y * y))
define("special_ndtri", self=lambda g, y: g * _ROOT_2_PI * _exp(0.5 * y * y))
define("special_log_ndtr", self=lambda g, y, self: g * _exp(-0.5 * self * self - y) / _ROOT_2_PI)

# Logistic.
define("sigmoid", self=lambda g, y: _sigmoid_backward(g, y))
define(
    "sigmoid_backward",
    grad_output=lambda g, output: _sigmoid_backward(g, conj(output)),
    output=lambda g, grad_output, output: conj(g) * grad_output * (1 - 2 * conj(output)),
)
define("logit", self=lambda g, self, eps: _logit_rule(g, self, eps))
define("log_sigmoid", self=lambda g, self: g * _sigmoid(-self))


def _logit_rule(g: Tensor, x: Tensor, eps: float | None) -> Any:
    """With `eps`, x is held between it and 1 - eps: flat outside."""
    if eps is None:
        return g / (x * (1 - x))
    inside = _ge_scalar(x, eps) & _le_scalar(x, 1 - eps)
    x = _where_other(inside, x, 0.5)
    return _where_other(inside, g / (x * (1 - x)), 0.0)


# Gamma and zeta.
define("lgamma", self=lambda g, self: g * _digamma(self))
define("digamma", self=lambda g, self: g * _polygamma(1, self))
define("polygamma", self=lambda g, n, self: g * _polygamma(n + 1, self))
define("special_zeta", other=lambda g, self, other: -g * self * _zeta(self + 1, other))
define("special_gammainc", other=lambda g, self, other: g * _gamma_density(self, other))
define("special_gammaincc", other=lambda g, self, other: -g * _gamma_density(self, other))


def _gamma_density(a: Tensor, x: Tensor) -> Any:
    return _exp((a - 1) * _log(x) - x - _lgamma(a))


# Bessel functions.
define("i0", self=lambda g, self: g * _i1(self))
define("special_i1", self=lambda g, y, self: g * (_i0(self) - _over(y, self, 0.5, 0.0625)))
define("special_i0e", self=lambda g, y, self: g * (_i1e(self) - _sgn(self) * y))
define("special_i1e", self=lambda g, y, self: g * (_i0e(self) - _sgn(self) * y - _over(y, self, 0.5, 0.0)))
define("special_modified_bessel_k0", self=lambda g, self: -g * _k1(self))
define("special_modified_bessel_k1", self=lambda g, y, self: -g * (_k0(self) + y / self))
define("special_scaled_modified_bessel_k0", x=lambda g, y, x: g * (y - _k1e(x)))
define("special_scaled_modified_bessel_k1", x=lambda g, y, x: g * (y - _k0e(x) - y / x))

# Logarithms, with 0 * log(0) = 0.
define("special_entr", self=lambda g, self: -g * (_log(self) + 1))
define(
    "xlogy.Tensor",
    self=lambda g, self, other: g * _where_self(_both_zero(self, other), 0.0, _log(other)),
    other=lambda g, self, other: g * self / _where_self(_both_zero(self, other), 1.0, other),
)
define(
    "special_xlog1py",
    self=lambda g, self, other: g * _where_self(_both_zero(self, other + 1), 0.0, _log1p(other)),
    other=lambda g, self, other: g * self / _where_self(_both_zero(self, other + 1), 1.0, other + 1),
)
