"""`numpy.polynomial`: power series on Tensors, and NumPy's classes and other bases, which take Tensors as points.

A class such as `Polynomial` holds its coefficients on the host, as NumPy does; at points in a Tensor it is a Tensor.
"""

import numpy.polynomial as _numpy
from numpy.polynomial import Chebyshev, Hermite, HermiteE, Laguerre, Legendre, Polynomial, set_default_printstyle

from numtorch.numpy.polynomial import polynomial
from numtorch.numpy.polynomial.bases import of_basis as _of_basis

__all__ = [
    "Chebyshev",
    "Hermite",
    "HermiteE",
    "Laguerre",
    "Legendre",
    "Polynomial",
    "chebyshev",
    "hermite",
    "hermite_e",
    "laguerre",
    "legendre",
    "polynomial",
    "set_default_printstyle",
]

chebyshev = _of_basis(_numpy.chebyshev, __name__)
hermite = _of_basis(_numpy.hermite, __name__)
hermite_e = _of_basis(_numpy.hermite_e, __name__)
laguerre = _of_basis(_numpy.laguerre, __name__)
legendre = _of_basis(_numpy.legendre, __name__)
