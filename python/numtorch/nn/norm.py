"""Normalization: to mean 0 and variance 1 over a batch, a sample, a channel or a group of channels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.dispatch import Array, ArrayT, integer, is_on_tensors, joined, number, reals

__all__ = ["batchnorm", "groupnorm", "instancenorm", "layernorm", "normalise"]


def batchnorm(
    x: ArrayT,
    scale: Array | None,
    shift: Array | None,
    mean: Array | None,
    var: Array | None,
    *,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> ArrayT:
    """Each channel normalized over the batch: ``(x - mean) / sqrt(var + eps) * scale + shift``.

    Parameters
    ----------
    x : array, shape (N, C) or (N, C, spatial...)
    scale, shift : array, shape (C,), or None
    mean, var : array, shape (C,), or None
        Running mean and variance. In training the batch's own are used, and these move towards them in place, without
        a gradient: ``mean = (1 - momentum) * mean + momentum * mean of the batch``, and `var` likewise towards the
        unbiased variance. Without them the batch's own are always used.
    training : bool
    momentum : float
    eps : float

    Returns
    -------
    array
        Of the shape of `x`.

    Raises
    ------
    ValueError
        Shapes that do not fit, or one element a channel to take a variance of.
    TypeError
        In training `mean` or `var` cannot be updated: an ndarray, where `x` is a Tensor, or the other way round.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import batchnorm
    >>> mean, var = np.zeros(1), np.ones(1)
    >>> batchnorm(np.array([[1.0], [3.0]]), None, None, mean, var, training=True, eps=0)
    array([[-1.],
           [ 1.]])
    >>> mean, var
    (array([0.2]), array([1.1]))
    """
    if (mean is None) != (var is None):
        raise ValueError("batchnorm: mean and var must both be arrays or both be None")
    given = {"scale": scale, "shift": shift, "mean": mean, "var": var}
    on_tensors, x, (scale, shift, *fixed) = _operands("batchnorm", x, 1, eps, **given)
    if training and any(r is not None and isinstance(r, Tensor) is not on_tensors for r in (mean, var)):
        raise TypeError(
            "batchnorm: in training mean and var must be Tensors where another argument is one, else ndarrays"
        )
    if mean is not None and not training:
        if on_tensors:
            return aten._native_batch_norm_legit_no_training(x, scale, shift, *fixed, momentum, eps)[0]
        middle, spread = (_column(r, x) for r in fixed)
        return _affine((x - middle) / np.sqrt(spread + eps), scale, shift).astype(x.dtype)
    count = x.size // x.shape[1] if x.shape[1] else 0
    if mean is None and x.size == 0:
        return _affine(x, *(None if p is None else _like(p, x) for p in (scale, shift)))
    if count < 2:
        raise ValueError(
            f"batchnorm: in training x must have more than one element in each channel, not shape {x.shape}"
        )
    if on_tensors and not any(map(_core.is_abstract, (x, scale, shift, mean, var))):
        for running in (mean, var):
            if running is not None:
                _core.begin_write(running)  # the kernel does not say that it writes to them
        moving = [None if r is None else _like(_core.untracked(r), x) for r in (mean, var)]
        y = aten.native_batch_norm(x, scale, shift, *moving, True, momentum, eps)[0]
        for running, moved in zip((mean, var), moving, strict=True):
            if running is not None and moved is not None and running.dtype != moved.dtype:
                running[...] = moved
        return y
    axes = (0, *range(2, x.ndim))
    batch_mean, batch_var = x.mean(axes), x.var(axes)
    if mean is not None:
        seen = [_core.untracked(s) if on_tensors else s for s in (batch_mean, batch_var * (count / (count - 1)))]
        mean += momentum * (seen[0] - mean)
        var += momentum * (seen[1] - var)
    return _affine((x - _column(batch_mean, x)) / np.sqrt(_column(batch_var, x) + eps), scale, shift).astype(x.dtype)


def instancenorm(
    x: ArrayT,
    scale: Array | None = None,
    shift: Array | None = None,
    mean: Array | None = None,
    var: Array | None = None,
    *,
    training: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> ArrayT:
    """Each channel of each sample normalized over its spatial axes.

    Parameters
    ----------
    x : array, shape (N, C, spatial...)
    scale, shift : array, shape (C,), or None
    mean, var : array, shape (C,), or None
        Running mean and variance, as for `batchnorm`: of the samples' own, averaged over the batch. They are used
        where it is not in training.
    training, momentum, eps
        As for `batchnorm`.

    Returns
    -------
    array
        Of the shape of `x`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import instancenorm
    >>> instancenorm(np.array([[[1.0, 3.0], [10.0, 10.0]]]), eps=1e-12)
    array([[[-1.,  1.],
            [ 0.,  0.]]])
    """
    _, (x,) = reals("instancenorm", x)
    if x.ndim < 3:
        raise ValueError(f"instancenorm: x must have shape (N, C, spatial...), not {x.shape}")
    if mean is not None and not training:
        return batchnorm(x, scale, shift, mean, var, eps=eps)
    if math.prod(x.shape[2:]) < 2:
        raise ValueError(f"instancenorm: x must have more than one element in each channel, not shape {x.shape}")
    n, c = x.shape[:2]
    if (mean is None) != (var is None):
        raise ValueError("instancenorm: mean and var must both be arrays or both be None")
    for name, parameter in (("scale", scale), ("shift", shift), ("mean", mean), ("var", var)):
        if parameter is not None and np.shape(parameter) != (c,):
            raise ValueError(f"instancenorm: {name} must have shape ({c},), not {np.shape(parameter)}")
    if mean is None or var is None:
        return groupnorm(x, c, scale, shift, eps=eps)
    if is_on_tensors(x) != is_on_tensors(mean) or is_on_tensors(x) != is_on_tensors(var):
        raise TypeError("instancenorm: in training mean and var must be Tensors where x is one, else ndarrays")
    # A batch of one with N * C channels; what it moves is the mean of N copies.
    copies = [np.tile(_plain(r), n) for r in (mean, var)]
    y = batchnorm(x.reshape(1, n * c, *x.shape[2:]), None, None, *copies, training=True, momentum=momentum, eps=eps)
    for running, moved in zip((_plain(mean), _plain(var)), copies, strict=True):
        running[...] = moved.reshape(n, c).mean(0)
    return _affine(y.reshape(x.shape), *(None if p is None else _like(p, x) for p in (scale, shift)))


def groupnorm(
    x: ArrayT, groups: int, scale: Array | None = None, shift: Array | None = None, eps: float = 1e-5
) -> ArrayT:
    """Each group of channels of each sample normalized, over its channels and spatial axes.

    Parameters
    ----------
    x : array, shape (N, C) or (N, C, spatial...)
    groups : int
        A divisor of C: how many groups of neighbouring channels there are.
    scale, shift : array, shape (C,), or None
    eps : float

    Returns
    -------
    array
        Of the shape of `x`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import groupnorm
    >>> groupnorm(np.array([[1.0, 3.0, 10.0, 30.0]]), 2, eps=0)
    array([[-1.,  1., -1.,  1.]])
    """
    on_tensors, x, (scale, shift) = _operands("groupnorm", x, 1, eps, scale=scale, shift=shift)
    n, c = x.shape[:2]
    if c % integer("groupnorm", "groups", groups):
        raise ValueError(f"groupnorm: groups must divide the {c} channels of x, not {groups!r}")
    if on_tensors:
        # The kernel takes for granted that all is laid out in C order.
        scale, shift = (None if a is None else aten.contiguous(a) for a in (scale, shift))
        return aten.native_group_norm(aten.contiguous(x), scale, shift, n, c, math.prod(x.shape[2:]), groups, eps)[0]
    parts = x.reshape(n, groups, math.prod(x.shape[1:]) // groups)
    return _affine(_normalized(parts, (2,), eps).reshape(x.shape), scale, shift)


def layernorm(
    x: ArrayT, scale: Array | None = None, shift: Array | None = None, *, axes: int | None = None, eps: float = 1e-5
) -> ArrayT:
    """Normalized over the last axes.

    Parameters
    ----------
    x : array, shape (..., normalized...)
    scale, shift : array, shape (normalized...), or None
    axes : int, optional
        How many of the last axes are normalized over; by default as many as `scale` (or `shift`) has, else 1.
    eps : float

    Returns
    -------
    array
        Of the shape of `x`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import layernorm
    >>> layernorm(np.array([[1.0, 3.0], [10.0, 30.0]]), eps=0)
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    given = scale if scale is not None else shift
    x = x if isinstance(x, Tensor) else np.asarray(x)
    count = integer("layernorm", "axes", axes, 0) if axes is not None else 1 if given is None else np.ndim(given)
    if not 1 <= count <= x.ndim:
        raise ValueError(f"layernorm: axes must be from 1 to {x.ndim}, for x of shape {x.shape}, not {count!r}")
    on_tensors, x, (scale, shift) = _operands("layernorm", x, count, eps, scale=scale, shift=shift)
    if on_tensors:
        return aten.native_layer_norm(x, x.shape[x.ndim - count :], scale, shift, eps)[0]
    y = _normalized(x, tuple(range(x.ndim - count, x.ndim)), eps)
    y = y if scale is None else y * scale
    return y if shift is None else y + shift


def normalise(x: ArrayT, axis: int | tuple[int, ...] = -1, *, eps: float = 1e-5) -> ArrayT:
    """``(x - mean) / sqrt(var + eps)`` along an axis or several.

    Parameters
    ----------
    x : array
    axis : int or tuple of int
        Where mean and variance are taken along; the last one by default.
    eps : float

    Returns
    -------
    array
        Of the shape of `x`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import normalise
    >>> normalise(np.array([[1.0, 10.0], [3.0, 30.0]]), 0, eps=0)
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    on_tensors, (x,) = reals("normalise", x)
    number("normalise", "eps", eps)
    axes = normalize_axis_tuple(axis, x.ndim, "axis")
    if on_tensors and axes and axes == tuple(range(x.ndim - len(axes), x.ndim)):
        return aten.native_layer_norm(x, x.shape[x.ndim - len(axes) :], None, None, eps)[0]
    return _normalized(x, axes, eps)


def _operands(function: str, x: Array, count: int, eps: Any, **parameters: Array | None) -> tuple[bool, Any, list[Any]]:
    """The array and its parameters, checked; parameters may have another precision than `x`, as kernels take them."""
    on_tensors, (first, *_) = reals(function, x) if is_on_tensors(x) else reals(function, x, *parameters.values())
    expected = first.shape[first.ndim - count :] if function == "layernorm" else first.shape[1:2]
    if function != "layernorm" and first.ndim < 2:
        raise ValueError(f"{function}: x must have shape (N, C) or (N, C, spatial...), not {first.shape}")
    number(function, "eps", eps)
    found = []
    for name, parameter in parameters.items():
        if parameter is not None and tuple(np.shape(parameter)) != tuple(expected):
            raise ValueError(f"{function}: {name} must have shape {tuple(expected)}, not {np.shape(parameter)}")
        found.append(None if parameter is None else _like(parameter, first))
    return on_tensors, first, found


def _like(parameter: Array, x: Any) -> Any:
    """A parameter where `x` is; in its dtype too, unless that is half precision, beside which float32 may stand."""
    if not isinstance(x, Tensor):
        return np.asarray(parameter)
    parameter = joined(parameter, x)
    return parameter if parameter.dtype == x.dtype or x.dtype == np.float16 else parameter.to(dtype=x.dtype)


def _plain(x: Any) -> Any:
    return _core.untracked(x) if isinstance(x, Tensor) else x


def _column(parameter: Any, x: Any) -> Any:
    """A parameter with one number a channel, to be broadcast over `x`."""
    return parameter.reshape(-1, *[1] * (x.ndim - 2))


def _affine(y: Any, scale: Any, shift: Any) -> Any:
    y = y if scale is None else y * _column(scale, y)
    return y if shift is None else y + _column(shift, y)


def _normalized(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    centred = x - x.mean(axes, keepdims=True)
    return centred / np.sqrt((centred * centred).mean(axes, keepdims=True) + eps)
