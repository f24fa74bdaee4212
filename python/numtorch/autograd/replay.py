"""What a function can reach without being given it, and the random numbers that it drew, once more."""

from __future__ import annotations

import functools
import random
import types
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, kernel
from numtorch.structure import fields, is_object

_draw = kernel("random.from")
_zeros = kernel("zeros")
_LIBRARIES = {"numpy", "numtorch", "scipy", "torch"}
_INT64 = np.dtype(np.int64)
_RANDOM = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random, _core.Generator)


def reachable(*roots: Any) -> Iterator[Any]:
    """Tensors and sources of random numbers that functions and nests hold: closures, defaults, attributes, globals."""
    seen: dict[int, Any] = {}
    stack = list(roots)
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        if isinstance(value, (Tensor, *_RANDOM)):
            yield value
        else:
            stack.extend(_held(value))


def _held(value: Any) -> list[Any]:
    if isinstance(value, types.FunctionType):
        return [] if (value.__module__ or "").partition(".")[0] in _LIBRARIES else list(_held_by_function(value))
    if isinstance(value, types.MethodType):
        return [value.__self__, value.__func__]
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if isinstance(value, type) or not is_object(value):
        return []
    # What runs when the object is called may use globals.
    methods = [cls.__dict__["__call__"] for cls in type(value).__mro__ if "__call__" in cls.__dict__]
    return [*fields(value).values(), *(method for method in methods if isinstance(method, types.FunctionType))]


def _held_by_function(function: types.FunctionType) -> Iterator[Any]:
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        yield from (function.__globals__[name] for name in code.co_names if name in function.__globals__)
        codes.extend(inner for inner in code.co_consts if isinstance(inner, types.CodeType))


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
    *roots
        The function and its arguments, in which generators are looked for besides the global ones.
    """

    def __init__(self, *roots: Any) -> None:
        own = [value for value in reachable(*roots) if isinstance(value, _RANDOM)]
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
