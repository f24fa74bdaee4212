"""Further activations, which are met less often."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch.nn.activations import leakyrelu, log1p_exp, sigmoid, softplus
from numtorch.nn.dispatch import ArrayT, number, reals, together
from numtorch.nn.dropout import uniform

__all__ = [
    "celu",
    "glu",
    "hardtanh",
    "lisht",
    "logcosh",
    "mish",
    "rrelu",
    "selu",
    "softshrink",
    "softsign",
    "tanhshrink",
    "trelu",
]


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def hardtanh(x: ArrayT) -> ArrayT:
    """``clip(x, -1, 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import hardtanh
    >>> hardtanh(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-1. ,  0.5,  1. ])
    """
    on_tensors, (x,) = reals("hardtanh", x)
    return aten.hardtanh(x) if on_tensors else np.clip(x, -1, 1)


def rrelu(x: ArrayT, low: float = 1 / 8, high: float = 1 / 3, *, rng: Any = None, training: bool = True) -> ArrayT:
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
    return np.where(x >= 0, x, slope * x)


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
        aten.elu(x, alpha, 1, 1 / alpha)
        if on_tensors
        else np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))
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
    return SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0)))


def mish(x: ArrayT) -> ArrayT:
    """``x * tanh(softplus(x))``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import mish
    >>> mish(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-0.2525,  0.3752,  8.    ])
    """
    on_tensors, (x,) = reals("mish", x)
    return aten.mish(x) if on_tensors else x * np.tanh(log1p_exp(x))


def lisht(x: ArrayT) -> ArrayT:
    """``x * tanh(x)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import lisht
    >>> lisht(np.array([-2.0, 0.5, 8.0])).round(4)
    array([1.9281, 0.2311, 8.    ])
    """
    _, (x,) = together("lisht", x)
    return x * np.tanh(x)


def softsign(x: ArrayT) -> ArrayT:
    """``x / (1 + abs(x))``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import softsign
    >>> softsign(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-0.6667,  0.3333,  0.8889])
    """
    _, (x,) = together("softsign", x)
    return x / (1 + np.abs(x))


def softshrink(x: ArrayT, lambd: float = 0.5) -> ArrayT:
    """`x` moved by `lambd` towards 0, which it does not cross.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import softshrink
    >>> softshrink(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-1.5,  0. ,  7.5])
    """
    if number("softshrink", "lambd", lambd) < 0:
        raise ValueError(f"softshrink: lambd must not be negative, not {lambd!r}")
    on_tensors, (x,) = reals("softshrink", x)
    return aten.softshrink(x, lambd) if on_tensors else np.where(np.abs(x) > lambd, x - np.sign(x) * lambd, 0)


def tanhshrink(x: ArrayT) -> ArrayT:
    """``x - tanh(x)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import tanhshrink
    >>> tanhshrink(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-1.036 ,  0.0379,  7.    ])
    """
    _, (x,) = together("tanhshrink", x)
    return x - np.tanh(x)


def logcosh(x: ArrayT) -> ArrayT:
    """``log(cosh(x))``, without overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import logcosh
    >>> logcosh(np.array([-2.0, 0.5, 8.0])).round(4)
    array([1.325 , 0.1201, 7.3069])
    """
    _, (x,) = reals("logcosh", x)
    return x + softplus(-2 * x) - math.log(2.0)


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
    return aten.threshold(x, theta, 0) if on_tensors else np.where(x > theta, x, 0)


def glu(x: ArrayT, axis: int = 1) -> ArrayT:
    """The first half of `x` along an axis, times the `sigmoid` of the second half.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import glu
    >>> glu(np.array([[1.0, 2.0, 0.0, 0.0]]))
    array([[0.5, 1. ]])
    """
    _, (x,) = together("glu", x)
    if not -x.ndim <= axis < x.ndim or x.shape[axis] % 2:
        raise ValueError(f"glu: axis must be one of even length of x, which has shape {x.shape}, not {axis!r}")
    first, second = np.split(x, 2, axis)
    return first * sigmoid(second)
