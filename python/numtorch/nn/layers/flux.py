"""The names that Flux.jl gives to the arrays of the same layers, and its layout of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from numtorch._core import Tensor, collect
from numtorch.structure import is_array, nature

_NORM = {"weight": "γ", "bias": "β", "running_mean": "μ", "running_var": "σ²"}
# Attributes of our classes by Flux's names; None for what Flux does not have, and which is zero.
# Several names stand for arrays that are one here, one above the other.
NAMES: dict[str, dict[str, str | tuple[str, ...] | None]] = {
    "BatchNorm": {**_NORM},
    "InstanceNorm": {**_NORM},
    "GroupNorm": {**_NORM},
    "LayerNorm": {"weight": "diag.scale", "bias": "diag.bias"},
    **{
        cell: {"weight_ih": "Wi", "weight_hh": "Wh", "bias_ih": "bias", "bias_hh": None}
        for cell in ("RNNCell", "LSTMCell", "GRUCell")
    },
    "GRUv3Cell": {"weight_ih": "Wi", "weight_hh": ("Wh", "Wh_h̃"), "bias_ih": "bias"},
}


def _convolution(weight: Any) -> Any:
    """(width, height, in, out) and flipped, as (out, in, height, width) and not flipped."""
    turned = weight.T
    if turned.ndim < 2:  # a bias
        return turned
    return turned[(slice(None), slice(None)) + (slice(None, None, -1),) * (turned.ndim - 2)]


_LAYOUTS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("Conv", "DepthwiseConv", "ConvTranspose"), _convolution),
    **dict.fromkeys(("Embedding", "EmbeddingBag"), np.transpose),
}


def from_flux(model: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays by Flux's names, by ours and in our layout.

    Parameters
    ----------
    model : Layer
        A model built of the same layers in the same order.
    given : mapping of str to array
        What `Flux.state` shows, with dots between the names and indices from 1, such as "layers.1.weight", and
        arrays of the shapes that they have in Julia (as NPZ.jl writes them).

    Returns
    -------
    dict of str to ndarray
        What belongs to no layer keeps its name.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import load_state
    >>> from numtorch.nn.layers import Chain, Dense
    >>> arrays = {"layers.1.weight": np.ones((2, 3), np.float32), "layers.1.bias": np.zeros(2, np.float32)}
    >>> load_state(Chain(Dense(3, 2)), arrays, names="flux")[0].weight
    array([[1., 1., 1.],
           [1., 1., 1.]], dtype=float32)
    """
    left = dict(given)
    found: dict[str, Any] = {}
    dtype = np.result_type(*{value.dtype for value in map(_as_array, left.values())} or {np.dtype(np.float32)})
    for ours, theirs, array, layout in _walk(model, "", ""):
        if theirs is None:
            found[ours] = np.zeros(array.shape, dtype)
        elif all(name in left for name in theirs):
            parts = [left.pop(name) for name in theirs]
            hosted = [layout(collect(part) if isinstance(part, Tensor) else np.asarray(part)) for part in parts]
            found[ours] = hosted[0] if len(hosted) == 1 else np.concatenate(hosted)
    return found | left


def _as_array(value: Any) -> Any:
    return value if isinstance(value, Tensor) else np.asarray(value)


def _walk(
    value: Any, ours: str, theirs: str, above: tuple[int, ...] = ()
) -> Iterator[tuple[str, list[str] | None, Any, Callable[[Any], Any]]]:
    """Each array with its name here and its names there; Julia counts from 1, and has no names in a Chain."""
    found = nature(type(value))
    if id(value) in above:
        return
    kind = type(value).__name__
    inline = getattr(type(value), "__inline__", None)
    names = NAMES.get(kind, {})
    layout = np.transpose if getattr(value, "flip", False) else _LAYOUTS.get(kind, lambda array: array)
    for i, (key, item) in enumerate(found.parts(value), start=1):
        given = names.get(key, key) if found.kind == "object" else str(i) if found.kind != "partial" else key
        if is_array(item):
            parts = (given,) if isinstance(given, str) else given
            yield f"{ours}{key}", None if parts is None else [f"{theirs}{part}" for part in parts], item, layout
        else:
            prefix = ours if key == inline else f"{ours}{key}."
            yield from _walk(item, prefix, f"{theirs}{given}.", (*above, id(value)))
