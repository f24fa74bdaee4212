"""Nests of arrays side by side: what a function took or gave, and the gradients that belong to it."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from numtorch.structure import (
    Attribute,
    Params,
    Rebuilding,
    beside,
    concealed,
    fmap,
    is_array,
    is_differentiable,
    is_object,
    like,
    nature,
    parts,
    shadow,
)

_FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)


def leaves(nest: Any) -> list[Any]:
    """The floating-point arrays and numbers of a nest, in order, one as often as it occurs."""
    found: list[Any] = []
    if is_differentiable(nest):
        return [nest]
    shadow(found.append, nest, is_differentiable)
    return found


def replace(nest: Any, f: Callable[[Any], Any]) -> Any:
    """The nest with `f` of each leaf instead of the leaf; everything else is left as it is."""
    return f(nest) if is_differentiable(nest) else fmap(f, nest, is_leaf=is_differentiable, shared=False, trained=True)


def replace_in_arguments(args: Sequence[Any], f: Callable[[Any], Any]) -> list[Any]:
    """The same for each argument, but functions, which stay as they are."""
    return [arg if is_function(arg) else replace(arg, f) for arg in args]


def is_function(arg: Any) -> bool:
    """Whether an argument is a function, which may hold arrays that no nest shows, or a partial of one that does."""
    function = arg
    while isinstance(function, partial):
        function = function.func
    return isinstance(function, _FUNCTIONS) and (function is arg or concealed(function))


def arrange(nest: Any, values: Iterator[Any]) -> Any:
    """The next values instead of the leaves, and None for everything else that a nest holds."""
    if is_differentiable(nest):
        return next(values)
    return shadow(lambda _: next(values), nest, is_differentiable)


class _Leaf:
    """Stands for one leaf: its number among the leaves of a nest."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


def _is_leaf(value: Any) -> bool:
    return type(value) is _Leaf


class Outline:
    """The structure of a nest without the arrays in it, so that it keeps no memory alive.

    Parameters
    ----------
    nest : nest
        What to remember the structure of.
    """

    def __init__(self, nest: Any) -> None:
        self.count = 0
        self._structure = (
            self._number(nest) if is_differentiable(nest) else shadow(self._number, nest, is_differentiable)
        )

    def _number(self, _: Any) -> _Leaf:
        self.count += 1
        return _Leaf(self.count - 1)

    def along(self, values: Any, what: str) -> list[Any]:
        """What `values`, a nest of the same structure, has for each leaf; None where it has nothing.

        None in place of a part stands for None everywhere in it; a dict by attribute names may stand for an object.
        `what` begins the errors: who was given the values.
        """
        found: list[Any] = [None] * self.count
        given: set[int] = set()
        try:
            rows = beside(self._structure, [("", values)], _Leaf)
        except TypeError as error:
            raise TypeError(f"{what}: {error}") from None
        for leaf, value in rows:
            if leaf.index in given:
                raise TypeError(f"{what}: a part that occurs twice has two values; one of them can be None")
            given.add(leaf.index)
            found[leaf.index] = value
        return found

    def filled(self, values: Sequence[Any]) -> Any:
        """The nest with these values for its leaves, and None for everything else."""
        return shadow(lambda leaf: values[leaf.index], self._structure, _is_leaf)


def merge(f: Callable[[Any, Any], Any], a: Any, b: Any, what: str) -> Any:
    """One nest of two with the same structure: `f` of their leaves; where one has None, what the other has."""
    return _Merging(f, what)(a, b)


class _Merging(Rebuilding):
    """One pass of `merge`."""

    def __init__(self, f: Callable[[Any, Any], Any], what: str) -> None:
        super().__init__()
        self.f, self.what = f, what

    def __call__(self, a: Any, b: Any) -> Any:
        if a is None or b is None:
            return b if a is None else a
        if any(is_array(part) or is_differentiable(part) for part in (a, b)):
            return self.f(a, b)
        if id(a) in self.done:
            return self.done[id(a)][1]
        kind = nature(type(a)).kind
        if type(a) is not type(b) and kind != "tuple":
            raise TypeError(f"{self.what}: {type(a).__name__} and {type(b).__name__} have not the same structure")
        return a if kind == "atom" else self.merged(a, b)

    def merged(self, a: Any, b: Any) -> Any:
        if nature(type(a)).kind == "dict":  # gradients may lack keys
            result = self.container(a, lambda key, item: self(item, _given(b, key)))
            for key in [key for key in b if key not in a]:
                dict.__setitem__(result, key, b[key])
            return result
        try:
            theirs = iter(like(a, b, [key for key, _ in parts(a)], "", gaps=is_object(a)))
        except TypeError as error:
            raise TypeError(f"{self.what}: {error}") from None
        return self.container(a, lambda _, item: self(item, next(theirs)))


def _given(b: Any, key: Any) -> Any:
    return getattr(b, key, None) if isinstance(key, Attribute) else b.get(key)


def sole_params(args: tuple[Any, ...]) -> Params | None:
    """The Params, if they are all that a function is differentiated with respect to."""
    return args[0] if len(args) == 1 and isinstance(args[0], Params) else None
