"""What a program reads: the Tensors in its arguments, and those that its function holds."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, tensor
from numtorch.autograd.closures import RANDOM
from numtorch.programs.holders import LIBRARIES, class_functions, class_items, module_items, users_classes
from numtorch.structure import nature, parts

_NUMBERS = (bool, int, float, complex, str, bytes, types.NoneType, np.dtype)


class Edge(NamedTuple):
    """That a holder has a value under a key: a cell's content, a global, an item or an attribute."""

    holder: Any
    key: Any
    value: Any
    name: str


class Arguments:
    """The arguments of one call: the Tensors in them in order, each once, and what else they are.

    Parameters
    ----------
    args : tuple
        Positional arguments.
    kwargs : dict
        Keyword arguments.

    Attributes
    ----------
    args, kwargs
        The same with Tensors for ndarrays and NumPy's scalars.
    tensors : list of Tensor
    key : tuple
        Equal for two calls that one program serves, but for what is to be said of the Tensors' memory.
    others : list
        Functions and other objects without parts, which count by identity.
    """

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.tensors: list[Tensor] = []
        self.others: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._above: dict[int, Any] = {}
        words: list[Any] = [len(args)]
        self.args = tuple([self._read(arg, words) for arg in args])
        self.kwargs = {}
        for name in sorted(kwargs):
            words.append(name)
            self.kwargs[name] = self._read(kwargs[name], words)
        self.key = tuple(words)

    def _read(self, value: Any, words: list[Any]) -> Any:
        if isinstance(value, Tensor):
            self._tensor(value, words)
        elif isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufc":
            value = tensor(value, copy=False)
            self._tensor(value, words)
        elif isinstance(value, _NUMBERS):
            # 0.0 and -0.0, True and 1 are equal and not the same.
            words.append((type(value), repr(value) if isinstance(value, float | complex) else value))
        else:
            self._container(value, words)
        return value

    def _tensor(self, value: Tensor, words: list[Any]) -> None:
        number = self._numbers.setdefault(id(value), len(self.tensors))
        if number == len(self.tensors):
            self.tensors.append(value)
        words.append(number)

    def _container(self, value: Any, words: list[Any]) -> None:
        kind = nature(type(value)).kind
        if kind == "atom":
            self.others.append(value)
            words.append((type(value), id(value)))
            return
        if id(value) in self._above:
            words.append(("again", list(self._above).index(id(value))))
            return
        self._above[id(value)] = value
        found = parts(value)
        words.append((type(value), len(found)))
        for key, item in found:
            words.append(key if isinstance(key, int | str) else (type(key), id(key)))
            made = self._read(item, words)
            if made is not item:
                raise TypeError(
                    f"compile: {key!r} of an argument is an ndarray in a {type(value).__name__}; arrays inside of "
                    "nests must be Tensors: move the nest with torch(nest)"
                )


def edges(*roots: Any) -> Iterator[Edge]:
    """All that functions and nests hold, in closures, defaults, attributes, items, globals, classes; each edge once."""
    seen: dict[int, Any] = {}
    known: set[tuple[int, Any]] = set()
    stack: list[tuple[Any, str]] = [(root, "") for root in reversed(roots)]
    while stack:
        value, name = stack.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        if not isinstance(value, type):
            stack.extend((kind, kind.__name__) for kind in users_classes(type(value)))
        for edge in _edges_of(value, name):
            if (id(edge.holder), str(edge.key)) in known and edge.key is not None:
                continue
            known.add((id(edge.holder), str(edge.key)))
            yield edge
            if not isinstance(edge.value, (Tensor, *_NUMBERS)):
                stack.append((edge.value, edge.name))


def _edges_of(value: Any, name: str) -> Iterator[Edge]:
    if isinstance(value, types.FunctionType):
        yield from _edges_of_function(value)
    elif isinstance(value, types.MethodType):
        yield Edge(value, "__self__", value.__self__, f"{name}.__self__")
        yield Edge(value, "__func__", value.__func__, f"{name}.__func__")
    elif isinstance(value, type):
        for kind in users_classes(value):
            yield from (Edge(kind, key, item, f"{kind.__name__}.{key}") for key, item in class_items(kind))
            for function in class_functions(kind):
                yield from _edges_of_function(function)
    elif isinstance(value, (types.ModuleType, np.ndarray, *RANDOM)):
        return
    elif isinstance(value, set | frozenset):
        for item in value:
            yield Edge(value, None, item, f"{name}{{}}")
    else:
        for key, item in parts(value):
            yield Edge(value, key, item, f"{name}.{key}" if name else str(key))


def _edges_of_function(function: types.FunctionType) -> Iterator[Edge]:
    names = sorted(_global_names(function.__code__))
    for i, default in enumerate(function.__defaults__ or ()):
        yield Edge(function.__defaults__, i, default, f"a default of {function.__name__}")
    for key, default in (function.__kwdefaults__ or {}).items():
        yield Edge(function.__kwdefaults__, key, default, key)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            content = cell.cell_contents
        except ValueError:
            continue  # not assigned yet
        yield Edge(cell, None, content, name)
        yield from _edges_of_module(content, names)
    for key, item in vars(function).items():
        if not key.startswith("__"):
            yield Edge(vars(function), key, item, f"{function.__name__}.{key}")
    if (function.__module__ or "").partition(".")[0] in LIBRARIES:
        return  # what a library keeps in its globals is its own
    for name in names:
        if name in function.__globals__:
            yield Edge(function.__globals__, name, function.__globals__[name], name)
            yield from _edges_of_module(function.__globals__[name], names)


def _edges_of_module(module: Any, names: list[str]) -> Iterator[Edge]:
    """What a function with these names in it can mean by ``module.name``, by ``module.inner.name`` too."""
    stack, seen = [module], set()
    while stack:
        module = stack.pop()
        if not isinstance(module, types.ModuleType) or id(module) in seen:
            continue
        seen.add(id(module))
        for name, item in module_items(module, names):
            yield Edge(vars(module), name, item, f"{module.__name__}.{name}")
            stack.append(item)


def _global_names(code: types.CodeType) -> set[str]:
    names: set[str] = set()
    codes = [code]
    while codes:
        inner = codes.pop()
        names.update(inner.co_names)
        codes.extend(constant for constant in inner.co_consts if isinstance(constant, types.CodeType))
    return names


def current(edge: Edge) -> Any:
    """What the holder has under the key now; `MISSING` if nothing."""
    holder, key = edge.holder, edge.key
    if isinstance(holder, types.CellType):
        try:
            return holder.cell_contents
        except ValueError:
            return MISSING
    if isinstance(holder, types.MethodType):
        return getattr(holder, key)
    if isinstance(holder, set | frozenset):
        return edge.value if edge.value in holder else MISSING
    if type(holder) is dict:
        return holder.get(key, MISSING)
    if isinstance(holder, type):
        return vars(holder).get(key, MISSING)
    if isinstance(holder, list | tuple) and isinstance(key, int):
        return holder[key] if key < len(holder) else MISSING
    return dict(parts(holder)).get(key, MISSING)


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def is_same(a: Any, b: Any) -> bool:
    """Whether two values of an edge are one for a program: the same object, or equal numbers or texts of one type."""
    return a is b or (type(a) is type(b) and isinstance(a, _NUMBERS) and (a == b and repr(a) == repr(b)))


def is_abstract(value: Any) -> bool:
    """Whether the values of a Tensor are not known."""
    return _core.is_abstract(value)


def is_tracked(function: Any, arguments: Arguments) -> bool:
    """Whether a gradient depends on an argument, or on a Tensor that the function holds."""
    if any(value.tracked for value in arguments.tensors):
        return True
    held = (edge.value for edge in edges(function, *arguments.others))
    return any(value.tracked for value in held if isinstance(value, Tensor))
