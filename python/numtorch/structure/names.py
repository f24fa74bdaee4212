"""The arrays of a nest by dotted names."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numtorch.structure.walk import fields, is_array, is_object


@dataclass(frozen=True)
class Slot:
    """One place of an array: the name, and what holds it under which key."""

    name: str
    holder: Any
    key: Any
    value: Any

    def put(self, value: Any) -> None:
        """Another array in this place."""
        if isinstance(self.holder, list | Mapping):
            self.holder[self.key] = value  # type: ignore[index]
        elif isinstance(self.holder, tuple):
            raise TypeError(f"load_state: {self.name} is in a tuple, where an array cannot be replaced")
        else:
            object.__setattr__(self.holder, self.key, value)


def items(value: Any) -> list[tuple[Any, Any]]:
    """What a container holds, with keys, indices or the names of attributes; nothing for anything else."""
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, list | tuple):
        return list(enumerate(value))
    if isinstance(value, functools.partial):
        return [("func", value.func), ("args", value.args), ("keywords", value.keywords)]
    return list(fields(value).items()) if is_object(value) else []


def slots(tree: Any, is_leaf: Callable[[Any], bool] = is_array) -> Iterator[Slot]:
    """The places of arrays in a nest, in order; a shared array once for each of its names.

    A class that says `__inline__ = "layers"` leaves the name of that attribute out: the parts of a Chain are called
    "0.weight", not "layers.0.weight".
    """
    yield from _slots(tree, "", set(), is_leaf)


def _slots(value: Any, prefix: str, above: set[int], is_leaf: Callable[[Any], bool]) -> Iterator[Slot]:
    if id(value) in above:
        return
    above.add(id(value))
    inline = getattr(type(value), "__inline__", None)
    for key, item in items(value):
        name = f"{prefix}{key}"
        if is_leaf(item):
            yield Slot(name, value, key, item)
        else:
            yield from _slots(item, prefix if key == inline else f"{name}.", above, is_leaf)
    above.discard(id(value))


def state(model: Any) -> dict[str, Any]:
    """The arrays of a model by their dotted names, buffers too.

    Parameters
    ----------
    model : nest of arrays
        A layer, a model, or any nest of dicts, lists and objects.

    Returns
    -------
    dict
        Names such as "layer1.0.conv1.weight", and the arrays themselves (not copies). A shared array is there under
        each of its names.

    Raises
    ------
    ValueError
        Two arrays have one name, as in ``{"a.b": x, "a": {"b": y}}``.

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
    every = list(slots(model))
    for slot in every:
        if found.setdefault(slot.name, slot).value is not slot.value:
            raise ValueError(f"{function}: two arrays of the model have the name {slot.name!r}; rename a key")
    return every
