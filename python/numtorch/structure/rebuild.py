"""Nests made anew: containers of the same types with other parts in them, and maps over leaves."""

from __future__ import annotations

import copy
import functools
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

from numtorch.structure.parts import Attribute, fields, is_array, nature, parts, refuse_concealed, slot_names, untrained
from numtorch.structure.walk import leaves

Leaf = Callable[[Any], Any]
Part = Callable[[Any, Any], Any]  # takes the key and the part that was there, and gives the new one


def _identity(value: Any) -> Any:
    return value


class Rebuilding:
    """One pass through a nest: what was made of which container, so that shared ones stay shared and cycles end.

    Parameters
    ----------
    plain : bool
        Whether a Mapping that is no dict becomes a dict: it is to stand beside the nest, not to replace it.
    """

    def __init__(self, plain: bool = False) -> None:
        self.plain = plain
        self.done: dict[int, tuple[Any, Any]] = {}  # the original too, so that no other object takes its id

    def keep(self, value: Any, result: Any) -> Any:
        """Remembers what a value has become."""
        self.done[id(value)] = (value, result)
        return result

    def container(self, value: Any, part: Part) -> Any:
        """The same container with ``part(key, item)`` instead of each item. It is known before its items are."""
        kind = nature(type(value)).kind
        if kind == "tuple":
            return self._tuple(value, part)
        if kind == "mapping":
            return self._dict({}, value, part) if self.plain else self._mapping(value, part)
        result = copied(value)
        if result is None:
            return self.keep(value, self.uncopied(value))
        if kind == "dict":
            return self._dict(result, value, part)
        if kind == "list":
            return self._list(result, value, part)
        return self._partial(result, value, part) if kind == "partial" else self._object(result, value, part)

    def uncopied(self, value: Any) -> Any:
        """What stands for a container of which there is no copy."""
        raise TypeError(f"a {type(value).__name__} cannot be copied, so what it holds cannot be replaced")

    def _tuple(self, value: tuple[Any, ...], part: Part) -> Any:
        items = [part(i, item) for i, item in enumerate(value)]
        if id(value) in self.done:  # made meanwhile, by a list in it that holds it
            return self.done[id(value)][1]
        result = self.keep(value, rebuild_tuple(value, items))
        return _with_attributes(result, value, part)

    def _list(self, result: Any, value: Any, part: Part) -> Any:
        self.keep(value, result)
        put = list.__setitem__ if isinstance(value, list) else deque.__setitem__
        for i, item in enumerate(value):
            put(result, i, part(i, item))
        return _with_attributes(result, value, part)

    def _dict(self, result: dict[Any, Any], value: Any, part: Part) -> Any:
        self.keep(value, result)
        for key, item in value.items():
            dict.__setitem__(result, key, part(key, item))
        return _with_attributes(result, value, part) if isinstance(value, dict) else result

    def _partial(self, result: Any, value: functools.partial[Any], part: Part) -> Any:
        self.keep(value, result)
        func, args, keywords = part("func", value.func), part("args", value.args), part("keywords", value.keywords)
        attributes = {name: item for name, item in vars(value).items() if name.startswith("__")}
        attributes |= {str(name): part(name, item) for name, item in parts(value)[3:]}
        # A tree beside a model may have None in these slots, which no partial can have.
        func = func if callable(func) else value.func
        args = (None,) * len(value.args) if args is None else args
        keywords = dict.fromkeys(value.keywords) if keywords is None else keywords
        result.__setstate__((func, args, keywords, attributes))
        return result

    def _object(self, result: Any, value: Any, part: Part) -> Any:
        self.keep(value, result)
        for name, item in parts(value):
            set_attribute(result, name, part(name, item))
        return result

    def _mapping(self, value: Mapping[Any, Any], part: Part) -> Any:
        """Of any type: an object's attributes are where its items are, so those are replaced there."""
        if isinstance(value, MappingProxyType):
            made: dict[Any, Any] = {}
            self.keep(value, MappingProxyType(made))
            made.update((key, part(key, item)) for key, item in value.items())
            return self.done[id(value)][1]
        result = copied(value) if fields(value) else None
        if result is not None:
            self.keep(value, result)
        rows = [(key, item, part(key, item)) for key, item in value.items()]
        if result is None and id(value) in self.done:  # made meanwhile, by something in it that holds it
            return self.done[id(value)][1]
        if result is not None:
            inner = _Substitution([(item, new) for _, item, new in rows] + [(key, key) for key in value], value, result)
            for name, item in fields(value).items():
                set_attribute(result, name, inner(item))
        return self.keep(value, _filled(value, result, [(key, new) for key, _, new in rows]))


class _Substitution(Rebuilding):
    """Copies of containers with some of the values in them replaced."""

    def __init__(self, pairs: list[tuple[Any, Any]], whole: Any, result: Any) -> None:
        super().__init__()
        self.keep(whole, result)
        self.first: dict[int, list[Any]] = {}  # of a leaf that occurs in several slots and becomes another in each
        for old, new in reversed(pairs):
            if nature(type(old)).kind != "atom" or is_array(old):  # a number may occur elsewhere for another reason
                if id(old) in self.done and self.done[id(old)][1] is not new:
                    self.first.setdefault(id(old), []).append(new)
                else:
                    self.keep(old, new)

    def __call__(self, value: Any) -> Any:
        if self.first.get(id(value)):
            return self.first[id(value)].pop()
        if id(value) in self.done:
            return self.done[id(value)][1]
        return value if nature(type(value)).kind == "atom" else self.container(value, lambda _, item: self(item))

    def uncopied(self, value: Any) -> Any:
        return value


def _filled(value: Mapping[Any, Any], result: Any, pairs: list[tuple[Any, Any]]) -> Any:
    """`result`, or else a Mapping of the type of `value` made of a dict, if it holds what it is to hold."""
    if isinstance(result, MutableMapping):
        for key, item in pairs:
            if result.get(key) is not item:
                result[key] = item
    if result is not None and _holds(result, pairs):
        return result
    make: Any = type(value)
    try:
        result = make(dict(pairs))
    except Exception:  # whatever a class raises that is not made so
        result = None
    if isinstance(result, Mapping) and _holds(result, pairs):
        return result
    raise TypeError(f"the items of a {type(value).__name__} cannot be replaced; dict(...) has items that can be")


def _holds(mapping: Mapping[Any, Any], pairs: list[tuple[Any, Any]]) -> bool:
    return len(mapping) == len(pairs) and all(key in mapping and _same(mapping[key], item) for key, item in pairs)


def _same(one: Any, other: Any) -> bool:
    """One object, or equal numbers or texts."""
    return one is other or (isinstance(other, str | int | float | bytes) and type(one) is type(other) and one == other)


def copied(value: Any) -> Any:
    """A shallow copy of a container; None of one that cannot be copied, or whose copy is itself."""
    try:
        result = copy.copy(value)
    except Exception:  # whatever a class's own way of copying raises
        result = _bare_copy(value) if isinstance(value, dict) else None
    if result is value or type(result) is not type(value):
        return None
    if getattr(value, "__dict__", None) is value:
        result.__dict__ = result
    return result


def _bare_copy(value: dict[Any, Any]) -> Any:
    """Of a dict whose class does not let itself be written to."""
    kind: Any = type(value)
    result = kind.__new__(kind)
    put = OrderedDict.__setitem__ if isinstance(value, OrderedDict) else dict.__setitem__
    for key, item in value.items():
        put(result, key, item)
    for name, item in fields(value).items():
        set_attribute(result, name, item)
    return result


def set_attribute(value: Any, name: str, item: Any) -> None:
    """Sets an attribute, of a frozen object too."""
    if name in slot_names(type(value)):
        object.__setattr__(value, name, item)
    else:
        vars(value)[name] = item  # not by setattr: the class may have a property of this name


def _with_attributes(result: Any, value: Any, part: Part) -> Any:
    for name, item in () if type(value) in (list, tuple, dict, deque) else parts(value):
        if isinstance(name, Attribute):
            set_attribute(result, name, part(name, item))
    return result


def rebuild_tuple(value: tuple[Any, ...], items: list[Any]) -> tuple[Any, ...]:
    """A tuple of the type of `value`, a named one too, with other items."""
    try:
        return tuple.__new__(type(value), items)
    except TypeError:  # a type of the interpreter's own, as time.struct_time
        make: Any = type(value)
        result: tuple[Any, ...] = make(items)
        return result


class Mapper(Rebuilding):
    """One pass of `fmap`."""

    def __init__(
        self, f: Leaf, is_leaf: Callable[[Any], bool], others: Leaf, shared: bool, trained: bool, plain: bool
    ) -> None:
        super().__init__(plain)
        self.f = f
        self.trained = trained
        self.is_leaf = is_leaf
        self.others = others
        self.shared = shared

    def __call__(self, value: Any) -> Any:
        leaf = self.is_leaf(value)
        if (self.shared or not leaf) and id(value) in self.done:
            return self.done[id(value)][1]
        if leaf:
            return self.keep(value, self.f(value))
        kind, _, conceals = nature(type(value))
        if conceals:
            refuse_concealed(value)
        if kind == "atom":
            return self.others(value)
        left_out = untrained(value) if self.trained else frozenset()
        return self.container(value, lambda key, item: self.others(item) if key in left_out else self(item))

    def uncopied(self, value: Any) -> Any:
        if any(True for _ in leaves(value, self.is_leaf)):
            return super().uncopied(value)
        return self.others(value)  # an open file, say


def fmap(
    f: Leaf,
    tree: Any,
    is_leaf: Callable[[Any], bool] = is_array,
    others: Leaf = _identity,
    shared: bool = True,
    trained: bool = False,
) -> Any:
    """A copy of a nest with `f` applied to its leaves.

    Parameters
    ----------
    f : callable
        Applied to each leaf.
    tree : nest
        Mappings, lists, tuples, namedtuples, deques, dataclasses, functools.partial and plain objects, in any depth.
    is_leaf : callable
        What counts as a leaf; by default Tensors and ndarrays of numbers.
    others : callable
        Applied to everything else that is not a container; by default left as it is.
    shared : bool
        Whether a leaf that occurs twice is mapped once, so that it is shared in the result too.
    trained : bool
        Whether only what is trained is mapped: `others` is applied to whole attributes that a class names in
        `__buffers__`, and to those of frozen objects.

    Returns
    -------
    nest
        Containers keep their types; the original is not changed.

    Raises
    ------
    TypeError
        A function, method or set in the nest holds arrays that cannot be replaced, or a Mapping cannot be made anew.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import fmap
    >>> fmap(lambda x: 2 * x, {"w": np.ones(2), "name": "layer"})
    {'w': array([2., 2.]), 'name': 'layer'}
    """
    return Mapper(f, is_leaf, others, shared, trained, plain=False)(tree)


def shadow(
    f: Leaf,
    tree: Any,
    is_leaf: Callable[[Any], bool],
    others: Leaf = lambda _: None,
    shared: bool = False,
    trained: bool = True,
) -> Any:
    """A nest to stand beside another, as gradients do: `f` of its leaves and None, or `others`, for everything else.

    Parameters are those of `fmap`. A Mapping that is no dict has a dict beside it.
    """
    return Mapper(f, is_leaf, others, shared, trained, plain=True)(tree)
