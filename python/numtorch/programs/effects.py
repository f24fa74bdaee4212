"""What a function does beside returning: it replaces Tensors in the nests that it can reach."""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from numtorch._core import CompileError, Tensor
from numtorch.programs.inputs import MISSING, Edge, current, is_same
from numtorch.programs.results import Build, Results, builder
from numtorch.structure import nature, parts
from numtorch.structure.names import put
from numtorch.structure.rebuild import set_attribute
from numtorch.structure.walk import Slot


class Effect(NamedTuple):
    """That a program puts something into a holder, under a key."""

    edge: Edge
    build: Build


class Watch:
    """Nests as they were before a function ran.

    Parameters
    ----------
    edges : iterable of Edge
        All that the function can reach.
    """

    def __init__(self, edges: Iterable[Edge]) -> None:
        self.edges = list(edges)
        self._keys: dict[int, tuple[Any, list[Any]]] = {}
        for edge in self.edges:
            for holder in (edge.holder, edge.value):  # a list without items holds nothing, and may grow
                if id(holder) not in self._keys and _is_growing(holder):
                    self._keys[id(holder)] = (holder, [key for key, _ in parts(holder)])

    def numbers(self) -> list[Edge]:
        """The numbers that were changed: the function is to be traced once more with Tensors for them."""
        return [edge for edge, now in self._changed() if _is_number(edge.value) and type(now) is type(edge.value)]

    def effects(self, results: Results) -> list[Effect]:
        """What was replaced or added; CompileError for what is neither a Tensor nor a nest of them."""
        found = [Effect(edge, self._replaced(edge, now, results)) for edge, now in self._changed()]
        for holder, keys in self._keys.values():
            before = set(map(_hashable, keys))
            for key, item in parts(holder):
                if _hashable(key) not in before and _holds_tensor(item):
                    found.append(Effect(Edge(holder, key, MISSING, str(key)), builder(results.spec(item))))
        return found

    def _changed(self) -> list[tuple[Edge, Any]]:
        pairs = [(edge, current(edge)) for edge in self.edges]
        return [(edge, now) for edge, now in pairs if not is_same(now, edge.value)]

    @staticmethod
    def _replaced(edge: Edge, now: Any, results: Results) -> Build:
        if now is not MISSING and _holds_tensor(now) and not isinstance(edge.holder, tuple | types.MethodType):
            return builder(results.spec(now))
        raise CompileError(
            f"compile: the function changes {edge.name!r} from {edge.value!r:.60} to {now!r:.60}, which a program "
            "cannot do again at each call; hold it as a Tensor (0-d for a number), or do it outside"
        )

    def undo(self) -> None:
        """Everything as it was."""
        for edge, _ in self._changed():
            assign(edge, edge.value)
        for holder, keys in self._keys.values():
            before = set(map(_hashable, keys))
            for key, _ in reversed(parts(holder)):
                if _hashable(key) not in before:
                    _remove(holder, key)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_growing(holder: Any) -> bool:
    return nature(type(holder)).kind in ("dict", "list", "object", "mapping") and not isinstance(
        holder, types.CellType | types.FunctionType
    )


def _hashable(key: Any) -> Any:
    return (type(key), key)


def _holds_tensor(value: Any, depth: int = 0) -> bool:
    if isinstance(value, Tensor):
        return True
    return depth < 20 and any(_holds_tensor(item, depth + 1) for _, item in parts(value))


def assign(edge: Edge, value: Any) -> None:
    """Puts a value where the edge says."""
    holder, key = edge.holder, edge.key
    if isinstance(holder, types.CellType):
        holder.cell_contents = value
    elif type(holder) is dict:
        holder[key] = value
    elif isinstance(holder, list) and key == len(holder):
        holder.append(value)
    elif isinstance(holder, type):
        setattr(holder, key, value)
    elif nature(type(holder)).kind == "object":
        set_attribute(holder, key, value)
    else:
        put(Slot(edge.name, holder, key, edge.value), value, "compile")


def _remove(holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        del holder[key]
    elif isinstance(holder, list):
        holder.pop()
    else:
        delattr(holder, str(key))


def perform(effects: Sequence[Effect], outputs: Sequence[Any], inputs: Sequence[Tensor]) -> None:
    """Does again what the traced function did."""
    for edge, build in effects:
        value = build(outputs, inputs)
        if edge.value is MISSING and isinstance(edge.holder, list):
            edge.holder.append(value)
            continue
        assign(edge, type(edge.value)(value) if _is_number(edge.value) and isinstance(value, Tensor) else value)
