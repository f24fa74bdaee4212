"""Adam and what came of it: averages of the gradient and of its square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numtorch.optim import fused
from numtorch.optim.arrays import Arrays
from numtorch.optim.rule import Quotient, Slots, filled_like, real_like, sqrt


@dataclass(frozen=True)
class Averages(Quotient):
    """m, the running average of the gradients, and v, that of their squares."""

    eta: float = 0.001
    beta: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8

    def init(self, x: Any) -> Slots:
        return {"m": filled_like(x), "v": real_like(x)}

    def quotient(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[Arrays, Arrays | None, float]:
        return self.unbiased(t, *self.averaged(slots, dx))

    def averaged(self, slots: Slots, dx: Arrays) -> tuple[Arrays, Arrays]:
        m: Arrays = slots["m"]
        v: Arrays = slots["v"]
        m.blend(dx, 1.0 - self.beta[0])
        v *= self.beta[1]
        v.add_square(dx, 1.0 - self.beta[1])
        return m, v

    def root(self, v: Arrays, scale: float) -> Arrays:
        """``sqrt(v / scale) + epsilon``."""
        root = v.sqrt()
        root *= 1.0 / sqrt(scale)
        root += self.epsilon
        return root

    def unbiased(self, t: int, m: Arrays, v: Arrays) -> tuple[Arrays, Arrays, float]:
        """``eta * m / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + epsilon)``, as a quotient."""
        return m, self.root(v, 1.0 - self.beta[1] ** t), self.eta / (1.0 - self.beta[0] ** t)


@dataclass(frozen=True)
class Adam(Averages):
    """Adam (Kingma and Ba 2015): the average gradient, divided by the root of the average square.

    ``m = beta1 * m + (1 - beta1) * dx; v = beta2 * v + (1 - beta2) * |dx|²``;
    ``x -= eta * m / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + epsilon)``

    Parameters
    ----------
    eta : float
        Learning rate.
    beta : (float, float)
        How much of the averages is kept, of the gradient and of its square.
    epsilon : float
        Added to the root.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Adam, setup, update
    >>> w = np.array([1.0, 2.0])
    >>> update(setup(Adam(0.5), w), w, np.array([0.01, -70.0]))
    >>> w.round(4)
    array([0.5, 2.5])
    """

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        if not self._fused(t, slots, x, dx):
            super().step(t, slots, x, dx)

    def step_unless(self, failed: Any, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        if not self._fused(t, slots, x, dx, failed):
            super().step_unless(failed, t, slots, x, dx)

    def _fused(self, t: int, slots: Slots, x: Arrays, dx: Arrays, failed: Any = None) -> bool:
        options: dict[str, Any] = {"eta": self.eta, "beta": self.beta, "epsilon": self.epsilon, "failed": failed}
        return fused.adam(t, x, dx, slots["m"], slots["v"], **options)


@dataclass(frozen=True)
class AdamW(Averages):
    """Adam with decay of the weights (Loshchilov and Hutter 2019), apart from the gradient.

    Parameters
    ----------
    eta, beta, epsilon
        As for `Adam`.
    lam : float
        How fast weights decay. The default is 0, as in Optimisers.jl; PyTorch's is 0.01.
    couple : bool
        If true, as in PyTorch, ``x -= eta * (adam + lam * x)``; else as in the paper, ``x -= eta * adam + lam * x``.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import AdamW, setup, update
    >>> w = np.array([1.0, 2.0])
    >>> update(setup(AdamW(0.5, lam=0.1), w), w, np.array([0.01, -70.0]))
    >>> w.round(4)
    array([0.45, 2.4 ])
    """

    lam: float = 0.0
    couple: bool = True

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        change = super().direction(t, slots, x, dx)
        change.add(x, self._decay())
        return change

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        if not self._fused(t, slots, x, dx):
            x -= self.direction(t, slots, x, dx)

    def step_unless(self, failed: Any, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        if not self._fused(t, slots, x, dx, failed):
            super().step_unless(failed, t, slots, x, dx)

    def _fused(self, t: int, slots: Slots, x: Arrays, dx: Arrays, failed: Any = None) -> bool:
        if self.eta <= 0.0:
            return False
        options: dict[str, Any] = {"eta": self.eta, "beta": self.beta, "epsilon": self.epsilon, "failed": failed}
        return fused.adam(t, x, dx, slots["m"], slots["v"], **options, decay=self._decay() / self.eta)

    def _decay(self) -> float:
        return self.eta * self.lam if self.couple else self.lam


@dataclass(frozen=True)
class RAdam(Averages):
    """Adam that waits until the average square can be trusted (Liu and others 2020, "rectified").

    Parameters
    ----------
    eta, beta, epsilon
        As for `Adam`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import RAdam, setup, update
    >>> w = np.array([1.0, 2.0])
    >>> update(setup(RAdam(0.5), w), w, np.array([0.01, -1.0]))  # as momentum, at first
    >>> w
    array([0.995, 2.5  ])
    """

    def quotient(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[Arrays, Arrays | None, float]:
        m, v = self.averaged(slots, dx)
        limit = 2.0 / (1.0 - self.beta[1]) - 1.0
        power = self.beta[1] ** t
        rho = limit - 2.0 * t * power / (1.0 - power)
        if rho <= 4.0:
            return m, None, self.eta / (1.0 - self.beta[0] ** t)
        above, below, factor = self.unbiased(t, m, v)
        return above, below, factor * sqrt((rho - 4.0) * (rho - 2.0) * limit / ((limit - 4.0) * (limit - 2.0) * rho))


@dataclass(frozen=True)
class AdaMax(Averages):
    """Adam with the largest gradient of the past in place of the average square (Kingma and Ba 2015).

    Parameters
    ----------
    eta, beta, epsilon
        As for `Adam`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import AdaMax, setup, update
    >>> w = np.array([1.0, 2.0])
    >>> update(setup(AdaMax(0.5), w), w, np.array([0.01, -70.0]))
    >>> w.round(4)
    array([0.5, 2.5])
    """

    def quotient(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[Arrays, Arrays, float]:
        m: Arrays = slots["m"]
        largest: Arrays = slots["v"]
        m.blend(dx, 1.0 - self.beta[0])
        largest *= self.beta[1]
        largest.raise_to(dx.abs())
        return m, largest + self.epsilon, self.eta / (1.0 - self.beta[0] ** t)


@dataclass(frozen=True)
class NAdam(Averages):
    """Adam with Nesterov's momentum (Dozat 2016).

    Parameters
    ----------
    eta, beta, epsilon
        As for `Adam`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import NAdam, setup, update
    >>> w = np.array([1.0])
    >>> update(setup(NAdam(0.5), w), w, np.array([0.01]))
    >>> w.round(3)
    array([0.263])
    """

    def quotient(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[Arrays, Arrays, float]:
        m, v = self.averaged(slots, dx)
        one, two = self.beta
        change = m * (self.eta * one / (1.0 - one ** (t + 1)))
        change.add(dx, self.eta * (1.0 - one) / (1.0 - one**t))
        return change, self.root(v, (1.0 - two**t) / two), 1.0
