"""Those of ``scipy.special``'s ufuncs that libtorch has kernels for, as ufuncs of Tensors.

SciPy is not imported: a program that calls one of them has done so. Which loop a call takes, and with it the dtype of
the result, the ufunc itself says.
"""

from __future__ import annotations

import math
import sys
from typing import NamedTuple

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.functions import bessel, floats, gammas
from numtorch.functions.carriers import FLOAT32, Compute, cast
from numtorch.functions.elementwise import Row
from numtorch.functions.zeta import hurwitz_zeta, riemann_zeta

__all__ = ["find_row"]

_abs = kernel("abs")
_add = kernel("add.Tensor")
_div = kernel("div.Tensor")
_eq = kernel("eq.Scalar")
_erfc = kernel("erfc")
_expm1 = kernel("expm1")
_full_like = kernel("full_like")
_ge = kernel("ge.Scalar")
_gt = kernel("gt.Scalar")
_isnan = kernel("isnan")
_lgamma = kernel("lgamma")
_log = kernel("log")
_log1p = kernel("log1p")
_logical_and = kernel("logical_and")
_logical_not = kernel("logical_not")
_logical_or = kernel("logical_or")
_masked_fill = kernel("masked_fill.Scalar")
_lt = kernel("lt.Scalar")
_mul = kernel("mul.Tensor")
_mul_scalar = kernel("mul.Scalar")
_ndtri = kernel("special_ndtri")
_power_of = kernel("pow.Scalar")
_sub = kernel("sub.Tensor")
_where = kernel("where.self")


FLOAT64 = np.dtype(np.float64)


# ---- Where the kernel alone does not give SciPy's values ----


def _ndtr(x: Tensor) -> Tensor:
    # libtorch's loses all digits of the lower tail.
    return _mul_scalar(_erfc(_mul_scalar(x, -math.sqrt(0.5))), 0.5)


def _gammaln(x: Tensor) -> Tensor:
    return _masked_fill(_lgamma(x), _eq(x, -math.inf), -math.inf)


def _with_nan(compute: Compute) -> Compute:
    """nan where an argument is: libtorch's answers 0 or 1 at the ends all the same."""

    def computed(a: Tensor, x: Tensor) -> Tensor:
        result: Tensor = _masked_fill(compute(a, x), _logical_or(_isnan(a), _isnan(x)), math.nan)
        return result

    return computed


def _of_logarithm(logarithm: Compute) -> Compute:
    """x * logarithm(y) of complex numbers, and 0 where `x` is, unless `y` is nan."""

    def computed(x: Tensor, y: Tensor) -> Tensor:
        vanishes = _logical_and(_eq(x, 0), _logical_not(_isnan(y)))
        return _masked_fill(_mul(x, logarithm(_where(vanishes, _full_like(y, 1.0), y))), vanishes, 0.0)

    return computed


def _of_entropy(logarithm: Compute, finish: Compute) -> Compute:
    """x * logarithm(x, y) and what `finish` adds inside of the domain and where `x` is 0; infinite outside."""

    def computed(x: Tensor, y: Tensor) -> Tensor:
        inside = _logical_and(_gt(x, 0), _gt(y, 0))
        at_edge = _logical_and(_eq(x, 0), _ge(y, 0))
        number, base = (_masked_fill(z, _logical_not(inside), 1.0) for z in (x, y))
        product = _masked_fill(_mul(number, logarithm(number, base)), at_edge, 0.0)
        result = _masked_fill(finish(product, x, y), _logical_not(_logical_or(inside, at_edge)), math.inf)
        return _masked_fill(result, _logical_or(_isnan(x), _isnan(y)), math.nan)

    return computed


def _log_of_ratio(x: Tensor, y: Tensor) -> Tensor:
    return _log(_div(x, y))


def _exact_log_of_ratio(x: Tensor, y: Tensor) -> Tensor:
    """By the logarithm of 1 + d where d is small, and of either number where the quotient is none."""
    ratio = _div(x, y)
    near = _logical_and(_gt(ratio, 0.5), _lt(ratio, 2.0))
    far = _logical_or(_lt(ratio, float(np.finfo(x.dtype).tiny)), _eq(ratio, math.inf))
    close = _log1p(_masked_fill(_div(_sub(x, y), y), _logical_not(near), 0.0))
    apart = _sub(_log(x), _log(y))
    return _where(near, close, _where(far, apart, _log(_masked_fill(ratio, far, 1.0))))


_rel_entr = _of_entropy(_exact_log_of_ratio, lambda product, _x, _y: product)
_kl_div = _of_entropy(_log_of_ratio, lambda product, x, y: _add(_sub(product, x), y))


def _in_float64(compute: Compute) -> Compute:
    """`compute` for float32, too, as SciPy does it."""

    def computed(*inputs: Tensor) -> Tensor:
        if inputs[0].dtype != FLOAT32:
            result: Tensor = compute(*inputs)
            return result
        return cast(compute(*[cast(x, FLOAT64) for x in inputs]), FLOAT32)

    return computed


def _erfcinv(x: Tensor) -> Tensor:
    return _mul_scalar(_ndtri(_mul_scalar(x, 0.5)), -math.sqrt(0.5))


def _exp10(x: Tensor) -> Tensor:
    return _power_of(10.0, x)


def _exprel(x: Tensor) -> Tensor:
    """(exp(x) - 1) / x."""
    small = _lt(_abs(x), 1e-5)
    safe = _masked_fill(x, _logical_or(small, _eq(x, math.inf)), 1.0)
    quotient = _masked_fill(_div(_expm1(safe), safe), _eq(x, math.inf), math.inf)
    # Near 0 the series, so that the derivatives are right there, too.
    return _where(small, 1 + x * (1 / 2 + x * (1 / 6)), quotient)


# ---- The table ----


class Special(NamedTuple):
    """A ufunc of SciPy's by its name, and what computes it."""

    name: str
    real: Compute
    complex: Compute | None = None


TABLE = (
    Special("erf", kernel("erf")),
    Special("erfc", _erfc),
    Special("erfcx", kernel("special_erfcx")),
    Special("erfinv", kernel("erfinv")),
    Special("erfcinv", _erfcinv),
    Special("ndtr", _ndtr),
    Special("ndtri", kernel("special_ndtri")),
    Special("log_ndtr", kernel("special_log_ndtr")),
    Special("expit", kernel("sigmoid")),
    Special("logit", kernel("logit")),
    Special("log_expit", kernel("log_sigmoid")),
    Special("gammaln", _gammaln),
    Special("gamma", _in_float64(gammas.gamma)),
    Special("gammasgn", gammas.gamma_sign),
    Special("loggamma", gammas.log_gamma),
    Special("psi", kernel("digamma")),
    Special("gammainc", _with_nan(kernel("special_gammainc"))),
    Special("gammaincc", _with_nan(kernel("special_gammaincc"))),
    Special("_riemann_zeta", riemann_zeta),
    Special("_zeta", hurwitz_zeta),
    Special("i0", kernel("i0")),
    Special("i0e", kernel("special_i0e")),
    Special("i1", kernel("special_i1")),
    Special("i1e", kernel("special_i1e")),
    Special("j0", _in_float64(bessel.j0)),
    Special("j1", _in_float64(bessel.j1)),
    Special("y0", _in_float64(bessel.y0)),
    Special("y1", _in_float64(bessel.y1)),
    Special("k0", kernel("special_modified_bessel_k0")),
    Special("k0e", kernel("special_scaled_modified_bessel_k0")),
    Special("k1", kernel("special_modified_bessel_k1")),
    Special("k1e", kernel("special_scaled_modified_bessel_k1")),
    Special("entr", kernel("special_entr")),
    Special("rel_entr", _rel_entr),
    # The terms cancel: in float64, as in SciPy.
    Special("kl_div", _in_float64(_kl_div)),
    Special("xlogy", kernel("xlogy.Tensor"), _of_logarithm(_log)),
    Special("xlog1py", kernel("special_xlog1py"), _of_logarithm(_log1p)),
    Special("exp2", kernel("exp2")),
    Special("exp10", _exp10),
    Special("exprel", _exprel),
    Special("expm1", _expm1, _expm1),
    Special("log1p", _log1p, _log1p),
    Special("cbrt", floats.cbrt),
)

_rows: dict[np.ufunc, Row] = {}


def find_row(function: np.ufunc) -> Row | None:
    """The row of a ufunc of SciPy's; None of any other."""
    module = sys.modules.get("scipy.special._ufuncs")
    if module is not None and not _rows:
        for entry in TABLE:
            ufunc = getattr(module, entry.name, None)
            if isinstance(ufunc, np.ufunc):
                _rows[ufunc] = Row(
                    ufunc, None, "", None, None, None, entry.real, entry.complex, None, half=False, scalar=None, limit=0
                )
    return _rows.get(function)
