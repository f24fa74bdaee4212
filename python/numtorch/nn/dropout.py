"""Dropout, and the random numbers that functions here draw."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.samples import drawn
from numtorch.nn.dispatch import ArrayT, joined, number, together

__all__ = ["dropout"]


def dropout(
    x: ArrayT, p: float, *, axis: int | tuple[int, ...] | None = None, rng: Any = None, training: bool = True
) -> ArrayT:
    """Elements set to 0 by chance, the others scaled so that the expectation stays.

    Parameters
    ----------
    x : array
    p : float
        The chance of each element to become 0; the others are divided by ``1 - p``.
    axis : int or tuple of int, optional
        The axes along which elements fare differently: along the others they share their fate. ``axis=(0, 1)`` drops
        whole channels of (N, C, spatial...). By default all.
    rng : numpy.random.Generator or numtorch.numpy.random.Generator, optional
        Where to draw from. By default the generator of the Tensor's device (`numtorch.manual_seed`), or a new one of
        NumPy's for an ndarray.
    training : bool
        If not, `x` is returned as it is.

    Returns
    -------
    array
        Of the shape of `x`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import dropout
    >>> dropout(np.ones(6), 0.5, rng=np.random.default_rng(1))
    array([2., 2., 0., 2., 0., 0.])
    """
    if not 0 <= number("dropout", "p", p) <= 1:
        raise ValueError(f"dropout: p must be between 0 and 1, not {p!r}")
    on_tensors, (x,) = together("dropout", x)
    if not training or p == 0:
        return x
    if on_tensors and rng is None and axis is None:
        return aten.native_dropout(x, p, True)[0]
    axes = range(x.ndim) if axis is None else normalize_axis_tuple(axis, x.ndim, "axis")
    numbers = uniform("dropout", [n if i in axes else 1 for i, n in enumerate(x.shape)], x, rng)
    return x * np.where(numbers >= p, 1 / (1 - p) if p < 1 else 0.0, 0.0).astype(x.dtype)


def uniform(function: str, shape: Any, like: Any, rng: Any) -> Any:
    """Numbers evenly drawn from [0, 1), where `like` is and in its dtype."""
    shape = tuple(shape)
    if rng is not None and not hasattr(rng, "random"):
        raise TypeError(f"{function}: rng must be a generator, as of numpy.random.default_rng, not {rng!r}")
    if rng is not None:
        # numtorch's own know of batches.
        numbers = rng.random(shape) if hasattr(rng, "dev") else drawn(function, lambda: rng.random(shape))
    elif isinstance(like, Tensor):
        return aten.rand_generator(shape, generator=None, dtype=like.dtype, device=like.dev)
    else:
        numbers = np.random.default_rng().random(shape)
    numbers = numbers.astype(like.dtype)
    return joined(numbers, like) if isinstance(like, Tensor) else numbers
