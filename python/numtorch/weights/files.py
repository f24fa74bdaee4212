"""Weights of models in files of any of the formats."""

from __future__ import annotations

import os
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from numtorch._core import Tensor
from numtorch._core import collect as to_host
from numtorch.structure import load_state, state
from numtorch.weights.checkpoint import read_checkpoint
from numtorch.weights.npz import read_npz, write_npz
from numtorch.weights.safetensors import read_safetensors, write_safetensors

T = TypeVar("T")
_CHECKPOINTS = (".pth", ".pt", ".ckpt", ".bin", ".tar")


def save(path: str | os.PathLike[str], model: Any) -> None:
    """Writes the arrays of a model into a file, by the names that `state` gives.

    Parameters
    ----------
    path : path
        Its end says the format: .safetensors or .npz. What is there is replaced when all is written: after a crash
        the old file is there still.
    model : nest of arrays
        A model, or a dict of arrays by name. Tensors are copied from their device; a shared array is written under
        each of its names.

    Raises
    ------
    ValueError
        The end of the path is neither; or the format lacks a dtype.

    Examples
    --------
    >>> import os, tempfile
    >>> from numtorch.nn.layers import Dense
    >>> from numtorch.weights import load, save
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = os.path.join(folder.name, "dense.safetensors")
    >>> save(path, Dense(2, 3, rng=0))
    >>> {name: array.shape for name, array in load(path).items()}
    {'weight': (3, 2), 'bias': (3,)}
    >>> model = load(path, Dense(2, 3, rng=1))      # the model, with these weights
    >>> folder.cleanup()
    """
    writers: dict[str, Any] = {".safetensors": write_safetensors, ".npz": write_npz}
    end = Path(path).suffix
    if end not in writers:
        raise ValueError(f"save: a path ends with .safetensors or .npz, not {end!r}")
    arrays = {name: to_host(array) if isinstance(array, Tensor) else array for name, array in state(model).items()}
    writers[end](path, arrays)


@overload
def load(path: str | os.PathLike[str], *, key: str | None = None) -> dict[str, NDArray[Any]]: ...
@overload
def load(
    path: str | os.PathLike[str],
    model: T,
    *,
    names: str | None = None,
    key: str | None = None,
    dtype: Any = None,
) -> T: ...
def load(
    path: str | os.PathLike[str],
    model: Any = None,
    *,
    names: str | None = None,
    key: str | None = None,
    dtype: Any = None,
) -> Any:
    """Reads arrays from a file, into a model or by name.

    Parameters
    ----------
    path : path
        Its end says the format: .safetensors, .npz, or one of PyTorch's (.pth, .pt, .ckpt, .bin, .tar), which are
        read without running what is pickled in them.
    model : nest of arrays, optional
        What to load into; see `load_state`.
    names : {None, "torchvision", "timm", "flux"}
        Whose names are in the file; None for the model's own.
    key : str, optional
        Where in a checkpoint of PyTorch the arrays are; not needed if only one entry has any. With it, the checkpoint
        may hold anything beside them, which is passed over: objects of classes are refused otherwise.
    dtype : dtype, optional
        Of the model's floating-point arrays; see `load_state`.

    Returns
    -------
    model, or dict of str to ndarray

    Raises
    ------
    ValueError
        The file is malformed or holds something other than arrays; or names or shapes differ from the model's.
    """
    end = Path(path).suffix
    if end in _CHECKPOINTS:
        arrays = _arrays_in(read_checkpoint(path, key=key), key)
    elif end in (".safetensors", ".npz"):
        if key is not None:
            raise ValueError(f"load: a file of {end} has no keys")
        arrays = read_safetensors(path) if end == ".safetensors" else read_npz(path)
    else:
        raise ValueError(f"load: a path ends with .safetensors, .npz, {', '.join(_CHECKPOINTS)}, not {end!r}")
    return arrays if model is None else load_state(model, arrays, names, dtype=dtype)


def _arrays_in(checkpoint: Any, key: str | None) -> dict[str, np.ndarray[Any, Any]]:
    """The dict of arrays in a checkpoint, or in its entry `key`: it is one, or holds one."""
    if _is_state(checkpoint):
        return dict(checkpoint)
    kind = type(checkpoint).__name__
    if key is not None:
        raise ValueError(f"load: the checkpoint has no arrays by name under {key!r}, where a {kind} is")
    if not isinstance(checkpoint, Mapping):
        raise ValueError(f"load: the checkpoint is a {kind}, no dict of arrays")
    states = [name for name, value in checkpoint.items() if _is_state(value)]
    if len(states) != 1:
        names = reprlib.repr(list(checkpoint))
        raise ValueError(f"load: say with key= where the arrays are: the checkpoint has {names}")
    return dict(checkpoint[states[0]])


def _is_state(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) > 0
        and all(isinstance(name, str) and isinstance(array, np.ndarray) for name, array in value.items())
    )
