"""Files that training goes on from, exactly: arrays and JSON in one .npz, written all at once or not at all."""

from __future__ import annotations

import json
import os
import reprlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor
from numtorch.atomic import replacing
from numtorch.optim import state_arrays, state_settings
from numtorch.optim.saving import prepared_state
from numtorch.structure import is_array, named
from numtorch.train import formats
from numtorch.train.streams import device_states, generators, prepared_random, random_states
from numtorch.weights.npz import malformed_is_value_error, read_npz

FORMAT = 2  # 1 had other names for what is in a Chain, and nothing of what is in a functools.partial
_JSON = "json"


def save_checkpoint(path: Any, model: Any, state: Any = None, **more: Any) -> None:
    """Writes a model, the state of its optimiser and the states of random numbers to one file.

    The file is written beside the old one and replaces it when it is complete. There is no pickle in it.

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
    arrays = {f"model/{name}": _host(array) for name, array in named(model, of=" of the model").items()}
    plain: dict[str, Any] = {"format": FORMAT, "more": {}, "random": random_states(model)}
    if state is not None:
        arrays.update({f"state/{name}": array for name, array in state_arrays(state).items()})
        plain["state"] = state_settings(state)
    arrays.update({f"random/{dev}": array for dev, array in device_states().items()})
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
        This is not a checkpoint, or a damaged one; or names, shapes or dtypes differ: all that do are listed. In each
        case nothing is changed.

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
    more, change = prepared(path, model, state)
    change()
    return more


def prepared(path: Any, model: Any, state: Any = None) -> tuple[dict[str, Any], Callable[[], None]]:
    """What `load_checkpoint` returns, and a function that makes the changes, when all that could fail is done."""
    mine = named(model, of=" of the model")
    arrays, plain = _read(path)
    with malformed_is_value_error(f"load_checkpoint: {path} cannot be read"):
        given, kept, settings = _of_today(arrays, plain, model, state)
        wrong = _misfits(mine, given, plain, model, state)
    if wrong:
        hint = formats.UNSAVED if plain["format"] == 1 and any(part.startswith("missing") for part in wrong) else ""
        raise ValueError(f"load_checkpoint: {path} does not fit; " + "; ".join(wrong) + hint)
    with malformed_is_value_error(f"load_checkpoint: {path}"):
        set_random = prepared_random(model, plain["random"], _under("random", arrays))
        set_state = None if state is None else prepared_state(state, kept, settings)

    def change() -> None:
        if set_state is not None:
            set_state()
        for name, array in mine.items():
            array[...] = given[name]
        set_random()

    return {**plain["more"], **_under("more", arrays)}, change


def _of_today(arrays: dict[str, Any], plain: dict[str, Any], model: Any, state: Any) -> tuple[Any, Any, Any]:
    """The arrays of the model, those of the optimiser, and its settings, by the names of today."""
    given, kept, settings = _under("model", arrays), _under("state", arrays), plain.get("state", {})
    if plain["format"] == 1:
        given = formats.of_today(given, model)
        if state is not None:
            kept, settings = formats.state_of_today(kept, settings, state)
    return given, kept, settings


def _misfits(
    mine: Mapping[str, Any], given: Mapping[str, Any], plain: Mapping[str, Any], model: Any, state: Any
) -> list[str]:
    wrong = [f"missing: {name}" for name in mine if name not in given]
    wrong += [f"unexpected: {name}" for name in given if name not in mine]
    wrong += [
        f"{name}: {given[name].dtype} {given[name].shape} in the file, {array.dtype} {array.shape} in the model"
        for name, array in mine.items()
        if name in given and (given[name].shape != array.shape or given[name].dtype != array.dtype)
    ]
    wrong += [f"{name} is read-only in the model" for name, array in mine.items() if not array.flags.writeable]
    if state is not None and "state" not in plain:
        wrong.append("there is no optimiser's state in it")
    there, held = len(plain["random"]["model"]), sum(1 for _ in generators(model))
    if there != held:
        wrong.append(f"{there} random generators in the file, {held} in the model")
    return wrong


def _host(array: Any) -> Any:
    return _core.collect(array) if isinstance(array, Tensor) else np.asarray(array)


def _under(part: str, arrays: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(f"{part}/"): array for name, array in arrays.items() if name.startswith(f"{part}/")}


def _read(path: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        arrays = read_npz(path)
    except ValueError as error:
        raise ValueError(f"load_checkpoint: {error}") from None
    text = arrays.pop(_JSON, None)
    if text is None:
        raise ValueError(f"load_checkpoint: {path} is not a checkpoint")
    with malformed_is_value_error(f"load_checkpoint: {path} cannot be read"):
        return arrays, _plain(text, os.path.getsize(path))


def _plain(text: Any, size: int) -> dict[str, Any]:
    """The contents of the file of `size` bytes beside arrays; its parts are there, and are dicts and lists."""
    if text.dtype != np.uint8 or text.ndim != 1 or text.size > size:
        raise ValueError(f"its JSON is an array of {text.dtype} {text.shape}")
    plain = json.loads(text.tobytes())
    if not isinstance(plain, dict):
        raise ValueError(f"its JSON is a {type(plain).__name__}, no dict")
    if plain.get("format") not in (1, FORMAT):
        raise ValueError(f"it has the format {reprlib.repr(plain.get('format'))}, not 1 or {FORMAT}")
    streams = plain.get("random")
    parts = {"more": plain.get("more"), "random": streams, "state": plain.get("state", {})}
    wrong = [name for name, part in parts.items() if not isinstance(part, dict)]
    if isinstance(streams, dict):
        wrong += [f"random/{name}" for name in ("numpy", "python") if name not in streams]
        wrong += ["random/model"] if not isinstance(streams.get("model"), list) else []
    if wrong:
        raise ValueError(f"its JSON has not what a checkpoint has under {', '.join(wrong)}")
    return plain
