"""NumPy's functions of real numbers where libtorch lacks them or answers otherwise."""

from __future__ import annotations

import math

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.dtypes import FLOAT64, INT64
from numtorch.functions.dtypes.storage import cast

MANY = 4096
"""Elements from which two fast kernels outrun one slow one."""


def remainder(a: Tensor, b: Tensor) -> Tensor:
    """The rest of floor division; a rest of 0 has the divisor's sign, where libtorch keeps the dividend's."""
    rest = aten.remainder_Tensor(a, b)
    if not rest.tracked:
        return aten.copysign_Tensor(rest, b)
    # The same without copysign, whose derivative at 0 is not the remainder's.
    return aten.where_self(
        aten.lt_Scalar(b, 0), aten.neg(aten.add_Scalar(aten.neg(rest), 0.0)), aten.add_Scalar(rest, 0.0)
    )


def divmod(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:  # NumPy's name
    return aten.floor_divide(a, b), remainder(a, b)


def sign(x: Tensor) -> Tensor:
    return aten.maximum(
        aten.sign(x), aten.clamp(aten.detach(x), None, -1)
    )  # never larger than the sign, unless it is NaN


def trunc(x: Tensor) -> Tensor:
    """The whole part; on the CPU by `floor`, for libtorch's own takes five times as long there."""
    if x.dev >= 0 or x.size <= MANY:
        return aten.trunc(x)
    x = aten.detach(x)
    return aten.copysign_Tensor(aten.floor(aten.abs(x)), x)


def isfinite(x: Tensor) -> Tensor:
    if x.dev >= 0 or x.size <= MANY:
        return aten.isfinite(x)
    return aten.lt_Scalar(aten.abs(aten.detach(x)), math.inf)


def heaviside(x: Tensor, at_zero: Tensor) -> Tensor:
    step = aten.masked_fill_Scalar(cast(aten.gt_Scalar(x, 0), x.dtype), aten.isnan(x), math.nan)
    return aten.where_self(aten.eq_Scalar(x, 0), at_zero, step)


def cbrt(x: Tensor) -> Tensor:
    """The cube root: a power, and one of Newton's steps because 1/3 is not a float."""
    # Under a gradient not by abs and copysign, whose derivatives at 0 are not the root's.
    sign = aten.copysign_Tensor(aten.ones_like(x), aten.detach(x)) if x.tracked else None
    size = aten.abs(x) if sign is None else aten.mul_Tensor(x, sign)
    special = aten.logical_or(aten.eq_Scalar(size, 0), aten.isinf(size))
    safe = aten.masked_fill_Scalar(size, special, 1)
    root = aten.pow_Tensor_Scalar(safe, 1 / 3)
    root = aten.sub_Tensor(
        root, aten.div_Scalar(aten.sub_Tensor(root, aten.div_Tensor(safe, aten.mul_Tensor(root, root))), 3)
    )
    root = aten.where_self(special, aten.pow_Tensor_Scalar(size, 1 / 3), root)
    return aten.copysign_Tensor(root, x) if sign is None else aten.mul_Tensor(root, sign)


def spacing(x: Tensor) -> Tensor:
    """The distance to the next number away from 0; in float16, to the next larger number, as NumPy has it."""
    # Without -0.0, and without a history: the distance is flat.
    x = aten.detach(aten.add_Scalar(x, 0.0))
    infinite = aten.full_like(x, math.inf)
    step = aten.sub_Tensor(
        aten.nextafter(x, infinite if x.dtype.itemsize == 2 else aten.copysign_Tensor(infinite, x)), x
    )
    return aten.masked_fill_Scalar(step, aten.isinf(x), math.nan)


def modf(x: Tensor) -> tuple[Tensor, Tensor]:
    fraction = aten.where_self(aten.isinf(x), aten.copysign_Tensor(aten.zeros_like(x), x), aten.fmod_Scalar(x, 1.0))
    return fraction, trunc(x)


def frexp(x: Tensor) -> tuple[Tensor, Tensor]:
    result: tuple[Tensor, Tensor] = aten.frexp_Tensor(x)
    return result


def _power_of_two(n: Tensor) -> Tensor:
    """2.0**n for n from -1022 to 1023, put together from its bits: exp2 is not exact everywhere."""
    return aten.view_dtype(aten.bitwise_left_shift_Tensor_Scalar(aten.add_Scalar(n, 1023), 52), dtype=FLOAT64)


def ldexp(x: Tensor, n: Tensor) -> Tensor:
    n = aten.clamp(cast(n, INT64), -3000, 3000)
    first = aten.clamp(n, -1022, 1023)
    if x.dtype != FLOAT64:
        # Exact in float64, and so rounded once.
        return cast(aten.mul_Tensor(cast(x, FLOAT64), _power_of_two(first)), x.dtype)
    rest = aten.sub_Tensor(n, first)
    second = aten.clamp(rest, -1022, 1023)
    third = aten.sub_Tensor(rest, second)
    # Last the step that may lose bits to a subnormal number.
    for step in (third, second, first):
        x = aten.mul_Tensor(x, _power_of_two(step))
    return x
