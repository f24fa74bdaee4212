"""The arrays of a nest by dotted names."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from numtorch.structure.parts import Attribute, fields, is_array, nature, parts
from numtorch.structure.rebuild import set_attribute
from numtorch.structure.walk import Slot, walk

ALONE = "array"  # the name of an array that is no part of anything


def put(slot: Slot, value: Any, function: str) -> None:
    """Another array in a slot of a nest."""
    holders = _holders(slot)
    if not holders:
        what = "no part of anything" if slot.holder is None else f"in a {type(slot.holder).__name__}"
        raise TypeError(f"{function}: {slot.name} is {what}, where an array cannot be replaced")
    for _, holder, key, _ in holders:
        kind = nature(type(holder)).kind
        if isinstance(key, Attribute) or kind == "object":
            set_attribute(holder, key, value)
        elif kind == "dict":
            dict.__setitem__(holder, key, value)
        else:
            holder[key] = value
    if dict(parts(slot.holder))[slot.key] is not value:
        raise TypeError(f"{function}: {slot.name} is in a {type(slot.holder).__name__}, which took no other array")


def can_put(slot: Slot) -> bool:
    """Whether another array can stand in a slot."""
    return bool(_holders(slot))


def _holders(slot: Slot) -> list[Slot]:
    """Where an array is to be replaced: in a Mapping with attributes, that is in these. None if it cannot be."""
    holder, key = slot.holder, slot.key
    kind = nature(type(holder)).kind
    if isinstance(key, Attribute) or kind in ("object", "dict", "list"):
        return [slot]
    if kind != "mapping":
        return []
    if not fields(holder):
        return [slot] if isinstance(holder, MutableMapping) else []
    found = [Slot("", holder, Attribute(name), item) for name, item in fields(holder).items() if item is slot.value]
    found += [inner for item in fields(holder).values() for inner in walk(item) if inner.value is slot.value]
    every = [_holders(inner) for inner in found if inner.holder is not None]
    return [inner for some in every for inner in some] if all(every) else []


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
    return {slot.name: slot.value for slot in named_slots(model, "state")}


def named_slots(model: Any, function: str) -> list[Slot]:
    """The slots of a model's arrays; ValueError if two arrays have one name, as the one would stand for the other."""
    found: dict[str, Slot] = {}
    every = [slot if slot.name else slot._replace(name=ALONE) for slot in walk(model)]
    for slot in every:
        if found.setdefault(slot.name, slot).value is not slot.value:
            raise ValueError(f"{function}: two arrays of the model have the name {slot.name!r}; rename a key")
    return every


def named(tree: Any, is_leaf: Callable[[Any], bool] = is_array, of: str = "") -> dict[str, Any]:
    """The leaves of a nest by the first of their names, each once; ValueError if two have one name."""
    found: dict[str, Any] = {}
    for slot in walk(tree, is_leaf, once=True):
        if slot.name in found:
            raise ValueError(f"two arrays{of} have the name {slot.name!r}: one of its dicts has a key with a dot")
        found[slot.name or ALONE] = slot.value
    return found
