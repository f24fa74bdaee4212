"""`numpy.polynomial` on Tensors: NumPy's own functions and classes work on the coefficients through operators."""

from __future__ import annotations

from numtorch.functions.polynomials import polygrid2d as polygrid2d
from numtorch.functions.polynomials import polyval2d as polyval2d

__all__ = ["polygrid2d", "polyval2d"]
