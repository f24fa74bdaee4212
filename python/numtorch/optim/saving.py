"""The state of optimisers as named arrays and plain settings, for files, and back."""

from __future__ import annotations

import dataclasses
import json
import reprlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from numtorch._core import Tensor, collect, tensor
from numtorch.optim.rule import Rule
from numtorch.optim.state import Leaf, named_leaves
from numtorch.structure import Slot, walk

Settings = dict[str, Any]


def state_arrays(state: Any) -> dict[str, Any]:
    """The arrays that a state tree keeps, on the host, by dotted names.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Adam, setup, state_arrays
    >>> list(state_arrays(setup(Adam(), {"w": np.ones(3)})))
    ['w.m', 'w.v']
    """
    return {
        f"{name}.{slot.name}": collect(slot.value) if isinstance(slot.value, Tensor) else np.copy(slot.value)
        for name, leaf in named_leaves(state).items()
        for slot in _kept(leaf)
    }


def _kept(leaf: Leaf) -> Iterator[Slot]:
    """What is kept for one array: dicts, of a chain in each other, of arrays."""
    return walk(leaf.slots, lambda value: not isinstance(value, dict))


def state_settings(state: Any) -> Settings:
    """Hyperparameters, counts of updates and what is frozen, by dotted names: as JSON has them.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, setup, state_settings
    >>> state_settings(setup(Descent(), {"w": np.ones(3)}))
    {'w': {'rule': {'kind': 'Descent', 'eta': 0.1}, 'count': 0, 'frozen': False}}
    """
    return {
        name: {"rule": _described(leaf.rule), "count": leaf.count, "frozen": leaf.frozen}
        for name, leaf in named_leaves(state).items()
    }


def _described(rule: Rule) -> Settings:
    held: Settings = {"kind": type(rule).__name__}
    for field in dataclasses.fields(rule):
        value = getattr(rule, field.name)
        if isinstance(value, int | float) or (
            isinstance(value, tuple) and all(isinstance(item, int | float) for item in value)
        ):
            held[field.name] = list(value) if isinstance(value, tuple) else value
    parts = {name: _described(part) for name, part in rule.parts().items()}
    return {**held, "parts": parts} if parts else held


def load_state(state: Any, arrays: Mapping[str, Any], settings: Settings) -> None:
    """Brings a state tree, in place, to what `state_arrays` and `state_settings` said of another.

    Parameters
    ----------
    state : nest
        What `setup` returned for the same model and rules. Functions, as of a schedule, stay those given to it.
    arrays, settings : dict
        What the two functions returned.

    Raises
    ------
    ValueError
        Names, shapes or rules differ: all of them are listed, and nothing is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, adjust, load_state, setup, state_arrays, state_settings
    >>> one, other = (setup(Descent(), {"w": np.ones(3)}) for _ in range(2))
    >>> adjust(one, 0.25)
    >>> load_state(other, state_arrays(one), state_settings(one))
    >>> other["w"].rule
    Descent(eta=0.25)
    """
    prepared_state(state, arrays, settings)()


def prepared_state(state: Any, arrays: Mapping[str, Any], settings: Settings) -> Callable[[], None]:
    """All checks of `load_state`, and a function that makes its changes and cannot fail."""
    leaves = named_leaves(state)
    if not isinstance(settings, Mapping):
        raise ValueError(f"load_state: settings are a dict, not a {type(settings).__name__}")
    wrong = _differences("", set(leaves), set(settings))
    slots = {f"{name}.{slot.name}": slot for name, leaf in leaves.items() for slot in _kept(leaf)}
    wrong += [] if wrong else _differences("what is kept, ", set(slots), set(arrays))
    if not wrong:
        wrong = [
            f"{name} has the shape {slot.value.shape}, not {arrays[name].shape}"
            for name, slot in slots.items()
            if slot.value.shape != arrays[name].shape
        ]
        wrong += [
            f"{name} is of {slot.value.dtype}, and {arrays[name].dtype} is not of its kind"
            for name, slot in slots.items()
            if not np.can_cast(arrays[name].dtype, slot.value.dtype, "same_kind")
        ]
    if not wrong:
        wrong = [found for name, leaf in leaves.items() if (found := _misfit(name, leaf, settings[name]))]
    if wrong:
        raise ValueError("load_state: " + "; ".join(wrong))
    made: dict[Any, Rule] = {}
    rules = {name: _shared(leaf.rule, settings[name]["rule"], made) for name, leaf in leaves.items()}
    changes = [(slot.holder, slot.key, _like(slot.value, arrays[name])) for name, slot in slots.items()]

    def change() -> None:
        for held, key, array in changes:
            held[key] = array
        for name, leaf in leaves.items():
            leaf.rule, leaf.count, leaf.frozen = rules[name], settings[name]["count"], settings[name]["frozen"]

    return change


def _differences(what: str, mine: set[str], given: set[str]) -> list[str]:
    missing, unexpected = sorted(mine - given), sorted(given - mine)
    return [f"{what}missing: {', '.join(missing)}"] * bool(missing) + [
        f"{what}unexpected: {', '.join(unexpected)}"
    ] * bool(unexpected)


def _like(old: Any, new: Any) -> Any:
    if isinstance(old, Tensor):
        return tensor(np.ascontiguousarray(new), dev=old.dev, dtype=old.dtype)
    return np.array(new, old.dtype)


def _misfit(name: str, leaf: Leaf, saved: Any) -> str:
    """What is wrong with the settings of one leaf; nothing if they can be taken."""
    if not isinstance(saved, Mapping) or saved.keys() != {"rule", "count", "frozen"}:
        return f"the settings of {name} are not rule, count and frozen"
    count, frozen, rule = saved["count"], saved["frozen"], saved["rule"]
    if type(count) is not int or not 0 <= count < 2**63 or type(frozen) is not bool:
        return f"count and frozen of {name} are {reprlib.repr(count)} and {reprlib.repr(frozen)}"
    if not _same_kinds(leaf.rule, rule):
        kind = rule.get("kind") if isinstance(rule, Mapping) else rule
        return f"the rule of {name} is {leaf.rule!r}, not {kind if isinstance(kind, str) else reprlib.repr(rule)}"
    try:
        _with_numbers(leaf.rule, rule)
    except (TypeError, ValueError, OverflowError) as error:
        return f"the rule of {name} cannot be {reprlib.repr(rule)}: {error}"
    return ""


def _same_kinds(rule: Rule, saved: Any) -> bool:
    if not isinstance(saved, Mapping):
        return False
    parts, others = rule.parts(), saved.get("parts", {})
    return (
        type(rule).__name__ == saved.get("kind")
        and isinstance(others, Mapping)
        and parts.keys() == others.keys()
        and all(_same_kinds(part, others[name]) for name, part in parts.items())
    )


def _shared(rule: Rule, saved: Settings, made: dict[Any, Rule]) -> Rule:
    """Leaves that shared a rule share the new one."""
    key = (id(rule), json.dumps(saved))
    if key not in made:
        made[key] = _with_numbers(rule, saved)
    return made[key]


def _with_numbers(rule: Rule, saved: Settings) -> Rule:
    parts = {name: _with_numbers(part, saved["parts"][name]) for name, part in rule.parts().items()}
    numbers = {name: _number(rule, name, value) for name, value in saved.items() if name not in ("kind", "parts")}
    rule = rule.with_parts(parts) if parts else rule
    return dataclasses.replace(rule, **numbers) if numbers else rule


def _number(rule: Rule, name: str, value: Any) -> Any:
    """A hyperparameter as `_described` gave it, to stand instead of this rule's own."""
    kind = type(rule).__name__
    if name not in {field.name for field in dataclasses.fields(rule)}:
        raise TypeError(f"{kind} has no {name}")
    mine = getattr(rule, name)
    items = value if isinstance(value, list) else [value]
    if not all(type(item) in (int, float, bool) for item in items):
        raise TypeError(f"{kind}: {name} is {reprlib.repr(value)}, no number")
    if isinstance(mine, bool) != isinstance(value, bool) or isinstance(mine, tuple) != isinstance(value, list):
        raise TypeError(f"{kind}: {name} is {reprlib.repr(value)}, where {mine!r} is")
    return tuple(value) if isinstance(value, list) else value
