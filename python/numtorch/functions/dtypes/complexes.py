"""NumPy's functions of complex numbers where libtorch lacks them: the lexicographic order and what follows from it."""

from __future__ import annotations

import math

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.standing import recorded_as


def _as_complex(pairs: Tensor) -> Tensor:
    result = aten.view_as_complex(pairs)
    # A view is an array; a 0-d result is a value.
    return result if result.ndim else aten.clone(result)


def add(a: Tensor, b: Tensor) -> Tensor:
    # libtorch's multiplies by a complex 1 first, which makes nan of inf.
    return _as_complex(aten.add_Tensor(aten.view_as_real(a), aten.view_as_real(b)))


def subtract(a: Tensor, b: Tensor) -> Tensor:
    return _as_complex(aten.sub_Tensor(aten.view_as_real(a), aten.view_as_real(b)))


def _compare(imaginary: object, a: Tensor, b: Tensor) -> Tensor:
    ordered = aten.logical_not(aten.logical_or(aten.isnan(aten.imag(a)), aten.isnan(aten.imag(b))))
    by_real = aten.logical_and(aten.lt_Tensor(aten.real(a), aten.real(b)), ordered)
    by_imaginary = aten.logical_and(aten.eq_Tensor(aten.real(a), aten.real(b)), imaginary(aten.imag(a), aten.imag(b)))  # type: ignore[operator]
    return aten.logical_or(by_real, by_imaginary)


def less(a: Tensor, b: Tensor) -> Tensor:
    return _compare(aten.lt_Tensor, a, b)


def less_equal(a: Tensor, b: Tensor) -> Tensor:
    return _compare(aten.le_Tensor, a, b)


def greater(a: Tensor, b: Tensor) -> Tensor:
    return _compare(aten.lt_Tensor, b, a)


def greater_equal(a: Tensor, b: Tensor) -> Tensor:
    return _compare(aten.le_Tensor, b, a)


def maximum(a: Tensor, b: Tensor) -> Tensor:
    return aten.where_self(aten.logical_or(greater_equal(a, b), aten.isnan(a)), a, b)


def minimum(a: Tensor, b: Tensor) -> Tensor:
    return aten.where_self(aten.logical_or(less_equal(a, b), aten.isnan(a)), a, b)


def fmax(a: Tensor, b: Tensor) -> Tensor:
    return aten.where_self(aten.logical_or(greater_equal(a, b), aten.isnan(b)), a, b)


def fmin(a: Tensor, b: Tensor) -> Tensor:
    return aten.where_self(aten.logical_or(less_equal(a, b), aten.isnan(b)), a, b)


def _before(a: Tensor, b: Tensor) -> Tensor:
    return aten.where_self(
        aten.eq_Tensor(aten.real(a), aten.real(b)),
        aten.lt_Tensor(aten.imag(a), aten.imag(b)),
        aten.lt_Tensor(aten.real(a), aten.real(b)),
    )


def clip(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    # Not by maximum and minimum: nan in a part that decides nothing does not count here.
    x = aten.where_self(aten.logical_or(aten.isnan(x), _before(low, x)), x, low)
    return aten.where_self(aten.logical_or(aten.isnan(x), _before(x, high)), x, high)


def negative(z: Tensor) -> Tensor:
    # libtorch's makes 0.0 of 0.0.
    return _as_complex(aten.neg(aten.view_as_real(z)))


def sign(z: Tensor) -> Tensor:
    """z / abs(z), and the direction of the one part that is infinite."""
    real, imag = aten.real(z), aten.imag(z)
    infinite_real, infinite_imag = aten.isinf(real), aten.isinf(imag)
    direction = aten.complex(
        aten.masked_fill_Scalar(aten.sign(real), aten.logical_not(infinite_real), 0),
        aten.masked_fill_Scalar(aten.sign(imag), aten.logical_not(infinite_imag), 0),
    )
    return aten.where_self(
        aten.logical_xor(infinite_real, infinite_imag), direction, recorded_as(aten.sgn, _by_parts, z)
    )


def _by_parts(z: Tensor) -> Tensor:
    size = aten.masked_fill_Scalar(aten.abs(z), aten.eq_Scalar(z, 0), 1)
    return aten.complex(
        aten.masked_fill_Scalar(aten.div_Tensor(aten.real(z), size), aten.eq_Scalar(z, 0), 0),
        aten.masked_fill_Scalar(aten.div_Tensor(aten.imag(z), size), aten.eq_Scalar(z, 0), 0),
    )


def rint(z: Tensor) -> Tensor:
    return aten.complex(aten.round(aten.real(z)), aten.round(aten.imag(z)))


def arccos(z: Tensor) -> Tensor:
    # libtorch's loses the sign of the imaginary part at 0, where arccos is pi / 2 - z.
    result = aten.where_self(
        aten.eq_Scalar(z, 0),
        aten.complex(aten.rsub_Scalar(aten.real(z), math.pi / 2), aten.neg(aten.imag(z))),
        aten.acos(z),
    )
    return (
        result
        if result.tracked
        else aten.complex(aten.real(result), aten.copysign_Tensor(aten.imag(result), aten.neg(aten.imag(z))))
    )


def log1p(z: Tensor) -> Tensor:
    # An infinite number has an infinite logarithm, even if its other part is NaN, and keeps its angle.
    result = aten.log1p(z)
    infinite = aten.isinf(z)
    lost = aten.logical_and(infinite, aten.isnan(aten.real(result)))
    fixed = aten.detach(z)
    angle = aten.where_self(infinite, aten.atan2(aten.imag(fixed), aten.real(fixed)), aten.imag(result))
    return aten.complex(
        aten.add_Scalar(aten.masked_fill_Scalar(aten.real(result), lost, math.inf), 0.0), angle
    )  # 0.0 and not -0.0
