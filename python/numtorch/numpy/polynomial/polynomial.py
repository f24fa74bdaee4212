"""`numpy.polynomial.polynomial` on Tensors: power series, with the constant term first."""

from numtorch.functions.series import (
    polyadd,
    polycompanion,
    polyder,
    polyfromroots,
    polyint,
    polymul,
    polyroots,
    polysub,
)
from numtorch.functions.series_fitting import polyfit
from numtorch.functions.series_values import polygrid2d, polygrid3d, polyval, polyval2d, polyval3d, polyvander

__all__ = [
    "polyadd",
    "polycompanion",
    "polyder",
    "polyfit",
    "polyfromroots",
    "polygrid2d",
    "polygrid3d",
    "polyint",
    "polymul",
    "polyroots",
    "polysub",
    "polyval",
    "polyval2d",
    "polyval3d",
    "polyvander",
]
