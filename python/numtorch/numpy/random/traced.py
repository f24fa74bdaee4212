"""Draws inside of a program that is traced: they are made outside of it, before each of its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import CompileError, Tensor
from numtorch.functions.calls.arguments import xp
from numtorch.numpy.random import permutations

__all__ = ["draw", "set_recorder"]

Make = Callable[[], Any]

_record: Callable[[Any, Make], Any] | None = None


def set_recorder(record: Callable[[Any, Make], Any]) -> None:
    """What is told of draws: ``record(source, make)`` gives a Tensor that stands for what ``make()`` draws."""
    global _record
    _record = record


def _recorded(source: Any, make: Make) -> Any:
    assert _record is not None, "a program is traced by numtorch.programs alone"
    return _record(source, make)


# What is drawn instead where a parameter is computed in the program.
_FORMULAS: dict[str, tuple[str, Callable[..., Any]]] = {
    "exponential": ("standard_exponential", lambda z, scale: scale * z),
    "gumbel": ("gumbel", lambda z, loc, scale: loc + scale * z),
    "laplace": ("laplace", lambda z, loc, scale: loc + scale * z),
    "logistic": ("logistic", lambda z, loc, scale: loc + scale * z),
    "lognormal": ("standard_normal", lambda z, mean, sigma: xp.exp(mean + sigma * z)),
    "normal": ("standard_normal", lambda z, loc, scale: loc + scale * z),
    "rayleigh": ("rayleigh", lambda z, scale: scale * z),
    "uniform": ("random", lambda z, low, high: low + (high - low) * z),
}


def draw(source: Any, method: str, arguments: Mapping[str, Any]) -> Any:
    """What the method of that name draws, as an input of the program."""
    known = [name for name, value in arguments.items() if _core.is_abstract(value)]
    if not known:
        return _recorded(source, lambda: source._stream.draw(method, dict(arguments)))
    if method in permutations.METHODS and known[0] in ("x", "a", "out"):
        return permutations.METHODS[method](_Indices(source), **arguments)
    if method not in _FORMULAS:
        raise CompileError(
            f"compile: {method} takes {known[0]!r}, which the program computes ({_core.user_line()}), and draws are "
            "made before it runs; pass a number or an array from outside"
        )
    standard, formula = _FORMULAS[method]
    parameters = {name: value for name, value in arguments.items() if name != "size"}
    shape = arguments["size"]
    if shape is None:
        shape = np.broadcast_shapes(
            *(np.shape(x) if not isinstance(x, Tensor) else x.shape for x in parameters.values())
        )
    return formula(_recorded(source, lambda: source._stream.draw(standard, {"size": shape})), **parameters)


class Through:
    """The stream of a source, whose draws are inputs of the program."""

    def __init__(self, source: Any) -> None:
        self.source = source

    @property
    def dev(self) -> int:
        """Device of the draws."""
        return int(self.source.dev)

    def draw(self, method: str, arguments: Mapping[str, Any]) -> Any:
        """What the method of that name draws."""
        return draw(self.source, method, arguments)


class _Indices:
    """Draws indices for `permutations`."""

    def __init__(self, source: Any) -> None:
        self.source = source

    def _stream(self) -> Any:
        stream = self.source._stream
        return stream if hasattr(stream, "order") else stream._streams[stream.dev]

    def order(self, length: int, *, of_rows: bool = False) -> Any:
        return _recorded(self.source, lambda: self._stream().order(length, of_rows=of_rows))

    def orders(self, shape: tuple[int, ...], strides: tuple[int, ...], axis: int | None) -> Any:
        return _recorded(self.source, lambda: self._stream().orders(shape, strides, axis))

    def choices(self, count: int, arguments: dict[str, Any]) -> Any:
        return _recorded(self.source, lambda: self._stream().choices(count, arguments))
