"""Rules that change gradients on their way to others, and chains of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from numtorch.optim.arrays import Arrays
from numtorch.optim.rule import Rule, Slots, arrays_in, filled_like, kept_if, number


@dataclass(frozen=True)
class WeightDecay(Rule):
    """Adds ``lam * x`` to the gradient, which is that of ``lam / 2 * sum(x**2)``.

    Parameters
    ----------
    lam : float
        How much.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, WeightDecay, chain, setup, update
    >>> w = np.array([1.0, -2.0])
    >>> update(setup(chain(WeightDecay(0.5), Descent(1.0)), w), w, np.zeros(2))
    >>> w
    array([ 0.5, -1. ])
    """

    lam: float = 5e-4

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        change = x * self.lam
        change += dx
        return change


@dataclass(frozen=True)
class SignDecay(Rule):
    """Adds ``lam * sign(x)`` to the gradient, which is that of ``lam * sum(abs(x))``.

    Parameters
    ----------
    lam : float
        How much.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, SignDecay, chain, setup, update
    >>> w = np.array([1.0, -2.0])
    >>> update(setup(chain(SignDecay(0.5), Descent(1.0)), w), w, np.zeros(2))
    >>> w
    array([ 0.5, -1.5])
    """

    lam: float = 1e-3

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        change = x.sign()
        change *= self.lam
        change += dx
        return change


@dataclass(frozen=True)
class ClipGrad(Rule):
    """Brings every number of the gradient between ``-delta`` and ``delta``.

    Parameters
    ----------
    delta : float
        The largest size.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import ClipGrad, Descent, chain, setup, update
    >>> w = np.zeros(2)
    >>> update(setup(chain(ClipGrad(1.0), Descent(1.0)), w), w, np.array([0.5, -7.0]))
    >>> w
    array([-0.5,  1. ])
    """

    delta: float = 10.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "delta", number("ClipGrad: delta", self.delta, 0.0))

    def init(self, x: Any) -> Slots:
        if x.dtype.kind == "c":
            raise TypeError("ClipGrad: complex numbers are not between two others; ClipNorm bounds their size")
        return {}

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        return dx.clip(-self.delta, self.delta)


@dataclass(frozen=True)
class ClipNorm(Rule):
    """Scales the gradient of each array down to a norm of `omega`, if it is larger.

    Parameters
    ----------
    omega : float
        The largest norm.
    p : float
        Which norm, of all elements of one array together.
    throw : bool
        Whether a norm that is not finite is an error. To see it means to wait for the device. As the first rule of its
        chain it raises before any array is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import ClipNorm, Descent, chain, setup, update
    >>> w = np.zeros(2)
    >>> update(setup(chain(ClipNorm(1.0), Descent(1.0)), w), w, np.array([3.0, -4.0]))
    >>> w
    array([-0.6,  0.8])
    """

    omega: float = 10.0
    p: float = 2.0
    throw: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "omega", number("ClipNorm: omega", self.omega, 1e-300))
        object.__setattr__(self, "p", number("ClipNorm: p", self.p, 0.0))

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        norms = self._norms(dx)
        # omega / max(norm, omega): at most 1, and no division by zero
        scale = norms.copy()
        scale.raise_to(self.omega)
        scale /= self.omega
        return dx / scale

    def check(self, t: int, dx: Arrays) -> None:
        self._norms(dx)

    def _norms(self, dx: Arrays) -> Arrays:
        norms = dx.norms(self.p)
        if self.throw and not bool(np.all(np.isfinite(np.stack(norms.items)))):
            raise FloatingPointError("ClipNorm: the norm of a gradient is not finite; ClipNorm(throw=False) goes on")
        return norms


@dataclass(frozen=True)
class AccumGrad(Rule):
    """Hands on the mean of `n` gradients at every n-th update, and nothing in between; the first in a chain.

    Parameters
    ----------
    n : int
        How many gradients. It cannot be adjusted.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import AccumGrad, Descent, chain, setup, update
    >>> w = np.zeros(1)
    >>> state = setup(chain(AccumGrad(2), Descent(1.0)), w)
    >>> for g in (1.0, 2.0, 3.0):
    ...     update(state, w, np.array([g]))
    ...     print(w)
    [0.]
    [-1.5]
    [-1.5]
    """

    n: int

    def __post_init__(self) -> None:
        if isinstance(self.n, bool) or not isinstance(self.n, int | np.integer) or self.n < 1:
            raise ValueError(f"AccumGrad: n must be a positive int, not {self.n!r}")
        object.__setattr__(self, "n", int(self.n))

    def init(self, x: Any) -> Slots:
        return {"mean": filled_like(x)}

    def adjustable(self) -> set[str]:
        return set()

    def steps(self, t: int) -> int:
        return t // self.n

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays | None:
        mean: Arrays = slots["mean"]
        if (t - 1) % self.n == 0:
            mean.assign(dx * (1.0 / self.n))
        else:
            mean.add(dx, 1.0 / self.n)
        return mean if t % self.n == 0 else None


@dataclass(frozen=True)
class OptimiserChain(Rule):
    """Rules one after the other, each of which takes what the one before gives for the gradient; see `chain`."""

    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", tuple(self.rules))
        wrong = [rule for rule in self.rules if not isinstance(rule, Rule)]
        if wrong or not self.rules:
            raise TypeError(
                f"OptimiserChain: expected rules, not {wrong[0]!r}" if wrong else "OptimiserChain: no rules"
            )
        if any(rule.outermost for rule in self.rules):
            raise TypeError("OptimiserChain: MixedPrecision goes around a chain, not into it")
        if any(rule.norm_bound(1) is not None for rule in self.rules[1:]):
            raise TypeError(f"OptimiserChain: ClipGlobalNorm comes first in a chain, not after {self.rules[0]!r}")

    def __repr__(self) -> str:
        return f"chain({', '.join(map(repr, self.rules))})"

    def parts(self) -> dict[str, Rule]:
        return {str(i): rule for i, rule in enumerate(self.rules)}

    def with_parts(self, parts: dict[str, Rule]) -> Self:
        return replace(self, rules=tuple(parts.values()))

    def init(self, x: Any) -> Slots:
        return {name: rule.init(x) for name, rule in self.parts().items()}

    def computes_in(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        return self.rules[0].computes_in(dtype)

    def norm_bound(self, t: int) -> float | None:
        return self.rules[0].norm_bound(t)

    def steps(self, t: int) -> int:
        for rule in self.rules:
            t = rule.steps(t)
        return t

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays | None:
        return self._through(len(self.rules), t, slots, x, dx)[1]

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        last = len(self.rules) - 1
        t, change = self._through(last, t, slots, x, dx)
        if change is not None:
            self.rules[last].step(t, slots[str(last)], x, change)

    def step_unless(self, failed: Any, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        last = len(self.rules) - 1
        with kept_if(failed, [arrays for i in range(last) for arrays in arrays_in(slots[str(i)])]):
            t, change = self._through(last, t, slots, x, dx)
            if change is not None:
                self.rules[last].step_unless(failed, t, slots[str(last)], x, change)

    def check(self, t: int, dx: Arrays) -> None:
        self.rules[0].check(t, dx)

    def _through(self, count: int, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[int, Arrays | None]:
        """What the first `count` rules make of the gradient, and the number of the step for the next."""
        for i, rule in enumerate(self.rules[:count]):
            change = rule.direction(t, slots[str(i)], x, dx)
            if change is None:
                return t, None
            t, dx = rule.steps(t), change
        return t, dx


def chain(*rules: Rule) -> OptimiserChain:
    """Rules one after the other: each takes what the one before gives for the gradient.

    Parameters
    ----------
    *rules : Rule
        Usually modifiers first, then a rule with a learning rate.

    Returns
    -------
    OptimiserChain

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Adam, ClipNorm, WeightDecay, chain
    >>> chain(ClipNorm(1.0), WeightDecay(1e-4))
    chain(ClipNorm(omega=1.0, p=2.0, throw=True), WeightDecay(lam=0.0001))
    """
    return OptimiserChain(rules)
