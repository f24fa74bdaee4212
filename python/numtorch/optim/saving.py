"""The state of optimisers as named arrays and plain settings, for files, and back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from numtorch._core import Tensor, collect, tensor
from numtorch.optim.rule import Rule, Slots
from numtorch.optim.state import Leaf, named_leaves

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
        f"{name}.{slot}": collect(array) if isinstance(array, Tensor) else np.copy(array)
        for name, leaf in named_leaves(state).items()
        for slot, _, _, array in _places(leaf.slots)
    }


def _places(slots: Slots, prefix: str = "") -> Iterator[tuple[str, Slots, str, Any]]:
    for key, value in slots.items():
        if isinstance(value, dict):
            yield from _places(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", slots, key, value


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
    leaves = named_leaves(state)
    wrong = _differences("", set(leaves), set(settings))
    places = {f"{name}.{place[0]}": place for name, leaf in leaves.items() for place in _places(leaf.slots)}
    wrong += [] if wrong else _differences("what is kept, ", set(places), set(arrays))
    if not wrong:
        wrong = [
            f"{name} has the shape {place[3].shape}, not {arrays[name].shape}"
            for name, place in places.items()
            if place[3].shape != arrays[name].shape
        ]
    if not wrong:
        wrong = [
            f"the rule of {name} is {leaf.rule!r}, not {settings[name]['rule']['kind']}"
            for name, leaf in leaves.items()
            if not _same_kinds(leaf.rule, settings[name]["rule"])
        ]
    if wrong:
        raise ValueError("load_state: " + "; ".join(wrong))
    for name, (_, slots, key, old) in places.items():
        slots[key] = _like(old, arrays[name])
    made: dict[Any, Rule] = {}
    for name, leaf in leaves.items():
        _settle(leaf, settings[name], made)


def _differences(what: str, mine: set[str], given: set[str]) -> list[str]:
    missing, unexpected = sorted(mine - given), sorted(given - mine)
    return [f"{what}missing: {', '.join(missing)}"] * bool(missing) + [
        f"{what}unexpected: {', '.join(unexpected)}"
    ] * bool(unexpected)


def _like(old: Any, new: Any) -> Any:
    if isinstance(old, Tensor):
        return tensor(np.ascontiguousarray(new), dev=old.dev, dtype=old.dtype)
    return np.array(new, old.dtype)


def _same_kinds(rule: Rule, saved: Settings) -> bool:
    parts, others = rule.parts(), saved.get("parts", {})
    return (
        type(rule).__name__ == saved["kind"]
        and parts.keys() == others.keys()
        and all(_same_kinds(part, others[name]) for name, part in parts.items())
    )


def _settle(leaf: Leaf, saved: Settings, made: dict[Any, Rule]) -> None:
    """Leaves that shared a rule share the new one."""
    key = (id(leaf.rule), json.dumps(saved["rule"]))
    if key not in made:
        made[key] = _with_numbers(leaf.rule, saved["rule"])
    leaf.rule, leaf.count, leaf.frozen = made[key], saved["count"], saved["frozen"]


def _with_numbers(rule: Rule, saved: Settings) -> Rule:
    parts = {name: _with_numbers(part, saved["parts"][name]) for name, part in rule.parts().items()}
    numbers = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in saved.items()
        if name not in ("kind", "parts")
    }
    rule = rule.with_parts(parts) if parts else rule
    return dataclasses.replace(rule, **numbers) if numbers else rule
