"""Results that are computed another way than by the kernel that they stand for on the tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numtorch import _core
from numtorch._core import Kernel, Tensor

__all__ = ["recorded_as", "unrecorded"]


def unrecorded(run: Callable[..., Any], *arguments: Any) -> Any:
    """What `run` gives, without a history."""
    paused = _core.set_paused(True)
    try:
        return run(*arguments)
    finally:
        _core.set_paused(paused)


def recorded_as(kernel: Kernel, run: Callable[..., Tensor], *arguments: Any) -> Tensor:
    """What `run` gives for the arguments of `kernel`, which is all that the tape is told of."""
    return _core.record_as(kernel, arguments, unrecorded(run, *arguments))
