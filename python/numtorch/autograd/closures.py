"""Arrays that a function holds in its closure, its defaults, its attributes or the globals that it reads."""

from __future__ import annotations

import contextlib
import random
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor
from numtorch.structure import PLAIN, buffer_names, fields, is_object, nature, parts

_LIBRARIES = {"numpy", "numtorch", "scipy", "torch"}
RANDOM = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random, _core.Generator)


def reachable(*roots: Any) -> Iterator[Any]:
    """What functions and nests hold in closures, defaults, attributes and globals: of it, Tensors, sources of random
    numbers, and objects with `__buffers__`.
    """
    seen: dict[int, Any] = {}
    stack = list(roots)
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        if isinstance(value, (Tensor, *RANDOM)):
            yield value
        else:
            if buffer_names(value) and not isinstance(value, type):
                yield value
            stack.extend(_held(value))


def _held(value: Any) -> list[Any]:
    if isinstance(value, types.FunctionType):
        return [] if (value.__module__ or "").partition(".")[0] in _LIBRARIES else list(_held_by_function(value))
    if isinstance(value, types.MethodType):
        return [value.__self__, value.__func__]
    if isinstance(value, set | frozenset):
        return list(value)
    held = [part for _, part in parts(value)]
    if not is_object(value) or nature(type(value)).kind == "partial":
        return held
    # What runs when the object is called may use globals.
    methods = [cls.__dict__["__call__"] for cls in type(value).__mro__ if "__call__" in cls.__dict__]
    return [*held, *fields(value).values(), *(method for method in methods if isinstance(method, types.FunctionType))]


def _held_by_function(function: types.FunctionType) -> Iterator[Any]:
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    yield from (content for _, content in _cells(function))
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        yield from (function.__globals__[name] for name in code.co_names if name in function.__globals__)
        codes.extend(inner for inner in code.co_consts if isinstance(inner, types.CodeType))


def held_by(pull: Callable[..., Any]) -> Iterator[tuple[str, Tensor]]:
    """The floating-point Tensors in the closures, defaults and bound arguments of a pullback, with their names."""
    stack: list[tuple[str, Any]] = [("", pull)]
    seen = set()
    while stack:
        name, value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, types.FunctionType):
            stack.extend(_cells(value))
            stack.extend((f"a default of {value.__name__}", default) for default in value.__defaults__ or ())
        elif nature(type(value)).kind == "partial":
            stack.extend((name if key == "func" else "an argument of partial", item) for key, item in parts(value))
        elif nature(type(value)).kind in PLAIN:
            stack.extend((name, item) for _, item in parts(value))
        elif isinstance(value, Tensor) and value.dtype.kind in "fc":
            yield name, value


def _cells(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # not assigned
            yield name, cell.cell_contents
