"""`numpy.polynomial.polynomial` on Tensors: power series, with the constant term first."""

import numpy.polynomial.polynomial as _numpy
from numpy.polynomial import Polynomial

from numtorch._core import tensor as _tensor
from numtorch.functions.polynomial.series import (
    polyadd,
    polycompanion,
    polyder,
    polyfromroots,
    polyint,
    polymul,
    polyroots,
    polysub,
)
from numtorch.functions.polynomial.series_fitting import polyfit
from numtorch.functions.polynomial.series_values import (
    polygrid2d,
    polygrid3d,
    polyval,
    polyval2d,
    polyval3d,
    polyvander,
)
from numtorch.numpy.polynomial.bases import giving_tensors as _giving_tensors

__all__ = [
    "Polynomial",
    "polyadd",
    "polycompanion",
    "polyder",
    "polydiv",
    "polydomain",
    "polyfit",
    "polyfromroots",
    "polygrid2d",
    "polygrid3d",
    "polyint",
    "polyline",
    "polymul",
    "polymulx",
    "polyone",
    "polypow",
    "polyroots",
    "polysub",
    "polytrim",
    "polyval",
    "polyval2d",
    "polyval3d",
    "polyvalfromroots",
    "polyvander",
    "polyvander2d",
    "polyvander3d",
    "polyx",
    "polyzero",
]

polydomain, polyzero, polyone, polyx = map(_tensor, (_numpy.polydomain, _numpy.polyzero, _numpy.polyone, _numpy.polyx))
polydiv = _giving_tensors(_numpy.polydiv)
polyline = _giving_tensors(_numpy.polyline)
polymulx = _giving_tensors(_numpy.polymulx)
polypow = _giving_tensors(_numpy.polypow)
polytrim = _giving_tensors(_numpy.polytrim)
polyvalfromroots = _giving_tensors(_numpy.polyvalfromroots)
polyvander2d = _giving_tensors(_numpy.polyvander2d)
polyvander3d = _giving_tensors(_numpy.polyvander3d)
