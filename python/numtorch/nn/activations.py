"""Activations: functions that are applied to each element."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch._core import kernel
from numtorch.nn.dispatch import Array, together
from numtorch.nn.dropout import uniform

__all__ = [
    "celu",
    "elu",
    "gelu",
    "glu",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leakyrelu",
    "lisht",
    "logcosh",
    "logsigmoid",
    "mish",
    "relu",
    "relu6",
    "rrelu",
    "selu",
    "sigmoid",
    "sigmoid_fast",
    "softplus",
    "softshrink",
    "softsign",
    "swish",
    "tanh",
    "tanh_fast",
    "tanhshrink",
    "trelu",
]

_elu = kernel("elu")
_gelu = kernel("gelu")
_hardsigmoid = kernel("hardsigmoid")
_hardswish = kernel("hardswish")
_hardtanh = kernel("hardtanh")
_leaky_relu = kernel("leaky_relu")
_log_sigmoid = kernel("log_sigmoid")
_mish = kernel("mish")
_relu = kernel("relu")
_sigmoid = kernel("sigmoid")
_silu = kernel("silu")
_softplus = kernel("softplus")
_softshrink = kernel("softshrink")
_tanh = kernel("tanh")
_threshold = kernel("threshold")

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def sigmoid(x: Array) -> Any:
    """``1 / (1 + exp(-x))``, without overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import sigmoid
    >>> sigmoid(np.array([-1000.0, 0.0]))
    array([0. , 0.5])
    """
    on_tensors, (x,) = together(x)
    if on_tensors:
        return _sigmoid(x)
    positive = np.real(x) >= 0
    small = np.exp(np.where(positive, -x, x))
    return np.where(positive, 1, small) / (1 + small)


def tanh(x: Array) -> Any:
    """The hyperbolic tangent."""
    on_tensors, (x,) = together(x)
    return _tanh(x) if on_tensors else np.tanh(x)


sigmoid_fast = sigmoid
tanh_fast = tanh


def hardsigmoid(x: Array) -> Any:
    """``clip((x + 3) / 6, 0, 1)``."""
    on_tensors, (x,) = together(x)
    return _hardsigmoid(x) if on_tensors else np.clip((x + 3) / 6, 0, 1)


def logsigmoid(x: Array) -> Any:
    """The logarithm of `sigmoid`, also where that underflows."""
    on_tensors, (x,) = together(x)
    return _log_sigmoid(x) if on_tensors else -_log1p_exp(-x)


def hardtanh(x: Array) -> Any:
    """``clip(x, -1, 1)``."""
    on_tensors, (x,) = together(x)
    return _hardtanh(x) if on_tensors else np.clip(x, -1, 1)


def relu(x: Array) -> Any:
    """``max(x, 0)``; NaN stays NaN, and the slope at 0 is 0.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import relu
    >>> relu(np.array([-1.0, 2.0, np.nan]))
    array([ 0.,  2., nan])
    """
    on_tensors, (x,) = together(x)
    return _relu(x) if on_tensors else np.maximum(x, 0)


def leakyrelu(x: Array, a: float = 0.01) -> Any:
    """`x` where it is positive, else ``a * x``."""
    on_tensors, (x,) = together(x)
    return _leaky_relu(x, a) if on_tensors else np.where(x > 0, x, a * x)


def relu6(x: Array) -> Any:
    """``clip(x, 0, 6)``."""
    on_tensors, (x,) = together(x)
    return _hardtanh(x, 0, 6) if on_tensors else np.clip(x, 0, 6)


def rrelu(x: Array, low: float = 1 / 8, high: float = 1 / 3, *, rng: Any = None, training: bool = True) -> Any:
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
    """
    if low > high:
        raise ValueError(f"rrelu: low must not be greater than high, not {low!r} > {high!r}")
    _, (x,) = together(x)
    if not training:
        return leakyrelu(x, (low + high) / 2)
    slope = low + (high - low) * uniform(x.shape, x, rng)
    return np.where(x >= 0, x, slope * x)


def elu(x: Array, alpha: float = 1.0) -> Any:
    """`x` where it is positive, else ``alpha * (exp(x) - 1)``."""
    on_tensors, (x,) = together(x)
    return _elu(x, alpha) if on_tensors else np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def celu(x: Array, alpha: float = 1.0) -> Any:
    """`x` where it is positive, else ``alpha * (exp(x / alpha) - 1)``."""
    on_tensors, (x,) = together(x)
    return (
        _elu(x, alpha, 1, 1 / alpha) if on_tensors else np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))
    )


def selu(x: Array) -> Any:
    """``1.0507 * elu(x, 1.6733)``, with the constants that keep mean 0 and variance 1 from layer to layer."""
    on_tensors, (x,) = together(x)
    if on_tensors:
        return _elu(x, SELU_ALPHA, SELU_SCALE)
    return SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0)))


def gelu(x: Array, approximate: str = "none") -> Any:
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
    on_tensors, (x,) = together(x)
    if approximate == "sigmoid":
        return x * sigmoid(1.702 * x)
    if on_tensors:
        return _gelu(x, approximate=approximate)
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + _error_function(x / math.sqrt(2)))


def swish(x: Array) -> Any:
    """``x * sigmoid(x)``, also called SiLU."""
    on_tensors, (x,) = together(x)
    return _silu(x) if on_tensors else x * sigmoid(x)


def hardswish(x: Array) -> Any:
    """``x * hardsigmoid(x)``."""
    on_tensors, (x,) = together(x)
    return _hardswish(x) if on_tensors else x * np.clip((x + 3) / 6, 0, 1)


def mish(x: Array) -> Any:
    """``x * tanh(softplus(x))``."""
    on_tensors, (x,) = together(x)
    return _mish(x) if on_tensors else x * np.tanh(_log1p_exp(x))


def lisht(x: Array) -> Any:
    """``x * tanh(x)``."""
    _, (x,) = together(x)
    return x * np.tanh(x)


def softplus(x: Array) -> Any:
    """``log(1 + exp(x))``, without overflow."""
    on_tensors, (x,) = together(x)
    return _softplus(x, 1, _exact_from(x)) if on_tensors else _log1p_exp(x)


def softsign(x: Array) -> Any:
    """``x / (1 + abs(x))``."""
    _, (x,) = together(x)
    return x / (1 + np.abs(x))


def softshrink(x: Array, lambd: float = 0.5) -> Any:
    """`x` moved by `lambd` towards 0, which it does not cross."""
    on_tensors, (x,) = together(x)
    return _softshrink(x, lambd) if on_tensors else np.where(np.abs(x) > lambd, x - np.sign(x) * lambd, 0)


def tanhshrink(x: Array) -> Any:
    """``x - tanh(x)``."""
    _, (x,) = together(x)
    return x - np.tanh(x)


def logcosh(x: Array) -> Any:
    """``log(cosh(x))``, without overflow."""
    _, (x,) = together(x)
    return x + softplus(-2 * x) - math.log(2.0)


def trelu(x: Array, theta: float = 1.0) -> Any:
    """`x` where it is greater than `theta`, else 0."""
    on_tensors, (x,) = together(x)
    return _threshold(x, theta, 0) if on_tensors else np.where(x > theta, x, 0)


def glu(x: Array, axis: int = 1) -> Any:
    """The first half of `x` along an axis, times the `sigmoid` of the second half.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import glu
    >>> glu(np.array([[1.0, 2.0, 0.0, 0.0]]))
    array([[0.5, 1. ]])
    """
    _, (x,) = together(x)
    if not -x.ndim <= axis < x.ndim or x.shape[axis] % 2:
        raise ValueError(f"glu: axis must be one of even length of x, which has shape {x.shape}, not {axis!r}")
    first, second = np.split(x, 2, axis)
    return first * sigmoid(second)


def _exact_from(x: Any) -> float:
    """Where ``log(1 + exp(x))`` is x in this dtype."""
    return -math.log(np.finfo(x.dtype).eps) + 1


def _log1p_exp(x: Any) -> Any:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


_ERF = np.frompyfunc(math.erf, 1, 1)


def _error_function(x: Any) -> Any:
    """NumPy has none."""
    return np.asarray(_ERF(x), dtype=x.dtype)
