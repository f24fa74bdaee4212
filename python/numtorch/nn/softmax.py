"""Exponentials as shares of their sum: softmax, its logarithm, and the logarithm of the sum."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch import kernels as aten
from numtorch._core import Kernel, Tensor
from numtorch.nn.dispatch import ArrayT, reals, together

__all__ = ["logsoftmax", "logsumexp", "softmax"]


Axis = int | tuple[int, ...] | None


def softmax(x: ArrayT, axis: Axis = -1) -> ArrayT:
    """``exp(x) / sum(exp(x))`` along an axis or several, computed without overflow.

    Parameters
    ----------
    x : array
    axis : int, tuple of int or None
        The axes over which the results sum to 1; None for all.

    Returns
    -------
    array
        Of the shape of `x`. Where `x` is -inf all along the axes it is nan.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import softmax
    >>> softmax(np.log([1.0, 1.0, 2.0]))
    array([0.25, 0.25, 0.5 ])
    """
    on_tensors, (x,) = reals("softmax", x)
    axes = _axes(axis, x.ndim)
    if on_tensors:
        return _along(aten._softmax, x, axes)
    exponentials = np.exp(x - _largest(x, axes))
    return exponentials / exponentials.sum(axes, keepdims=True)


def logsoftmax(x: ArrayT, axis: Axis = -1) -> ArrayT:
    """The logarithm of `softmax`, also where that underflows.

    Parameters
    ----------
    x : array
    axis : int, tuple of int or None
        As for `softmax`.

    Returns
    -------
    array
        Of the shape of `x`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import logsoftmax
    >>> logsoftmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])
    """
    on_tensors, (x,) = reals("logsoftmax", x)
    axes = _axes(axis, x.ndim)
    if on_tensors:
        return _along(aten._log_softmax, x, axes)
    shifted = x - _largest(x, axes)
    return shifted - np.log(np.exp(shifted).sum(axes, keepdims=True))


def logsumexp(x: ArrayT, axis: Axis = None, keepdims: bool = False) -> ArrayT:
    """``log(sum(exp(x)))`` along an axis or several, computed without overflow.

    Parameters
    ----------
    x : array
    axis : int, tuple of int or None
        None for all.
    keepdims : bool
        Keep the reduced axes, of length 1.

    Returns
    -------
    array
        -inf where `x` is -inf all along the axes. Where the result is infinite its gradient goes in equal parts to
        what is as large.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import logsumexp
    >>> logsumexp(np.array([[1000.0, 1000.0], [-np.inf, -np.inf]]), axis=1)
    array([1000.69314718,         -inf])
    """
    on_tensors, (x,) = together("logsumexp", x)
    axes = _axes(axis, x.ndim)
    if on_tensors:
        return aten.logsumexp(x, axes, bool(keepdims)) if axes else x * 1
    largest = _largest(x, axes)
    finite = np.where(np.isfinite(largest), largest, 0)
    with np.errstate(divide="ignore"):
        y = np.log(np.exp(x - finite).sum(axes, keepdims=True)) + finite
    return y if keepdims else y.squeeze(axes)[()]


def _axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    return tuple(range(ndim)) if axis is None else normalize_axis_tuple(axis, ndim, "axis")


def _largest(x: Any, axes: tuple[int, ...]) -> Any:
    return x.max(axes, keepdims=True, initial=-np.inf)


def _along(run: Kernel | Callable[..., Tensor], x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """A kernel that goes along one axis, along all of these."""
    if len(axes) == 1:
        return run(x, axes[0], False)
    order = [i for i in range(x.ndim) if i not in axes] + list(axes)
    moved = aten.permute(x, order)
    rest = moved.shape[: x.ndim - len(axes)]
    y = run(aten.reshape(moved, [*rest, math.prod(moved.shape[len(rest) :])]), len(rest), False)
    return aten.permute(aten.reshape(y, moved.shape), [order.index(i) for i in range(x.ndim)])
