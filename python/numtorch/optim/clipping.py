"""Bounding the norm of all gradients of an update together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numtorch._core import Tensor, collect, tensor
from numtorch.optim.arrays import Arrays
from numtorch.optim.rule import Rule, Slots, number

_SINGLE = np.dtype(np.float32)


@dataclass(frozen=True)
class ClipGlobalNorm(Rule):
    """Scales all gradients of an update down alike, if their norm together is larger than `omega`; first in a chain.

    The norm is the root of the sum of the squares of all numbers of all gradients (Pascanu, Mikolov and Bengio 2013),
    whatever their devices and dtypes. Gradients that are None and those of frozen arrays do not count. Nothing waits
    for a device; where a number is not finite, all become NaN or zero, so see to that with a `LossScaler` or a check
    of the loss.

    Parameters
    ----------
    omega : float
        The largest norm.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import ClipGlobalNorm, Descent, chain, setup, update
    >>> w = [np.zeros(1), np.zeros(1)]
    >>> update(setup(chain(ClipGlobalNorm(1.0), Descent(1.0)), w), w, [np.array([3.0]), np.array([-4.0])])
    >>> w
    [array([-0.6]), array([0.8])]
    """

    omega: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "omega", number("ClipGlobalNorm: omega", self.omega, 1e-300))

    def norm_bound(self, t: int) -> float | None:
        return self.omega

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        return dx  # `update` has bounded it, since it alone sees all arrays


def bounded(gradients: list[Arrays], bounds: list[float | None]) -> list[Arrays]:
    """The gradients of all groups, those with a bound scaled so that their norm together is at most that."""
    norms = [norm for dx, bound in zip(gradients, bounds, strict=True) if bound is not None for norm in _norms(dx)]
    if not norms:
        return gradients
    total = _together(norms)
    # A number on the host can be looked at; one on a device would have to be waited for.
    known = None if isinstance(total, Tensor) and total.dev >= 0 else float(total)
    return [
        dx if bound is None or (known is not None and known <= bound) else _scaled(dx, total, bound)
        for dx, bound in zip(gradients, bounds, strict=True)
    ]


def _scaled(dx: Arrays, total: Any, bound: float) -> Arrays:
    """Times ``bound / max(total, bound)``, which is at most 1 and no division by zero."""
    return dx.scaled(bound / np.maximum(_beside(total, dx.items[0]), bound))


def _norms(dx: Arrays) -> list[Any]:
    """Of each array; of float16 in float32, since 65504 is soon exceeded."""
    return dx.norms(2.0, _SINGLE if dx.dtype == np.float16 else None).items


def _together(norms: list[Any]) -> Any:
    """The root of the sum of the squares: on a device, if one of the norms is there."""
    like = next((norm for norm in norms if isinstance(norm, Tensor)), None)
    found = np.stack([_beside(norm, norms[0] if like is None else like) for norm in norms])
    return np.sqrt(np.sum(found * found))


def _beside(value: Any, like: Any) -> Any:
    """A 0-d array on the device of another, or on the host."""
    if isinstance(like, Tensor):
        return value.to(dev=like.dev) if isinstance(value, Tensor) else tensor(value, dev=like.dev)
    return collect(value) if isinstance(value, Tensor) else value
