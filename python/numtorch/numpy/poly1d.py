"""`poly1d`: NumPy's class, around a Tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import collect
from numtorch.functions.calls.arguments import Array, as_tensor
from numtorch.functions.polynomial.polynomials import polydiv
from numtorch.numpy.questions import isscalar

__all__ = ["poly1d"]


class _Poly1d(type):
    """NumPy's class around a Tensor is an instance, too: it is what functions such as `polyadd` give."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, np.poly1d)


class poly1d(np.poly1d, metaclass=_Poly1d):
    """
    A polynomial with its coefficients in a Tensor, the highest power first: see `numpy.poly1d`.

    Making one waits for the device, to see which leading coefficients are zero.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> p = np.poly1d([1, -3, 2])
    >>> p(np.array([0, 1, 2])), p.deriv().coeffs
    (Tensor([2, 0, 0], dtype=int64, dev=-1), Tensor([ 2, -3], dtype=int64, dev=-1))
    """

    def __init__(self, c_or_r: Array, r: bool = False, variable: str | None = None) -> None:
        given = c_or_r if isinstance(c_or_r, np.poly1d) else as_tensor(c_or_r)
        super().__init__(given, r, variable)
        self.__dict__["coeffs"] = as_tensor(self.coeffs)

    def __repr__(self) -> str:
        return repr(np.poly1d(collect(self.coeffs), variable=self.variable))

    def __neg__(self) -> poly1d:
        return poly1d(super().__neg__())

    def __add__(self, other: Any) -> poly1d:
        return poly1d(super().__add__(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> poly1d:
        return poly1d(super().__sub__(other))

    def __rsub__(self, other: Any) -> poly1d:
        return poly1d(super().__rsub__(other))

    def __mul__(self, other: Any) -> poly1d:
        return poly1d(super().__mul__(other))

    __rmul__ = __mul__

    def __pow__(self, val: Any) -> poly1d:
        return poly1d(super().__pow__(val))

    def __truediv__(self, other: Any) -> Any:
        return poly1d(self.coeffs / other) if isscalar(other) else _division(self, poly1d(other))

    def __rtruediv__(self, other: Any) -> Any:
        return poly1d(other / self.coeffs) if isscalar(other) else _division(poly1d(other), self)

    def integ(self, m: Any = 1, k: Any = 0) -> poly1d:
        """See `numpy.poly1d.integ`."""
        return poly1d(super().integ(m, k))

    def deriv(self, m: Any = 1) -> poly1d:
        """See `numpy.poly1d.deriv`."""
        return poly1d(super().deriv(m))


def _division(u: poly1d, v: poly1d) -> tuple[poly1d, poly1d]:
    """Quotient and remainder: NumPy's method would divide on the host."""
    quotient, remainder = polydiv(u.coeffs, v.coeffs)
    return poly1d(quotient), poly1d(remainder)
