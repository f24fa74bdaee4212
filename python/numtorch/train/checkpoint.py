"""Files that training goes on from, exactly: arrays and JSON in one .npz, written all at once or not at all."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Generator, Tensor, tensor
from numtorch.atomic import replacing
from numtorch.optim import load_state, state_arrays, state_settings
from numtorch.structure import ALONE, is_array, leaves, walk
from numtorch.train import formats
from numtorch.train.loader import generator_state, plain_state

FORMAT = 2  # 1 had other names for what is in a Chain, and nothing of what is in a functools.partial
_JSON = "json"


def save_checkpoint(path: Any, model: Any, state: Any = None, **more: Any) -> None:
    """Writes a model, the state of its optimiser and the states of random numbers to one file.

    The file is written beside the old one and takes its place when it is complete. There is no pickle in it.

    Parameters
    ----------
    path : str or Path
        The file; by custom it ends in .npz.
    model : nest of arrays
        All arrays in it are saved, by the names that `numtorch.state` gives them, and the states of the random
        generators that it holds.
    state : nest, optional
        What `numtorch.optim.setup` returned.
    **more
        Arrays, and anything that JSON has; `load_checkpoint` returns it.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from numtorch.train import load_checkpoint, save_checkpoint
    >>> model = {"w": np.ones(2)}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/a.npz", model, epoch=3)
    ...     model["w"][:] = 0
    ...     load_checkpoint(f"{folder}/a.npz", model)
    {'epoch': 3}
    >>> model
    {'w': array([1., 1.])}
    """
    arrays = {f"model/{name}": _host(array) for name, array in named_arrays(model).items()}
    plain: dict[str, Any] = {"format": FORMAT, "more": {}, "random": _random_states(model)}
    if state is not None:
        arrays.update({f"state/{name}": array for name, array in state_arrays(state).items()})
        plain["state"] = state_settings(state)
    for dev in (-1, *range(_core.device_count())):
        arrays[f"random/{dev}"] = _host(_core.default_generator(dev).get_state())
    for name, value in more.items():
        if is_array(value):
            arrays[f"more/{name}"] = _host(value)
        else:
            plain["more"][name] = value
    arrays[_JSON] = np.frombuffer(json.dumps(plain).encode(), np.uint8)
    with replacing(path) as file:
        np.savez(file, **arrays)


def load_checkpoint(path: Any, model: Any, state: Any = None) -> dict[str, Any]:
    """Brings a model, the state of its optimiser and random numbers, in place, to what they were.

    Parameters
    ----------
    path : str or Path
        What `save_checkpoint` wrote.
    model : nest of arrays
        The same model, on any device: its own arrays are written into.
    state : nest, optional
        What `numtorch.optim.setup` returned for it.

    Returns
    -------
    dict
        What else was saved.

    Raises
    ------
    ValueError
        This is not a checkpoint; or names, shapes or dtypes differ: all that do are listed, and nothing is changed.

    Notes
    -----
    Files of format 1, which numtorch 0.1.0 wrote, are read too. They do not hold what is in a functools.partial.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from numtorch.optim import Adam, setup, update
    >>> from numtorch.train import load_checkpoint, save_checkpoint
    >>> w = np.ones(2)
    >>> state, fresh = setup(Adam(0.5), w), setup(Adam(), w)
    >>> update(state, w, np.ones(2))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/a.npz", w, state)
    ...     load_checkpoint(f"{folder}/a.npz", w, fresh)
    {}
    >>> fresh
    Leaf(Adam(eta=0.5, beta=(0.9, 0.999), epsilon=1e-08), (2,), 1 updates)
    """
    arrays, plain = _read(Path(path))
    mine, given = named_arrays(model), _under("model", arrays)
    kept, settings = _under("state", arrays), plain.get("state", {})
    if plain["format"] == 1:
        given = formats.of_today(given, model)
        if state is not None:
            kept, settings = formats.state_of_today(kept, settings, state)
    wrong = [f"missing: {name}" for name in mine if name not in given]
    wrong += [f"unexpected: {name}" for name in given if name not in mine]
    wrong += [
        f"{name}: {given[name].dtype} {given[name].shape} in the file, {array.dtype} {array.shape} in the model"
        for name, array in mine.items()
        if name in given and (given[name].shape != array.shape or given[name].dtype != array.dtype)
    ]
    if state is not None and "state" not in plain:
        wrong.append("there is no optimiser's state in it")
    there, held = len(plain["random"]["model"]), sum(1 for _ in _generators(model))
    if there != held:
        wrong.append(f"{there} random generators in the file, {held} in the model")
    if wrong:
        hint = formats.UNSAVED if plain["format"] == 1 and any(part.startswith("missing") for part in wrong) else ""
        raise ValueError(f"load_checkpoint: {path} does not fit; " + "; ".join(wrong) + hint)
    if state is not None:
        load_state(state, kept, settings)
    for name, array in mine.items():
        array[...] = given[name]
    _restore_random(model, plain["random"], _under("random", arrays))
    return {**plain["more"], **_under("more", arrays)}


def named_arrays(model: Any) -> dict[str, Any]:
    """The arrays of a model by the first of their dotted names, each once."""
    found: dict[str, Any] = {}
    for slot in walk(model, once=True):
        if slot.name in found:
            raise ValueError(
                f"two arrays of the model have the name {slot.name!r}: one of its dicts has a key with a dot"
            )
        found[slot.name or ALONE] = slot.value
    return found


def _host(array: Any) -> Any:
    return _core.collect(array) if isinstance(array, Tensor) else np.asarray(array)


def _under(part: str, arrays: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(f"{part}/"): array for name, array in arrays.items() if name.startswith(f"{part}/")}


_GENERATORS = (np.random.Generator, np.random.RandomState, Generator, random.Random)


def _generators(model: Any) -> Iterator[Any]:
    return leaves(model, is_leaf=lambda part: isinstance(part, _GENERATORS))


def _state_of(rng: Any) -> Any:
    if isinstance(rng, Generator):
        return _core.collect(rng.get_state()).tolist()
    if isinstance(rng, random.Random):
        return rng.getstate()
    return plain_state(rng.bit_generator.state if isinstance(rng, np.random.Generator) else rng.get_state(legacy=False))


def _set_state(rng: Any, state: Any) -> None:
    if isinstance(rng, Generator):
        rng.set_state(tensor(np.array(state, np.uint8)))
    elif isinstance(rng, random.Random):
        rng.setstate((state[0], tuple(state[1]), state[2]))
    elif isinstance(rng, np.random.Generator):
        rng.bit_generator.state = generator_state(state)
    else:
        rng.set_state(generator_state(state))


def _random_states(model: Any) -> dict[str, Any]:
    """Of the generators in the model, of NumPy's own, of Python's."""
    return {
        "model": [_state_of(rng) for rng in _generators(model)],
        "numpy": plain_state(np.random.get_state(legacy=False)),  # noqa: NPY002  whoever uses it gets it back
        "python": random.getstate(),
    }


def _restore_random(model: Any, plain: dict[str, Any], arrays: dict[str, Any]) -> None:
    for rng, state in zip(_generators(model), plain["model"], strict=True):
        _set_state(rng, state)
    np.random.set_state(generator_state(plain["numpy"]))  # noqa: NPY002
    version, numbers, gauss = plain["python"]
    random.setstate((version, tuple(numbers), gauss))
    for dev, state in arrays.items():
        if int(dev) < _core.device_count():
            _core.default_generator(int(dev)).set_state(tensor(state))


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files} if isinstance(file, np.lib.npyio.NpzFile) else {}
    if _JSON not in arrays:
        raise ValueError(f"load_checkpoint: {path} is not a checkpoint")
    plain = json.loads(arrays.pop(_JSON).tobytes())
    if plain.get("format") not in (1, FORMAT):
        raise ValueError(f"load_checkpoint: {path} has the format {plain.get('format')!r}, not 1 or {FORMAT}")
    return arrays, plain
