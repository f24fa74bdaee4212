"""The ufuncs of ``scipy.special`` that libtorch has kernels for.

This module does not import SciPy: a program that calls one of these ufuncs has imported it. The ufunc itself names the
loop of a call, and with it the dtype of the result.
"""

from __future__ import annotations

import math
import sys
from typing import NamedTuple

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.dtypes import FLOAT32, FLOAT64, floats
from numtorch.functions.dtypes.storage import Compute, cast
from numtorch.functions.ufuncs import bessel, gammas
from numtorch.functions.ufuncs.table import Row
from numtorch.functions.ufuncs.zeta import hurwitz_zeta, riemann_zeta

__all__ = ["find_row"]


# ---- Where the kernel alone does not give SciPy's values ----


def _ndtr(x: Tensor) -> Tensor:
    # libtorch's loses all digits of the lower tail.
    return aten.mul_Scalar(aten.erfc(aten.mul_Scalar(x, -math.sqrt(0.5))), 0.5)


def _gammaln(x: Tensor) -> Tensor:
    return aten.masked_fill_Scalar(aten.lgamma(x), aten.eq_Scalar(x, -math.inf), -math.inf)


def _with_nan(compute: Compute) -> Compute:
    """nan where an argument is: libtorch's answers 0 or 1 at the ends all the same."""

    def computed(a: Tensor, x: Tensor) -> Tensor:
        result: Tensor = aten.masked_fill_Scalar(compute(a, x), aten.logical_or(aten.isnan(a), aten.isnan(x)), math.nan)
        return result

    return computed


def _of_logarithm(logarithm: Compute) -> Compute:
    """x * logarithm(y) of complex numbers, and 0 where `x` is, unless `y` is nan."""

    def computed(x: Tensor, y: Tensor) -> Tensor:
        vanishes = aten.logical_and(aten.eq_Scalar(x, 0), aten.logical_not(aten.isnan(y)))
        return aten.masked_fill_Scalar(
            aten.mul_Tensor(x, logarithm(aten.where_self(vanishes, aten.full_like(y, 1.0), y))), vanishes, 0.0
        )

    return computed


def _of_entropy(logarithm: Compute, finish: Compute) -> Compute:
    """x * logarithm(x, y) and what `finish` adds inside of the domain and where `x` is 0; infinite outside."""

    def computed(x: Tensor, y: Tensor) -> Tensor:
        inside = aten.logical_and(aten.gt_Scalar(x, 0), aten.gt_Scalar(y, 0))
        at_edge = aten.logical_and(aten.eq_Scalar(x, 0), aten.ge_Scalar(y, 0))
        number, base = (aten.masked_fill_Scalar(z, aten.logical_not(inside), 1.0) for z in (x, y))
        product = aten.masked_fill_Scalar(aten.mul_Tensor(number, logarithm(number, base)), at_edge, 0.0)
        result = aten.masked_fill_Scalar(
            finish(product, x, y), aten.logical_not(aten.logical_or(inside, at_edge)), math.inf
        )
        return aten.masked_fill_Scalar(result, aten.logical_or(aten.isnan(x), aten.isnan(y)), math.nan)

    return computed


def _log_of_ratio(x: Tensor, y: Tensor) -> Tensor:
    return aten.log(aten.div_Tensor(x, y))


def _exact_log_of_ratio(x: Tensor, y: Tensor) -> Tensor:
    """By the logarithm of 1 + d where d is small, and of either number where the quotient is none."""
    ratio = aten.div_Tensor(x, y)
    near = aten.logical_and(aten.gt_Scalar(ratio, 0.5), aten.lt_Scalar(ratio, 2.0))
    far = aten.logical_or(aten.lt_Scalar(ratio, float(np.finfo(x.dtype).tiny)), aten.eq_Scalar(ratio, math.inf))
    close = aten.log1p(aten.masked_fill_Scalar(aten.div_Tensor(aten.sub_Tensor(x, y), y), aten.logical_not(near), 0.0))
    apart = aten.sub_Tensor(aten.log(x), aten.log(y))
    return aten.where_self(near, close, aten.where_self(far, apart, aten.log(aten.masked_fill_Scalar(ratio, far, 1.0))))


_rel_entr = _of_entropy(_exact_log_of_ratio, lambda product, _x, _y: product)
_kl_div = _of_entropy(_log_of_ratio, lambda product, x, y: aten.add_Tensor(aten.sub_Tensor(product, x), y))


def _in_float64(compute: Compute) -> Compute:
    """`compute` for float32, too, as SciPy does it."""

    def computed(*inputs: Tensor) -> Tensor:
        if inputs[0].dtype != FLOAT32:
            result: Tensor = compute(*inputs)
            return result
        return cast(compute(*[cast(x, FLOAT64) for x in inputs]), FLOAT32)

    return computed


def _erfcinv(x: Tensor) -> Tensor:
    return aten.mul_Scalar(aten.special_ndtri(aten.mul_Scalar(x, 0.5)), -math.sqrt(0.5))


def _exp10(x: Tensor) -> Tensor:
    return aten.pow_Scalar(10.0, x)


def _exprel(x: Tensor) -> Tensor:
    """(exp(x) - 1) / x."""
    small = aten.lt_Scalar(aten.abs(x), 1e-5)
    safe = aten.masked_fill_Scalar(x, aten.logical_or(small, aten.eq_Scalar(x, math.inf)), 1.0)
    quotient = aten.masked_fill_Scalar(aten.div_Tensor(aten.expm1(safe), safe), aten.eq_Scalar(x, math.inf), math.inf)
    # Near 0 the series, so that the derivatives are right there, too.
    return aten.where_self(small, 1 + x * (1 / 2 + x * (1 / 6)), quotient)


# ---- The table ----


class Special(NamedTuple):
    """A ufunc of SciPy's by its name, and what computes it."""

    name: str
    real: Compute
    complex: Compute | None = None


TABLE = (
    Special("erf", aten.erf),
    Special("erfc", aten.erfc),
    Special("erfcx", aten.special_erfcx),
    Special("erfinv", aten.erfinv),
    Special("erfcinv", _erfcinv),
    Special("ndtr", _ndtr),
    Special("ndtri", aten.special_ndtri),
    Special("log_ndtr", aten.special_log_ndtr),
    Special("expit", aten.sigmoid),
    Special("logit", aten.logit),
    Special("log_expit", aten.log_sigmoid),
    Special("gammaln", _gammaln),
    Special("gamma", _in_float64(gammas.gamma)),
    Special("gammasgn", gammas.gamma_sign),
    Special("loggamma", gammas.log_gamma),
    Special("psi", aten.digamma),
    Special("gammainc", _with_nan(aten.special_gammainc)),
    Special("gammaincc", _with_nan(aten.special_gammaincc)),
    Special("_riemann_zeta", riemann_zeta),
    Special("_zeta", hurwitz_zeta),
    Special("i0", aten.i0),
    Special("i0e", aten.special_i0e),
    Special("i1", aten.special_i1),
    Special("i1e", aten.special_i1e),
    Special("j0", _in_float64(bessel.j0)),
    Special("j1", _in_float64(bessel.j1)),
    Special("y0", _in_float64(bessel.y0)),
    Special("y1", _in_float64(bessel.y1)),
    Special("k0", aten.special_modified_bessel_k0),
    Special("k0e", aten.special_scaled_modified_bessel_k0),
    Special("k1", aten.special_modified_bessel_k1),
    Special("k1e", aten.special_scaled_modified_bessel_k1),
    Special("entr", aten.special_entr),
    Special("rel_entr", _rel_entr),
    # The terms cancel: in float64, as in SciPy.
    Special("kl_div", _in_float64(_kl_div)),
    Special("xlogy", aten.xlogy_Tensor, _of_logarithm(aten.log)),
    Special("xlog1py", aten.special_xlog1py, _of_logarithm(aten.log1p)),
    Special("exp2", aten.exp2),
    Special("exp10", _exp10),
    Special("exprel", _exprel),
    Special("expm1", aten.expm1, aten.expm1),
    Special("log1p", aten.log1p, aten.log1p),
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
