"""NumPy's own `numpy.polynomial` functions of points, asked with a Tensor.

They decide by ``isinstance(x, np.ndarray)`` how points and coefficients meet, and NumPy asks a Tensor about few of
them: with coefficients of several polynomials they gave other numbers, of another shape. So their names in NumPy's
modules stand, once numtorch is imported, for functions that answer themselves where there is a Tensor among the
arguments, and are NumPy's otherwise.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial, polyutils

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_tensor, dev_of, find_dev, is_weak, xp
from numtorch.functions.polynomial.coefficients import series_of
from numtorch.functions.polynomial.series_values import polyval

__all__: list[str] = []

Values = Callable[..., Any]


class Basis(NamedTuple):
    """Polynomials P by their recursion, ``P[n](x) = on(P[n-1](x), x, n) - back(n) * P[n-2](x)``."""

    back: Callable[[int], float]
    on: Callable[[Any, Any, int], Any]
    last: Callable[[Any], Any]  # P[1]


def _spread(x: Array, c: Array, tensor: bool) -> tuple[Any, Tensor]:
    """Points, and coefficients with an axis for each of theirs."""
    dev = dev_of(x, c)
    c = series_of(c, dev)
    x = x if is_weak(x) else as_tensor(x, dev)
    if tensor and isinstance(x, Tensor):
        c = c.reshape(*c.shape, *(1,) * x.ndim)
    return x, c


def _clenshaw(basis: Basis) -> Values:
    """The values of a series by Clenshaw's recursion."""

    def values(x: Array, c: Array, tensor: bool = True) -> Any:
        x, c = _spread(x, c, tensor)
        if c.shape[0] == 1:
            return c[0] + basis.last(x) * 0
        low, high = c[-2], c[-1]
        for n in range(c.shape[0] - 1, 1, -1):
            low, high = c[n - 2] - high * basis.back(n), low + basis.on(high, x, n)
        return low + high * basis.last(x)

    return values


def _from_roots(x: Array, r: Array, tensor: bool = True) -> Any:
    given = not isinstance(x, np.generic | int | float | complex)
    x, roots = _spread(x, r, tensor)
    if given and not tensor and x.ndim >= roots.ndim:
        raise ValueError("x.ndim must be < r.ndim when tensor == False")
    return xp.prod(x - roots, axis=0)


BASES: dict[ModuleType, tuple[str, Values]] = {
    polynomial: ("poly", polyval),
    chebyshev: ("cheb", _clenshaw(Basis(lambda _: 1, lambda y, x, _: y * (2 * x), lambda x: x))),
    legendre: ("leg", _clenshaw(Basis(lambda n: (n - 1) / n, lambda y, x, n: y * x * ((2 * n - 1) / n), lambda x: x))),
    hermite: ("herm", _clenshaw(Basis(lambda n: 2 * (n - 1), lambda y, x, _: y * (x * 2), lambda x: x * 2))),
    hermite_e: ("herme", _clenshaw(Basis(lambda n: n - 1, lambda y, x, _: y * x, lambda x: x))),
    laguerre: (
        "lag",
        _clenshaw(Basis(lambda n: (n - 1) / n, lambda y, x, n: y * ((2 * n - 1) - x) / n, lambda x: 1 - x)),
    ),
}


# ---- At points of several coordinates, and on grids ----


def _at_points(values: Values, *arguments: Array) -> Any:
    *coordinates, c = arguments
    dev = dev_of(*arguments)
    points = [as_tensor(x, dev) for x in coordinates]
    if any(x.shape != points[0].shape for x in points):
        raise ValueError(f"{', '.join('xyz'[: len(points)])} are incompatible")
    for i, x in enumerate(points):
        c = values(x, c, tensor=i == 0)
    return c


def _on_grid(values: Values, *arguments: Array) -> Any:
    *coordinates, c = arguments
    dev = dev_of(*arguments)
    for x in coordinates:
        c = values(x if is_weak(x) else as_tensor(x, dev), c)
    return c


def _mapped(x: Tensor, old: Any, new: Any) -> Any:
    offset, scale = polyutils.mapparms(old, new)
    return offset + scale * x


# ---- In NumPy's modules ----


def _answer_in(module: ModuleType, name: str, answer: Callable[..., Any]) -> None:
    """Lets `answer` take the calls of ``module.name`` that have a Tensor among their arguments."""
    own = getattr(module, name)
    if isinstance(own, type(np.sum)):
        return  # NumPy asks Tensors itself
    signature = inspect.signature(own)

    @functools.wraps(own)
    def called(*args: Any, **kwargs: Any) -> Any:
        if find_dev((*args, *kwargs.values())) is None:
            return own(*args, **kwargs)
        return answer(*signature.bind(*args, **kwargs).args)

    setattr(module, name, called)


for _module, (_name, _values) in BASES.items():
    _answer_in(_module, f"{_name}val", _values)
    for _axes in "23":
        _answer_in(_module, f"{_name}val{_axes}d", functools.partial(_at_points, _values))
        _answer_in(_module, f"{_name}grid{_axes}d", functools.partial(_on_grid, _values))
_answer_in(polynomial, "polyvalfromroots", _from_roots)
_answer_in(polyutils, "mapdomain", _mapped)
