"""Activations that flatten out on both sides, and shrinkages."""

from __future__ import annotations

import numpy as np

from numtorch import kernels as aten
from numtorch.nn.activations.rectifiers import log1p_exp
from numtorch.nn.dispatch import ArrayT, number, reals, together, where

__all__ = [
    "hardsigmoid",
    "hardtanh",
    "logsigmoid",
    "sigmoid",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
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
    small = np.exp(where(positive, -x, x))
    return where(positive, 1, small) / (1 + small)


def tanh(x: ArrayT) -> ArrayT:
    """The hyperbolic tangent.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import tanh
    >>> tanh(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-0.964 ,  0.4621,  1.    ])
    """
    on_tensors, (a,) = together("tanh", x)
    return aten.tanh(a) if on_tensors else np.tanh(a)


def hardsigmoid(x: ArrayT) -> ArrayT:
    """``clip((x + 3) / 6, 0, 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import hardsigmoid
    >>> hardsigmoid(np.array([-2.0, 0.5, 8.0])).round(4)
    array([0.1667, 0.5833, 1.    ])
    """
    on_tensors, (a,) = reals("hardsigmoid", x)
    return aten.hardsigmoid(a) if on_tensors else np.clip((a + 3) / 6, 0, 1)


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


def hardtanh(x: ArrayT) -> ArrayT:
    """``clip(x, -1, 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import hardtanh
    >>> hardtanh(np.array([-2.0, 0.5, 8.0])).round(4)
    array([-1. ,  0.5,  1. ])
    """
    on_tensors, (a,) = reals("hardtanh", x)
    return aten.hardtanh(a) if on_tensors else np.clip(a, -1, 1)


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
    return aten.softshrink(x, lambd) if on_tensors else where(np.abs(x) > lambd, x - np.sign(x) * lambd, 0)


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
