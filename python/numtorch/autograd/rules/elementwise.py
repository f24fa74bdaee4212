"""Rules of the elementwise kernels.

Conventions at kinks: the derivative of abs, sign and hypot at 0 is 0; maximum, minimum and clamp share a tie evenly;
sqrt, log and their kin give at the edge of their domain what the formula gives (inf or nan). All are listed in
docs/autograd.md.
"""

from __future__ import annotations

import math
from typing import Any

from numtorch import _core
from numtorch._core import Tensor, kernel
from numtorch.autograd.rule import conj, define, refuse
from numtorch.autograd.rules.kinks import ratio_at_zero

_abs = kernel("abs")
_complex = kernel("complex")
_asin = kernel("asin")
_asinh = kernel("asinh")
_cos = kernel("cos")
_cosh = kernel("cosh")
_div_mode = kernel("div.Tensor_mode")
_eq = kernel("eq.Tensor")
_eq_scalar = kernel("eq.Scalar")
_lt_scalar = kernel("lt.Scalar")
_masked_fill = kernel("masked_fill.Scalar")
_exp = kernel("exp")
_exp2 = kernel("exp2")
_ge = kernel("ge.Tensor")
_gt = kernel("gt.Tensor")
_gt_scalar = kernel("gt.Scalar")
_imag = kernel("imag")
_isfinite = kernel("isfinite")
_isinf = kernel("isinf")
_isnan = kernel("isnan")
_log = kernel("log")
_maximum = kernel("maximum")
_real = kernel("real")
_select = kernel("select.int")
_sgn = kernel("sgn")
_sin = kernel("sin")
_sinh = kernel("sinh")
_tanh_backward = kernel("tanh_backward")
_view_as_real = kernel("view_as_real")
_where_other = kernel("where.ScalarOther")
_where = kernel("where.self")
_where_self = kernel("where.ScalarSelf")


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
    flat = _eq_scalar(p, 0) & ~_gt_scalar(_abs(x), 0)
    return _where_self(flat, 0.0, _times(g, p * _where_self(flat, 1.0, x) ** (p - 1)))


def _power_exponent(g: Tensor, y: Tensor, x: Any) -> Any:
    if not isinstance(x, Tensor):
        if x == 0:
            return 0.0 * g
        logarithm: Any = math.log(x) if isinstance(x, int | float) and x > 0 else _log(y * 0 + x)
        return _times(g, y * logarithm)
    # 0 ** p has derivative 0 in p for p >= 0 (the formula gives 0 * -inf).
    at_zero = _eq_scalar(x, 0)
    return _where_self(at_zero, 0.0, _times(g, y * _log(_where_self(at_zero, 1.0, x))))


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
    self=lambda g, y, self, other: _times(g, _weight(_exp, self, other, y)),
    other=lambda g, y, self, other: _times(g, _weight(_exp, other, self, y)),
)
define(
    "logaddexp2",
    self=lambda g, y, self, other: g * _weight(_exp2, self, other, y),
    other=lambda g, y, self, other: g * _weight(_exp2, other, self, y),
)


def _weight(power: Any, x: Any, other: Any, y: Tensor) -> Any:
    """The share of x in y; of infinite numbers, all of the larger one, and half of a tie."""
    a, b = _operands(x, other)
    infinite = _isinf(y) & _eq(a, y)
    share = power(_where_self(infinite, 0.0, a - y))
    return _where_self(infinite & _eq(a, b), 0.5, share)


define("frexp.Tensor", self=lambda g, y: None if g[0] is None else g[0] * _exp2(-_to_float(y[1], g[0])))
define("copysign.Tensor", self=lambda g, y, self: g * _sgn(self) * _sgn(y), other=lambda g: 0.0 * g)
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
    return _div_mode(x, y if isinstance(y, Tensor) else x * 0 + y, rounding_mode=mode)


def _exp2_number(g: Tensor, other: Any) -> Any:
    return _exp2(other.to(dtype=g.dtype)) if isinstance(other, Tensor) else 2.0**other


def _safe_ratio(a: Any, b: Tensor) -> Any:
    """a / b, and 0 where b is 0."""
    at_zero = _eq_scalar(b, 0)
    return _where_self(at_zero, 0.0, a / _where_self(at_zero, 1.0, b))


def _share(g: Tensor, chosen: Tensor, tie: Tensor) -> Any:
    """g where this operand was chosen, half of it at a tie, exactly 0 elsewhere."""
    return _where_other(chosen, g, 0.0) + _where_other(tie, 0.5 * g, 0.0)


def _as_operand(x: Any, like: Tensor) -> Tensor:
    return x if isinstance(x, Tensor) else like * 0 + x


def _share_with_number(g: Tensor, loses: Tensor, tie: Tensor) -> Any:
    """The same against a number, which is not NaN."""
    return _where(tie, 0.5 * g, _masked_fill(g, loses, 0.0))


def _larger(g: Tensor, x: Any, other: Any) -> Any:
    if type(other) in (int, float) and other == other:
        return _share_with_number(g, _lt_scalar(x, other), _eq_scalar(x, other))
    a, b = _operands(x, other)
    return _share(g, _gt(a, b) | _isnan(a), _eq(a, b))


def _smaller(g: Tensor, x: Any, other: Any) -> Any:
    if type(other) in (int, float) and other == other:
        return _share_with_number(g, _gt_scalar(x, other), _eq_scalar(x, other))
    a, b = _operands(x, other)
    return _share(g, _gt(b, a) | _isnan(a), _eq(a, b))


def _larger_number(g: Tensor, x: Any, other: Any) -> Any:
    a, b = _operands(x, other)
    return _share(g, _gt(a, b) | _isnan(b), _eq(a, b))


def _smaller_number(g: Tensor, x: Any, other: Any) -> Any:
    a, b = _operands(x, other)
    return _share(g, _gt(b, a) | _isnan(b), _eq(a, b))


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
        g = _share(g, _gt(x, low), _eq(x, low))
    if high is not None:
        high = _as_operand(high, x)
        g = _share(g, _gt(high, x), _eq(x, high))
    return g


def _clamp_bound(g: Tensor, x: Tensor, low: Any, high: Any, upper: bool) -> Any:
    """The bound's share: where it is what came out."""
    if upper:
        inner = x if low is None else _maximum(x, low)
        return _share(g, _gt(inner, high), _eq(inner, high))
    low_wins = _share(g, _gt(low, x), _eq(low, x))
    return low_wins if high is None else _share(low_wins, _gt(high, low), _eq(high, low))


define("clamp", self=lambda g, self, min, max: _clamp_rule(g, self, min, max))
define(
    "clamp.Tensor",
    self=lambda g, self, min, max: _clamp_rule(g, self, min, max),
    min=lambda g, self, min, max: _clamp_bound(g, self, min, max, False),
    max=lambda g, self, min, max: _clamp_bound(g, self, min, max, True),
)
define(
    "where.self",
    self=lambda g, condition: _where_other(condition, g, 0.0),
    other=lambda g, condition: _where_self(condition, 0.0, g),
)
define("where.ScalarSelf", other=lambda g, condition: _where_self(condition, 0.0, g))
define("where.ScalarOther", self=lambda g, condition: _where_other(condition, g, 0.0))

# Absolute value and complex parts.
define("abs", self=lambda g, self: _of_abs(g, self))
define("conj_physical", self=lambda g: conj(g))
define("_conj_physical", self=lambda g: conj(g))
define("real", self=lambda g: g)
define("imag", self=lambda g: _complex(0.0 * g, g))
define("angle", self=lambda g, self: _angle(g, self))
define("sgn", self=lambda g, y, self: _sgn_rule(g, y, self))
define("complex", real=lambda g: _real(g), imag=lambda g: _imag(g))
define("view_as_real", self=lambda g: _complex(_select(g, -1, 0), _select(g, -1, 1)))
define("view_as_complex", self=lambda g: _view_as_real(g))
define("polar", abs=lambda g, y: _real(g * conj(_sgn(y))), angle=lambda g, y: _real(g * conj(1j * y)))


def _of_abs(g: Tensor, x: Tensor) -> Any:
    if not _core.recording():
        return g * _sgn(x)
    return g * _sgn(x) + ratio_at_zero(g, _eq_scalar(x, 0), _core.restored(), lambda: _abs(x)) * x


def _of_hypot(g: Tensor, y: Tensor, x: Any) -> Any:
    slope = g * _safe_ratio(x, y)
    if not _core.recording():
        return slope
    return slope + ratio_at_zero(g, _eq_scalar(y, 0), _core.node_of(y), lambda: y) * x


def _angle(g: Tensor, x: Tensor) -> Any:
    if x.dtype.kind != "c":
        return 0.0 * g
    return g * (1j * _safe_ratio(x, _real(x) * _real(x) + _imag(x) * _imag(x)))


def _sgn_rule(g: Tensor, y: Tensor, x: Tensor) -> Any:
    if x.dtype.kind != "c":
        return None
    # z / |z| turns with the phase: only the part of g across z counts.
    return _safe_ratio(g - y * _real(conj(g) * y), _abs(x))


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
define("sin", self=lambda g, self: _times(g, _cos(self)))
define("cos", self=lambda g, self: -_times(g, _sin(self)))
define("tan", self=lambda g, y: _times(g, 1 + y * y))
define("asin", self=lambda g, self: g / conj(_cosine_of_asin(self)))
define("acos", self=lambda g, self: -g / conj(_cosine_of_asin(self)))
define("atan", self=lambda g, self: g / conj(self * self + 1))
define("sinh", self=lambda g, self: _times(g, _cosh(self)))
define("cosh", self=lambda g, self: _times(g, _sinh(self)))
define("tanh", self=lambda g, y: _tanh_backward(g, y))
define(
    "tanh_backward",
    grad_output=lambda g, output: _tanh_backward(g, conj(output)),
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
    return _cos(_asin(x)) if x.dtype.kind == "c" else (1 - x * x) ** 0.5


def _cosh_of_asinh(x: Tensor) -> Any:
    return _cosh(_asinh(x)) if x.dtype.kind == "c" else (x * x + 1) ** 0.5


def _sinc_slope(x: Tensor) -> Any:
    at_zero = _eq_scalar(x, 0)
    angle = math.pi * _where_self(at_zero, 1.0, x)
    slope = math.pi * (angle * _cos(angle) - _sin(angle)) / (angle * angle)
    # Near 0 the series, so that the second derivative is right there too.
    return _where(at_zero, -(math.pi**2) / 3.0 * x, slope)


define("nan_to_num", self=lambda g, self: _where_other(_isfinite(self), g, 0.0))


refuse("view.dtype", "it reads the bits of a number as another type's")
