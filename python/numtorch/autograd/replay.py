"""The surroundings of a function when it runs once more: its random numbers, and the buffers of layers."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import collect
from numtorch.autograd.closures import RANDOM
from numtorch.structure import buffer_names, is_array


def _stream(source: Any) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    """How to read and to set the state of one source of random numbers."""
    if isinstance(source, _core.Generator):
        return source.get_state, source.set_state
    if isinstance(source, random.Random):
        return source.getstate, source.setstate
    if isinstance(source, np.random.RandomState):
        return functools.partial(source.get_state, legacy=False), source.set_state
    bits = source.bit_generator if isinstance(source, np.random.Generator) else source
    return lambda: bits.state, functools.partial(setattr, bits, "state")


def _default_generators(held: list[Any]) -> list[_core.Generator]:
    """Those that kernels draw from when they are given none, of the devices that a function may draw on."""
    devs = {-1, _core.default_dev(), *(value.dev for value in held if isinstance(value, _core.Tensor))}
    return [_core.default_generator(dev) for dev in sorted(devs)]


def _is_equal(a: Any, b: Any) -> bool:
    if isinstance(a, _core.Tensor):
        a, b = collect(a), collect(b)
    if isinstance(a, dict):
        return all(_is_equal(item, b[key]) for key, item in a.items())
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(_is_equal, a, b))
    return bool(np.array_equal(a, b))


class RandomNumbers:
    """The random numbers that a function is about to draw, to be drawn again later.

    Parameters
    ----------
    held : list
        What the function can reach: the generators among it are meant, besides the global ones.
    """

    def __init__(self, held: list[Any]) -> None:
        own = [value for value in held if isinstance(value, RANDOM)]
        self._streams: list[tuple[Callable[[], Any], Callable[[Any], Any]]] = [
            (functools.partial(np.random.get_state, legacy=False), np.random.set_state),
            (random.getstate, random.setstate),
            *(_stream(value) for value in own + _default_generators(held)),
        ]
        self._states = self._get()

    def _get(self) -> list[Any]:
        return [get() for get, _ in self._streams]

    def _set(self, states: list[Any]) -> None:
        for (_, put), state in zip(self._streams, states, strict=True):
            put(state)

    def have_moved(self) -> bool:
        """Whether numbers were drawn since, or a seed was set."""
        return not all(map(_is_equal, self._states, self._get()))

    def put_back(self) -> None:
        """The sources as they were when this object was made."""
        self._set(self._states)

    @contextmanager
    def again(self) -> Generator[None, None, None]:
        """Inside, the same numbers come as after this object was made; outside nothing has happened."""
        states = self._get()
        self._set(self._states)
        try:
            yield
        finally:
            self._set(states)


class Buffers:
    """The buffers of layers, as running averages, that a function is about to move, to be moved once and not again.

    Parameters
    ----------
    held : list
        What the function can reach: the objects among it are meant whose classes name `__buffers__`.
    """

    def __init__(self, held: list[Any]) -> None:
        self._slots = [
            (part, name) for part in held for name in buffer_names(part) if getattr(part, name, None) is not None
        ]
        copies: dict[int, Any] = {}
        self._found = [copies.setdefault(id(value), _copy(value)) for value in self._now()]

    def _now(self) -> list[Any]:
        return [getattr(part, name) for part, name in self._slots]

    def _put(self, values: list[Any]) -> None:
        for (part, name), value in zip(self._slots, values, strict=True):
            object.__setattr__(part, name, value)

    @contextmanager
    def again(self) -> Generator[None, None, None]:
        """Inside, the objects have buffers as they were when this was made; outside nothing has happened.

        Others stand in for them, so that the real ones are not even written to.
        """
        present = self._now()
        copies: dict[int, Any] = {}
        self._put([copies.setdefault(id(value), _copy(value)) for value in self._found])
        try:
            yield
        finally:
            self._put(present)


def _copy(value: Any) -> Any:
    return value.copy() if is_array(value) else value
