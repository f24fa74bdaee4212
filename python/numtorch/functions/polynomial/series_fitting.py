"""Power series, `numpy.polynomial.polynomial`, nearest to points."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, as_tensors, xp
from numtorch.functions.manipulation.joining import stack
from numtorch.functions.polynomial.series_values import polyvander

__all__ = ["polyfit"]


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
    points, values, *weights = (each + 0.0 for each in as_tensors(x, y, *(() if w is None else (w,))))
    powers, one_by_one = _degrees(deg)
    _check_points(points, values, *weights)
    matrix = polyvander(points, powers[-1])
    if one_by_one:
        matrix = matrix[:, powers]
    for weight in weights:
        matrix = matrix * weight[:, None]
        values = values * (weight if values.ndim == 1 else weight[:, None])
    if rcond is None:
        rcond = tensor(len(points) * np.finfo(points.dtype).eps, dev=points.dev)
    scale = xp.sqrt((matrix.real**2 + matrix.imag**2 if matrix.dtype.kind == "c" else matrix * matrix).sum(axis=0))
    scale = xp.where(scale == 0, 1.0, scale)
    fitted, residuals, rank, singular = xp.linalg.lstsq(matrix / scale, values, rcond)
    found = (fitted.T / scale).T
    if one_by_one:
        rows_of = {power: row for row, power in enumerate(powers)}
        nothing = found[0] * 0
        found = stack([found[rows_of[i]] if i in rows_of else nothing for i in range(powers[-1] + 1)])
    if full:
        return found, [residuals, rank, singular, rcond]
    if int(rank) != len(powers):
        warnings.warn("The fit may be poorly conditioned", np.exceptions.RankWarning, stacklevel=2)
    return found
