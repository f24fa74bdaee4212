"""The parameters of models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, overload

import numpy as np

from numtorch._core import Tensor
from numtorch.structure.names import named_slots
from numtorch.structure.parts import is_array
from numtorch.structure.walk import leaves


class Params(Sequence[Tensor]):
    """The parameters of a model, in order, each once; what `gradient` and optimisers take.

    Membership is by identity: two equal Tensors are two parameters.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._tensors = list({id(t): t for t in tensors}.values())

    @overload
    def __getitem__(self, index: int) -> Tensor: ...
    @overload
    def __getitem__(self, index: slice) -> Params: ...
    def __getitem__(self, index: int | slice) -> Tensor | Params:
        return Params(self._tensors[index]) if isinstance(index, slice) else self._tensors[index]

    def __len__(self) -> int:
        return len(self._tensors)

    def __contains__(self, tensor: object) -> bool:
        return any(tensor is mine for mine in self._tensors)

    def __repr__(self) -> str:
        return f"Params({len(self)} arrays, {sum(t.size for t in self)} numbers)"


def trained_leaves(*models: Any) -> list[Any]:
    """The floating-point arrays that are trained, Tensors or ndarrays, in order, each once."""
    return list(leaves(list(models), lambda value: is_array(value) and value.dtype.kind in "fc", trained=True))


def params(*models: Any) -> Params:
    """The parameters of one or more models: their floating-point Tensors that are trained, in order, each once.

    What a class names in `__buffers__`, such as the running averages of BatchNorm, and what is frozen is left out.

    Parameters
    ----------
    *models : nest of arrays
        Mappings, lists, tuples, dataclasses, functools.partial, plain objects, Tensors.

    Returns
    -------
    Params
        A sequence of Tensors.

    Raises
    ------
    TypeError
        There are ndarrays among the parameters: only Tensors can be differentiated in place; see `torch`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import params, torch
    >>> model = {"weight": np.ones((2, 3)), "bias": np.zeros(2), "steps": 7}
    >>> params(torch(model, dev=-1))
    Params(2 arrays, 8 numbers)
    """
    found = trained_leaves(*models)
    hosts = sum(isinstance(leaf, np.ndarray) for leaf in found)
    if hosts:
        raise TypeError(
            f"params: {hosts} of {len(found)} parameters are ndarrays; move the model with torch(model) first"
        )
    return Params(found)


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
    for slot in named_slots(model, "trainables"):
        names.setdefault(id(slot.value), slot.name)
    return {names[id(array)]: array for array in found}
