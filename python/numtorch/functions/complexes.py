"""NumPy's functions of complex numbers where libtorch lacks them: the lexicographic order and what follows from it."""

from __future__ import annotations

import math

from numtorch._core import Tensor, kernel
from numtorch.functions.standing import recorded_as

_abs = kernel("abs")
_acos = kernel("acos")
_add = kernel("add.Tensor")
_add_scalar = kernel("add.Scalar")
_atan2 = kernel("atan2")
_clone = kernel("clone")
_complex = kernel("complex")
_copysign = kernel("copysign.Tensor")
_detach = kernel("detach")
_div = kernel("div.Tensor")
_eq = kernel("eq.Tensor")
_eq_scalar = kernel("eq.Scalar")
_imag = kernel("imag")
_isinf = kernel("isinf")
_isnan = kernel("isnan")
_le = kernel("le.Tensor")
_logical_and = kernel("logical_and")
_logical_not = kernel("logical_not")
_logical_or = kernel("logical_or")
_logical_xor = kernel("logical_xor")
_log1p = kernel("log1p")
_lt = kernel("lt.Tensor")
_masked_fill = kernel("masked_fill.Scalar")
_neg = kernel("neg")
_real = kernel("real")
_round = kernel("round")
_rsub = kernel("rsub.Scalar")
_sgn = kernel("sgn")
_sign = kernel("sign")
_sub = kernel("sub.Tensor")
_view_as_complex = kernel("view_as_complex")
_view_as_real = kernel("view_as_real")
_where = kernel("where.self")


def _as_complex(pairs: Tensor) -> Tensor:
    result = _view_as_complex(pairs)
    # A view is an array; a 0-d result is a value.
    return result if result.ndim else _clone(result)


def add(a: Tensor, b: Tensor) -> Tensor:
    # libtorch's multiplies by a complex 1 first, which makes nan of inf.
    return _as_complex(_add(_view_as_real(a), _view_as_real(b)))


def subtract(a: Tensor, b: Tensor) -> Tensor:
    return _as_complex(_sub(_view_as_real(a), _view_as_real(b)))


def _compare(imaginary: object, a: Tensor, b: Tensor) -> Tensor:
    ordered = _logical_not(_logical_or(_isnan(_imag(a)), _isnan(_imag(b))))
    by_real = _logical_and(_lt(_real(a), _real(b)), ordered)
    by_imaginary = _logical_and(_eq(_real(a), _real(b)), imaginary(_imag(a), _imag(b)))  # type: ignore[operator]
    return _logical_or(by_real, by_imaginary)


def less(a: Tensor, b: Tensor) -> Tensor:
    return _compare(_lt, a, b)


def less_equal(a: Tensor, b: Tensor) -> Tensor:
    return _compare(_le, a, b)


def greater(a: Tensor, b: Tensor) -> Tensor:
    return _compare(_lt, b, a)


def greater_equal(a: Tensor, b: Tensor) -> Tensor:
    return _compare(_le, b, a)


def maximum(a: Tensor, b: Tensor) -> Tensor:
    return _where(_logical_or(greater_equal(a, b), _isnan(a)), a, b)


def minimum(a: Tensor, b: Tensor) -> Tensor:
    return _where(_logical_or(less_equal(a, b), _isnan(a)), a, b)


def fmax(a: Tensor, b: Tensor) -> Tensor:
    return _where(_logical_or(greater_equal(a, b), _isnan(b)), a, b)


def fmin(a: Tensor, b: Tensor) -> Tensor:
    return _where(_logical_or(less_equal(a, b), _isnan(b)), a, b)


def _before(a: Tensor, b: Tensor) -> Tensor:
    return _where(_eq(_real(a), _real(b)), _lt(_imag(a), _imag(b)), _lt(_real(a), _real(b)))


def clip(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    # Not by maximum and minimum: nan in a part that decides nothing does not count here.
    x = _where(_logical_or(_isnan(x), _before(low, x)), x, low)
    return _where(_logical_or(_isnan(x), _before(x, high)), x, high)


def negative(z: Tensor) -> Tensor:
    # libtorch's makes 0.0 of 0.0.
    return _as_complex(_neg(_view_as_real(z)))


def sign(z: Tensor) -> Tensor:
    """z / abs(z), and the direction of the one part that is infinite."""
    real, imag = _real(z), _imag(z)
    infinite_real, infinite_imag = _isinf(real), _isinf(imag)
    direction = _complex(
        _masked_fill(_sign(real), _logical_not(infinite_real), 0),
        _masked_fill(_sign(imag), _logical_not(infinite_imag), 0),
    )
    return _where(_logical_xor(infinite_real, infinite_imag), direction, recorded_as(_sgn, _by_parts, z))


def _by_parts(z: Tensor) -> Tensor:
    size = _masked_fill(_abs(z), _eq_scalar(z, 0), 1)
    return _complex(
        _masked_fill(_div(_real(z), size), _eq_scalar(z, 0), 0), _masked_fill(_div(_imag(z), size), _eq_scalar(z, 0), 0)
    )


def rint(z: Tensor) -> Tensor:
    return _complex(_round(_real(z)), _round(_imag(z)))


def arccos(z: Tensor) -> Tensor:
    # libtorch's loses the sign of the imaginary part at 0, where arccos is pi / 2 - z.
    result = _where(_eq_scalar(z, 0), _complex(_rsub(_real(z), math.pi / 2), _neg(_imag(z))), _acos(z))
    return result if result.tracked else _complex(_real(result), _copysign(_imag(result), _neg(_imag(z))))


def log1p(z: Tensor) -> Tensor:
    # An infinite number has an infinite logarithm, even if its other part is NaN, and keeps its angle.
    result = _log1p(z)
    infinite = _isinf(z)
    lost = _logical_and(infinite, _isnan(_real(result)))
    fixed = _detach(z)
    angle = _where(infinite, _atan2(_imag(fixed), _real(fixed)), _imag(result))
    return _complex(_add_scalar(_masked_fill(_real(result), lost, math.inf), 0.0), angle)  # 0.0 and not -0.0
