"""Activations: functions that are applied to each element."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch.nn.dispatch import ArrayT, number, reals, together

__all__ = [
    "elu",
    "gelu",
    "hardsigmoid",
    "hardswish",
    "leakyrelu",
    "logsigmoid",
    "relu",
    "relu6",
    "sigmoid",
    "sigmoid_fast",
    "softplus",
    "swish",
    "tanh",
    "tanh_fast",
]


def sigmoid(x: ArrayT) -> ArrayT:
    """``1 / (1 + exp(-x))``, without overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import sigmoid
    >>> sigmoid(np.array([-1000.0, 0.0]))
    array([0. , 0.5])
    """
    on_tensors, (x,) = together("sigmoid", x)
    if on_tensors:
        return aten.sigmoid(x)
    positive = np.real(x) >= 0
    small = np.exp(np.where(positive, -x, x))
    return np.where(positive, 1, small) / (1 + small)


def tanh(x: ArrayT) -> ArrayT:
    """The hyperbolic tangent.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import tanh
    >>> tanh(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-0.964 ,  0.4621,  1.    ])
    """
    on_tensors, (x,) = together("tanh", x)
    return aten.tanh(x) if on_tensors else np.tanh(x)


sigmoid_fast = sigmoid
tanh_fast = tanh


def hardsigmoid(x: ArrayT) -> ArrayT:
    """``clip((x + 3) / 6, 0, 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import hardsigmoid
    >>> hardsigmoid(np.array([-2.0, 0.5, 8.0])).round(4)
    array([0.1667, 0.5833, 1.    ])
    """
    on_tensors, (x,) = reals("hardsigmoid", x)
    return aten.hardsigmoid(x) if on_tensors else np.clip((x + 3) / 6, 0, 1)


def logsigmoid(x: ArrayT) -> ArrayT:
    """The logarithm of `sigmoid`, also where that underflows.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import logsigmoid
    >>> logsigmoid(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-2.1269e+00, -4.7410e-01, -3.0000e-04])
    """
    on_tensors, (x,) = reals("logsigmoid", x)
    return aten.log_sigmoid(x) if on_tensors else -log1p_exp(-x)


def relu(x: ArrayT) -> ArrayT:
    """``max(x, 0)``; NaN stays NaN, and the slope at 0 is 0.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import relu
    >>> relu(np.array([-1.0, 2.0, np.nan]))
    array([ 0.,  2., nan])
    """
    on_tensors, (x,) = reals("relu", x)
    return aten.relu(x) if on_tensors else np.maximum(x, 0)


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
    return aten.leaky_relu(x, a) if on_tensors else np.where(x > 0, x, a * x)


def relu6(x: ArrayT) -> ArrayT:
    """``clip(x, 0, 6)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import relu6
    >>> relu6(np.array([-2.0, 0.5, 8.0])).round(4)
    array([0. , 0.5, 6. ])
    """
    on_tensors, (x,) = reals("relu6", x)
    return aten.hardtanh(x, 0, 6) if on_tensors else np.clip(x, 0, 6)


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
    return aten.elu(x, alpha) if on_tensors else np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def gelu(x: ArrayT, approximate: str = "none") -> ArrayT:
    """`x` times the chance that a standard normal number is less than `x`.

    Parameters
    ----------
    x : array
    approximate : {"none", "tanh", "sigmoid"}
        The exact function (the default, with which torchvision's weights were trained), or one of its approximations:
        ``x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))`` (Flux's `gelu`), ``x * sigmoid(1.702 * x)``.

    Returns
    -------
    array
        Of the shape of `x`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import gelu
    >>> [float(gelu(np.array(1.0), kind).round(4)) for kind in ("none", "tanh", "sigmoid")]
    [0.8413, 0.8412, 0.8458]
    """
    if approximate not in ("none", "tanh", "sigmoid"):
        raise ValueError(f'gelu: approximate must be "none", "tanh" or "sigmoid", not {approximate!r}')
    on_tensors, (x,) = reals("gelu", x)
    if approximate == "sigmoid":
        return x * sigmoid(1.702 * x)
    if on_tensors:
        return aten.gelu(x, approximate=approximate)
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + _error_function(x / math.sqrt(2)))


def swish(x: ArrayT) -> ArrayT:
    """``x * sigmoid(x)``, also called SiLU.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import swish
    >>> swish(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-0.2384,  0.3112,  7.9973])
    """
    on_tensors, (x,) = together("swish", x)
    return aten.silu(x) if on_tensors else x * sigmoid(x)


def hardswish(x: ArrayT) -> ArrayT:
    """``x * hardsigmoid(x)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import hardswish
    >>> hardswish(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-0.3333,  0.2917,  8.    ])
    """
    on_tensors, (x,) = reals("hardswish", x)
    return aten.hardswish(x) if on_tensors else x * np.clip((x + 3) / 6, 0, 1)


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


_ERF = np.frompyfunc(math.erf, 1, 1)


def _error_function(x: Any) -> Any:
    """NumPy has none."""
    return np.asarray(_ERF(x), dtype=x.dtype)
