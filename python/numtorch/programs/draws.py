"""Random numbers of a program: its generators draw them before each run, and they are inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import CompileError, Tensor, tensor
from numtorch.autograd.replay import RandomNumbers


class Draw(NamedTuple):
    """One draw: how it is made, and what came at the trace."""

    make: Callable[[], Any]
    value: Tensor

    def again(self) -> Tensor:
        """What comes now."""
        return as_input(self.make())


def as_input(drawn: Any) -> Tensor:
    """What a generator gave as a Tensor, a value for a number."""
    if isinstance(drawn, Tensor):
        return drawn
    if isinstance(drawn, np.ndarray) and drawn.dtype in _core.dtypes:
        return tensor(drawn, dev=-1)
    if isinstance(drawn, np.ndarray | str):
        raise CompileError("compile: a draw of texts or objects is no Tensor; draw it outside")
    return _core.as_value(tensor(drawn, dev=-1))


class Draws:
    """The draws of a trace.

    Parameters
    ----------
    reachable : list
        What the function holds: a generator that it makes itself begins anew at each call.
    """

    def __init__(self, reachable: list[Any]) -> None:
        self.found: list[Draw] = []
        self._held = {id(value) for value in reachable}
        self._states: dict[int, RandomNumbers] = {}

    def record(self, source: Any, make: Callable[[], Any]) -> Tensor:
        """A draw in the trace: the Tensor of the program that stands for it."""
        if id(source) in self._held or _is_shared(source):
            self._states.setdefault(id(source), RandomNumbers([source]))
            value = _core.call_concretely(lambda: as_input(make()))
            self.found.append(Draw(make, value))
        else:
            value = _core.call_concretely(lambda: as_input(make()))
        drawn = aten.clone(value)
        return _core.as_value(drawn) if value.is_value else drawn

    def undo(self) -> None:
        """The generators as they were before the trace."""
        for numbers in self._states.values():
            numbers.put_back()


def _is_shared(source: Any) -> bool:
    """Whether it is the generator behind the functions of `numtorch.numpy.random`."""
    return hasattr(getattr(source, "_stream", None), "_streams")
