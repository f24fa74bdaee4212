"""Numbers brought into one range."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor


def rescale(x: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """Shifts and scales numbers so that the smallest is 0 and the largest 1.

    Parameters
    ----------
    x : array of real numbers
    axis : int or tuple of int, optional
        Along which axes the extremes are looked for: 0 for each feature of observations. By default all.

    Returns
    -------
    array
        Of floating-point numbers; 0 where all are equal.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import rescale
    >>> rescale(np.array([[1, 10], [2, 30], [3, 20]]), axis=0)
    array([[0. , 0. ],
           [0.5, 1. ],
           [1. , 0.5]])
    """
    x = x if isinstance(x, Tensor) else np.asarray(x)
    if x.dtype.kind == "c":
        raise TypeError(f"rescale: x must be of real numbers, not {x.dtype}")
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    low = np.min(x, axis=axis, keepdims=True)
    width = np.max(x, axis=axis, keepdims=True) - low
    return (x - low) / np.where(width == 0, np.ones_like(width), width)
