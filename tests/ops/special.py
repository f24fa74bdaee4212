"""The ufuncs of scipy.special: where each is smooth, and how near to SciPy it must come. Data only."""

from typing import NamedTuple

import numpy as np
from scipy import special

Range = tuple[float, float]


class Row(NamedTuple):
    """A ufunc, the ranges in which it is smooth (one for each argument with a derivative, the last ones), how often
    the other arguments are taken as they are (`fixed`), and the accuracy in units of the dtype's resolution."""

    ufunc: np.ufunc
    ranges: tuple[Range, ...]
    fixed: tuple[float, ...] = ()
    complex: bool = False
    ulps: float = 16


ANY = (-2.0, 2.0)
POSITIVE = (0.3, 2.0)
UNIT = (-0.8, 0.8)
SHARE = (0.1, 0.9)
LARGE = 1e8  # SciPy subtracts pi / 4 from large numbers, and loses the digits that this costs

ROWS = [
    Row(special.erf, (ANY,)),
    Row(special.erfc, (ANY,), ulps=256),
    Row(special.erfcx, (ANY,), ulps=64),
    Row(special.erfinv, (UNIT,)),
    Row(special.erfcinv, ((0.3, 1.7),)),
    Row(special.ndtr, (ANY,), ulps=256),
    Row(special.ndtri, (SHARE,)),
    Row(special.log_ndtr, (ANY,), ulps=256),
    Row(special.expit, (ANY,)),
    Row(special.logit, (SHARE,)),
    Row(special.log_expit, (ANY,)),
    Row(special.gammaln, (POSITIVE,)),
    Row(special.gamma, ((-0.7, -0.3),), ulps=64),
    Row(special.gammasgn, ()),
    Row(special.loggamma, (POSITIVE,)),
    Row(special.psi, (POSITIVE,), ulps=64),
    Row(special.gammainc, (POSITIVE,), fixed=(1.5,), ulps=1e8),
    Row(special.gammaincc, (POSITIVE,), fixed=(1.5,), ulps=1e8),
    Row(special._ufuncs._zeta, (POSITIVE,), fixed=(2.5,)),
    Row(special._ufuncs._riemann_zeta, (), ulps=512),
    Row(special.i0, (ANY,)),
    Row(special.i0e, (POSITIVE,)),
    Row(special.i1, (ANY,), ulps=32),
    Row(special.i1e, (POSITIVE,)),
    Row(special.j0, (ANY,), ulps=LARGE),
    Row(special.j1, (ANY,), ulps=LARGE),
    Row(special.y0, (POSITIVE,), ulps=LARGE),
    Row(special.y1, (POSITIVE,), ulps=LARGE),
    Row(special.k0, (POSITIVE,)),
    Row(special.k0e, (POSITIVE,)),
    Row(special.k1, (POSITIVE,)),
    Row(special.k1e, (POSITIVE,)),
    Row(special.entr, (POSITIVE,)),
    Row(special.rel_entr, (POSITIVE, POSITIVE)),
    Row(special.kl_div, (POSITIVE, POSITIVE)),
    Row(special.xlogy, (ANY, POSITIVE), complex=True),
    Row(special.xlog1py, (ANY, POSITIVE), complex=True),
    Row(special.exp2, (ANY,)),
    Row(special.exp10, (ANY,)),
    Row(special.exprel, (ANY,)),
    Row(special.expm1, (ANY,), complex=True),
    Row(special.log1p, (POSITIVE,), complex=True),
    Row(special.cbrt, (POSITIVE,)),
]
