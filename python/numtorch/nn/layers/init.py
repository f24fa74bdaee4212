"""Initial values of weights: functions of a shape, each with `rng=`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from numtorch.nn.draws import Rng

Array = np.ndarray[Any, Any]
Shape = Sequence[int]


def generator(rng: Rng) -> np.random.Generator:
    """NumPy's generator: `rng` itself, or one seeded with it; None for one seeded by the system."""
    return np.random.default_rng(rng)


def nfan(shape: Shape) -> tuple[int, int]:
    """How many numbers go into and come out of one unit of a weight.

    Parameters
    ----------
    shape : sequence of int
        (out, in) of a Dense layer, (out, in / groups, k...) of a convolution, (n,) of a vector.

    Returns
    -------
    tuple of int
        Fan-in and fan-out.

    Examples
    --------
    >>> from numtorch.nn.layers import nfan
    >>> nfan((64, 3, 7, 7))
    (147, 3136)
    """
    if len(shape) < 2:
        return (1, math.prod(shape))
    size = math.prod(shape[2:])
    return (shape[1] * size, shape[0] * size)


def _uniform(shape: Shape, bound: float, rng: Rng, dtype: Any) -> Array:
    dtype = np.dtype(dtype)
    drawn: Array = generator(rng).random(tuple(shape), np.float64 if dtype == np.float64 else np.float32)
    drawn *= 2 * bound
    drawn -= bound
    return drawn.astype(dtype, copy=False)


def _normal(shape: Shape, std: float, rng: Rng, dtype: Any) -> Array:
    dtype = np.dtype(dtype)
    drawn: Array = generator(rng).standard_normal(tuple(shape), np.float64 if dtype == np.float64 else np.float32)
    drawn *= std
    return drawn.astype(dtype, copy=False)


def glorot_uniform(shape: Shape, *, rng: Rng = None, gain: float = 1.0, dtype: Any = np.float32) -> Array:
    """Uniform in ± gain * sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).

    Parameters
    ----------
    shape : sequence of int
        Shape of the weight; see `nfan`.
    rng : numpy.random.Generator or int, optional
        Where the numbers come from, or a seed.
    gain : float
        Factor.
    dtype : dtype
        Of the result.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> from numtorch.nn.layers import glorot_uniform
    >>> float(abs(glorot_uniform((2, 4), rng=0)).max()) <= 1.0
    True
    """
    return _uniform(shape, gain * math.sqrt(6 / max(1, sum(nfan(shape)))), rng, dtype)


def glorot_normal(shape: Shape, *, rng: Rng = None, gain: float = 1.0, dtype: Any = np.float32) -> Array:
    """Normal of deviation gain * sqrt(2 / (fan_in + fan_out)); parameters as of `glorot_uniform`."""
    return _normal(shape, gain * math.sqrt(2 / max(1, sum(nfan(shape)))), rng, dtype)


def kaiming_uniform(shape: Shape, *, rng: Rng = None, gain: float = math.sqrt(2), dtype: Any = np.float32) -> Array:
    """Uniform in ± gain * sqrt(3 / fan_in) (He et al. 2015); parameters as of `glorot_uniform`."""
    return _uniform(shape, gain * math.sqrt(3 / max(1, nfan(shape)[0])), rng, dtype)


def kaiming_normal(shape: Shape, *, rng: Rng = None, gain: float = math.sqrt(2), dtype: Any = np.float32) -> Array:
    """Normal of deviation gain / sqrt(fan_in) (He et al. 2015); parameters as of `glorot_uniform`."""
    return _normal(shape, gain / math.sqrt(max(1, nfan(shape)[0])), rng, dtype)


def lecun_normal(shape: Shape, *, rng: Rng = None, dtype: Any = np.float32) -> Array:
    """Normal of deviation sqrt(1 / fan_in), cut off at two of them; parameters as of `glorot_uniform`."""
    # The cut makes the deviation smaller by this factor.
    std = math.sqrt(1 / max(1, nfan(shape)[0])) / 0.87962566103423978
    return truncated_normal(shape, rng=rng, std=std, lo=-2 * std, hi=2 * std, dtype=dtype)


def truncated_normal(
    shape: Shape,
    *,
    rng: Rng = None,
    mean: float = 0.0,
    std: float = 1.0,
    lo: float = -2.0,
    hi: float = 2.0,
    dtype: Any = np.float32,
) -> Array:
    """Normal, drawn again where it falls outside of `lo` to `hi`.

    Parameters
    ----------
    shape : sequence of int
        Shape of the result.
    rng : numpy.random.Generator or int, optional
        Where the numbers come from, or a seed.
    mean, std : float
        Of the normal distribution that is cut.
    lo, hi : float
        Bounds.
    dtype : dtype
        Of the result.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        Next to none of the distribution is between the bounds.

    Examples
    --------
    >>> from numtorch.nn.layers import truncated_normal
    >>> float(abs(truncated_normal((100,), rng=0)).max()) <= 2.0
    True
    """
    rng = generator(rng)
    drawn: Array = rng.normal(mean, std, tuple(shape))
    for _ in range(1000):
        outside = (drawn < lo) | (drawn > hi)
        if not outside.any():
            return drawn.astype(dtype)
        drawn[outside] = rng.normal(mean, std, int(outside.sum()))
    raise ValueError(f"truncated_normal: normal({mean}, {std}) is next to never between {lo} and {hi}")


def orthogonal(shape: Shape, *, rng: Rng = None, gain: float = 1.0, dtype: Any = np.float32) -> Array:
    """Rows (or columns, where there are fewer) that are orthogonal and of length `gain` (Saxe et al. 2013).

    Parameters
    ----------
    shape : sequence of int
        At least two axes; all but the first are taken together.
    rng : numpy.random.Generator or int, optional
        Where the numbers come from, or a seed.
    gain : float
        Factor.
    dtype : dtype
        Of the result.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import orthogonal
    >>> w = orthogonal((2, 5), rng=0)
    >>> bool(np.allclose(w @ w.T, np.eye(2), atol=1e-6))
    True
    """
    if len(shape) < 2:
        raise ValueError(f"orthogonal: needs at least two axes, not the shape {tuple(shape)}")
    rows, columns = shape[0], math.prod(shape[1:])
    q, r = np.linalg.qr(generator(rng).standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diagonal(r))
    return np.ascontiguousarray(gain * (q if rows >= columns else q.T)).reshape(tuple(shape)).astype(dtype)


def sparse_init(
    shape: Shape, *, sparsity: float = 0.9, std: float = 0.01, rng: Rng = None, dtype: Any = np.float32
) -> Array:
    """Normal of deviation `std`, with the same share of zeros in each column (Martens 2010).

    Parameters
    ----------
    shape : sequence of int
        (out, in).
    sparsity : float
        How much of each column is zero, from 0 to 1; rounded up to whole numbers.
    std : float
        Deviation of the others.
    rng : numpy.random.Generator or int, optional
        Where the numbers come from, or a seed.
    dtype : dtype
        Of the result.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> from numtorch.nn.layers import sparse_init
    >>> (sparse_init((4, 3), sparsity=0.5, rng=0) == 0).sum(0)
    array([2, 2, 2])
    """
    if len(shape) != 2 or not 0 <= sparsity <= 1:
        raise ValueError(
            f"sparse_init: needs a shape of two axes and a sparsity from 0 to 1, not {tuple(shape)} and {sparsity!r}"
        )
    rng = generator(rng)
    drawn = _normal(shape, std, rng, dtype)
    count = math.ceil(sparsity * shape[0])
    drawn[np.argsort(rng.random(tuple(shape)), axis=0)[:count], np.arange(shape[1])] = 0
    return drawn


def identity_init(shape: Shape, *, rng: Rng = None, gain: float = 1.0, dtype: Any = np.float32) -> Array:  # noqa: ARG001
    """What makes a Dense layer or a convolution return its input: the identity in the kernel's centre.

    Parameters
    ----------
    shape : sequence of int
        (n,) gives zeros (a bias), (out, in) an identity matrix, (out, in, k...) one in the middle of the kernel.
    rng : optional
        Not used.
    gain : float
        Factor.
    dtype : dtype
        Of the result.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> from numtorch.nn.layers import identity_init
    >>> identity_init((2, 3))
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """
    result: Array = np.zeros(tuple(shape), dtype)
    if len(shape) > 1:
        centre = tuple((size - 1) // 2 for size in shape[2:])
        both = np.arange(min(shape[0], shape[1]))
        index: tuple[Any, ...] = (both, both, *centre)
        result[index] = gain
    return result


def zeros(shape: Shape, *, rng: Rng = None, dtype: Any = np.float32) -> Array:  # noqa: ARG001
    """Zeros."""
    return np.zeros(tuple(shape), dtype)


def ones(shape: Shape, *, rng: Rng = None, dtype: Any = np.float32) -> Array:  # noqa: ARG001
    """Ones."""
    return np.ones(tuple(shape), dtype)


def rand(shape: Shape, *, rng: Rng = None, dtype: Any = np.float32) -> Array:
    """Uniform in 0 to 1."""
    return generator(rng).random(tuple(shape)).astype(dtype)


def randn(shape: Shape, *, rng: Rng = None, dtype: Any = np.float32) -> Array:
    """Standard normal."""
    return _normal(shape, 1.0, rng, dtype)
