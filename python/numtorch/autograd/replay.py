"""The random numbers that a function drew, once more."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import kernel
from numtorch.autograd.closures import RANDOM

_draw = kernel("random.from")
_zeros = kernel("zeros")
_INT64 = np.dtype(np.int64)


def _next_seed(generator: _core.Generator | None) -> int:
    """The next number of a stream of libtorch's: of its own for the CPU, if None."""
    dev = -1 if generator is None else generator.dev
    return int(_draw(_zeros((), dtype=_INT64, device=dev), 0, 1 << 62, generator=generator).item())


def _stream(source: Any) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    """How to read and to set the state of one of NumPy's or Python's sources."""
    if isinstance(source, random.Random):
        return source.getstate, source.setstate
    if isinstance(source, np.random.RandomState):
        return functools.partial(source.get_state, legacy=False), source.set_state
    bits = source.bit_generator if isinstance(source, np.random.Generator) else source
    return lambda: bits.state, functools.partial(setattr, bits, "state")


class RandomNumbers:
    """The random numbers that a function is about to draw, to be drawn again later.

    NumPy's and Python's generators tell their state. libtorch's do not: each is seeded with a number of its own stream,
    now and when the numbers are drawn again, and goes on from there.

    Parameters
    ----------
    held : list
        What the function can reach: the generators among it are meant, besides the global ones.
    """

    def __init__(self, held: list[Any]) -> None:
        own = [value for value in held if isinstance(value, RANDOM)]
        self._libtorchs = [value for value in own if isinstance(value, _core.Generator)]
        self._streams: list[tuple[Callable[[], Any], Callable[[Any], Any]]] = [
            (functools.partial(np.random.get_state, legacy=False), np.random.set_state),
            (random.getstate, random.setstate),
            *(_stream(value) for value in own if not isinstance(value, _core.Generator)),
        ]
        self._states = [get() for get, _ in self._streams]
        self._seeds = self._next_seeds()
        self._seed(self._seeds)

    def _next_seeds(self) -> list[int]:
        return [_next_seed(generator) for generator in (None, *self._libtorchs)]

    def _seed(self, seeds: list[int]) -> None:
        _core.manual_seed(seeds[0])
        for generator, seed in zip(self._libtorchs, seeds[1:], strict=True):
            generator.manual_seed(seed)

    def _set(self, states: list[Any]) -> None:
        for (_, put), state in zip(self._streams, states, strict=True):
            put(state)

    @contextmanager
    def again(self) -> Generator[None, None, None]:
        """Inside, the same numbers come as after this object was made; outside nothing has happened."""
        states, seeds = [get() for get, _ in self._streams], self._next_seeds()
        self._set(self._states)
        self._seed(self._seeds)
        try:
            yield
        finally:
            self._set(states)
            self._seed(seeds)
