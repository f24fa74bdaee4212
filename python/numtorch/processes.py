"""Messages to libtorch when the process forks or ends."""

from __future__ import annotations

import atexit
import ctypes
import os
from collections.abc import Callable

from numtorch import _core
from numtorch._load import LIBTORCH

_SOFT = 1  # omp_pause_soft


def _find_pause() -> Callable[[int], int] | None:
    """OpenMP's own function to end its threads, of the library that libtorch computes with."""
    return getattr(ctypes.CDLL(str(LIBTORCH)), "omp_pause_resource_all", None)


_pause = _find_pause()


def _before_fork() -> None:
    """A child has none of its parent's threads, and GNU's OpenMP would wait for them: it must have forgotten them."""
    if _pause is not None:
        _pause(_SOFT)


def _after_fork() -> None:
    """Children are made to share the work out; each with as many threads as the parent, they would be too many."""
    _core.set_num_threads(1)


atexit.register(_core.note_exit)
os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
