"""Rectifiers: nothing or little below zero, the number itself above it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch.nn.dispatch import ArrayT, number, reals, where
from numtorch.nn.draws import Draws, uniform

__all__ = [
    "SELU_SCALE",
    "celu",
    "elu",
    "leakyrelu",
    "log1p_exp",
    "relu",
    "relu6",
    "rrelu",
    "selu",
    "softplus",
    "trelu",
]


def relu(x: ArrayT) -> ArrayT:
    """``max(x, 0)``; NaN stays NaN, and the slope at 0 is 0.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import relu
    >>> relu(np.array([-1.0, 2.0, np.nan]))
    array([ 0.,  2., nan])
    """
    on_tensors, (a,) = reals("relu", x)
    return aten.relu(a) if on_tensors else np.maximum(a, 0)


def leakyrelu(x: ArrayT, a: float = 0.01) -> ArrayT:
    """`x` where it is positive, else ``a * x``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import leakyrelu
    >>> leakyrelu(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-0.02,  0.5 ,  8.  ])
    """
    number("leakyrelu", "a", a)
    on_tensors, (x,) = reals("leakyrelu", x)
    return aten.leaky_relu(x, a) if on_tensors else where(x > 0, x, a * x)


def relu6(x: ArrayT) -> ArrayT:
    """``clip(x, 0, 6)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import relu6
    >>> relu6(np.array([-2.0, 0.5, 8.0])).round(4)
    array([0. , 0.5, 6. ])
    """
    on_tensors, (a,) = reals("relu6", x)
    return aten.hardtanh(a, 0, 6) if on_tensors else np.clip(a, 0, 6)


def elu(x: ArrayT, alpha: float = 1.0) -> ArrayT:
    """`x` where it is positive, else ``alpha * (exp(x) - 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import elu
    >>> elu(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-0.8647,  0.5   ,  8.    ])
    """
    number("elu", "alpha", alpha)
    on_tensors, (x,) = reals("elu", x)
    return aten.elu(x, alpha) if on_tensors else where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def softplus(x: ArrayT) -> ArrayT:
    """``log(1 + exp(x))``, without overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import softplus
    >>> softplus(np.array([-2.0, 0.5, 8.0])).round(4)
    array([0.1269, 0.9741, 8.0003])
    """
    on_tensors, (x,) = reals("softplus", x)
    return aten.softplus(x, 1, _exact_from(x)) if on_tensors else log1p_exp(x)


def _exact_from(x: Any) -> float:
    """Where ``log(1 + exp(x))`` is x in this dtype."""
    return -math.log(np.finfo(x.dtype).eps) + 1


def log1p_exp(x: Any) -> Any:
    """``log(1 + exp(x))`` of an ndarray, without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def rrelu(
    x: ArrayT, low: float = 1 / 8, high: float = 1 / 3, *, rng: Draws | None = None, training: bool = True
) -> ArrayT:
    """`x` where it is not negative, else `x` times a slope drawn evenly between `low` and `high` for each element.

    Parameters
    ----------
    x : array
    low, high : float
    rng : numpy.random.Generator or numtorch.numpy.random.Generator, optional
        Where the slopes are drawn from; of a Tensor by default on its device, by the generator of the device.
    training : bool
        If not, all slopes are the mean of `low` and `high`.

    Returns
    -------
    array
        Of the shape of `x`.


    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import rrelu
    >>> rrelu(np.array([-1.0, 2.0]), training=False).round(4)
    array([-0.2292,  2.    ])
    """
    if number("rrelu", "low", low) > number("rrelu", "high", high):
        raise ValueError(f"rrelu: low must not be greater than high, not {low!r} > {high!r}")
    _, (x,) = reals("rrelu", x)
    if not training:
        return leakyrelu(x, (low + high) / 2)
    slope = low + (high - low) * uniform("rrelu", x.shape, x, rng)
    return where(x >= 0, x, slope * x)


def celu(x: ArrayT, alpha: float = 1.0) -> ArrayT:
    """`x` where it is positive, else ``alpha * (exp(x / alpha) - 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import celu
    >>> celu(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-0.8647,  0.5   ,  8.    ])
    """
    if not number("celu", "alpha", alpha):
        raise ValueError("celu: alpha must not be 0")
    on_tensors, (x,) = reals("celu", x)
    return (
        aten.elu(x, alpha, 1, 1 / alpha) if on_tensors else where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))
    )


def selu(x: ArrayT) -> ArrayT:
    """``1.0507 * elu(x, 1.6733)``, with the constants that keep mean 0 and variance 1 from layer to layer.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import selu
    >>> selu(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-1.5202,  0.5254,  8.4056])
    """
    on_tensors, (x,) = reals("selu", x)
    if on_tensors:
        return aten.elu(x, SELU_ALPHA, SELU_SCALE)
    return SELU_SCALE * where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0)))


def trelu(x: ArrayT, theta: float = 1.0) -> ArrayT:
    """`x` where it is greater than `theta`, else 0.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import trelu
    >>> trelu(np.array([-2.0, 0.5, 8.0])).round(4)
    array([0., 0., 8.])
    """
    number("trelu", "theta", theta)
    on_tensors, (x,) = reals("trelu", x)
    return aten.threshold(x, theta, 0) if on_tensors else where(x > theta, x, 0)
