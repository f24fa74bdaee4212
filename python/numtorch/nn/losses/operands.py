"""Tools that all losses use: their operands, and logarithms that stay finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.dispatch import Array, ArrayT, number, reals, together

__all__ = [
    "Agg",
    "epsilon",
    "label_smoothing",
    "pair",
    "times_log",
]


Agg = Callable[[Any], Any]


def pair(function: str, prediction: Array, target: Array, *, of_complex: bool = False) -> tuple[Any, Any]:
    """Prediction and target in one form; ValueError unless they have one shape."""
    if prediction is None or target is None:
        raise TypeError(f"{function}: takes two arrays, not None")
    _, (p, y) = together(function, prediction, target) if of_complex else reals(function, prediction, target)
    if p.shape != y.shape:
        raise ValueError(f"{function}: the target must have the shape of the prediction, {p.shape}, not {y.shape}")
    return p, y


def times_log(y: ArrayT, p: Array) -> ArrayT:
    """``y * log(p)``, and 0 where y is."""
    if isinstance(p, Tensor):
        return aten.xlogy_Tensor(y, p)
    return y * np.log(np.where(y == 0, 1, p))


def epsilon(eps: float | None, x: Any) -> float:
    """`eps`, or the machine epsilon of the dtype."""
    return float(np.finfo(x.dtype).eps) if eps is None else eps


def label_smoothing(target: ArrayT, alpha: float, *, axis: int | None = 1) -> ArrayT:
    """Targets moved towards the same chance for all classes: ``(1 - alpha) * target + alpha / classes``.

    Parameters
    ----------
    target : array
        One-hot, or probabilities.
    alpha : float
        From 0 (nothing is changed) to 1.
    axis : int or None
        The axis of the classes; None for numbers between 0 and 1 that decide between two classes.

    Returns
    -------
    array
        Of the shape of `target`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import label_smoothing
    >>> label_smoothing(np.array([[0.0, 1.0]]), 0.5)
    array([[0.25, 0.75]])
    """
    if not 0 <= number("label_smoothing", "alpha", alpha) <= 1:
        raise ValueError(f"label_smoothing: alpha must be between 0 and 1, not {alpha!r}")
    _, (y,) = reals("label_smoothing", target)
    if axis is not None and not -y.ndim <= axis < y.ndim:
        raise ValueError(f"label_smoothing: axis must be one of the target, which has shape {y.shape}, not {axis!r}")
    return (1 - alpha) * y + alpha / (2 if axis is None else y.shape[axis])
