"""Losses: how far predictions are from what they should be, as one number.

Each takes the prediction first, then the target, of the same shape; `agg` makes one number of many: `numpy.mean`,
`numpy.sum`, or ``lambda x: x`` to keep them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch._core import Tensor, kernel
from numtorch.nn.activations import logsigmoid
from numtorch.nn.dispatch import Array, together
from numtorch.nn.softmax import logsoftmax

__all__ = [
    "binary_focal_loss",
    "binarycrossentropy",
    "crossentropy",
    "dice_coeff_loss",
    "focal_loss",
    "hinge_loss",
    "huber_loss",
    "kldivergence",
    "label_smoothing",
    "logitbinarycrossentropy",
    "logitcrossentropy",
    "mae",
    "mse",
    "msle",
    "poisson_loss",
    "siamese_contrastive_loss",
    "squared_hinge_loss",
    "tversky_loss",
]

_xlogy = kernel("xlogy.Tensor")

Agg = Callable[[Any], Any]


def _pair(function: str, prediction: Array, target: Array) -> tuple[Any, Any]:
    _, (p, y) = together(prediction, target)
    if p.shape != y.shape:
        raise ValueError(f"{function}: the target must have the shape of the prediction, {p.shape}, not {y.shape}")
    return p, y


def _times_log(y: Any, p: Any) -> Any:
    """``y * log(p)``, and 0 where y is."""
    if isinstance(p, Tensor):
        return _xlogy(y, p)
    return y * np.log(np.where(y == 0, 1, p))


def _eps(eps: float | None, x: Any) -> float:
    return float(np.finfo(x.dtype).eps) if eps is None else eps


def mae(prediction: Array, target: Array, *, agg: Agg = np.mean) -> Any:
    """Absolute error: ``agg(abs(prediction - target))``."""
    p, y = _pair("mae", prediction, target)
    return agg(np.abs(p - y))


def mse(prediction: Array, target: Array, *, agg: Agg = np.mean) -> Any:
    """Squared error: ``agg(abs(prediction - target) ** 2)``.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> from numtorch.nn import mse
    >>> mse(nt.tensor([1.0, 3.0]), [0.0, 1.0])
    Tensor(2.5, dtype=float64, dev=-1)
    >>> mse(np.array([1.0, 3.0]), np.array([0.0, 1.0]), agg=np.sum)
    np.float64(5.0)
    """
    p, y = _pair("mse", prediction, target)
    difference = p - y
    return agg(np.real(difference * np.conj(difference)) if difference.dtype.kind == "c" else difference * difference)


def msle(prediction: Array, target: Array, *, agg: Agg = np.mean, eps: float | None = None) -> Any:
    """Squared error of logarithms: ``agg((log(prediction + eps) - log(target + eps)) ** 2)``."""
    p, y = _pair("msle", prediction, target)
    eps = _eps(eps, p)
    difference = np.log(p + eps) - np.log(y + eps)
    return agg(difference * difference)


def huber_loss(prediction: Array, target: Array, *, agg: Agg = np.mean, delta: float = 1.0) -> Any:
    """Half the squared error d up to `delta`, beyond it the line ``delta * (abs(d) - delta / 2)``."""
    p, y = _pair("huber_loss", prediction, target)
    if not delta > 0:
        raise ValueError(f"huber_loss: delta must be greater than 0, not {delta!r}")
    error: Any = np.abs(p - y)
    # The part of the error up to delta makes a parabola, the rest a line; both are smooth where they meet.
    near: Any = np.where(error < delta, error, delta)
    return agg(near * (error - 0.5 * near))


def label_smoothing(target: Array, alpha: float, *, axis: int | None = 1) -> Any:
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
    if not 0 <= alpha <= 1:
        raise ValueError(f"label_smoothing: alpha must be between 0 and 1, not {alpha!r}")
    _, (y,) = together(target)
    return (1 - alpha) * y + alpha / (2 if axis is None else y.shape[axis])


def crossentropy(
    prediction: Array, target: Array, *, axis: int = 1, agg: Agg = np.mean, eps: float | None = None
) -> Any:
    """Cross entropy of probabilities: ``agg(-sum(target * log(prediction + eps), axis))``.

    Parameters
    ----------
    prediction : array
        Probabilities that sum to 1 along `axis`. Of logits `logitcrossentropy` is more precise.
    target : array
        Of the same shape: one-hot, or probabilities.
    axis : int
        The axis of the classes.
    agg : callable
    eps : float, optional
        By default the machine epsilon of the dtype.

    Returns
    -------
    array
        What `agg` makes of the losses of the samples.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import crossentropy
    >>> float(crossentropy(np.array([[0.25, 0.75]]), np.array([[1.0, 0.0]]), eps=0) / np.log(2))
    2.0
    """
    p, y = _pair("crossentropy", prediction, target)
    return agg(-np.sum(_times_log(y, p + _eps(eps, p)), axis=axis))


def logitcrossentropy(prediction: Array, target: Array, *, axis: int = 1, agg: Agg = np.mean) -> Any:
    """Cross entropy of logits: ``agg(-sum(target * logsoftmax(prediction, axis), axis))``, without overflow.

    Parameters
    ----------
    prediction : array
        Logits.
    target : array
        Of the same shape: one-hot, or probabilities.
    axis : int
        The axis of the classes.
    agg : callable

    Returns
    -------
    array
        What `agg` makes of the losses of the samples.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import logitcrossentropy
    >>> float(logitcrossentropy(np.array([[0.0, 1000.0]]), np.array([[1.0, 0.0]])))
    1000.0
    """
    p, y = _pair("logitcrossentropy", prediction, target)
    return agg(-np.sum(y * logsoftmax(p, axis), axis=axis))


def binarycrossentropy(prediction: Array, target: Array, *, agg: Agg = np.mean, eps: float | None = None) -> Any:
    """Cross entropy of the probability of one of two classes: of logits see `logitbinarycrossentropy`."""
    p, y = _pair("binarycrossentropy", prediction, target)
    eps = _eps(eps, p)
    return agg(-_times_log(y, p + eps) - _times_log(1 - y, 1 - p + eps))


def logitbinarycrossentropy(prediction: Array, target: Array, *, agg: Agg = np.mean) -> Any:
    """Cross entropy of the logit of one of two classes: ``agg((1 - target) * prediction - logsigmoid(prediction))``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import logitbinarycrossentropy
    >>> float(logitbinarycrossentropy(np.array([-1000.0]), np.array([1.0])))
    1000.0
    """
    p, y = _pair("logitbinarycrossentropy", prediction, target)
    return agg((1 - y) * p - logsigmoid(p))


def kldivergence(
    prediction: Array, target: Array, *, axis: int = 1, agg: Agg = np.mean, eps: float | None = None
) -> Any:
    """Kullback-Leibler divergence: `crossentropy` less the entropy of the target."""
    p, y = _pair("kldivergence", prediction, target)
    cross = crossentropy(p, y, axis=axis, agg=agg, eps=eps)
    return agg(np.sum(_times_log(y, y), axis=axis)) + cross


def poisson_loss(prediction: Array, target: Array, *, agg: Agg = np.mean) -> Any:
    """``agg(prediction - target * log(prediction))``, of a rate and counts."""
    p, y = _pair("poisson_loss", prediction, target)
    return agg(p - _times_log(y, p))


def _margin(p: Any) -> Any:
    return np.where(p > 0, p, 0)


def hinge_loss(prediction: Array, target: Array, *, agg: Agg = np.mean) -> Any:
    """``agg(max(0, 1 - prediction * target))``, of targets -1 and 1."""
    p, y = _pair("hinge_loss", prediction, target)
    return agg(_margin(1 - p * y))


def squared_hinge_loss(prediction: Array, target: Array, *, agg: Agg = np.mean) -> Any:
    """``agg(max(0, 1 - prediction * target) ** 2)``, of targets -1 and 1."""
    p, y = _pair("squared_hinge_loss", prediction, target)
    return agg(_margin(1 - p * y) ** 2)


def dice_coeff_loss(
    prediction: Array, target: Array, *, axis: Any = None, agg: Agg = np.mean, smooth: float = 1.0
) -> Any:
    """``1 - agg((2 * sum(p * y) + smooth) / (sum(p ** 2) + sum(y ** 2) + smooth))``; `axis` None sums over all."""
    p, y = _pair("dice_coeff_loss", prediction, target)
    total = np.sum(p * p, axis=axis) + np.sum(y * y, axis=axis)
    return 1 - agg((2 * np.sum(p * y, axis=axis) + smooth) / (total + smooth))


def tversky_loss(prediction: Array, target: Array, *, axis: Any = None, agg: Agg = np.mean, beta: float = 0.7) -> Any:
    """``1 - agg((tp + 1) / (tp + beta * fn + (1 - beta) * fp + 1))``, sums along `axis`, by default all.

    `tp`, `fn` and `fp` are what is found, missed and found where it is not: the larger `beta`, the worse is missing.
    """
    p, y = _pair("tversky_loss", prediction, target)
    found = np.sum(p * y, axis=axis)
    wrong = np.sum(beta * y * (1 - p) + (1 - beta) * p * (1 - y), axis=axis)
    return 1 - agg((found + 1) / (found + wrong + 1))


def focal_loss(
    prediction: Array, target: Array, *, axis: int = 1, agg: Agg = np.mean, gamma: float = 2.0, eps: float | None = None
) -> Any:
    """Cross entropy of probabilities where what is easy counts less: each log times ``(1 - prediction) ** gamma``."""
    p, y = _pair("focal_loss", prediction, target)
    p = p + _eps(eps, p)
    return agg(-np.sum((1 - p) ** gamma * _times_log(y, p), axis=axis))


def binary_focal_loss(
    prediction: Array, target: Array, *, agg: Agg = np.mean, gamma: float = 2.0, eps: float | None = None
) -> Any:
    """`focal_loss` of the probability of one of two classes."""
    p, y = _pair("binary_focal_loss", prediction, target)
    p = p + _eps(eps, p)
    right = y * p + (1 - y) * (1 - p)
    return agg(-((1 - right) ** gamma) * np.log(right))


def siamese_contrastive_loss(prediction: Array, target: Array, *, agg: Agg = np.mean, margin: float = 1.0) -> Any:
    """``agg((1 - target) * d ** 2 + target * max(0, margin - d) ** 2)``, of distances d; target 1 keeps apart."""
    d, y = _pair("siamese_contrastive_loss", prediction, target)
    if margin < 0:
        raise ValueError(f"siamese_contrastive_loss: margin must not be negative, not {margin!r}")
    return agg((1 - y) * d * d + y * _margin(margin - d) ** 2)
