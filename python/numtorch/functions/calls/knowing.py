"""Questions about values that decide what a function does: under vmap a Tensor has those of many samples, and while a
program is traced none are known.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor

__all__ = ["agreed", "happens", "may_happen"]


def happens(condition: Any) -> bool:
    """Whether it is true anywhere, in any sample; not where values are unknown. For errors and warnings."""
    return _core.any_true(condition, False) if isinstance(condition, Tensor) else bool(np.any(condition))


def may_happen(condition: Any) -> bool:
    """Whether it is true anywhere, in any sample, or values are unknown. For ways that are right only without it."""
    return _core.any_true(condition, True) if isinstance(condition, Tensor) else bool(np.any(condition))


def agreed(condition: Tensor) -> bool:
    """The truth of a condition without axes, if it is that of every sample; raises where it is not, or is unknown."""
    if _core.is_abstract(condition) and not may_happen(condition):
        return False
    if _core.is_abstract(condition) and not may_happen(~condition):
        return True
    return bool(condition)
