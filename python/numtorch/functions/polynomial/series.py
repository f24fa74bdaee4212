"""Power series, `numpy.polynomial.polynomial`: polynomials by their coefficients, that of the constant term first.

Of these functions NumPy hands only `polyval2d` and `polygrid2d` to Tensors, and those since 2.4; the others are in
`numtorch.numpy.polynomial.polynomial`, and those of points in NumPy's modules, too (`series_bases.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, axis_of, cast, dev_of, xp
from numtorch.functions.calls.knowing import agreed
from numtorch.functions.creation.arange import arange
from numtorch.functions.creation.creation import eye
from numtorch.functions.dtypes import FLOAT64
from numtorch.functions.manipulation.joining import concatenate
from numtorch.functions.manipulation.shape import moveaxis
from numtorch.functions.mathematics.signal import convolve
from numtorch.functions.polynomial.coefficients import cast_into, integer_of, series_of, trimmed, vectors
from numtorch.functions.polynomial.series_values import polyval

__all__ = [
    "polyadd",
    "polycompanion",
    "polyder",
    "polyfromroots",
    "polyint",
    "polymul",
    "polyroots",
    "polysub",
]


# ---- Arithmetic ----


def _aligned(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both with as many coefficients as the longer one."""
    more = y.shape[0] - x.shape[0]
    if more == 0:
        return x, y
    zeros = aten.zeros((abs(more),), dtype=x.dtype, device=x.dev)
    return (concatenate([x, zeros]), y) if more > 0 else (x, concatenate([y, zeros]))


def polyadd(c1: Array, c2: Array) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polyadd`. Waits for the device, as the length depends on which coefficients are zero.

    Parameters
    ----------
    c1, c2 : array
        Coefficients.

    Returns
    -------
    Tensor
        Those of the sum.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polyadd([1, 2, 3], [3, 2])
    Tensor([4., 4., 3.], dtype=float64, dev=-1)
    """
    return trimmed(xp.add(*_aligned(*vectors(c1, c2))))


def polysub(c1: Array, c2: Array) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polysub`. Waits for the device, as the length depends on which coefficients are zero.

    Parameters
    ----------
    c1, c2 : array
        Coefficients.

    Returns
    -------
    Tensor
        Those of the difference.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polysub([1, 2, 3], [3, 2, 3])
    Tensor([-2.], dtype=float64, dev=-1)
    """
    return trimmed(xp.subtract(*_aligned(*vectors(c1, c2))))


def polymul(c1: Array, c2: Array) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polymul`. Waits for the device, as the length depends on which coefficients are zero.

    Parameters
    ----------
    c1, c2 : array
        Coefficients.

    Returns
    -------
    Tensor
        Those of the product.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polymul([1, 2], [3, 2, 0])
    Tensor([3., 8., 4.], dtype=float64, dev=-1)
    """
    return trimmed(convolve(*vectors(c1, c2)))


# ---- From roots, and back ----


def polyfromroots(roots: Array) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polyfromroots`: the polynomial that is zero there, with 1 as its last coefficient.

    Parameters
    ----------
    roots : array
        The roots.

    Returns
    -------
    Tensor
        Coefficients, in double precision as NumPy's.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polyfromroots([1, 2])
    Tensor([ 2., -3.,  1.], dtype=float64, dev=-1)
    """
    if len(roots) == 0:
        return tensor(np.ones(1), dev=dev_of(roots))
    (zeros,) = vectors(roots, trim=False)
    zeros = xp.sort(cast(zeros, np.result_type(zeros.dtype, FLOAT64)))
    one = aten.ones((1,), dtype=zeros.dtype, device=zeros.dev)
    factors = [concatenate([-zero.reshape(1), one]) for zero in zeros]
    while len(factors) > 1:
        # A small root with a large one keeps the coefficients near each other.
        products = [convolve(factors[i], factors[-1 - i]) for i in range(len(factors) // 2)]
        factors = products + factors[len(factors) // 2 : (len(factors) + 1) // 2]
    return factors[0]


def polycompanion(c: Array) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polycompanion`: the matrix whose eigenvalues are the roots.

    Parameters
    ----------
    c : array
        Coefficients, of degree 1 at least.

    Returns
    -------
    Tensor
        The companion matrix. Waits for the device, as its size depends on which coefficients are zero.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polycompanion([2, -3, 1])
    Tensor([[ 0., -2.],
            [ 1.,  3.]], dtype=float64, dev=-1)
    """
    (x,) = vectors(c)
    degree = x.shape[0] - 1
    if degree < 1:
        raise ValueError("Series must have maximum degree of at least 1.")
    last = -x[:-1] / x[-1]
    if degree == 1:
        return last.reshape(1, 1)
    return concatenate([eye(degree, degree - 1, -1, dtype=x.dtype, dev=x.dev), last.reshape(-1, 1)], axis=1)


def polyroots(c: Array) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polyroots`: the roots, in ascending order.

    Parameters
    ----------
    c : array
        Coefficients.

    Returns
    -------
    Tensor
        The roots. Waits for the device, to learn which coefficients are zero and whether the roots are real.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polyroots([2, -3, 1]).round(6)
    Tensor([1., 2.], dtype=float64, dev=-1)
    """
    (x,) = vectors(c)
    if x.shape[0] < 2:
        return x[:0]
    if x.shape[0] == 2:
        return -x[:1] / x[1:]
    found: Tensor = xp.sort(xp.linalg.eigvals(polycompanion(x)))
    return found


# ---- Derivatives and integrals ----


def _along(first: int, last: int, like: Tensor) -> Tensor:
    """The numbers from `first` to `last`, along the first of as many axes as `like` has."""
    return cast(arange(first, last + 1, dev=like.dev), like.dtype).reshape(-1, *(1,) * (like.ndim - 1))


def polyder(c: Array, m: Any = 1, scl: Any = 1, axis: Any = 0) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polyder`: the coefficients of the derivative.

    Parameters
    ----------
    c : array
        Coefficients, along `axis`.
    m : int, optional
        How often to differentiate.
    scl : number, optional
        A factor for each time: that of a linear change of the variable.
    axis : int, optional
        The axis of the coefficients.

    Returns
    -------
    Tensor
        The derivative's coefficients.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polyder([1, 2, 3])
    Tensor([2., 6.], dtype=float64, dev=-1)
    """
    x = series_of(c)
    times, axis = integer_of(m, "the order of derivation"), axis_of(integer_of(axis, "the axis"), x.ndim)
    if times < 0:
        raise ValueError("The order of derivation must be non-negative")
    if times == 0:
        return x.copy()
    x = moveaxis(x, axis, 0)
    if times >= x.shape[0]:
        return moveaxis(x[:1] * 0, 0, axis)
    for _ in range(times):
        x = cast_into("polyder", x * scl, x.dtype)[1:]
        x = x * _along(1, x.shape[0], x)
    return moveaxis(x, 0, axis)


def polyint(c: Array, m: Any = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: Any = 0) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polyint`: the coefficients of the integral.

    Parameters
    ----------
    c : array
        Coefficients, along `axis`.
    m : int, optional
        How often to integrate.
    k : number or sequence, optional
        The values of the integrals at `lbnd`, the first one first; 0 where there is none.
    lbnd : number, optional
        Where the integrals begin.
    scl : number, optional
        A factor for each time: that of a linear change of the variable.
    axis : int, optional
        The axis of the coefficients.

    Returns
    -------
    Tensor
        The integral's coefficients. For constants it waits for the device: the integral of 0 has no more coefficients.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polyint([1, 2, 3])
    Tensor([0., 1., 1., 1.], dtype=float64, dev=-1)
    """
    x = series_of(c, dev_of(c, k))
    times, axis = integer_of(m, "the order of integration"), axis_of(integer_of(axis, "the axis"), x.ndim)
    constants = list(k) if np.iterable(k) else [k]
    if times < 0:
        raise ValueError("The order of integration must be non-negative")
    if len(constants) > times:
        raise ValueError("Too many integration constants")
    for name, number in (("lbnd", lbnd), ("scl", scl)):
        if np.ndim(number) != 0:
            raise ValueError(f"{name} must be a scalar.")
    if times == 0:
        return x.copy()
    x = moveaxis(x, axis, 0)
    for i in range(times):
        constant = constants[i] if i < len(constants) else 0
        x = cast_into("polyint", x * scl, x.dtype)
        if x.shape[0] == 1 and agreed((x == 0).all()):
            x = cast_into("polyint", x + constant, x.dtype)
            continue
        rising = x / _along(1, x.shape[0], x)
        start = constant - polyval(lbnd, concatenate([x[:1] * 0, rising]))
        x = concatenate([cast_into("polyint", x[:1] * 0 + start, x.dtype), rising])
    return moveaxis(x, 0, axis)
