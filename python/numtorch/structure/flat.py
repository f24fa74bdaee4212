"""The trained arrays of a model as a list, and as one vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

import numpy as np

from numtorch.structure.names import places
from numtorch.structure.params import trained_leaves
from numtorch.structure.rebuild import fmap

T = TypeVar("T")


@overload
def trainables(model: Any, path: Literal[False] = False) -> list[Any]: ...
@overload
def trainables(model: Any, path: Literal[True]) -> dict[str, Any]: ...
def trainables(model: Any, path: bool = False) -> Any:
    """The arrays of a model that are trained, Tensors or ndarrays, in order, each once.

    Parameters
    ----------
    model : nest of arrays
        A layer, a model, or any nest of objects.
    path : bool
        Whether to return them by name.

    Returns
    -------
    list of arrays, or dict
        With `path`, a dict by the names that `state` gives; a shared array has the first of its names.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.nn.layers import BatchNorm, Chain, Dense
    >>> model = Chain(Dense(2, 3), BatchNorm(3))
    >>> [p.shape for p in trainables(model)]
    [(3, 2), (3,), (3,), (3,)]
    >>> list(trainables(model, path=True))
    ['0.weight', '0.bias', '1.weight', '1.bias']
    """
    found = trained_leaves(model)
    if not path:
        return found
    names: dict[int, str] = {}
    for slot in places(model, "trainables"):
        names.setdefault(id(slot.value), slot.name)
    return {names[id(array)]: array for array in found}


def destructure(model: T) -> tuple[Any, Callable[[Any], T]]:
    """The trained numbers of a model in one vector, and the way back.

    Parameters
    ----------
    model : nest of arrays
        A model with at least one trained array, all on one device.

    Returns
    -------
    flat : array, of shape (numbers,)
        Tensor or ndarray, as the model's arrays are.
    rebuild : callable
        Takes a vector of that shape and gives a model with its numbers; differentiable. What is not trained is shared
        with the original, tied arrays stay tied.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import destructure
    >>> from numtorch.nn.layers import Dense
    >>> flat, rebuild = destructure(Dense(2, 3))
    >>> flat.shape
    (9,)
    >>> rebuild(np.ones(9, np.float32))(np.ones(2, np.float32))
    array([3., 3., 3.], dtype=float32)
    """
    arrays = trained_leaves(model)
    if not arrays:
        raise ValueError("destructure: the model has no trained arrays")
    ends = np.cumsum([array.size for array in arrays]).tolist()
    flat = np.concatenate([array.reshape(-1) for array in arrays])

    def rebuild(vector: Any) -> Any:
        if vector.shape != (ends[-1],):
            raise ValueError(f"rebuild: expected a vector of shape ({ends[-1]},), not {vector.shape}")
        parts = {
            id(array): vector[end - array.size : end].reshape(array.shape).astype(array.dtype, copy=False)
            for array, end in zip(arrays, ends, strict=True)
        }
        return fmap(lambda leaf: parts.get(id(leaf), leaf), model)

    return flat, rebuild
