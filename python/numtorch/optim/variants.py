"""Further kin of Adam."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numtorch.optim.adam import Averages
from numtorch.optim.arrays import Arrays
from numtorch.optim.rule import Slots, filled_like, real_like


@dataclass(frozen=True)
class AMSGrad(Averages):
    """Adam whose average square never falls (Reddi, Kale and Kumar 2018), without correction of the bias.

    Parameters
    ----------
    eta, beta, epsilon
        As for `Adam`; all three averages begin with `epsilon`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import AMSGrad, setup, update
    >>> w = np.array([1.0])
    >>> update(setup(AMSGrad(0.5), w), w, np.array([0.01]))
    >>> w.round(3)
    array([-0.508])
    """

    def init(self, x: Any) -> Slots:
        start = self.epsilon
        return {"m": filled_like(x, start), "v": real_like(x, start), "largest": real_like(x, start)}

    def quotient(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[Arrays, Arrays, float]:
        m, v = self.averaged(slots, dx)
        largest: Arrays = slots["largest"]
        largest.raise_to(v)
        return m, self.root(largest, 1.0), self.eta


@dataclass(frozen=True)
class OAdam(Averages):
    """Optimistic Adam (Daskalakis and others 2018), for games of two players: twice the step, less the last one.

    Parameters
    ----------
    eta, beta, epsilon
        As for `Adam`, with another default of `beta`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import OAdam, setup, update
    >>> w = np.array([1.0])
    >>> update(setup(OAdam(0.5), w), w, np.array([0.01]))
    >>> w.round(4)
    array([0.])
    """

    beta: tuple[float, float] = (0.5, 0.9)

    def init(self, x: Any) -> Slots:
        return {**super().init(x), "last": filled_like(x)}

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        last: Arrays = slots["last"]
        now = super().direction(t, slots, x, dx)
        change = now * 2.0
        change -= last
        last.assign(now)
        return change

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        x -= self.direction(t, slots, x, dx)


@dataclass(frozen=True)
class AdaBelief(Averages):
    """Adam that divides by how far gradients are from their average (Zhuang and others 2020).

    Parameters
    ----------
    eta, beta, epsilon
        As for `Adam`; `epsilon` is added to the average square of that distance too, at each step.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import AdaBelief, setup, update
    >>> w = np.array([1.0])
    >>> update(setup(AdaBelief(0.5), w), w, np.array([0.01]))
    >>> w.round(4)
    array([0.4444])
    """

    epsilon: float = 1e-16

    def quotient(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[Arrays, Arrays, float]:
        m: Arrays = slots["m"]
        v: Arrays = slots["v"]
        m.blend(dx, 1.0 - self.beta[0])
        v *= self.beta[1]
        v.add_square(dx - m, 1.0 - self.beta[1])
        v += self.epsilon
        return self.unbiased(t, m, v)
