"""The arrays of a nest by dotted names, and their loading by these names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from numtorch._core import Tensor, collect, tensor
from numtorch.structure.walk import fields, is_array, is_object

COUNTER = "num_batches_tracked"  # PyTorch's BatchNorm counts its batches; nothing here depends on it
CONVENTIONS = ("torchvision", "timm", "flux")


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
            raise TypeError(f"load_state: {self.name} is in a tuple, where its dtype cannot change")
        else:
            object.__setattr__(self.holder, self.key, value)


def items(value: Any) -> list[tuple[Any, Any]]:
    """What a container holds, with keys, indices or the names of attributes; nothing for anything else."""
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, list | tuple):
        return list(enumerate(value))
    return list(fields(value).items()) if is_object(value) else []


def slots(tree: Any) -> Iterator[Slot]:
    """The places of arrays in a nest, in order; a shared array once for each of its names.

    A class that says `__inline__ = "layers"` leaves the name of that attribute out: the parts of a Chain are called
    "0.weight", not "layers.0.weight".
    """
    yield from _slots(tree, "", set())


def _slots(value: Any, prefix: str, above: set[int]) -> Iterator[Slot]:
    if id(value) in above:
        return
    above.add(id(value))
    inline = getattr(type(value), "__inline__", None)
    for key, item in items(value):
        name = f"{prefix}{key}"
        if is_array(item):
            yield Slot(name, value, key, item)
        else:
            yield from _slots(item, prefix if key == inline else f"{name}.", above)
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

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import state
    >>> list(state({"fc": {"weight": np.ones((2, 3)), "bias": np.zeros(2)}}))
    ['fc.weight', 'fc.bias']
    """
    return {slot.name: slot.value for slot in slots(model)}


def load_state(model: Any, state: Mapping[str, Any], names: str | None = None) -> Any:
    """Writes arrays into a model, by name and in place.

    Parameters
    ----------
    model : nest of arrays
        ndarrays or Tensors; what is loaded goes to the device of each.
    state : mapping
        Arrays by name: ndarrays, Tensors, or anything that `numpy.asarray` takes.
    names : {None, "torchvision", "timm", "flux"}
        Whose names these are; None for the model's own, as `state` gives them. PyTorch's counters of batches are
        left out.

    Returns
    -------
    nest
        The model. Where the loaded array has a wider dtype than the model's, the model takes the wider one, so that
        nothing is lost; `f32(model)` narrows it. Some models also take what is in no array from the library that
        `names` says: the eps of their norms.

    Raises
    ------
    ValueError
        Names are missing or unexpected, or shapes differ. All of them are listed, and nothing was written.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import load_state
    >>> load_state({"weight": np.zeros(2)}, {"weight": [1.0, 2.0]})
    {'weight': array([1., 2.])}
    >>> load_state({"weight": np.zeros(2)}, {"wight": np.ones(2)})
    Traceback (most recent call last):
    ...
    ValueError: load_state: 1 missing, 1 unexpected
      missing: weight, of shape (2,)
      unexpected: wight, of shape (2,)
    """
    if names is not None and names not in CONVENTIONS:
        raise ValueError(f"load_state: names are one of {', '.join(CONVENTIONS)}, or None, not {names!r}")
    places = list(slots(model))
    given = dict(state)
    if names is not None:
        given = _translated(model, given, names, {slot.name for slot in places})
    arrays = {name: value if isinstance(value, Tensor) else np.asarray(value) for name, value in given.items()}
    _check(places, arrays)
    moved: dict[int, Any] = {}
    for slot in places:
        if id(slot.value) not in moved:
            moved[id(slot.value)] = _written(slot.value, arrays[slot.name])
        if moved[id(slot.value)] is not slot.value:
            slot.put(moved[id(slot.value)])
    if names is not None and hasattr(type(model), "__loaded__"):
        type(model).__loaded__(model, names)
    return model


def _translated(model: Any, given: dict[str, Any], names: str, own: set[str]) -> dict[str, Any]:
    given = {
        name: value
        for name, value in given.items()
        if name in own or not (name == COUNTER or name.endswith(f".{COUNTER}"))
    }
    translate = getattr(type(model), "__translate__", None)
    return given if translate is None else dict(translate(model, given, names))


def _check(places: list[Slot], arrays: Mapping[str, Any]) -> None:
    own = {slot.name: slot for slot in places}
    missing = [f"missing: {name}, of shape {slot.value.shape}" for name, slot in own.items() if name not in arrays]
    unexpected = [f"unexpected: {name}, of shape {array.shape}" for name, array in arrays.items() if name not in own]
    wrong = [
        f"wrong: {name} has shape {slot.value.shape}, not {arrays[name].shape}"
        for name, slot in own.items()
        if name in arrays and arrays[name].shape != slot.value.shape
    ]
    kinds = [
        f"wrong: {name} holds {arrays[name].dtype}, which is no {slot.value.dtype}"
        for name, slot in own.items()
        if name in arrays and not np.can_cast(arrays[name].dtype, slot.value.dtype, "same_kind")
    ]
    tied = _tied_apart(places, arrays) if not (missing or wrong) else []
    found = {"missing": missing, "unexpected": unexpected, "wrong": [*wrong, *kinds], "tied": tied}
    if any(found.values()):
        counts = ", ".join(f"{len(lines)} {what}" for what, lines in found.items() if lines)
        lines = [line for lines in found.values() for line in lines]
        raise ValueError("\n  ".join([f"load_state: {counts}", *lines]))


def _tied_apart(places: list[Slot], arrays: Mapping[str, Any]) -> list[str]:
    """Names of one array that are to hold different numbers."""
    first: dict[int, str] = {}
    found = []
    for slot in places:
        name = first.setdefault(id(slot.value), slot.name)
        if name != slot.name and arrays[name] is not arrays[slot.name]:
            same = np.array_equal(collect(arrays[name]), collect(arrays[slot.name]), equal_nan=True)
            found += [] if same else [f"tied: {name} and {slot.name} are one array, and are given different numbers"]
    return found


def _written(old: Any, new: Any) -> Any:
    """`new` in the place of `old`: written into it where that loses nothing, else an array of its own there."""
    dtype = np.result_type(old.dtype, new.dtype)
    if dtype == old.dtype:
        old[...] = new.to(dev=old.dev) if isinstance(old, Tensor) and isinstance(new, Tensor) else _on_host(new, old)
        return old
    if isinstance(old, Tensor):
        return new.to(dev=old.dev).copy() if isinstance(new, Tensor) else tensor(new, dev=old.dev)
    return np.array(_on_host(new, old))


def _on_host(new: Any, old: Any) -> Any:
    return collect(new) if isinstance(new, Tensor) and not isinstance(old, Tensor) else new
