"""When to stop: triggers that are asked after each epoch, and remember; and ways out of a loss."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn


class Skipped(Exception):
    """What `skip` raises."""


class Stopped(Exception):
    """What `stop` raises."""


def skip() -> NoReturn:
    """In a loss that `train` calls: leaves this batch out. There is no update, and no loss of it.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, setup
    >>> from numtorch.train import skip, train
    >>> w = np.zeros(1)
    >>> def loss(w, x):
    ...     return skip() if np.isnan(x) else np.sum((w - x) ** 2)
    >>> train(loss, w, [1.0, np.nan, 1.0], setup(Descent(0.5), w), progress=False).losses
    [1.0, 0.0]
    """
    raise Skipped("skip: this is for the loss that train is given")


def stop() -> NoReturn:
    """In a loss or a callback that `train` calls: ends the training; a callback may also return true.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, setup
    >>> from numtorch.train import stop, train
    >>> w = np.zeros(1)
    >>> def loss(w, x):
    ...     return stop() if np.isnan(x) else np.sum((w - x) ** 2)
    >>> history = train(loss, w, [1.0, np.nan, 1.0], setup(Descent(0.5), w), epochs=5, progress=False)
    >>> history.losses, history.stopped
    ([1.0], True)
    """
    raise Stopped("stop: this is for the loss and the callbacks that train is given")


def wants_to_stop(callback: Callable[..., Any], *args: Any) -> bool:
    """Whether a callback says so, by what it returns or by `stop`."""
    try:
        return bool(callback(*args))
    except Stopped:
        return True


class Trigger:
    """Becomes true when what it watches has been so for some calls in a row; called with what is to be judged."""

    def __init__(self, holds: Callable[..., bool], wait: int) -> None:
        if isinstance(wait, bool) or not isinstance(wait, int) or wait < 1:
            raise ValueError(f"the number of calls to wait must be a positive int, not {wait!r}")
        self.holds = holds
        self.wait = wait
        self.row = 0
        self.best: float | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> bool:
        self.row = self.row + 1 if self.holds(*args, **kwargs) else 0
        return self.row >= self.wait

    def state(self) -> dict[str, Any]:
        """What a checkpoint has to keep."""
        return {"row": self.row, "best": self.best}

    def load_state(self, state: dict[str, Any]) -> None:
        """Goes on from what `state` gave."""
        row, best = state["row"], state["best"]
        if type(row) is not int or not (best is None or isinstance(best, int | float)):
            raise ValueError(f"a trigger that was true {row!r:.50} times in a row, with {best!r:.50} as the best score")
        self.row, self.best = row, best


def patience(predicate: Callable[..., bool], wait: int) -> Trigger:
    """True when `predicate` has been true `wait` times in a row.

    Parameters
    ----------
    predicate : callable
        Is given what the trigger is given.
    wait : int
        How many times.

    Examples
    --------
    >>> from numtorch.train import patience
    >>> trigger = patience(lambda loss: loss > 1.0, 2)
    >>> [trigger(loss) for loss in (2.0, 0.5, 2.0, 3.0)]
    [False, False, False, True]
    """
    return Trigger(lambda *args, **kwargs: bool(predicate(*args, **kwargs)), wait)


def early_stopping(score: Callable[..., Any], wait: int, least: float = 0.0) -> Trigger:
    """True when `score` has not fallen below its lowest value by more than `least` for `wait` calls in a row.

    Parameters
    ----------
    score : callable
        Gives a number, the lower the better, of what the trigger is given; with `train`, of its `Report`.
    wait : int
        How many calls.
    least : float
        What counts as an improvement.

    Examples
    --------
    >>> from numtorch.train import early_stopping
    >>> trigger = early_stopping(float, 2)
    >>> [trigger(loss) for loss in (3.0, 2.0, 2.5, 2.1)]
    [False, False, False, True]
    """

    def stays(*args: Any, **kwargs: Any) -> bool:
        value = float(score(*args, **kwargs))
        if trigger.best is None or math.isnan(trigger.best) or value < trigger.best - least:
            trigger.best = value
            return math.isnan(value)  # which is no improvement, also as the first
        return True

    trigger = Trigger(stays, wait)
    return trigger


def plateau(score: Callable[..., Any], wait: int, least: float = 1e-6) -> Trigger:
    """True when `score` has changed by less than `least` from call to call, `wait` times in a row.

    Parameters
    ----------
    score : callable
        Gives a number of what the trigger is given; with `train`, of its `Report`.
    wait : int
        How many times.
    least : float
        What counts as a change.

    Examples
    --------
    >>> from numtorch.train import plateau
    >>> trigger = plateau(float, 2, least=0.1)
    >>> [trigger(loss) for loss in (3.0, 2.0, 2.05, 2.01)]
    [False, False, False, True]
    """

    def stays(*args: Any, **kwargs: Any) -> bool:
        value = float(score(*args, **kwargs))
        before = math.inf if trigger.best is None else trigger.best
        trigger.best = value
        return abs(value - before) < least

    trigger = Trigger(stays, wait)
    return trigger
