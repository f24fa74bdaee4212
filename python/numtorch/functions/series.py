"""Power series, `numpy.polynomial.polynomial`: polynomials by their coefficients, that of the constant term first.

Of these functions NumPy hands only `polyval2d` and `polygrid2d` to Tensors, and those since 2.4; the others are in
`numtorch.numpy.polynomial.polynomial`.
"""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np
from numpy.polynomial import polynomial

from numtorch._core import Tensor, kernel, tensor
from numtorch.functions.arange import arange
from numtorch.functions.arguments import (
    Array,
    as_tensor,
    as_tensors,
    axis_of,
    cast,
    check_casting,
    dev_of,
    is_weak,
    xp,
)
from numtorch.functions.creation import eye
from numtorch.functions.joining import concatenate, stack
from numtorch.functions.metadata import common_type
from numtorch.functions.registry import implements
from numtorch.functions.shape import moveaxis
from numtorch.functions.signal import convolve

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

_ones = kernel("ones")
_zeros = kernel("zeros")

FLOAT64 = np.dtype(np.float64)


# ---- Arguments ----


def _series(c: Array, dev: int | None = None) -> Tensor:
    """Coefficients along the first axis, at least one axis, of floating-point numbers."""
    x = as_tensor(c, dev)
    x = x if x.ndim else x.reshape(1)
    return x if x.dtype.kind in "fc" else cast(x, FLOAT64)


def _trimmed(x: Tensor) -> Tensor:
    """Without the coefficients of the highest powers that are zero, but for the constant term. Waits for the device."""
    shorter: Tensor = xp.trim_zeros(x, "b")
    return shorter if shorter.shape[0] else x[:1]


def _vectors(*series: Array, trim: bool = True) -> list[Tensor]:
    """Coefficients of one polynomial each, of a common dtype."""
    vectors = [x if x.ndim else x.reshape(1) for x in as_tensors(*series)]
    for x in vectors:
        if x.size == 0:
            raise ValueError("Coefficient array is empty")
        if x.ndim != 1:
            raise ValueError("Coefficient array is not 1-d")
    if any(x.dtype.kind == "b" for x in vectors):
        raise ValueError("Coefficient arrays have no common type")
    dtype = np.dtype(common_type(*vectors))
    return [cast(_trimmed(x) if trim else x, dtype) for x in vectors]


def _integer(value: Any, name: str) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, received {value}") from None


def _into(function: str, x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """`x` as NumPy would write it into an array of that dtype."""
    check_casting(function, x.dtype, dtype, "same_kind")
    return cast(x, dtype)


# ---- Values ----


def _horner(x: Any, c: Tensor, outer: bool) -> Tensor:
    """The values at `x` of polynomials along the first axis of `c`; at all of `x` for each of them if `outer`."""
    if isinstance(x, Tensor) and outer:
        c = c.reshape(*c.shape, *(1,) * x.ndim)
    y: Tensor = c[-1] + x * 0
    for i in range(2, c.shape[0] + 1):
        y = c[-i] + y * x
    return y


def _at_points(c: Array, *coordinates: Array) -> Tensor:
    """The values at points, by their coordinates."""
    dev = dev_of(*coordinates, c)
    first, *others = (as_tensor(x, dev) for x in coordinates)
    if any(x.shape != first.shape for x in others):
        raise ValueError(f"{', '.join('xyz'[: len(coordinates)])} are incompatible")
    value = _horner(first, _series(c, dev), True)
    for x in others:
        value = _horner(x, value, False)
    return value


def _on_grid(c: Array, *coordinates: Array) -> Tensor:
    """The values on the grid that these coordinates span."""
    dev = dev_of(*coordinates, c)
    value = _series(c, dev)
    for x in coordinates:
        value = _horner(x if is_weak(x) else as_tensor(x, dev), value, True)
    return value


def polyval(x: Array, c: Array, tensor: bool = True) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polyval`: the values of polynomials at `x`.

    Parameters
    ----------
    x : array
        Where.
    c : array
        Coefficients, along the first axis.
    tensor : bool, optional
        Whether each polynomial is taken at all of `x`, rather than `x` broadcast along with them.

    Returns
    -------
    Tensor
        The values.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polyval([0, 1, 2], [1, 2, 3])
    Tensor([ 1.,  6., 17.], dtype=float64, dev=-1)
    """
    dev = dev_of(x, c)
    return _horner(x if is_weak(x) else as_tensor(x, dev), _series(c, dev), tensor)


@implements(polynomial.polyval2d)
def polyval2d(x: Array, y: Array, c: Array) -> Tensor:
    """NumPy's `polynomial.polynomial.polyval2d`."""
    return _at_points(c, x, y)


def polyval3d(x: Array, y: Array, z: Array, c: Array) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polyval3d`: the values at points in space.

    Parameters
    ----------
    x, y, z : array
        The points' coordinates, of one shape.
    c : array
        The coefficient of ``x**i * y**j * z**k`` is ``c[i, j, k]``.

    Returns
    -------
    Tensor
        The values.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polyval3d([1, 2], [3, 4], [5, 6], [[[0, 1], [1, 0]]])
    Tensor([ 8., 10.], dtype=float64, dev=-1)
    """
    return _at_points(c, x, y, z)


@implements(polynomial.polygrid2d)
def polygrid2d(x: Array, y: Array, c: Array) -> Tensor:
    """NumPy's `polynomial.polynomial.polygrid2d`."""
    return _on_grid(c, x, y)


def polygrid3d(x: Array, y: Array, z: Array, c: Array) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polygrid3d`: the values on a grid in space.

    Parameters
    ----------
    x, y, z : array
        The coordinates that span the grid.
    c : array
        The coefficient of ``x**i * y**j * z**k`` is ``c[i, j, k]``.

    Returns
    -------
    Tensor
        The values, with the axes of `x`, `y` and `z` one after another.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polygrid3d([1, 2], [3], [5, 6], [[[0, 1], [1, 0]]]).tolist()
    [[[8.0, 9.0]], [[8.0, 9.0]]]
    """
    return _on_grid(c, x, y, z)


def polyvander(x: Array, deg: Any) -> Tensor:
    """
    NumPy's `polynomial.polynomial.polyvander`: the powers of `x` up to `deg`.

    Parameters
    ----------
    x : array
        The base.
    deg : int
        The highest power.

    Returns
    -------
    Tensor
        The powers, along a new last axis.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polyvander([2, 3], 2)
    Tensor([[1., 2., 4.],
            [1., 3., 9.]], dtype=float64, dev=-1)
    """
    degree = _integer(deg, "deg")
    if degree < 0:
        raise ValueError("deg must be non-negative")
    x = _series(x)
    powers = [x * 0 + 1]
    for _ in range(degree):
        powers.append(powers[-1] * x if len(powers) > 1 else x)
    return stack(powers, axis=-1)


# ---- Arithmetic ----


def _aligned(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both with as many coefficients as the longer one."""
    more = y.shape[0] - x.shape[0]
    if more == 0:
        return x, y
    zeros = _zeros((abs(more),), dtype=x.dtype, device=x.dev)
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
    return _trimmed(xp.add(*_aligned(*_vectors(c1, c2))))


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
    return _trimmed(xp.subtract(*_aligned(*_vectors(c1, c2))))


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
    return _trimmed(convolve(*_vectors(c1, c2)))


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
    (zeros,) = _vectors(roots, trim=False)
    zeros = xp.sort(cast(zeros, np.result_type(zeros.dtype, FLOAT64)))
    one = _ones((1,), dtype=zeros.dtype, device=zeros.dev)
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
    (x,) = _vectors(c)
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
    (x,) = _vectors(c)
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
    x = _series(c)
    times, place = _integer(m, "the order of derivation"), axis_of(_integer(axis, "the axis"), x.ndim)
    if times < 0:
        raise ValueError("The order of derivation must be non-negative")
    if times == 0:
        return x.copy()
    x = moveaxis(x, place, 0)
    if times >= x.shape[0]:
        return moveaxis(x[:1] * 0, 0, place)
    for _ in range(times):
        x = _into("polyder", x * scl, x.dtype)[1:]
        x = x * _along(1, x.shape[0], x)
    return moveaxis(x, 0, place)


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
    x = _series(c, dev_of(c, k))
    times, place = _integer(m, "the order of integration"), axis_of(_integer(axis, "the axis"), x.ndim)
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
    x = moveaxis(x, place, 0)
    for i in range(times):
        constant = constants[i] if i < len(constants) else 0
        x = _into("polyint", x * scl, x.dtype)
        if x.shape[0] == 1 and bool((x == 0).all()):
            x = _into("polyint", x + constant, x.dtype)
            continue
        rising = x / _along(1, x.shape[0], x)
        start = constant - polyval(lbnd, concatenate([x[:1] * 0, rising]))
        x = concatenate([_into("polyint", x[:1] * 0 + start, x.dtype), rising])
    return moveaxis(x, 0, place)


# ---- Fitting ----


def _degrees(deg: Any) -> tuple[list[int], bool]:
    """The powers to fit in ascending order, and whether they were given one by one."""
    given = np.asarray(deg.tolist() if isinstance(deg, Tensor) else deg)
    if given.ndim > 1 or given.dtype.kind not in "iu" or given.size == 0:
        raise TypeError("deg must be an int or non-empty 1-D array of int")
    if given.min() < 0:
        raise ValueError("expected deg >= 0")
    return (sorted(given.tolist()), True) if given.ndim else (list(range(int(given) + 1)), False)


def _check_points(x: Tensor, y: Tensor, *weights: Tensor) -> None:
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if x.size == 0:
        raise TypeError("expected non-empty vector for x")
    if y.ndim < 1 or y.ndim > 2:
        raise TypeError("expected 1D or 2D array for y")
    if len(x) != len(y):
        raise TypeError("expected x and y to have same length")
    for w in weights:
        if w.ndim != 1:
            raise TypeError("expected 1D vector for w")
        if len(x) != len(w):
            raise TypeError("expected x and w to have same length")


def polyfit(x: Array, y: Array, deg: Any, rcond: Any = None, full: bool = False, w: Array | None = None) -> Any:
    """
    NumPy's `polynomial.polynomial.polyfit`: the polynomial nearest to points, by least squares.

    Parameters
    ----------
    x : array
        Where, one axis.
    y : array
        The values there; of several sets of values one in each column.
    deg : int or list of ints
        The degree, or the powers that take part.
    rcond : float, optional
        Singular values smaller than this, relative to the largest, count as zero.
    full : bool, optional
        Whether to give ``[residuals, rank, singular values, rcond]``, too.
    w : array, optional
        A weight for each point.

    Returns
    -------
    Tensor
        Coefficients. Waits for the device, to see whether the rank is full, unless `full`.

    Examples
    --------
    >>> from numtorch.numpy.polynomial import polynomial
    >>> polynomial.polyfit([0, 1, 2, 3], [1, 3, 5, 7], 1).round(6)
    Tensor([1., 2.], dtype=float64, dev=-1)
    """
    places, values, *weights = (each + 0.0 for each in as_tensors(x, y, *(() if w is None else (w,))))
    powers, one_by_one = _degrees(deg)
    _check_points(places, values, *weights)
    matrix = polyvander(places, powers[-1])
    if one_by_one:
        matrix = matrix[:, powers]
    for weight in weights:
        matrix = matrix * weight[:, None]
        values = values * (weight if values.ndim == 1 else weight[:, None])
    if rcond is None:
        rcond = tensor(len(places) * np.finfo(places.dtype).eps, dev=places.dev)
    scale = xp.sqrt((matrix.real**2 + matrix.imag**2 if matrix.dtype.kind == "c" else matrix * matrix).sum(axis=0))
    scale = xp.where(scale == 0, 1.0, scale)
    fitted, residuals, rank, singular = xp.linalg.lstsq(matrix / scale, values, rcond)
    found = (fitted.T / scale).T
    if one_by_one:
        places_of = {power: row for row, power in enumerate(powers)}
        nothing = found[0] * 0
        found = stack([found[places_of[i]] if i in places_of else nothing for i in range(powers[-1] + 1)])
    if full:
        return found, [residuals, rank, singular, rcond]
    if int(rank) != len(powers):
        warnings.warn("The fit may be poorly conditioned", np.exceptions.RankWarning, stacklevel=2)
    return found
