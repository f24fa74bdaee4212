"""The values of power series, `numpy.polynomial.polynomial`: at points, on grids, and the powers themselves."""

from __future__ import annotations

from typing import Any

from numpy.polynomial import polynomial

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_tensor, dev_of, is_weak
from numtorch.functions.calls.registry import implements
from numtorch.functions.manipulation.joining import stack
from numtorch.functions.polynomial.coefficients import integer_of, series_of

__all__ = ["polygrid2d", "polygrid3d", "polyval", "polyval2d", "polyval3d", "polyvander"]


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
    value = _horner(first, series_of(c, dev), True)
    for x in others:
        value = _horner(x, value, False)
    return value


def _on_grid(c: Array, *coordinates: Array) -> Tensor:
    """The values on the grid that these coordinates span."""
    dev = dev_of(*coordinates, c)
    value = series_of(c, dev)
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
    return _horner(x if is_weak(x) else as_tensor(x, dev), series_of(c, dev), tensor)


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
    degree = integer_of(deg, "deg")
    if degree < 0:
        raise ValueError("deg must be non-negative")
    x = series_of(x)
    powers = [x * 0 + 1]
    for _ in range(degree):
        powers.append(powers[-1] * x if len(powers) > 1 else x)
    return stack(powers, axis=-1)
