"""What ran, as nodes: leaves, parts of several results, calls with their own way back; and what lies behind one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from numtorch import _core
from numtorch._core import Node, Tensor


class Leaf(Node):
    """A Tensor that a gradient is taken with respect to; its parent, if any, is what it is to an outer gradient.

    `source` is what the caller named: the Tensor itself, or the ndarray or number that it was made from.
    """

    __slots__ = ("kept", "source")

    def __init__(self, tensor: Tensor, sequence: int, source: Any = None) -> None:
        outer = _core.node_of(tensor)
        self.source = tensor if source is None else source
        self.kept = _core.untracked(tensor)
        self.args = ()
        self.parents = () if outer is None else (outer,)
        self.result = tensor if outer is None else outer.result
        self.sequence = sequence

    def is_changed(self) -> bool:
        """Was the source written to since?"""
        return isinstance(self.source, Tensor) and not _core.is_unchanged(self.kept, self.source)


class Part(Node):
    """One result of a kernel that has several; its parent is the kernel's node."""

    __slots__ = ("index",)

    def __init__(self, whole: Node, index: int) -> None:
        self.args = ()
        self.parents = (whole,)
        self.result = whole.result[index]
        self.sequence = whole.sequence
        self.index = index


class Custom(Node):
    """A call of a function that comes with its own way back, `pull`.

    ``pull(node, g)`` gives one gradient, or None, for each of the parents; `g` is a list, with None for what had no
    influence, if the function has several results. `pull` must not refer to the node or to what hangs on it.
    """

    __slots__ = ("pull",)

    def __init__(self, parents: Sequence[Node | None], result: Any, sequence: int, pull: Pull) -> None:
        self.args = ()
        self.parents = tuple(parents)
        self.result = result
        self.sequence = sequence
        self.pull: Pull | None = pull


Pull = Callable[[Custom, Any], Sequence["Tensor | None"]]


def nested(parents: tuple[Any, ...]) -> Iterable[Node]:
    """The nodes among parents some of which are tuples."""
    for parent in parents:
        if type(parent) is tuple:
            yield from nested(parent)
        elif parent is not None:
            yield parent


_sequence = attrgetter("sequence")


def history(roots: Iterable[Node], start: int) -> list[Node]:
    """The nodes behind `roots` that ran since `start`, parents first; iterative, since graphs are deep."""
    seen = set(roots)
    stack = list(seen)
    while stack:
        for parent in stack.pop().parents:
            if parent is None or parent in seen:
                continue
            for node in (parent,) if type(parent) is not tuple else nested(parent):
                if node not in seen and node.sequence >= start:
                    seen.add(node)
                    stack.append(node)
    order = sorted(seen, key=_sequence)
    # A Part has the number of the node that it is part of, and comes after it.
    return sorted(order, key=_in_order) if Part in map(type, order) else order


def origins(roots: Iterable[Node], start: int, leaves: Iterable[Node]) -> set[Node]:
    """The nodes from before `start` on which those behind `roots` depend, but not by way of `leaves`."""
    seen = set(leaves)
    stack = [root for root in roots if root not in seen]
    found: set[Node] = set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.sequence < start:
            found.add(node)
        else:
            stack.extend(nested(node.parents))
    return found


def _in_order(node: Node) -> tuple[int, bool]:
    return node.sequence, type(node) is Part
