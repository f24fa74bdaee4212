"""Checkpoints of the first format: names as they were, by the names of today."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numtorch.optim.state import is_leaf
from numtorch.structure import ALONE, is_array, walk

UNSAVED = "; files of format 1 do not hold what is in a functools.partial"


def of_today(model: dict[str, Any], nest: Any) -> dict[str, Any]:
    """The arrays of a model: format 1 did not leave `__inline__` out of their names."""
    names = _names(nest, is_array)
    return {names.get(name, name): array for name, array in model.items()}


def state_of_today(
    arrays: dict[str, Any], settings: dict[str, Any], nest: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same of what an optimiser keeps, and of its settings."""
    names = _names(nest, is_leaf)
    return (
        {_renamed(name, settings, names): array for name, array in arrays.items()},
        {names.get(name, name): held for name, held in settings.items()},
    )


def _names(nest: Any, leaf: Callable[[Any], bool]) -> dict[str, str]:
    """Each name of format 1, with the name of today; of what occurs twice, all with the first."""
    first: dict[int, str] = {}
    for slot in walk(nest, leaf, once=True):
        first[id(slot.value)] = slot.name or ALONE
    return {slot.name or ALONE: first[id(slot.value)] for slot in walk(nest, leaf, inline=False)}


def _renamed(name: str, settings: dict[str, Any], names: dict[str, str]) -> str:
    """Of what is kept for an array: the array's name is the longest that this one begins with."""
    owner = max((known for known in settings if name.startswith(f"{known}.")), key=len, default="")
    return names.get(owner, owner) + name[len(owner) :]
