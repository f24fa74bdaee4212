"""Rules of the special functions: of error, gamma, Bessel and logistic kind, and the logarithms around them.

At the edge of a domain they give the formula's value (inf or nan). Functions of an order or a shape parameter (`zeta`,
`gammainc`) have no derivative by it.
"""

from __future__ import annotations

import math
from typing import Any

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.rule import conj, define

_ROOT_PI = math.sqrt(math.pi)
_ROOT_2_PI = math.sqrt(2.0 * math.pi)


def _over(a: Tensor, x: Tensor, at_zero: float, curvature: float) -> Any:
    """a / x, where `a` is odd: at 0, by its series, `at_zero` and a second derivative."""
    zero = aten.eq_Scalar(x, 0)
    return aten.where_self(zero, at_zero + curvature * x * x, a / aten.where_ScalarSelf(zero, 1.0, x))


def _both_zero(x: Tensor, y: Tensor) -> Tensor:
    return aten.eq_Scalar(x, 0) & aten.eq_Scalar(y, 0)


# Of the normal distribution.
define("erf", self=lambda g, self: g * (2.0 / _ROOT_PI) * aten.exp(-(self * self)))
define("erfc", self=lambda g, self: g * (-2.0 / _ROOT_PI) * aten.exp(-(self * self)))
define("special_erfcx", self=lambda g, y, self: g * (2.0 * self * y - 2.0 / _ROOT_PI))
define("erfinv", self=lambda g, y: g * (_ROOT_PI / 2.0) * aten.exp(y * y))
define("special_ndtri", self=lambda g, y: g * _ROOT_2_PI * aten.exp(0.5 * y * y))
define("special_log_ndtr", self=lambda g, y, self: g * aten.exp(-0.5 * self * self - y) / _ROOT_2_PI)

# Logistic.
define("sigmoid", self=lambda g, y: aten.sigmoid_backward(g, y))
define(
    "sigmoid_backward",
    grad_output=lambda g, output: aten.sigmoid_backward(g, conj(output)),
    output=lambda g, grad_output, output: conj(g) * grad_output * (1 - 2 * conj(output)),
)
define("logit", self=lambda g, self, eps: _logit_rule(g, self, eps))
define("log_sigmoid", self=lambda g, self: g * aten.sigmoid(-self))


def _logit_rule(g: Tensor, x: Tensor, eps: float | None) -> Any:
    """With `eps`, x is held between it and 1 - eps: flat outside."""
    if eps is None:
        return g / (x * (1 - x))
    inside = aten.ge_Scalar(x, eps) & aten.le_Scalar(x, 1 - eps)
    x = aten.where_ScalarOther(inside, x, 0.5)
    return aten.where_ScalarOther(inside, g / (x * (1 - x)), 0.0)


# Gamma and zeta.
define("lgamma", self=lambda g, self: g * aten.digamma(self))
define("digamma", self=lambda g, self: g * aten.polygamma(1, self))
define("polygamma", self=lambda g, n, self: g * aten.polygamma(n + 1, self))
define("special_zeta", other=lambda g, self, other: -g * self * aten.special_zeta(self + 1, other))
define("special_gammainc", other=lambda g, self, other: g * _gamma_density(self, other))
define("special_gammaincc", other=lambda g, self, other: -g * _gamma_density(self, other))


def _gamma_density(a: Tensor, x: Tensor) -> Any:
    return aten.exp((a - 1) * aten.log(x) - x - aten.lgamma(a))


# Bessel functions.
define("i0", self=lambda g, self: g * aten.special_i1(self))
define("special_i1", self=lambda g, y, self: g * (aten.i0(self) - _over(y, self, 0.5, 0.0625)))
define("special_i0e", self=lambda g, y, self: g * (aten.special_i1e(self) - aten.sgn(self) * y))
define(
    "special_i1e", self=lambda g, y, self: g * (aten.special_i0e(self) - aten.sgn(self) * y - _over(y, self, 0.5, 0.0))
)
define("special_modified_bessel_k0", self=lambda g, self: -g * aten.special_modified_bessel_k1(self))
define("special_modified_bessel_k1", self=lambda g, y, self: -g * (aten.special_modified_bessel_k0(self) + y / self))
define("special_scaled_modified_bessel_k0", x=lambda g, y, x: g * (y - aten.special_scaled_modified_bessel_k1(x)))
define(
    "special_scaled_modified_bessel_k1", x=lambda g, y, x: g * (y - aten.special_scaled_modified_bessel_k0(x) - y / x)
)

# Logarithms, with 0 * log(0) = 0.
define("special_entr", self=lambda g, self: -g * (aten.log(self) + 1))
define(
    "xlogy.Tensor",
    self=lambda g, self, other: g * aten.where_ScalarSelf(_both_zero(self, other), 0.0, aten.log(other)),
    other=lambda g, self, other: g * self / aten.where_ScalarSelf(_both_zero(self, other), 1.0, other),
)
define(
    "special_xlog1py",
    self=lambda g, self, other: g * aten.where_ScalarSelf(_both_zero(self, other + 1), 0.0, aten.log1p(other)),
    other=lambda g, self, other: g * self / aten.where_ScalarSelf(_both_zero(self, other + 1), 1.0, other + 1),
)
