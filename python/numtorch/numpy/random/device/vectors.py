"""Distributions of vectors on a device."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import cast, xp
from numtorch.numpy.random.device.discrete import hypergeometric
from numtorch.numpy.random.device.parameters import check, placed, shape_of
from numtorch.numpy.random.device.source import INT64, Source

__all__ = ["VECTORS"]

LEAST_SHAPE = 1e-300  # below it the logarithms of gammas may be infinite
MOST_ABOVE_ONE = 1e-12  # how far NumPy lets probabilities exceed a sum of 1


def _vector(s: Source, method: str, name: str, value: Any, integral: bool = False) -> Tensor:
    vector = placed(method, name, value, s.dev, integral)
    if not isinstance(vector, Tensor) or vector.ndim != 1:
        raise ValueError(f"{name} must be 1-dimensional")
    return vector


def _dirichlet(s: Source, alpha: Any, size: Any) -> Tensor:
    vector = _vector(s, "dirichlet", "alpha", alpha)
    check("dirichlet", {"alpha": vector})
    shape = (*shape_of(size, {}), *vector.shape)
    # Logarithms: small ones underflow.
    logarithms = s.log_gamma(shape, xp.maximum(vector, LEAST_SHAPE))
    if not logarithms.size:
        return logarithms
    gammas = xp.exp(logarithms - xp.max(logarithms, axis=-1, keepdims=True))
    return xp.where(vector == 0, 0, gammas / xp.sum(gammas, axis=-1, keepdims=True))


def _multinomial(s: Source, n: Any, pvals: Any, size: Any) -> Tensor:
    """Waits for the device, to see whether the probabilities are such."""
    count = placed("multinomial", "n", n, s.dev, True)
    p = placed("multinomial", "pvals", pvals, s.dev, False)
    if not isinstance(p, Tensor) or p.ndim == 0:
        raise ValueError("pvals must have at least 1 dimension and the last dimension of pvals must be greater than 0.")
    check("binomial", {"n": count, "p": p})
    if bool(xp.any(xp.sum(p[..., :-1], axis=-1) > 1 + MOST_ABOVE_ONE)):
        raise ValueError("sum(pvals[:-1]) > 1.0")
    shape = shape_of(size, {"n": count, "p": p[..., 0]})
    left, rest, counts = s.filled(shape, count), s.filled(shape, 1.0), []
    for k in range(p.shape[-1] - 1):
        drawn = s.binomial(shape, left, xp.clip(p[..., k] / rest, 0.0, 1.0))
        counts.append(drawn)
        left, rest = left - drawn, xp.maximum(rest - p[..., k], np.finfo(float).tiny)
    return cast(xp.stack([*counts, left], axis=-1), INT64)


def _multivariate_hypergeometric(s: Source, colors: Any, nsample: Any, size: Any, method: str) -> Tensor:
    """Color after color. Waits for the device, until all draws are accepted."""
    if method not in ("marginals", "count"):
        raise ValueError('method must be "count" or "marginals".')
    of_each = _vector(s, "multivariate_hypergeometric", "colors", colors, integral=True)
    sample = float(nsample)
    if sample < 0 or bool(xp.any(of_each < 0)):
        raise ValueError("nsample and colors must be nonnegative")
    others = xp.sum(of_each)
    if bool(others < sample):
        raise ValueError("nsample > sum(colors)")
    shape = shape_of(size, {})
    left, counts = s.filled(shape, sample), []
    for color in of_each[:-1]:
        others = others - color
        drawn = hypergeometric(s, shape, color, others, left)
        counts.append(drawn)
        left = left - drawn
    return cast(xp.stack([*counts, left], axis=-1), INT64)


def _factor(cov: Tensor, method: str, check_valid: str, tol: float) -> Tensor:
    """A matrix whose product with its transpose is `cov`; NumPy's warning or error if there is none."""
    if method == "cholesky":
        return xp.linalg.cholesky(cov)
    if method == "eigh":
        values, vectors = xp.linalg.eigh(cov)
        valid = check_valid == "ignore" or not bool(xp.any(values < -tol))
    else:
        vectors, values, others = xp.linalg.svd(cov)
        valid = check_valid == "ignore" or bool(xp.allclose((others.T * values) @ others, cov, rtol=tol, atol=tol))
    if not valid:
        message = "covariance is not symmetric positive-semidefinite."
        if check_valid == "raise":
            raise ValueError(message)
        warnings.warn(message, RuntimeWarning, stacklevel=6)
    return vectors * xp.sqrt(xp.maximum(values, 0.0))


def _multivariate_normal(
    s: Source, mean: Any, cov: Any, size: Any, check_valid: str, tol: float, method: str = "svd"
) -> Tensor:
    """Waits for the device, to see whether `cov` is a covariance."""
    if method not in ("svd", "eigh", "cholesky"):
        raise ValueError("method must be one of {'eigh', 'svd', 'cholesky'}")
    if check_valid not in ("warn", "raise", "ignore"):
        raise ValueError("check_valid must equal 'warn', 'raise', or 'ignore'")
    center = _vector(s, "multivariate_normal", "mean", mean)
    matrix = placed("multivariate_normal", "cov", cov, s.dev, False)
    if not isinstance(matrix, Tensor) or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError("cov must be 2 dimensional and square")
    if center.shape[0] != matrix.shape[0]:
        raise ValueError("mean and cov must have same length")
    factor = _factor(matrix, method, check_valid, tol)
    return center + s.normal((*shape_of(size, {}), *center.shape)) @ factor.T


VECTORS: dict[str, Callable[..., Tensor]] = {
    "dirichlet": _dirichlet,
    "multinomial": _multinomial,
    "multivariate_hypergeometric": _multivariate_hypergeometric,
    "multivariate_normal": _multivariate_normal,
}
