"""The arrays of a nest by dotted names."""

from __future__ import annotations

from collections import deque
from collections.abc import MutableMapping
from typing import Any

from numtorch.structure.parts import Attribute, nature
from numtorch.structure.rebuild import set_attribute
from numtorch.structure.walk import Slot, walk

ALONE = "array"  # the name of an array that is no part of anything


def put(slot: Slot, value: Any, function: str) -> None:
    """Another array in a place of a nest."""
    holder, key = slot.holder, slot.key
    if not can_put(slot):
        what = "no part of anything" if holder is None else f"in a {type(holder).__name__}"
        raise TypeError(f"{function}: {slot.name} is {what}, where an array cannot be replaced")
    if isinstance(key, Attribute) or nature(type(holder)).kind == "object":
        set_attribute(holder, key, value)
        return
    holder[key] = value
    if holder[key] is not value:
        raise TypeError(f"{function}: {slot.name} is in a {type(holder).__name__}, which did not take another array")


def can_put(slot: Slot) -> bool:
    """Whether another array can stand in a place."""
    if isinstance(slot.key, Attribute) or nature(type(slot.holder)).kind == "object":
        return True
    return isinstance(slot.holder, list | deque | MutableMapping)


def state(model: Any) -> dict[str, Any]:
    """The arrays of a model by their dotted names, buffers too.

    Parameters
    ----------
    model : nest of arrays
        A layer, a model, or any nest of Mappings, lists, functools.partial and objects.

    Returns
    -------
    dict
        Names such as "layer1.0.conv1.weight", and the arrays themselves (not copies). A shared array is there under
        each of its names; an array that is the whole model is called "array".

    Raises
    ------
    ValueError
        Two arrays have one name, as in ``{"a.b": x, "a": {"b": y}}``.
    TypeError
        A function, method or set in the model holds arrays, which have no names.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import state
    >>> list(state({"fc": {"weight": np.ones((2, 3)), "bias": np.zeros(2)}}))
    ['fc.weight', 'fc.bias']
    """
    return {slot.name: slot.value for slot in places(model, "state")}


def places(model: Any, function: str) -> list[Slot]:
    """The places of a model's arrays; ValueError if two arrays have one name, as the one would stand for the other."""
    found: dict[str, Slot] = {}
    every = [slot if slot.name else slot._replace(name=ALONE) for slot in walk(model)]
    for slot in every:
        if found.setdefault(slot.name, slot).value is not slot.value:
            raise ValueError(f"{function}: two arrays of the model have the name {slot.name!r}; rename a key")
    return every
