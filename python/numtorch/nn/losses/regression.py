"""Losses of numbers, and margins."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch.nn.dispatch import Array, ArrayT, number
from numtorch.nn.losses.operands import Agg, epsilon, pair, times_log

__all__ = [
    "hinge_loss",
    "huber_loss",
    "mae",
    "mse",
    "msle",
    "poisson_loss",
    "siamese_contrastive_loss",
    "squared_hinge_loss",
]


def mae(prediction: ArrayT, target: Array, *, agg: Agg = np.mean) -> ArrayT:
    """Absolute error: ``agg(abs(prediction - target))``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import mae
    >>> float(mae(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    0.2
    """
    p, y = pair("mae", prediction, target, of_complex=True)
    return agg(np.abs(p - y))


def mse(prediction: ArrayT, target: Array, *, agg: Agg = np.mean) -> ArrayT:
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
    p, y = pair("mse", prediction, target, of_complex=True)
    difference = p - y
    return agg(np.real(difference * np.conj(difference)) if difference.dtype.kind == "c" else difference * difference)


def msle(prediction: ArrayT, target: Array, *, agg: Agg = np.mean, eps: float | None = None) -> ArrayT:
    """Squared error of logarithms: ``agg((log(prediction + eps) - log(target + eps)) ** 2)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import msle
    >>> float(msle(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    592.8825
    """
    p, y = pair("msle", prediction, target)
    eps = epsilon(eps, p)
    difference = np.log(p + eps) - np.log(y + eps)
    return agg(difference * difference)


def huber_loss(prediction: ArrayT, target: Array, *, agg: Agg = np.mean, delta: float = 1.0) -> ArrayT:
    """Half the squared error d up to `delta`, beyond it the line ``delta * (abs(d) - delta / 2)``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import huber_loss
    >>> float(huber_loss(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    0.02
    """
    p, y = pair("huber_loss", prediction, target, of_complex=True)
    if not number("huber_loss", "delta", delta) > 0:
        raise ValueError(f"huber_loss: delta must be greater than 0, not {delta!r}")
    error: Any = np.abs(p - y)
    # The part of the error up to delta makes a parabola, the rest a line; both are smooth where they meet.
    near: Any = np.where(error < delta, error, delta)
    return agg(near * (error - 0.5 * near))


def poisson_loss(prediction: ArrayT, target: Array, *, agg: Agg = np.mean) -> ArrayT:
    """``agg(prediction - target * log(prediction))``, of a rate and counts.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import poisson_loss
    >>> float(poisson_loss(np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])).round(4))
    0.6116
    """
    p, y = pair("poisson_loss", prediction, target)
    return agg(p - times_log(y, p))


def _margin(p: Any) -> Any:
    return np.where(p > 0, p, 0)


def hinge_loss(prediction: ArrayT, target: Array, *, agg: Agg = np.mean) -> ArrayT:
    """``agg(max(0, 1 - prediction * target))``, of targets -1 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import hinge_loss
    >>> float(hinge_loss(np.array([0.5, 2.0]), np.array([-1.0, 1.0])).round(4))
    0.75
    """
    p, y = pair("hinge_loss", prediction, target)
    return agg(_margin(1 - p * y))


def squared_hinge_loss(prediction: ArrayT, target: Array, *, agg: Agg = np.mean) -> ArrayT:
    """``agg(max(0, 1 - prediction * target) ** 2)``, of targets -1 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import squared_hinge_loss
    >>> float(squared_hinge_loss(np.array([0.5, 2.0]), np.array([-1.0, 1.0])).round(4))
    1.125
    """
    p, y = pair("squared_hinge_loss", prediction, target)
    return agg(_margin(1 - p * y) ** 2)


def siamese_contrastive_loss(prediction: ArrayT, target: Array, *, agg: Agg = np.mean, margin: float = 1.0) -> ArrayT:
    """``agg((1 - target) * d ** 2 + target * max(0, margin - d) ** 2)``, of distances d; target 1 keeps apart.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import siamese_contrastive_loss
    >>> float(siamese_contrastive_loss(np.array([0.5, 0.2]), np.array([0.0, 1.0])).round(4))
    0.445
    """
    d, y = pair("siamese_contrastive_loss", prediction, target)
    if number("siamese_contrastive_loss", "margin", margin) < 0:
        raise ValueError(f"siamese_contrastive_loss: margin must not be negative, not {margin!r}")
    return agg((1 - y) * d * d + y * _margin(margin - d) ** 2)
