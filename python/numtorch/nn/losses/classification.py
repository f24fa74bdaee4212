"""Losses of classes and of masks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from numtorch._core import Tensor
from numtorch.nn.activations.sigmoids import logsigmoid
from numtorch.nn.dispatch import Array, ArrayT, joined, reals
from numtorch.nn.gather import check_range
from numtorch.nn.losses.operands import Agg, epsilon, pair, times_log
from numtorch.nn.softmax import logsoftmax

__all__ = [
    "binary_focal_loss",
    "binarycrossentropy",
    "crossentropy",
    "dice_coeff_loss",
    "focal_loss",
    "kldivergence",
    "logitbinarycrossentropy",
    "logitcrossentropy",
    "tversky_loss",
]


def crossentropy(
    prediction: ArrayT, target: Array, *, axis: int = 1, agg: Agg = np.mean, eps: float | None = None
) -> ArrayT:
    """Cross entropy of probabilities: ``agg(-sum(target * log(prediction + eps), axis))``.

    Parameters
    ----------
    prediction : array
        Probabilities that sum to 1 along `axis`. Of logits `logitcrossentropy` is more precise.
    target : array
        Of the same shape: one-hot, or probabilities. Or integers, of that shape without `axis`: numbers of classes.
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
    if _are_labels(prediction, target):
        p = _of_labels("crossentropy", prediction, target, axis)
        return agg(-np.log(p + epsilon(eps, p)))
    p, y = pair("crossentropy", prediction, target)
    return agg(-np.sum(times_log(y, p + epsilon(eps, p)), axis=axis))


def _are_labels(prediction: Array, target: Array) -> bool:
    """Whether a target holds numbers of classes in place of one-hot vectors."""
    labels = target if isinstance(target, Tensor) else np.asarray(target)
    return labels.ndim == np.ndim(prediction) - 1 and labels.dtype.kind in "iu"


def _of_labels(function: str, x: Array, labels: Array, axis: int) -> Any:
    """What `x` has along its axis `axis` at the indices `labels`."""
    on_tensors, (x,) = reals(function, x)
    labels = joined(labels, x) if on_tensors else np.asarray(labels)
    axis = normalize_axis_index(axis, x.ndim)
    expected = (*x.shape[:axis], *x.shape[axis + 1 :])
    if labels.shape != expected:
        raise ValueError(
            f"{function}: integers as target must have the shape of the prediction without axis {axis}, {expected}, "
            f"not {labels.shape}"
        )
    if not on_tensors or labels.dev < 0:
        check_range(function, "target", labels, x.shape[axis])
    return np.take_along_axis(x, np.expand_dims(labels, axis), axis).squeeze(axis)


def logitcrossentropy(prediction: ArrayT, target: Array, *, axis: int = 1, agg: Agg = np.mean) -> ArrayT:
    """Cross entropy of logits: ``agg(-sum(target * logsoftmax(prediction, axis), axis))``, without overflow.

    Parameters
    ----------
    prediction : array
        Logits.
    target : array
        Of the same shape: one-hot, or probabilities. Or integers, of that shape without `axis`: numbers of classes.
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
    >>> float(logitcrossentropy(np.array([[0.0, 1000.0]]), np.array([0])))
    1000.0
    """
    if _are_labels(prediction, target):
        _, (x,) = reals("logitcrossentropy", prediction)
        return agg(-_of_labels("logitcrossentropy", logsoftmax(x, axis), target, axis))
    p, y = pair("logitcrossentropy", prediction, target)
    return agg(-np.sum(y * logsoftmax(p, axis), axis=axis))


def binarycrossentropy(prediction: ArrayT, target: Array, *, agg: Agg = np.mean, eps: float | None = None) -> ArrayT:
    """Cross entropy of the probability of one of two classes: of logits see `logitbinarycrossentropy`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import binarycrossentropy
    >>> float(binarycrossentropy(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    0.2231
    """
    p, y = pair("binarycrossentropy", prediction, target)
    eps = epsilon(eps, p)
    return agg(-times_log(y, p + eps) - times_log(1 - y, 1 - p + eps))


def logitbinarycrossentropy(prediction: ArrayT, target: Array, *, agg: Agg = np.mean) -> ArrayT:
    """Cross entropy of the logit of one of two classes: ``agg((1 - target) * prediction - logsigmoid(prediction))``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import logitbinarycrossentropy
    >>> float(logitbinarycrossentropy(np.array([-1000.0]), np.array([1.0])))
    1000.0
    """
    p, y = pair("logitbinarycrossentropy", prediction, target)
    return agg((1 - y) * p - logsigmoid(p))


def kldivergence(
    prediction: ArrayT, target: Array, *, axis: int = 1, agg: Agg = np.mean, eps: float | None = None
) -> ArrayT:
    """Kullback-Leibler divergence: `crossentropy` less the entropy of the target.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import kldivergence
    >>> float(kldivergence(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    0.2231
    """
    p, y = pair("kldivergence", prediction, target)
    cross = crossentropy(p, y, axis=axis, agg=agg, eps=eps)
    return agg(np.sum(times_log(y, y), axis=axis)) + cross


def dice_coeff_loss(
    prediction: ArrayT, target: Array, *, axis: Any = None, agg: Agg = np.mean, smooth: float = 1.0
) -> ArrayT:
    """``1 - agg((2 * sum(p * y) + smooth) / (sum(p ** 2) + sum(y ** 2) + smooth))``; `axis` None sums over all.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import dice_coeff_loss
    >>> float(dice_coeff_loss(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    0.0299
    """
    p, y = pair("dice_coeff_loss", prediction, target)
    total = np.sum(p * p, axis=axis) + np.sum(y * y, axis=axis)
    return 1 - agg((2 * np.sum(p * y, axis=axis) + smooth) / (total + smooth))


def tversky_loss(
    prediction: ArrayT, target: Array, *, axis: Any = None, agg: Agg = np.mean, beta: float = 0.7
) -> ArrayT:
    """``1 - agg((tp + 1) / (tp + beta * fn + (1 - beta) * fp + 1))``, sums along `axis`, by default all.

    `tp`, `fn` and `fp` are what is found, missed and found where it is not: the larger `beta`, the worse is missing.


    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import tversky_loss
    >>> float(tversky_loss(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    0.1
    """
    p, y = pair("tversky_loss", prediction, target)
    found = np.sum(p * y, axis=axis)
    wrong = np.sum(beta * y * (1 - p) + (1 - beta) * p * (1 - y), axis=axis)
    return 1 - agg((found + 1) / (found + wrong + 1))


def focal_loss(
    prediction: ArrayT,
    target: Array,
    *,
    axis: int = 1,
    agg: Agg = np.mean,
    gamma: float = 2.0,
    eps: float | None = None,
) -> ArrayT:
    """Cross entropy of probabilities where what is easy counts less: each log times ``(1 - prediction) ** gamma``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import focal_loss
    >>> float(focal_loss(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    0.0089
    """
    p, y = pair("focal_loss", prediction, target)
    p = p + epsilon(eps, p)
    return agg(-np.sum((1 - p) ** gamma * times_log(y, p), axis=axis))


def binary_focal_loss(
    prediction: ArrayT, target: Array, *, agg: Agg = np.mean, gamma: float = 2.0, eps: float | None = None
) -> ArrayT:
    """`focal_loss` of the probability of one of two classes.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import binary_focal_loss
    >>> float(binary_focal_loss(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    0.0089
    """
    p, y = pair("binary_focal_loss", prediction, target)
    p = p + epsilon(eps, p)
    right = y * p + (1 - y) * (1 - p)
    return agg(-((1 - right) ** gamma) * np.log(right))
