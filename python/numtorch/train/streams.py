"""The states of random generators as JSON has them, and back."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Generator, tensor
from numtorch.structure import leaves

Set = Callable[[Any, Any], None]  # brings a generator to a state
_KINDS = (np.random.Generator, np.random.RandomState, Generator, random.Random)
# Where NumPy's bit generators are in their buffers: they do not look whether it is inside.
_POSITIONS = {"pos": 624, "buffer_pos": 4}


def generators(model: Any) -> Iterator[Any]:
    """The random generators in a model."""
    return leaves(model, is_leaf=lambda part: isinstance(part, _KINDS))


def plain_state(state: Any) -> Any:
    """A state of NumPy's without arrays."""
    if isinstance(state, dict):
        return {key: plain_state(value) for key, value in state.items()}
    if isinstance(state, np.ndarray):
        return {"dtype": str(state.dtype), "values": state.tolist()}
    return int(state) if isinstance(state, np.integer) else state


def generator_state(state: Any) -> Any:
    """What `plain_state` was given; ValueError if it cannot have been a state."""
    if not isinstance(state, dict):
        return state
    if state.keys() == {"dtype", "values"}:
        if state["dtype"] not in ("uint32", "uint64"):
            raise ValueError(f"the state of a generator has numbers of {state['dtype']!r:.50}")
        return np.array(state["values"], state["dtype"])
    for name, most in _POSITIONS.items():
        if name in state and not (type(state[name]) is int and 0 <= state[name] <= most):
            raise ValueError(f"{name} of a generator is {state[name]!r:.50}")
    return {key: generator_state(value) for key, value in state.items()}


def random_states(model: Any) -> dict[str, Any]:
    """Of the generators in the model, of NumPy's own, of Python's."""
    return {
        "model": [_state_of(rng) for rng in generators(model)],
        "numpy": plain_state(np.random.get_state(legacy=False)),  # noqa: NPY002  whoever uses it gets it back
        "python": random.getstate(),
    }


def device_states() -> dict[str, Any]:
    """Of libtorch's generators, by their devices."""
    every = (-1, *range(_core.device_count()))
    return {str(dev): _core.collect(_core.default_generator(dev).get_state()) for dev in every}


def prepared_random(model: Any, plain: Mapping[str, Any], arrays: Mapping[str, Any]) -> Callable[[], None]:
    """What brings all generators to these states. Each state is tried on a copy first: nothing is left to fail."""
    changes = [_prepared(rng, state, _set) for rng, state in zip(generators(model), plain["model"], strict=True)]
    spare = np.random.RandomState(copy.deepcopy(np.random.get_bit_generator()))  # type: ignore[attr-defined]
    state = generator_state(plain["numpy"])
    spare.set_state(state)
    changes.append(lambda: np.random.set_state(state))  # noqa: NPY002
    changes.append(_prepared(random, plain["python"], _set_python))
    for dev, array in arrays.items():
        if dev == "-1" or (dev.isdecimal() and int(dev) < _core.device_count()):
            changes.append(_prepared(_core.default_generator(int(dev)), array, _set))

    def change() -> None:
        for each in changes:
            each()

    return change


def _prepared(rng: Any, state: Any, bring: Set) -> Callable[[], None]:
    bring(_spare(rng), state)
    return lambda: bring(rng, state)


def _spare(rng: Any) -> Any:
    """Another generator of the same kind."""
    if isinstance(rng, Generator):
        return Generator(rng.dev)
    return copy.deepcopy(rng) if isinstance(rng, np.random.Generator | np.random.RandomState) else random.Random()


def _state_of(rng: Any) -> Any:
    if isinstance(rng, Generator):
        return _core.collect(rng.get_state()).tolist()
    if isinstance(rng, random.Random):
        return rng.getstate()
    return plain_state(rng.bit_generator.state if isinstance(rng, np.random.Generator) else rng.get_state(legacy=False))


def _set(rng: Any, state: Any) -> None:
    if isinstance(rng, Generator):
        rng.set_state(tensor(np.array(state, np.uint8)))
    elif isinstance(rng, random.Random):
        _set_python(rng, state)
    elif isinstance(rng, np.random.Generator):
        rng.bit_generator.state = generator_state(state)
    else:
        rng.set_state(generator_state(state))


def _set_python(rng: Any, state: Any) -> None:
    version, numbers, gauss = state
    if gauss is not None and type(gauss) is not float:
        raise ValueError(f"the state of Python's generator has {gauss!r:.50} instead of a number")
    rng.setstate((version, tuple(numbers), gauss))
