"""Loading of arrays into a nest, by their dotted names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, collect, tensor
from numtorch.structure.names import can_put, named_slots, put
from numtorch.structure.walk import Slot

T = TypeVar("T")
COUNTER = "num_batches_tracked"  # PyTorch's BatchNorm counts its batches; nothing here depends on it
CONVENTIONS = ("torchvision", "timm", "flux")
_COMPLEX = {"float16": "complex64", "float32": "complex64", "float64": "complex128"}


def load_state(model: T, state: Mapping[str, Any], names: str | None = None, *, dtype: Any = None) -> T:
    """Writes arrays into a model, by name and in place.

    Parameters
    ----------
    model : nest of arrays
        ndarrays or Tensors; what is loaded goes to the device of each.
    state : mapping of str to array
        What `state` returns, or what a file holds.
    names : {None, "torchvision", "timm", "flux"}
        Whose names these are; None for the model's own.
    dtype : dtype, optional
        float16, float32 or float64: what the floating-point arrays of the model become. By default they keep their
        dtypes, and what is loaded is rounded to them, with one exception: a model of float32 throughout, which is how
        layers are made, becomes float64 where all of `state` is float64, so that nothing is lost unasked.

    Returns
    -------
    nest
        The model. Its Tensors stay the same objects, also where their dtype changes: what `params` gave before holds
        the new numbers. (But a Tensor whose memory a view or an ndarray shares, and an ndarray, is replaced where its
        dtype changes.) Make optimisers' states after loading. Some models also take what is in no array from the
        library that `names` says: the eps of their norms.

    Raises
    ------
    ValueError
        Names are missing or unexpected, or shapes differ: all of them are listed. Or two arrays of the model have one
        name. Nothing was written.
    TypeError
        An array would have to be replaced, for its dtype changes, and is in a tuple or a Mapping that cannot be
        written to.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import load_state
    >>> load_state({"weight": np.zeros(2)}, {"weight": [1.0, 2.0]})
    {'weight': array([1., 2.])}
    >>> load_state({"weight": np.zeros(2)}, {"weight": [1.0, 2.0]}, dtype="float32")
    {'weight': array([1., 2.], dtype=float32)}
    >>> load_state({"weight": np.zeros(2)}, {"wight": np.ones(2)})
    Traceback (most recent call last):
    ...
    ValueError: load_state: 1 missing, 1 unexpected
      missing: weight, of shape (2,)
      unexpected: wight, of shape (2,)
    """
    if names is not None and names not in CONVENTIONS:
        raise ValueError(f"load_state: names are one of {', '.join(CONVENTIONS)}, or None, not {names!r}")
    if dtype is not None and np.dtype(dtype).name not in _COMPLEX:
        raise ValueError(f"load_state: dtype is one of {', '.join(_COMPLEX)}, or None, not {dtype!r}")
    slots = named_slots(model, "load_state")
    own = {slot.name for slot in slots}

    def translated(given: Mapping[str, Any]) -> dict[str, Any]:
        return dict(given) if names is None else _translated(model, given, names, own)

    given = translated(state)
    arrays = {name: value if isinstance(value, Tensor) else np.asarray(value) for name, value in given.items()}
    _check(slots, arrays, lambda: _prefix_hint(state, own, translated))
    chosen = _widened(slots, arrays) if dtype is None else np.dtype(dtype)
    for slot in slots:
        replaced = isinstance(slot.value, np.ndarray) and _dtype_in(slot.value, chosen) != slot.value.dtype
        if replaced and not can_put(slot):
            put(slot, None, "load_state")  # which raises, before anything is written
    moved: dict[int, Any] = {}
    for slot in slots:
        if id(slot.value) not in moved:
            moved[id(slot.value)] = _written(slot.value, arrays[slot.name], _dtype_in(slot.value, chosen))
        if moved[id(slot.value)] is not slot.value:
            put(slot, moved[id(slot.value)], "load_state")
    cls: Any = type(model)
    if names is not None and hasattr(cls, "__loaded__"):
        cls.__loaded__(model, names)
    return model


def _widened(slots: list[Slot], arrays: Mapping[str, Any]) -> np.dtype[Any] | None:
    """float64, where that is the dtype of all that is loaded into a model of float32; else None."""
    floating = [slot for slot in slots if slot.value.dtype.kind == "f"]
    single = all(slot.value.dtype == np.float32 for slot in floating)
    double = all(arrays[slot.name].dtype == np.float64 for slot in floating)
    return np.dtype(np.float64) if floating and single and double else None


def _dtype_in(array: Any, chosen: np.dtype[Any] | None) -> np.dtype[Any]:
    """The dtype of an array of a model whose floating-point arrays are to have the chosen one."""
    if chosen is None or array.dtype.kind not in "fc":
        return array.dtype
    return chosen if array.dtype.kind == "f" else np.dtype(_COMPLEX[chosen.name])


def _translated(model: Any, given: Mapping[str, Any], names: str, own: set[str]) -> dict[str, Any]:
    given = {
        name: value
        for name, value in given.items()
        if name in own or not (name == COUNTER or name.endswith(f".{COUNTER}"))
    }
    translate = getattr(type(model), "__translate__", None)
    return given if translate is None else dict(translate(model, given, names))


def _prefix_hint(
    state: Mapping[str, Any], own: set[str], translated: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> str:
    """How to load names with something before them, as DataParallel's "module."; nothing if few are the model's."""
    texts = [name for name in state if isinstance(name, str)]
    dots = Counter(name[: match.end()] for name in texts for match in islice(re.finditer(r"\.", name), 3))
    often = [prefix for prefix, _ in dots.most_common(6)]
    fitting = {prefix: len(own & translated(_without(state, prefix)).keys()) for prefix in often}
    prefix = max(fitting, key=lambda name: (fitting[name], -len(name)), default="")
    if 2 * fitting.get(prefix, 0) <= len(own) or fitting[prefix] <= len(own & translated(state).keys()):
        return ""
    some = "" if all(name.startswith(prefix) for name in texts) else f" if name.startswith({prefix!r})"
    return (
        f"without {prefix!r} before them, {fitting[prefix]} of the names are the model's: "
        f"{{name.removeprefix({prefix!r}): array for name, array in state.items(){some}}}"
    )


def _without(state: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """What has the prefix, under names that do not."""
    return {
        name.removeprefix(prefix): array
        for name, array in state.items()
        if isinstance(name, str) and name.startswith(prefix)
    }


def _check(slots: list[Slot], arrays: Mapping[str, Any], hint: Callable[[], str]) -> None:
    own = {slot.name: slot for slot in slots}
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
    tied = _tied_apart(slots, arrays) if not (missing or wrong) else []
    found = {"missing": missing, "unexpected": unexpected, "wrong": [*wrong, *kinds], "tied": tied}
    if any(found.values()):
        counts = ", ".join(f"{len(lines)} {what}" for what, lines in found.items() if lines)
        lines = [line for lines in found.values() for line in lines]
        lines += [text] if missing and unexpected and (text := hint()) else []
        raise ValueError("\n  ".join([f"load_state: {counts}", *lines]))


def _tied_apart(slots: list[Slot], arrays: Mapping[str, Any]) -> list[str]:
    """Names of one array that are to hold different numbers."""
    first: dict[int, str] = {}
    found = []
    for slot in slots:
        name = first.setdefault(id(slot.value), slot.name)
        if name != slot.name and arrays[name] is not arrays[slot.name]:
            same = np.array_equal(collect(arrays[name]), collect(arrays[slot.name]), equal_nan=True)
            found += [] if same else [f"tied: {name} and {slot.name} are one array, and are given different numbers"]
    return found


def _written(old: Any, new: Any, dtype: np.dtype[Any]) -> Any:
    """`new` instead of `old`: in its memory, or as its new memory, or else as another array."""
    if not isinstance(old, Tensor):
        new = collect(new) if isinstance(new, Tensor) else new
        if dtype != old.dtype:
            return new.astype(dtype)
        old[...] = new
        return old
    new = new.to(dev=old.dev) if isinstance(new, Tensor) else tensor(new, dev=old.dev)
    if dtype == old.dtype:
        old[...] = new
        return old
    made = new.astype(dtype)
    try:
        _core.rebind(old, made, "load_state")
    except NotImplementedError:  # a view or an ndarray shares the memory of `old`
        return made
    return old
