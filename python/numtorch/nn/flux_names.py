"""Flux's second names for functions that have one here already; `CrossCor` is Conv's, in `nn/layers/__init__.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch.nn.activations.sigmoids import sigmoid as sigmoid_fast
from numtorch.nn.activations.sigmoids import tanh as tanh_fast
from numtorch.nn.attention import causal_mask
from numtorch.nn.dispatch import Array

__all__ = ["make_causal_mask", "sigmoid_fast", "tanh_fast"]


def make_causal_mask(x: Array, axis: int = 1) -> Any:
    """`causal_mask` for queries and keys that are as many as `x` is long along an axis, and where `x` is.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import make_causal_mask
    >>> make_causal_mask(np.ones((1, 2, 8)))
    array([[ True, False],
           [ True,  True]])
    """
    shape = np.shape(x)
    if not -len(shape) <= axis < len(shape):
        raise ValueError(f"make_causal_mask: axis must be one of x, which has shape {tuple(shape)}, not {axis!r}")
    return causal_mask(shape[axis], like=x)
