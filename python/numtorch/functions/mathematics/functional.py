"""Functions that call a function of the user's, on Tensors."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_tensor, axis_of, cast, dev_of, xp
from numtorch.functions.calls.registry import implements
from numtorch.functions.manipulation.joining import stack
from numtorch.functions.manipulation.shape import expand_dims, moveaxis, transpose
from numtorch.functions.ufuncs.folding import truth

__all__ = ["apply_along_axis", "apply_over_axes", "piecewise"]


@implements(np.apply_along_axis)
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Array, *args: Any, **kwargs: Any) -> Tensor:
    """NumPy's `apply_along_axis`: `func1d` is called with 1-d views, one by one, and may give any number of axes."""
    x = as_tensor(arr, dev_of(arr, *args))
    axis = axis_of(axis, x.ndim)
    vectors = moveaxis(x, axis, -1)
    outer = vectors.shape[:-1]
    if math.prod(outer) == 0:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [
        as_tensor(func1d(vectors[(*index, ...)], *args, **kwargs), x.dev) for index in product(*map(range, outer))
    ]
    made = stack([cast(result, results[0].dtype) for result in results]).reshape(outer + results[0].shape)
    axes = list(range(made.ndim))
    return transpose(made, axes[:axis] + axes[len(outer) :] + axes[axis : len(outer)])


@implements(np.apply_over_axes)
def apply_over_axes(func: Callable[..., Any], a: Array, axes: Any) -> Tensor:
    """NumPy's `apply_over_axes`: ``func(a, axis)`` for one axis after another."""
    x = as_tensor(a)
    for axis in axes if np.ndim(axes) else (axes,):
        counted_axis = axis + as_tensor(a).ndim if axis < 0 else axis
        result = as_tensor(func(x, counted_axis), x.dev)
        if result.ndim != x.ndim:
            result = expand_dims(result, counted_axis)
            if result.ndim != x.ndim:
                raise ValueError("function is not returning an array of the correct shape")
        x = result
    return x


def _is_array(condition: Any) -> bool:
    return condition.ndim > 0 if isinstance(condition, Tensor) else isinstance(condition, (list, np.ndarray))


def _conditions(x: Tensor, condlist: Any) -> list[Tensor]:
    """The conditions as masks; one may come without a list around it."""
    alone = np.ndim(condlist) == 0 if not isinstance(condlist, (list, tuple)) else False
    if alone or (x.ndim != 0 and not _is_array(condlist[0])):
        condlist = [condlist]
    masks = [truth(as_tensor(condition, x.dev)) for condition in condlist]
    if any(mask.shape != masks[0].shape for mask in masks):
        raise ValueError(f"piecewise: conditions of one shape are needed, not {[mask.shape for mask in masks]}")
    return masks


@implements(np.piecewise)
def piecewise(x: Array, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Tensor:
    """NumPy's `piecewise`. Waits for the device, to learn how many elements each function gets."""
    at = as_tensor(x, dev_of(x, condlist))
    masks = _conditions(at, condlist)
    if len(masks) == len(funclist) - 1:
        masks.append(~xp.any(stack(masks), axis=0))
    elif len(masks) != len(funclist):
        raise ValueError(
            f"with {len(masks)} condition(s), either {len(masks)} or {len(masks) + 1} functions are expected"
        )
    made = xp.zeros_like(at)
    for mask, function in zip(masks, funclist, strict=True):
        if not callable(function):
            made[mask] = function
            continue
        values = at[mask]
        if values.size:
            made[mask] = function(values, *args, **kw)
    return made
