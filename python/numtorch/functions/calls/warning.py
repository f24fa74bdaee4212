"""NumPy's warnings about values, at the line of the user's program that called."""

from __future__ import annotations

import sys
import warnings

from numtorch._core import Tensor
from numtorch.functions.calls.knowing import happens

__all__ = ["warn", "warn_where"]

INSIDE = ("numtorch.", "numpy.")


def warn(text: str, category: type[Warning] = RuntimeWarning) -> None:
    """A warning, which says where the program called NumPy."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and f"{frame.f_globals.get('__name__', '')}.".startswith(INSIDE):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, category, stacklevel=level)


def warn_where(condition: Tensor, text: str) -> None:
    """A RuntimeWarning if `condition` is true anywhere. For a Tensor on a GPU none: nobody waits to warn."""
    if condition.dev == -1 and happens(condition):
        warn(text)
