"""Nests of arrays side by side: what a function took or gave, and the gradients that belong to it."""

from __future__ import annotations

import copy
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from numtorch.structure import Params, fields, fmap, is_array, is_differentiable, is_object, rebuild_tuple

FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, partial)


def leaves(nest: Any) -> list[Any]:
    """The floating-point arrays and numbers of a nest, in order, one as often as it occurs."""
    found: list[Any] = []
    replace(nest, lambda leaf: found.append(leaf))
    return found


def replace(nest: Any, f: Callable[[Any], Any]) -> Any:
    """The nest with `f` of each leaf in its place; everything else is left as it is."""
    return f(nest) if is_differentiable(nest) else fmap(f, nest, is_leaf=is_differentiable, shared=False, trained=True)


def replace_in_arguments(args: Sequence[Any], f: Callable[[Any], Any]) -> list[Any]:
    """The same for each argument, but functions, which may hold arrays that no nest shows: they stay as they are."""
    return [arg if isinstance(arg, FUNCTIONS) else replace(arg, f) for arg in args]


def arrange(nest: Any, values: Iterator[Any]) -> Any:
    """The next values in the places of the leaves, and None for everything else that a nest holds."""
    if is_differentiable(nest):
        return next(values)
    return fmap(
        lambda _: next(values), nest, is_leaf=is_differentiable, others=lambda _: None, shared=False, trained=True
    )


class _Place:
    """Stands for one leaf: its number among the leaves of a nest."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class Outline:
    """The structure of a nest without the arrays in it, so that it keeps no memory alive.

    Parameters
    ----------
    nest : nest
        What to remember the structure of.
    """

    def __init__(self, nest: Any) -> None:
        self.count = 0
        self._places = replace(nest, self._number)

    def _number(self, _: Any) -> _Place:
        self.count += 1
        return _Place(self.count - 1)

    def along(self, values: Any, what: str) -> list[Any]:
        """What `values`, a nest of the same structure, has for each leaf; None where it has nothing.

        None in place of a part stands for None everywhere in it; a dict by attribute names may stand for an object.
        `what` begins the errors: who was given the values.
        """
        found: list[Any] = [None] * self.count
        _lay(self._places, values, found, what, set())
        return found

    def filled(self, values: Sequence[Any]) -> Any:
        """The nest with these values for its leaves, and None for everything else."""
        return fmap(
            lambda place: values[place.index],
            self._places,
            is_leaf=lambda part: isinstance(part, _Place),
            others=lambda _: None,
            shared=False,
            trained=True,
        )


def _lay(places: Any, values: Any, found: list[Any], what: str, done: set[int]) -> None:
    if values is None or id(places) in done:
        return
    if isinstance(places, _Place):
        found[places.index] = values
        return
    done.add(id(places))
    for place, value in _pairs(places, values, what):
        _lay(place, value, found, what, done)


def _pairs(places: Any, values: Any, what: str) -> list[tuple[Any, Any]]:
    """The parts of a container beside those of the values."""
    if isinstance(places, Mapping):
        if not isinstance(values, Mapping) or not values.keys() <= places.keys():
            raise TypeError(f"{what}: expected a dict with the keys {list(places)}, not {_described(values)}")
        return [(places[key], value) for key, value in values.items()]
    if isinstance(places, list | tuple):
        if not isinstance(values, list | tuple) or len(values) != len(places):
            raise TypeError(f"{what}: expected {len(places)} in a {type(places).__name__}, not {_described(values)}")
        return list(zip(places, values, strict=True))
    if isinstance(places, partial) and isinstance(values, partial):
        return [(places.args, values.args), (places.keywords, values.keywords)]
    if is_object(places):
        named = values if isinstance(values, Mapping) else fields(values)
        return [(value, named.get(name)) for name, value in fields(places).items()]
    return []


def _described(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"one with {list(value)}"
    if isinstance(value, list | tuple):
        return f"{len(value)} in a {type(value).__name__}"
    return type(value).__name__


def merge(f: Callable[[Any, Any], Any], a: Any, b: Any, what: str) -> Any:
    """One nest of two with the same structure: `f` of their leaves; where one has None, what the other has."""
    return _merge(f, a, b, what, {})


def _merge(f: Callable[[Any, Any], Any], a: Any, b: Any, what: str, done: dict[int, Any]) -> Any:
    if a is None or b is None:
        return b if a is None else a
    if is_array(a) or is_array(b) or is_differentiable(a) or is_differentiable(b):
        return f(a, b)
    if id(a) in done:
        return done[id(a)]
    if isinstance(a, tuple):
        done[id(a)] = rebuild_tuple(a, [_merge(f, x, y, what, done) for x, y in _pairs(a, b, what)])
        return done[id(a)]
    if type(a) is not type(b):
        raise TypeError(f"{what}: {type(a).__name__} and {type(b).__name__} have not the same structure")
    result = done[id(a)] = copy.copy(a)
    if isinstance(a, list):
        result[:] = [_merge(f, x, y, what, done) for x, y in _pairs(a, b, what)]
    elif isinstance(a, Mapping):
        for key in a.keys() | b.keys():
            result[key] = _merge(f, a.get(key), b.get(key), what, done)
    elif is_object(a):
        for name, value in fields(a).items():
            object.__setattr__(result, name, _merge(f, value, getattr(b, name, None), what, done))
    return result


def sole_params(args: tuple[Any, ...]) -> Params | None:
    """The Params, if they are all that a function is differentiated with respect to."""
    return args[0] if len(args) == 1 and isinstance(args[0], Params) else None
