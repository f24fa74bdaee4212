"""Activations that multiply the number with a gate of itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch.nn.activations.rectifiers import log1p_exp, softplus
from numtorch.nn.activations.sigmoids import sigmoid
from numtorch.nn.dispatch import ArrayT, reals, together

__all__ = [
    "gelu",
    "glu",
    "hardswish",
    "lisht",
    "logcosh",
    "mish",
    "swish",
]


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


_ERF = np.frompyfunc(math.erf, 1, 1)


def _error_function(x: Any) -> Any:
    """NumPy has none."""
    return np.asarray(_ERF(x), dtype=x.dtype)


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
