"""The walks over nests: leaves, named slots, containers, and several nests side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MethodType
from typing import Any, NamedTuple

from numtorch.structure.parts import (
    Attribute,
    is_array,
    nature,
    of_attributes,
    of_sequence,
    parts,
    refuse_concealed,
    trained_parts,
)


class Slot(NamedTuple):
    """One slot of a nest: its name, what holds it under which key (None for the nest itself), and what is there."""

    name: str
    holder: Any
    key: Any
    value: Any


def leaves(tree: Any, is_leaf: Callable[[Any], bool] = is_array, trained: bool = False) -> Iterator[Any]:
    """The leaves of a nest, in order, each array once however often it occurs; with `trained`, only trained ones.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.structure import leaves
    >>> len(list(leaves({"a": np.ones(2), "b": [np.ones(3), "text"]})))
    2
    """
    seen: dict[int, Any] = {}
    stack = [tree]
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        if is_leaf(value):
            seen[id(value)] = value
            yield value
            continue
        kind, read, conceals = nature(type(value))
        if conceals:
            refuse_concealed(value)
        if kind != "atom":
            seen[id(value)] = value
            stack.extend([part for _, part in (trained_parts if trained else read)(value)][::-1])


def walk(
    tree: Any, is_leaf: Callable[[Any], bool] = is_array, *, once: bool = False, inline: bool = True
) -> Iterator[Slot]:
    """The slots of leaves in a nest, in order, with their dotted names; the name of a nest that is a leaf is "".

    A shared leaf comes once for each of its names; with `once`, it and what shared containers hold come once. A class
    that says `__inline__ = "layers"` leaves the name of that attribute out, unless `inline` is false: the parts of a
    Chain are called "0.weight", not "layers.0.weight".
    """
    if is_leaf(tree):
        yield Slot("", None, None, tree)
    else:
        yield from _walk(tree, "", {}, is_leaf, once, inline)


def _walk(
    value: Any, prefix: str, above: dict[int, Any], is_leaf: Callable[[Any], bool], once: bool, inline: bool
) -> Iterator[Slot]:
    kind, read, conceals = nature(type(value))
    if conceals:
        refuse_concealed(value)
    if kind == "atom" or id(value) in above:
        return
    above[id(value)] = value
    left_out = getattr(type(value), "__inline__", None) if inline else None
    for key, item in read(value):
        name = f"{prefix}{key}"
        if not is_leaf(item):
            yield from _walk(item, prefix if key == left_out else f"{name}.", above, is_leaf, once, inline)
        elif not once or id(item) not in above:
            if once:
                above[id(item)] = item
            yield Slot(name, value, key, item)
    if not once:
        del above[id(value)]


def containers(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every container in a nest with its dotted name, the outer before the inner, each once.

    Also the owners of bound methods in it, which may be layers without arrays.
    """
    return _containers(tree, "", {})


def _containers(value: Any, name: str, seen: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    kind, read, _ = nature(type(value))
    if isinstance(value, MethodType):
        yield from _containers(value.__self__, f"{name}.__self__" if name else "__self__", seen)
    if kind == "atom" or id(value) in seen:
        return
    seen[id(value)] = value
    yield name, value
    left_out = getattr(type(value), "__inline__", None)
    for key, item in read(value):
        yield from _containers(item, name if key == left_out else f"{name}.{key}" if name else str(key), seen)


# --------------------------------------------------------------------------------------------------------- side by side

Named = tuple[str, Any]  # a nest, and the word for what it is to hold, as "gradients"


def beside(tree: Any, others: Sequence[Named], leaf: type, gaps: bool = True) -> list[Any]:
    """The leaves of a nest, values of one type, each in a tuple with what other nests have in its slot.

    All nests are of one structure. None instead of a part of `tree` stands for a part without leaves. With `gaps`,
    the last of the others may have None, or no key, for a part: its leaves are left out. A Mapping by names may stand
    for an object. Containers that occur twice, in all of the nests, count once.

    Raises
    ------
    TypeError
        The structures differ.
    """
    found: list[Any] = []
    words = [word for word, _ in others]
    _beside((tree, *(other for _, other in others)), words, leaf, gaps, found, set())
    return found


def _beside(
    trees: tuple[Any, ...], words: list[str], leaf: type, gaps: bool, found: list[Any], seen: set[tuple[int, int]]
) -> None:
    tree = trees[0]
    if tree is None or (gaps and trees[-1] is None):
        return
    if type(tree) is leaf:
        found.append(trees)
        return
    kind, read, _ = nature(type(tree))
    pair = (id(tree), id(trees[-1]))
    if kind == "atom" or pair in seen:
        return
    seen.add(pair)
    columns: Sequence[Sequence[Any]] = trees
    if read is not of_sequence or not all(type(other) in _PLAINEST and len(other) == len(tree) for other in trees):
        columns = _columns(trees, read, words, gaps)
    for row in zip(*columns, strict=True):
        part = row[0]
        if type(part) is not leaf:
            if part is not None:
                _beside(row, words, leaf, gaps, found, seen)
        elif row[-1] is not None:
            found.append(row)
        elif not gaps:
            raise TypeError(f"expected {_in(words[-1])}a {type(tree).__name__}, which has None in a slot")


_PLAINEST = (list, tuple)
_NONE = id(None)


def _columns(trees: tuple[Any, ...], read: Any, words: list[str], gaps: bool) -> list[list[Any]]:
    """The parts of a container that are not None, and those of the others in the same slots."""
    tree = trees[0]
    keys, held = [], []
    for key, part in tree.__dict__.items() if read is of_attributes else read(tree):
        if part is not None:
            keys.append(key)
            held.append(part)
    columns = [held]
    for i, word in enumerate(words, 1):
        other = trees[i]
        if read is of_attributes is nature(type(other)).parts:  # as most of a model is
            column = list(map(other.__dict__.get, keys))
            if _NONE not in map(id, column):
                columns.append(column)
                continue
        columns.append(like(tree, other, keys, word, gaps and i == len(words)))
    return columns


def like(tree: Any, other: Any, keys: list[Any], word: str, gaps: bool) -> list[Any]:
    """The parts of `other`, of the structure of `tree`, that have these keys; with `gaps`, None for none."""
    mine, theirs = nature(type(tree)).kind, nature(type(other)).kind
    if mine in ("list", "tuple"):
        return _by_index(tree, other, keys, word)
    if mine in ("object", "partial") and theirs in ("object", "partial"):
        held: Any = other.__dict__ if nature(type(other)).parts is of_attributes else dict(parts(other))
        if gaps:
            return [held.get(key) for key in keys]
    elif isinstance(other, Mapping) and other.keys() <= (tree.keys() if mine in _BY_KEY else dict(parts(tree)).keys()):
        held = other
    else:
        named = f"dict with the keys {list(tree)}" if mine in _BY_KEY else type(tree).__name__
        raise TypeError(f"expected {_in(word)}a {named}, not {described(other)}")
    missing = [key for key in keys if not gaps and key not in held and not isinstance(key, Attribute)]
    if missing:
        raise TypeError(f"expected {_in(word)}a {type(tree).__name__} with {missing[0]!r}, which is not there")
    return [getattr(other, key, None) if isinstance(key, Attribute) else held.get(key) for key in keys]


_BY_KEY = ("dict", "mapping")


def _by_index(tree: Any, other: Any, keys: list[Any], word: str) -> list[Any]:
    if nature(type(other)).kind not in ("list", "tuple") or len(other) != len(tree):
        count = f"{len(tree)} {word} in" if word else f"{len(tree)} in"
        raise TypeError(f"expected {count} a {type(tree).__name__}, not {described(other)}")
    return [getattr(other, key, None) if isinstance(key, Attribute) else other[key] for key in keys]


def _in(word: str) -> str:
    return f"{word} in " if word else ""


def described(value: Any) -> str:
    """What came where another structure was expected."""
    if is_array(value):
        return f"an array of shape {value.shape}"
    if nature(type(value)).kind in _BY_KEY:
        return f"one with {list(value)}"
    if nature(type(value)).kind in ("list", "tuple"):
        return f"{len(value)} in a {type(value).__name__}"
    return f"a {type(value).__name__}"
