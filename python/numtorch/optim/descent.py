"""Rules that follow the gradient, with or without momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numtorch.optim import fused
from numtorch.optim.arrays import Arrays
from numtorch.optim.rule import Rule, Slots, filled_like, numbers


@dataclass(frozen=True)
class Descent(Rule):
    """Gradient descent: ``x -= eta * dx``.

    Parameters
    ----------
    eta : float
        Learning rate.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, setup, update
    >>> w = np.array([1.0, 2.0])
    >>> update(setup(Descent(0.5), w), w, np.array([1.0, -1.0]))
    >>> w
    array([0.5, 2.5])
    """

    eta: float = 0.1

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        return self.eta * dx

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        x.add(dx, -self.eta)

    def step_unless(self, failed: Any, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        if not fused.subtract(x, dx, self.eta, failed):
            super().step_unless(failed, t, slots, x, dx)


@dataclass(frozen=True)
class Momentum(Rule):
    """Descent with momentum: ``v = rho * v + eta * dx; x -= v``.

    PyTorch's ``SGD(momentum=rho)`` multiplies with the learning rate after the sum, not in it; as long as `eta` does
    not change, that is the same.

    Parameters
    ----------
    eta : float
        Learning rate.
    rho : float
        How much of the last step is kept.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Momentum, setup, update
    >>> w = np.zeros(1)
    >>> state = setup(Momentum(0.5, 0.5), w)
    >>> for _ in range(2):
    ...     update(state, w, np.ones(1))
    >>> w
    array([-1.25])
    """

    eta: float = 0.01
    rho: float = 0.9

    def init(self, x: Any) -> Slots:
        return {"velocity": filled_like(x)}

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        velocity: Arrays = slots["velocity"]
        velocity *= self.rho
        velocity.add(dx, self.eta)
        return velocity

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        if not fused.descend(x, dx, slots["velocity"], self.rho, self.eta):
            x -= self.direction(t, slots, x, dx)

    def step_unless(self, failed: Any, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        if not fused.descend(x, dx, slots["velocity"], self.rho, self.eta, failed=failed):
            super().step_unless(failed, t, slots, x, dx)


@dataclass(frozen=True)
class Nesterov(Rule):
    """Descent with Nesterov's momentum: ``v = rho * v + eta * dx; x -= rho * v + eta * dx``.

    Parameters
    ----------
    eta : float
        Learning rate.
    rho : float
        How much of the last step is kept.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Nesterov, setup, update
    >>> w = np.zeros(1)
    >>> update(setup(Nesterov(0.5, 0.5), w), w, np.ones(1))
    >>> w
    array([-0.75])
    """

    eta: float = 0.001
    rho: float = 0.9

    def init(self, x: Any) -> Slots:
        return {"velocity": filled_like(x)}

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        velocity: Arrays = slots["velocity"]
        velocity *= self.rho
        velocity.add(dx, self.eta)
        ahead = self.rho * velocity
        ahead.add(dx, self.eta)
        return ahead

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        if fused.descend(x, dx, slots["velocity"], self.rho, self.eta, rate=self.rho):
            x.add(dx, -self.eta)
        else:
            x -= self.direction(t, slots, x, dx)


@dataclass(frozen=True)
class Rprop(Rule):
    """Resilient propagation (Riedmiller and Braun 1993): steps by the signs of full gradients, not of batches.

    Each number has a step of its own, that grows while the gradient keeps its sign and shrinks when it changes.

    Parameters
    ----------
    eta : float
        First step.
    ell : (float, float)
        Factors by which a step shrinks and grows.
    gamma : (float, float)
        Smallest and largest step.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Rprop, setup, update
    >>> w = np.array([1.0, 2.0])
    >>> update(setup(Rprop(0.5), w), w, np.array([0.01, -70.0]))
    >>> w
    array([0.5, 2.5])
    """

    eta: float = 0.001
    ell: tuple[float, float] = (0.5, 1.2)
    gamma: tuple[float, float] = (1e-6, 50.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "ell", numbers("Rprop: ell", self.ell, 2, 0.0))
        object.__setattr__(self, "gamma", numbers("Rprop: gamma", self.gamma, 2, 0.0))

    def init(self, x: Any) -> Slots:
        if x.dtype.kind == "c":
            raise TypeError("Rprop: complex numbers have no signs")
        return {"before": filled_like(x), "rate": filled_like(x, self.eta)}

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        before: Arrays = slots["before"]
        rate: Arrays = slots["rate"]
        turn = before.sign()
        turn *= dx.sign()
        kept = turn.clip(-1.0, 0.0)  # -1 where the sign has changed, else 0
        shrink, grow = self.ell
        # 1 + turn * (grow - 1) where turn >= 0, 1 - |turn| * (1 - shrink) where it is negative
        factor = turn.clip(0.0, 1.0)
        factor *= grow - 1.0
        factor.add(kept, 1.0 - shrink)
        factor += 1.0
        rate *= factor
        rate.assign(rate.clip(*self.gamma))
        kept += 1.0
        before.assign(dx)
        before *= kept
        return rate * before.sign()


@dataclass(frozen=True)
class Lion(Rule):
    """Signs of a momentum (Chen and others 2023): ``x -= eta * sign(beta1 * m + (1 - beta1) * dx)``.

    Parameters
    ----------
    eta : float
        Learning rate: the size of every step.
    beta : (float, float)
        How much of the average counts in the step, and how much of it is kept afterwards.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Lion, setup, update
    >>> w = np.array([1.0, 2.0])
    >>> update(setup(Lion(0.5), w), w, np.array([0.01, -70.0]))
    >>> w
    array([0.5, 2.5])
    """

    eta: float = 0.001
    beta: tuple[float, float] = (0.9, 0.999)

    def init(self, x: Any) -> Slots:
        return {"m": filled_like(x)}

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        m: Arrays = slots["m"]
        ahead = m.copy()
        ahead.blend(dx, 1.0 - self.beta[0])
        m.blend(dx, 1.0 - self.beta[1])
        change = ahead.sign()
        change *= self.eta
        return change
