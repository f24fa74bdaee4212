"""Training's reports: to callbacks while it goes on, and to its caller at the end."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Report:
    """What callbacks are told.

    Attributes
    ----------
    epoch, epochs : int
        Which epoch, from 1 on, of how many.
    step : int
        How many steps there were, in all epochs.
    loss : float
        The mean of the epoch, or, after a step, the loss of its batch.
    losses : list of float
        Of all steps.
    """

    epoch: int
    epochs: int
    step: int
    loss: float
    losses: list[float]


@dataclass
class History:
    """What `train` returns.

    Attributes
    ----------
    losses : list of float
        Of every step, in all epochs, also of those before it was resumed.
    epochs : list of float
        Mean loss of each epoch.
    stopped : bool
        Whether a callback ended it.
    """

    losses: list[float] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)
    stopped: bool = False
