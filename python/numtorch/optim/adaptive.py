"""Rules that divide the gradient by the root of a sum or average of its squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numtorch.optim.arrays import Arrays
from numtorch.optim.rule import Quotient, Rule, Slots, filled_like, real_like


@dataclass(frozen=True)
class RMSProp(Quotient):
    """The gradient divided by the root of the average square (Tieleman and Hinton 2012; centred: Graves 2013).

    ``v = rho * v + (1 - rho) * |dx|²; x -= eta * dx / (sqrt(v) + epsilon)``

    Parameters
    ----------
    eta : float
        Learning rate.
    rho : float
        How much of the average is kept.
    epsilon : float
        Added to the root.
    centred : bool
        Whether the square of the average gradient is taken off, so that the variance replaces the square.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import RMSProp, setup, update
    >>> w = np.array([1.0])
    >>> update(setup(RMSProp(0.1, rho=0.75), w), w, np.array([0.01]))
    >>> w.round(4)
    array([0.8])
    """

    eta: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-8
    centred: bool = False

    def init(self, x: Any) -> Slots:
        return {"v": real_like(x), "m": filled_like(x)} if self.centred else {"v": real_like(x)}

    def quotient(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[Arrays, Arrays, float]:
        v: Arrays = slots["v"]
        v *= self.rho
        v.add_square(dx, 1.0 - self.rho)
        if self.centred:
            m: Arrays = slots["m"]
            m.blend(dx, 1.0 - self.rho)
            v = v.copy()
            v.add_square(m, -1.0)
            v.raise_to(0.0)  # rounding may have made it negative
        root = v.sqrt()
        root += self.epsilon
        return dx, root, self.eta


@dataclass(frozen=True)
class AdaGrad(Quotient):
    """The gradient divided by the root of the sum of all squares (Duchi, Hazan and Singer 2011).

    ``v += |dx|²; x -= eta * dx / (sqrt(v) + epsilon)``

    Parameters
    ----------
    eta : float
        Learning rate.
    epsilon : float
        Added to the root, and what the sum begins with.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import AdaGrad, setup, update
    >>> w = np.array([1.0])
    >>> update(setup(AdaGrad(), w), w, np.array([7.0]))
    >>> w.round(4)
    array([0.9])
    """

    eta: float = 0.1
    epsilon: float = 1e-8

    def init(self, x: Any) -> Slots:
        return {"v": real_like(x, self.epsilon)}

    def quotient(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[Arrays, Arrays, float]:
        v: Arrays = slots["v"]
        v.add_square(dx, 1.0)
        root = v.sqrt()
        root += self.epsilon
        return dx, root, self.eta


@dataclass(frozen=True)
class AdaDelta(Rule):
    """Steps in the units of the array itself (Zeiler 2012); there is no learning rate.

    ``v = rho * v + (1 - rho) * |dx|²; step = dx * sqrt(u + epsilon) / sqrt(v + epsilon)``;
    ``u = rho * u + (1 - rho) * |step|²; x -= step``

    Parameters
    ----------
    rho : float
        How much of the averages is kept.
    epsilon : float
        Added under the roots.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import AdaDelta, setup, update
    >>> w = np.array([1.0])
    >>> update(setup(AdaDelta(epsilon=0.1), w), w, np.array([1.0]))
    >>> w.round(4)
    array([0.2929])
    """

    rho: float = 0.9
    epsilon: float = 1e-8

    def init(self, x: Any) -> Slots:
        return {"v": real_like(x), "u": real_like(x)}

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        v: Arrays = slots["v"]
        u: Arrays = slots["u"]
        v *= self.rho
        v.add_square(dx, 1.0 - self.rho)
        scale = u + self.epsilon
        scale /= v + self.epsilon
        change = dx * scale.sqrt()
        u *= self.rho
        u.add_square(change, 1.0 - self.rho)
        return change
