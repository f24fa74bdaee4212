"""Which parts of a model are trained."""

from __future__ import annotations

from typing import Any, TypeVar

from numtorch.structure.parts import FROZEN, holds_arrays, is_object, parts
from numtorch.structure.walk import leaves

T = TypeVar("T")


def freeze(model: T) -> T:
    """Marks the layers of a model as not trained, in place: `params` and gradients leave them out.

    Parameters
    ----------
    model : object or nest of objects
        A layer, a model, or a part of one. Copies made by `torch`, `cpu` and their kin are frozen too.

    Returns
    -------
    The model itself.

    Raises
    ------
    TypeError
        Arrays are held by a dict or list alone, or by an object without a `__dict__`: there is nothing to mark. Or a
        function holds them.

    Examples
    --------
    >>> from numtorch import freeze, params, thaw, torch
    >>> from numtorch.nn.layers import Chain, Dense
    >>> model = Chain(Dense(3, 4), Dense(4, 2))
    >>> _ = freeze(model[0])
    >>> params(torch(model, dev=-1))
    Params(2 arrays, 10 numbers)
    >>> params(torch(thaw(model), dev=-1))
    Params(4 arrays, 26 numbers)
    """
    for _ in leaves(model):  # which refuses what would escape
        pass
    _mark(model, True, set())
    return model


def thaw(model: T) -> T:
    """Marks the layers of a model as trained again, in place; see `freeze`.

    Parameters
    ----------
    model : object or nest of objects
        A layer, a model, or a part of one.

    Returns
    -------
    The model itself.

    Examples
    --------
    >>> from numtorch import freeze, thaw, trainables
    >>> from numtorch.nn.layers import Chain, Dense
    >>> model = freeze(Chain(Dense(3, 4), Dense(4, 2)))
    >>> _ = thaw(model[1])
    >>> [p.shape for p in trainables(model)]
    [(2, 4), (2,)]
    """
    _mark(model, False, set())
    return model


def _mark(value: Any, frozen: bool, seen: set[int]) -> None:
    """Marks what holds arrays directly, and goes on to what does not."""
    if id(value) in seen:
        return
    seen.add(id(value))
    items = [item for _, item in parts(value)]
    held = [holds_arrays(item) for item in items]
    if any(held) and not _can_be_marked(value):
        raise TypeError(f"freeze: {_unmarked(value)}")
    if frozen and any(held):
        vars(value)[FROZEN] = True
    elif not frozen and _can_be_marked(value):
        vars(value).pop(FROZEN, None)
    for item, arrays in zip(items, held, strict=True):
        if not arrays:
            _mark(item, frozen, seen)


def _can_be_marked(value: Any) -> bool:
    held = getattr(value, "__dict__", None)
    return held is not None and held is not value


def _unmarked(value: Any) -> str:
    if is_object(value):
        return f"a {type(value).__name__} has no __dict__, so it cannot be marked"
    return f"a {type(value).__name__} of arrays cannot be marked; keep them in an object"
