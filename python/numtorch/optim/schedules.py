"""Hyperparameters that change with the number of the update: functions of it, and the rule that follows one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from numtorch.optim.arrays import Arrays
from numtorch.optim.rule import Rule, Slots


@dataclass(frozen=True)
class Step:
    """``start * decay ** (step // every)``: a staircase.

    Examples
    --------
    >>> from numtorch.optim import Step
    >>> [Step(1.0, 0.5, every=2)(step) for step in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    start: float
    decay: float
    every: int

    def __call__(self, step: int) -> float:
        return self.start * self.decay ** (step // self.every)


@dataclass(frozen=True)
class Exponential:
    """``start * decay ** step``.

    Examples
    --------
    >>> from numtorch.optim import Exponential
    >>> Exponential(1.0, 0.5)(3)
    0.125
    """

    start: float
    decay: float

    def __call__(self, step: int) -> float:
        return self.start * self.decay**step


@dataclass(frozen=True)
class Inverse:
    """``start / (1 + decay * step) ** degree``.

    Examples
    --------
    >>> from numtorch.optim import Inverse
    >>> Inverse(1.0, 0.5)(2)
    0.5
    """

    start: float
    decay: float
    degree: float = 1.0

    def __call__(self, step: int) -> float:
        return self.start / (1.0 + self.decay * step) ** self.degree


@dataclass(frozen=True)
class Polynomial:
    """From `start` to `end` in `steps`, as ``(1 - step / steps) ** degree`` falls; then `end`.

    Examples
    --------
    >>> from numtorch.optim import Polynomial
    >>> [Polynomial(1.0, steps=4)(step) for step in (0, 1, 4, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """

    start: float
    steps: int
    degree: float = 1.0
    end: float = 0.0

    def __call__(self, step: int) -> float:
        left = 1.0 - min(step, self.steps) / self.steps
        return self.end + (self.start - self.end) * left**self.degree


@dataclass(frozen=True)
class Cosine:
    """Half a wave from `start` down to `end` in `steps`, after a straight way up in the first `warmup` of them.

    Parameters
    ----------
    start : float
        The largest value, reached when the warm-up ends.
    steps : int
        How many steps, the warm-up among them; then `end`, or, with `restart`, the wave again, without a warm-up.
    warmup : int
        How many steps it takes up to `start`; the first of them has ``start / warmup``.
    end : float
        The smallest value.
    restart : bool
        Whether it begins again.

    Examples
    --------
    >>> from numtorch.optim import Cosine
    >>> [round(Cosine(1.0, steps=6, warmup=2)(step), 3) for step in range(8)]
    [0.5, 1.0, 1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    start: float
    steps: int
    warmup: int = 0
    end: float = 0.0
    restart: bool = False

    def __call__(self, step: int) -> float:
        if step < self.warmup:
            return self.start * (step + 1) / self.warmup
        length = max(self.steps - self.warmup, 1)
        done = step - self.warmup
        done = done % length if self.restart else min(done, length)
        return self.end + (self.start - self.end) * (1.0 + math.cos(math.pi * done / length)) / 2.0


@dataclass(frozen=True)
class OneCycle:
    """Up from ``top / divide`` to `top` in the first part of `steps`, and down to ``top / final``, in waves.

    Parameters
    ----------
    top : float
        The largest value.
    steps : int
        How many steps; after them it stays.
    up : float
        Which part of the steps goes up.
    divide, final : float
        How much smaller the first and the last value are.

    Examples
    --------
    >>> from numtorch.optim import OneCycle
    >>> [round(OneCycle(1.0, steps=8, up=0.5, final=100.0)(step), 3) for step in range(0, 10, 2)]
    [0.04, 0.52, 1.0, 0.505, 0.01]
    """

    top: float
    steps: int
    up: float = 0.3
    divide: float = 25.0
    final: float = 1e4

    def __call__(self, step: int) -> float:
        turn = self.up * self.steps
        step = min(step, self.steps)
        if step < turn:
            return _wave(self.top / self.divide, self.top, step / turn)
        return _wave(self.top, self.top / self.final, (step - turn) / max(self.steps - turn, 1))


def _wave(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1.0 + math.cos(math.pi * part)) / 2.0


@dataclass(frozen=True)
class Triangle:
    """Up and down between `low` and `high` in straight lines, again and again.

    Parameters
    ----------
    low, high : float
        The ends.
    period : int
        Steps from `low` to `low`.
    decay : float
        What the height of each further triangle is multiplied with.

    Examples
    --------
    >>> from numtorch.optim import Triangle
    >>> [Triangle(0.0, 1.0, period=4, decay=0.5)(step) for step in range(9)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.25, 0.5, 0.25, 0.0]
    """

    low: float
    high: float
    period: int
    decay: float = 1.0

    def __call__(self, step: int) -> float:
        done, now = divmod(step, self.period)
        height = 1.0 - abs(2.0 * now / self.period - 1.0)
        return self.low + (self.high - self.low) * self.decay**done * height


@dataclass(frozen=True)
class Sequence:
    """Schedules one after the other, each counting its own steps from 0.

    Parameters
    ----------
    *parts : (schedule, int)
        Schedules with how many steps each has; the last goes on.

    Examples
    --------
    >>> from numtorch.optim import Exponential, Sequence, Triangle
    >>> schedule = Sequence((Triangle(0.0, 1.0, period=4), 2), (Exponential(1.0, 0.5), 3))
    >>> [schedule(step) for step in range(5)]
    [0.0, 0.5, 1.0, 0.5, 0.25]
    """

    parts: tuple[tuple[Callable[[int], float], int], ...]

    def __init__(self, *parts: tuple[Callable[[int], float], int]) -> None:
        if not parts:
            raise ValueError("Sequence: no schedules")
        object.__setattr__(self, "parts", parts)

    def __call__(self, step: int) -> float:
        for schedule, steps in self.parts[:-1]:
            if step < steps:
                return schedule(step)
            step -= steps
        return self.parts[-1][0](step)


@dataclass(frozen=True)
class Schedule(Rule):
    """A rule whose learning rate, or another hyperparameter, follows a schedule.

    Parameters
    ----------
    rule : Rule
        Which rule.
    schedule : callable
        Takes the number of the update, from 0 on, and gives the hyperparameter: those below, or any function.
    field : str
        Which hyperparameter.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, Schedule, Step, setup, update
    >>> w = np.zeros(1)
    >>> state = setup(Schedule(Descent(), Step(1.0, 0.1, every=2)), w)
    >>> for _ in range(3):
    ...     update(state, w, -np.ones(1))
    >>> w
    array([2.1])
    """

    rule: Rule
    schedule: Callable[[int], float]
    field: str = "eta"

    def __post_init__(self) -> None:
        if not isinstance(self.rule, Rule):
            raise TypeError(f"Schedule: expected a rule, not {self.rule!r}")
        if not callable(self.schedule):
            raise TypeError(f"Schedule: expected a callable of the step, not {self.schedule!r}")
        self.rule.adjusted({self.field: self.schedule(0)})  # an error now, not at the first update

    def parts(self) -> dict[str, Rule]:
        return {"rule": self.rule}

    def with_parts(self, parts: dict[str, Rule]) -> Self:
        return replace(self, rule=parts["rule"])

    def adjustable(self) -> set[str]:
        return self.rule.adjustable() - {self.field}

    def init(self, x: Any) -> Slots:
        return self.rule.init(x)

    def computes_in(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        return self.rule.computes_in(dtype)

    def norm_bound(self, t: int) -> float | None:
        return None if self.rule.norm_bound(t) is None else self.at(t).norm_bound(t)

    def steps(self, t: int) -> int:
        return self.rule.steps(t)

    def at(self, t: int) -> Rule:
        """The rule of step `t`, from 1 on; the schedule counts from 0."""
        return self.rule.adjusted({self.field: self.schedule(t - 1)})

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays | None:
        return self.at(t).direction(t, slots, x, dx)

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        self.at(t).step(t, slots, x, dx)

    def step_unless(self, failed: Any, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        self.at(t).step_unless(failed, t, slots, x, dx)

    def check(self, t: int, dx: Arrays) -> None:
        self.at(t).check(t, dx)
