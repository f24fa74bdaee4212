"""Dropout."""

from __future__ import annotations

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch import kernels as aten
from numtorch.nn.dispatch import ArrayT, number, together
from numtorch.nn.draws import Draws, uniform

__all__ = ["dropout"]


def dropout(
    x: ArrayT, p: float, *, axis: int | tuple[int, ...] | None = None, rng: Draws | None = None, training: bool = True
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
    drawn = uniform("dropout", [n if i in axes else 1 for i, n in enumerate(x.shape)], x, rng)
    return x * np.where(drawn >= p, 1 / (1 - p) if p < 1 else 0.0, 0.0).astype(x.dtype)
