"""`numpy.polynomial.polynomial` on Tensors: power series, with the constant term first."""

from numtorch.functions.polynomials import polygrid2d, polyval2d

__all__ = ["polygrid2d", "polyval2d"]
