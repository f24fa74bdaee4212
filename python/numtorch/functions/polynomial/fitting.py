"""Polynomials fitted to points by least squares."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, as_tensors, cast, check_casting, xp
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.registry import implements

__all__ = ["polyfit"]


def _check_points(x: Tensor, y: Tensor, deg: Any) -> None:
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if x.size == 0:
        raise TypeError("expected non-empty vector for x")
    if y.ndim < 1 or y.ndim > 2:
        raise TypeError("expected 1D or 2D array for y")
    if x.shape[0] != y.shape[0]:
        raise TypeError("expected x and y to have same length")


def _weighted(x: Tensor, w: Tensor) -> Tensor:
    """Each row of `x` times its weight, in the dtype of `x`."""
    weighted = x * (w if x.ndim == 1 else w[:, None])
    check_casting("polyfit", weighted.dtype, x.dtype, "same_kind")
    return cast(weighted, x.dtype)


def _covariance(lhs: Tensor, scale: Tensor, resids: Tensor, cov: Any, one_column: bool) -> Tensor:
    """The covariance of the coefficients; for several columns of values one each, along the last axis."""
    base = xp.linalg.inv(xp.dot(lhs.T, lhs)) / xp.outer(scale, scale)
    factor: Any = 1
    if not (isinstance(cov, str) and cov == "unscaled"):
        points, order = lhs.shape
        if points <= order:
            raise ValueError("the number of data points must exceed order to scale the covariance matrix")
        factor = resids / (points - order)
    covariance: Tensor = (base if one_column else base[:, :, None]) * factor
    return covariance


@implements(np.polyfit)
def polyfit(
    x: Array, y: Array, deg: Any, rcond: Any = None, full: bool = False, w: Array | None = None, cov: Any = False
) -> Any:
    """NumPy's `polyfit`. Waits for the device, to see whether the rank is full."""
    order = int(deg) + 1
    points, values, *weights = (each + 0.0 for each in as_tensors(x, y, *(() if w is None else (w,))))
    _check_points(points, values, deg)
    if rcond is None:
        rcond = tensor(len(points) * np.finfo(points.dtype).eps, dev=points.dev)
    lhs, rhs = xp.vander(points, order), values
    for weight in weights:
        if weight.ndim != 1:
            raise TypeError("expected a 1-d array for weights")
        if weight.shape[0] != values.shape[0]:
            raise TypeError("expected w and y to have the same length")
        lhs, rhs = _weighted(lhs, weight), _weighted(rhs, weight)
    scale = xp.sqrt((lhs * lhs).sum(axis=0))
    lhs = lhs / scale
    c, resids, rank, s = xp.linalg.lstsq(lhs, rhs, rcond)
    c = (c.T / scale).T
    if full:
        return c, resids, rank, s, rcond
    if happens(rank != order):
        warnings.warn("Polyfit may be poorly conditioned", np.exceptions.RankWarning, stacklevel=2)
    return (c, _covariance(lhs, scale, resids, cov, values.ndim == 1)) if cov else c
