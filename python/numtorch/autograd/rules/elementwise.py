"""Rules of the elementwise kernels.

Conventions at kinks: the derivative of abs, sign and hypot at 0 is 0; maximum, minimum and clamp share a tie evenly;
sqrt, log and their kin give at the edge of their domain what the formula gives (inf or nan). All are listed in
docs/autograd.md.
"""

from __future__ import annotations

import math
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.rule import conj, define, refuse
from numtorch.autograd.rules.kinks import ratio_at_zero


def _times(g: Any, x: Any) -> Any:
    """g * conj(x): how a cotangent goes through multiplication by x."""
    return g * conj(x)


# Arithmetic. An operand may be a Python number.
define("add.Tensor", self=lambda g: g, other=lambda g, alpha: g if alpha == 1 else _times(g, alpha))
define("sub.Tensor", self=lambda g: g, other=lambda g, alpha: -g if alpha == 1 else -_times(g, alpha))
define("mul.Tensor", self=lambda g, other: _times(g, other), other=lambda g, self: _times(g, self))
# Not by the quotient: the dividend, and not it, is often kept for other rules already.
define(
    "div.Tensor",
    self=lambda g, other: g / conj(other),
    other=lambda g, self, other: -g * conj(self / other / other),
)
define("mul.Scalar", self=lambda g, other: _times(g, other))
define("add.Scalar", self=lambda g: g)
define("sub.Scalar", self=lambda g: g)
define("div.Scalar", self=lambda g, other: g / conj(other))
define("rsub.Scalar", self=lambda g, alpha: -_times(g, alpha))
define("neg", self=lambda g: -g)
define("positive", self=lambda g: g)
define("reciprocal", self=lambda g, y: -g * conj(y * y))
define("square", self=lambda g, self: _times(g, 2 * self))
define("_to_copy", self=lambda g: g)
define("clone", self=lambda g: g)
define("alias", self=lambda g: g)
define("contiguous", self=lambda g: g)


def _power_base(g: Tensor, x: Any, p: Any) -> Any:
    if not isinstance(p, Tensor):
        return 0.0 * g if p == 0 else _times(g, p * x ** (p - 1))
    # x ** 0 is flat, also where x ** -1 is no number.
    flat = aten.eq_Scalar(p, 0) & ~aten.gt_Scalar(aten.abs(x), 0)
    return aten.where_ScalarSelf(flat, 0.0, _times(g, p * aten.where_ScalarSelf(flat, 1.0, x) ** (p - 1)))


def _power_exponent(g: Tensor, y: Tensor, x: Any) -> Any:
    if not isinstance(x, Tensor):
        if x == 0:
            return 0.0 * g
        logarithm: Any = math.log(x) if isinstance(x, int | float) and x > 0 else aten.log(y * 0 + x)
        return _times(g, y * logarithm)
    # 0 ** p has derivative 0 in p for p >= 0 (the formula gives 0 * -inf).
    at_zero = aten.eq_Scalar(x, 0)
    return aten.where_ScalarSelf(at_zero, 0.0, _times(g, y * aten.log(aten.where_ScalarSelf(at_zero, 1.0, x))))


define(
    "pow.Tensor_Tensor",
    self=lambda g, self, exponent: _power_base(g, self, exponent),
    exponent=lambda g, y, self: _power_exponent(g, y, self),
)
define("pow.Tensor_Scalar", self=lambda g, self, exponent: _power_base(g, self, exponent))
define("pow.Scalar", exponent=lambda g, y, self: _power_exponent(g, y, self))
# The quotient is rounded: only the dividend's slope 1 and the divisor's -floor(x / y) remain.
define("remainder.Tensor", self=lambda g: g, other=lambda g, self, other: -g * _floor_divide(self, other))
define("remainder.Scalar", self=lambda g: g)
define("fmod.Scalar", self=lambda g: g)
define("fmod.Tensor", self=lambda g: g, other=lambda g, self, other: -g * _trunc_divide(self, other))
define("hypot", self=lambda g, y, self: _of_hypot(g, y, self), other=lambda g, y, other: _of_hypot(g, y, other))
define(
    "atan2",
    self=lambda g, self, other: g * _safe_ratio(other, self * self + other * other),
    other=lambda g, self, other: -g * _safe_ratio(self, self * self + other * other),
)
define(
    "logaddexp",
    self=lambda g, y, self, other: _times(g, _weight(aten.exp, self, other, y)),
    other=lambda g, y, self, other: _times(g, _weight(aten.exp, other, self, y)),
)
define(
    "logaddexp2",
    self=lambda g, y, self, other: g * _weight(aten.exp2, self, other, y),
    other=lambda g, y, self, other: g * _weight(aten.exp2, other, self, y),
)


def _weight(power: Any, x: Any, other: Any, y: Tensor) -> Any:
    """The share of x in y; of infinite numbers, all of the larger one, and half of a tie."""
    a, b = _operands(x, other)
    infinite = aten.isinf(y) & aten.eq_Tensor(a, y)
    share = power(aten.where_ScalarSelf(infinite, 0.0, a - y))
    return aten.where_ScalarSelf(infinite & aten.eq_Tensor(a, b), 0.5, share)


define("frexp.Tensor", self=lambda g, y: None if g[0] is None else g[0] * aten.exp2(-_to_float(y[1], g[0])))
define("copysign.Tensor", self=lambda g, y, self: g * aten.sgn(self) * aten.sgn(y), other=lambda g: 0.0 * g)
define(
    "ldexp.Tensor",
    self=lambda g, other: _times(g, _exp2_number(g, other)),
    other=lambda g, y: _times(g, y * math.log(2.0)),
)
# A number's neighbour moves with it, and does not depend on how far the direction goes.
define("nextafter", self=lambda g: g, other=lambda g: 0.0 * g)
define("lerp.Scalar", self=lambda g, weight: _times(g, 1 - weight), end=lambda g, weight: _times(g, weight))


def _to_float(x: Tensor, like: Tensor) -> Tensor:
    return x.to(dtype=like.dtype)


def _floor_divide(x: Any, y: Any) -> Any:
    return _divide_rounded(x, y, "floor")


def _trunc_divide(x: Any, y: Any) -> Any:
    return _divide_rounded(x, y, "trunc")


def _divide_rounded(x: Any, y: Any, mode: str) -> Any:
    if not isinstance(x, Tensor):
        x = y * 0 + x
    return aten.div_Tensor_mode(x, y if isinstance(y, Tensor) else x * 0 + y, rounding_mode=mode)


def _exp2_number(g: Tensor, other: Any) -> Any:
    return aten.exp2(other.to(dtype=g.dtype)) if isinstance(other, Tensor) else 2.0**other


def _safe_ratio(a: Any, b: Tensor) -> Any:
    """a / b, and 0 where b is 0."""
    at_zero = aten.eq_Scalar(b, 0)
    return aten.where_ScalarSelf(at_zero, 0.0, a / aten.where_ScalarSelf(at_zero, 1.0, b))


def _share(g: Tensor, chosen: Tensor, tie: Tensor) -> Any:
    """g where this operand was chosen, half of it at a tie, exactly 0 elsewhere."""
    return aten.where_ScalarOther(chosen, g, 0.0) + aten.where_ScalarOther(tie, 0.5 * g, 0.0)


def _as_operand(x: Any, like: Tensor) -> Tensor:
    return x if isinstance(x, Tensor) else like * 0 + x


def _share_with_number(g: Tensor, loses: Tensor, tie: Tensor) -> Any:
    """The same against a number, which is not NaN."""
    return aten.where_self(tie, 0.5 * g, aten.masked_fill_Scalar(g, loses, 0.0))


def _larger(g: Tensor, x: Any, other: Any) -> Any:
    if type(other) in (int, float) and other == other:
        return _share_with_number(g, aten.lt_Scalar(x, other), aten.eq_Scalar(x, other))
    a, b = _operands(x, other)
    return _share(g, aten.gt_Tensor(a, b) | aten.isnan(a), aten.eq_Tensor(a, b))


def _smaller(g: Tensor, x: Any, other: Any) -> Any:
    if type(other) in (int, float) and other == other:
        return _share_with_number(g, aten.gt_Scalar(x, other), aten.eq_Scalar(x, other))
    a, b = _operands(x, other)
    return _share(g, aten.gt_Tensor(b, a) | aten.isnan(a), aten.eq_Tensor(a, b))


def _larger_number(g: Tensor, x: Any, other: Any) -> Any:
    a, b = _operands(x, other)
    return _share(g, aten.gt_Tensor(a, b) | aten.isnan(b), aten.eq_Tensor(a, b))


def _smaller_number(g: Tensor, x: Any, other: Any) -> Any:
    a, b = _operands(x, other)
    return _share(g, aten.gt_Tensor(b, a) | aten.isnan(b), aten.eq_Tensor(a, b))


def _operands(x: Any, other: Any) -> tuple[Tensor, Tensor]:
    a = x if isinstance(x, Tensor) else _as_operand(x, other)
    return a, _as_operand(other, a)


define(
    "maximum",
    self=lambda g, self, other: _larger(g, self, other),
    other=lambda g, self, other: _larger(g, other, self),
)
define(
    "minimum",
    self=lambda g, self, other: _smaller(g, self, other),
    other=lambda g, self, other: _smaller(g, other, self),
)
define(
    "fmax",
    self=lambda g, self, other: _larger_number(g, self, other),
    other=lambda g, self, other: _larger_number(g, other, self),
)
define(
    "fmin",
    self=lambda g, self, other: _smaller_number(g, self, other),
    other=lambda g, self, other: _smaller_number(g, other, self),
)


def _clamp_rule(g: Tensor, x: Tensor, low: Any, high: Any) -> Any:
    if low is not None:
        low = _as_operand(low, x)
        g = _share(g, aten.gt_Tensor(x, low), aten.eq_Tensor(x, low))
    if high is not None:
        high = _as_operand(high, x)
        g = _share(g, aten.gt_Tensor(high, x), aten.eq_Tensor(x, high))
    return g


def _clamp_bound(g: Tensor, x: Tensor, low: Any, high: Any, upper: bool) -> Any:
    """The bound's share: where it is what came out."""
    if upper:
        inner = x if low is None else aten.maximum(x, low)
        return _share(g, aten.gt_Tensor(inner, high), aten.eq_Tensor(inner, high))
    low_wins = _share(g, aten.gt_Tensor(low, x), aten.eq_Tensor(low, x))
    return low_wins if high is None else _share(low_wins, aten.gt_Tensor(high, low), aten.eq_Tensor(high, low))


define("clamp", self=lambda g, self, min, max: _clamp_rule(g, self, min, max))
define(
    "clamp.Tensor",
    self=lambda g, self, min, max: _clamp_rule(g, self, min, max),
    min=lambda g, self, min, max: _clamp_bound(g, self, min, max, False),
    max=lambda g, self, min, max: _clamp_bound(g, self, min, max, True),
)
define(
    "where.self",
    self=lambda g, condition: aten.where_ScalarOther(condition, g, 0.0),
    other=lambda g, condition: aten.where_ScalarSelf(condition, 0.0, g),
)
define("where.ScalarSelf", other=lambda g, condition: aten.where_ScalarSelf(condition, 0.0, g))
define("where.ScalarOther", self=lambda g, condition: aten.where_ScalarOther(condition, g, 0.0))

# Absolute value and complex parts.
define("abs", self=lambda g, self: _of_abs(g, self))
define("conj_physical", self=lambda g: conj(g))
define("_conj_physical", self=lambda g: conj(g))
define("real", self=lambda g: g)
define("imag", self=lambda g: aten.complex(0.0 * g, g))
define("angle", self=lambda g, self: _angle(g, self))
define("sgn", self=lambda g, y, self: _sgn_rule(g, y, self))
define("complex", real=lambda g: aten.real(g), imag=lambda g: aten.imag(g))
define("view_as_real", self=lambda g: aten.complex(aten.select_int(g, -1, 0), aten.select_int(g, -1, 1)))
define("view_as_complex", self=lambda g: aten.view_as_real(g))
define("polar", abs=lambda g, y: aten.real(g * conj(aten.sgn(y))), angle=lambda g, y: aten.real(g * conj(1j * y)))


def _of_abs(g: Tensor, x: Tensor) -> Any:
    if not _core.recording():
        return g * aten.sgn(x)
    return g * aten.sgn(x) + ratio_at_zero(g, aten.eq_Scalar(x, 0), _core.restored(), lambda: aten.abs(x)) * x


def _of_hypot(g: Tensor, y: Tensor, x: Any) -> Any:
    slope = g * _safe_ratio(x, y)
    if not _core.recording():
        return slope
    return slope + ratio_at_zero(g, aten.eq_Scalar(y, 0), _core.node_of(y), lambda: y) * x


def _angle(g: Tensor, x: Tensor) -> Any:
    if x.dtype.kind != "c":
        return 0.0 * g
    return g * (1j * _safe_ratio(x, aten.real(x) * aten.real(x) + aten.imag(x) * aten.imag(x)))


def _sgn_rule(g: Tensor, y: Tensor, x: Tensor) -> Any:
    if x.dtype.kind != "c":
        return None
    # z / |z| turns with the phase: only the part of g across z counts.
    return _safe_ratio(g - y * aten.real(conj(g) * y), aten.abs(x))


# Exponentials and logarithms.
define("exp", self=lambda g, y: _times(g, y))
define("exp2", self=lambda g, y: _times(g, y * math.log(2.0)))
define("expm1", self=lambda g, y: _times(g, y + 1))
define("log", self=lambda g, self: g / conj(self))
define("log2", self=lambda g, self: g / conj(self * math.log(2.0)))
define("log10", self=lambda g, self: g / conj(self * math.log(10.0)))
define("log1p", self=lambda g, self: g / conj(self + 1))
define("sqrt", self=lambda g, y: g / conj(2 * y))
define("rsqrt", self=lambda g, y: _times(g, -0.5 * y * y * y))

# Trigonometry.
define("sin", self=lambda g, self: _times(g, aten.cos(self)))
define("cos", self=lambda g, self: -_times(g, aten.sin(self)))
define("tan", self=lambda g, y: _times(g, 1 + y * y))
define("asin", self=lambda g, self: g / conj(_cosine_of_asin(self)))
define("acos", self=lambda g, self: -g / conj(_cosine_of_asin(self)))
define("atan", self=lambda g, self: g / conj(self * self + 1))
define("sinh", self=lambda g, self: _times(g, aten.cosh(self)))
define("cosh", self=lambda g, self: _times(g, aten.sinh(self)))
define("tanh", self=lambda g, y: aten.tanh_backward(g, y))
define(
    "tanh_backward",
    grad_output=lambda g, output: aten.tanh_backward(g, conj(output)),
    output=lambda g, grad_output, output: -2 * conj(g) * grad_output * conj(output),
)
define("asinh", self=lambda g, self: g / conj(_cosh_of_asinh(self)))
define("acosh", self=lambda g, self: g / conj((self - 1) ** 0.5 * (self + 1) ** 0.5))
define("atanh", self=lambda g, self: g / conj(1 - self * self))
define("deg2rad", self=lambda g: g * (math.pi / 180.0))
define("rad2deg", self=lambda g: g * (180.0 / math.pi))
define("sinc", self=lambda g, self: _times(g, _sinc_slope(self)))


# Of complex numbers not by the square root, which on the branch cuts is that of one side only.
def _cosine_of_asin(x: Tensor) -> Any:
    return aten.cos(aten.asin(x)) if x.dtype.kind == "c" else (1 - x * x) ** 0.5


def _cosh_of_asinh(x: Tensor) -> Any:
    return aten.cosh(aten.asinh(x)) if x.dtype.kind == "c" else (x * x + 1) ** 0.5


def _sinc_slope(x: Tensor) -> Any:
    at_zero = aten.eq_Scalar(x, 0)
    angle = math.pi * aten.where_ScalarSelf(at_zero, 1.0, x)
    slope = math.pi * (angle * aten.cos(angle) - aten.sin(angle)) / (angle * angle)
    # Near 0 the series, so that the second derivative is right there too.
    return aten.where_self(at_zero, -(math.pi**2) / 3.0 * x, slope)


define("nan_to_num", self=lambda g, self: aten.where_ScalarOther(aten.isfinite(self), g, 0.0))


refuse("view.dtype", "it reads the bits of a number as another type's")
