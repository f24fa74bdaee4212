"""Functions that are not called too often."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def throttle(f: Callable[..., Any], seconds: float, *, leading: bool = True) -> Callable[..., Any]:
    """Calls `f` at most once in so many seconds; in between the calls return None and do nothing.

    Parameters
    ----------
    f : callable
        As a callback that prints or draws.
    seconds : float
        How long it stays quiet after a call.
    leading : bool
        Whether the very first call goes through; if not, that begins the quiet time.

    Returns
    -------
    callable
        For ``on_step=`` and ``callbacks=`` of `train`, for example.

    Examples
    --------
    >>> from numtorch.train import throttle
    >>> say = throttle(lambda text: text, 60)
    >>> say("first"), say("second")
    ('first', None)
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        raise ValueError(f"throttle: seconds must be a number of at least 0, not {seconds!r}")
    quiet_until = -float("inf") if leading else time.monotonic() + seconds

    def throttled(*args: Any, **kwargs: Any) -> Any:
        nonlocal quiet_until
        if time.monotonic() < quiet_until:
            return None
        result = f(*args, **kwargs)
        quiet_until = time.monotonic() + seconds
        return result

    return throttled
