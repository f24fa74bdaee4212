"""NumPy's functions of real numbers where libtorch lacks them or answers otherwise."""

from __future__ import annotations

import math

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions.carriers import INT64, cast

_abs = kernel("abs")
_add = kernel("add.Scalar")
_clamp = kernel("clamp")
_copysign = kernel("copysign.Tensor")
_detach = kernel("detach")
_div = kernel("div.Tensor")
_detach = kernel("detach")
_div_scalar = kernel("div.Scalar")
_eq = kernel("eq.Scalar")
_floor = kernel("floor")
_floor_divide = kernel("floor_divide")
_fmod = kernel("fmod.Scalar")
_frexp = kernel("frexp.Tensor")
_full_like = kernel("full_like")
_gt = kernel("gt.Scalar")
_isfinite = kernel("isfinite")
_isinf = kernel("isinf")
_isnan = kernel("isnan")
_left_shift = kernel("bitwise_left_shift.Tensor_Scalar")
_logical_or = kernel("logical_or")
_lt = kernel("lt.Scalar")
_masked_fill = kernel("masked_fill.Scalar")
_maximum = kernel("maximum")
_mul = kernel("mul.Tensor")
_neg = kernel("neg")
_nextafter = kernel("nextafter")
_ones_like = kernel("ones_like")
_pow = kernel("pow.Tensor_Scalar")
_remainder = kernel("remainder.Tensor")
_sign = kernel("sign")
_sub = kernel("sub.Tensor")
_trunc = kernel("trunc")
_view = kernel("view.dtype")
_where = kernel("where.self")
_zeros_like = kernel("zeros_like")

MANY = 4096
"""Elements from which two fast kernels outrun one slow one."""

FLOAT64 = np.dtype(np.float64)


def remainder(a: Tensor, b: Tensor) -> Tensor:
    """The rest of floor division; a rest of 0 has the divisor's sign, where libtorch keeps the dividend's."""
    rest = _remainder(a, b)
    if not rest.tracked:
        return _copysign(rest, b)
    # The same without copysign, whose derivative at 0 is not the remainder's.
    return _where(_lt(b, 0), _neg(_add(_neg(rest), 0.0)), _add(rest, 0.0))


def divmod(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:  # NumPy's name
    return _floor_divide(a, b), remainder(a, b)


def sign(x: Tensor) -> Tensor:
    return _maximum(_sign(x), _clamp(_detach(x), None, -1))  # never larger than the sign, unless it is NaN


def trunc(x: Tensor) -> Tensor:
    """The whole part; on the CPU by `floor`, for libtorch's own takes five times as long there."""
    if x.dev >= 0 or x.size <= MANY:
        return _trunc(x)
    x = _detach(x)
    return _copysign(_floor(_abs(x)), x)


def isfinite(x: Tensor) -> Tensor:
    if x.dev >= 0 or x.size <= MANY:
        return _isfinite(x)
    return _lt(_abs(_detach(x)), math.inf)


def heaviside(x: Tensor, at_zero: Tensor) -> Tensor:
    step = _masked_fill(cast(_gt(x, 0), x.dtype), _isnan(x), math.nan)
    return _where(_eq(x, 0), at_zero, step)


def cbrt(x: Tensor) -> Tensor:
    """The cube root: a power, and one of Newton's steps because 1/3 is not a float."""
    # Under a gradient not by abs and copysign, whose derivatives at 0 are not the root's.
    sign = _copysign(_ones_like(x), _detach(x)) if x.tracked else None
    size = _abs(x) if sign is None else _mul(x, sign)
    special = _logical_or(_eq(size, 0), _isinf(size))
    safe = _masked_fill(size, special, 1)
    root = _pow(safe, 1 / 3)
    root = _sub(root, _div_scalar(_sub(root, _div(safe, _mul(root, root))), 3))
    root = _where(special, _pow(size, 1 / 3), root)
    return _copysign(root, x) if sign is None else _mul(root, sign)


def spacing(x: Tensor) -> Tensor:
    """The distance to the next number away from 0; in float16, to the next larger number, as NumPy has it."""
    # Without -0.0, and without a history: the distance is flat.
    x = _detach(_add(x, 0.0))
    infinite = _full_like(x, math.inf)
    step = _sub(_nextafter(x, infinite if x.dtype.itemsize == 2 else _copysign(infinite, x)), x)
    return _masked_fill(step, _isinf(x), math.nan)


def modf(x: Tensor) -> tuple[Tensor, Tensor]:
    fraction = _where(_isinf(x), _copysign(_zeros_like(x), x), _fmod(x, 1.0))
    return fraction, trunc(x)


def frexp(x: Tensor) -> tuple[Tensor, Tensor]:
    result: tuple[Tensor, Tensor] = _frexp(x)
    return result


def _power_of_two(n: Tensor) -> Tensor:
    """2.0**n for n from -1022 to 1023, put together from its bits: exp2 is not exact everywhere."""
    return _view(_left_shift(_add(n, 1023), 52), dtype=FLOAT64)


def ldexp(x: Tensor, n: Tensor) -> Tensor:
    n = _clamp(cast(n, INT64), -3000, 3000)
    first = _clamp(n, -1022, 1023)
    if x.dtype != FLOAT64:
        # Exact in float64, and so rounded once.
        return cast(_mul(cast(x, FLOAT64), _power_of_two(first)), x.dtype)
    rest = _sub(n, first)
    second = _clamp(rest, -1022, 1023)
    third = _sub(rest, second)
    # Last the step that may lose bits to a subnormal number.
    for step in (third, second, first):
        x = _mul(x, _power_of_two(step))
    return x
