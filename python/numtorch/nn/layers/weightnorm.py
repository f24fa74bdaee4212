"""A layer whose weight is kept as directions and lengths."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch.nn.layers.layer import Layer
from numtorch.structure import fmap, is_array


class WeightNorm(Layer):
    """A layer with ``weight = scale * direction / norm(direction)`` (Salimans and Kingma 2016).

    The array that the layer had is the direction; length and direction are both trained.

    Parameters
    ----------
    layer : Layer
        With an array of that name.
    name : str
        Of the attribute that is normalised.
    axis : int or None
        Along which axis each part has a length of its own: 0 for the rows of a Dense layer and the filters of a
        convolution. None for one length of all.

    Attributes
    ----------
    scale : array
        The lengths, with axes of length 1 where there is one for all.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Dense, WeightNorm
    >>> layer = WeightNorm(Dense(4, 3, rng=0))
    >>> x = np.ones((2, 4), np.float32)
    >>> bool(np.allclose(layer(x), Dense(4, 3, rng=0)(x)))
    True
    >>> layer
    WeightNorm(
      layer = Dense(4 => 3),  # 15 parameters
      scale = float32 of shape (3, 1),
    )                         # Total: 3 arrays, 18 parameters, 72 bytes.
    """

    def __init__(self, layer: Callable[..., Any], name: str = "weight", *, axis: int | None = 0) -> None:
        weight: Any = getattr(layer, name, None)
        if not is_array(weight):
            raise TypeError(f"WeightNorm: {name} must be an array of the layer, {layer!r}, not {weight!r}")
        if axis is not None and not -weight.ndim <= axis < weight.ndim:
            raise ValueError(f"WeightNorm: axis must be one of {name}, which has shape {weight.shape}, not {axis!r}")
        self.layer = layer
        self.name = name
        self.axis = axis
        self.scale = self._length(weight)

    def _length(self, weight: Any) -> Any:
        kept = None if self.axis is None else self.axis % weight.ndim
        axes = tuple(i for i in range(weight.ndim) if i != kept)
        return np.sqrt(np.sum(np.real(weight * np.conj(weight)), axis=axes, keepdims=True))

    def plain(self) -> Any:
        """The layer with an ordinary weight: a copy, which shares its other arrays."""
        made = copy.copy(self.layer)
        direction = getattr(self.layer, self.name)
        object.__setattr__(made, self.name, direction * (self.scale / self._length(direction)))
        return made

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        return self.plain()(*inputs, **options)


def remove_weight_norms(model: Any) -> Any:
    """The same model with ordinary weights: a copy in which every `WeightNorm` is the layer that it stood for.

    Parameters
    ----------
    model : nest of layers

    Returns
    -------
    nest
        What had no `WeightNorm` shares its arrays with the original.

    Examples
    --------
    >>> from numtorch.nn.layers import Chain, Dense, WeightNorm, remove_weight_norms
    >>> remove_weight_norms(Chain(WeightNorm(Dense(4, 3)), Dense(3, 2)))
    Chain(
      Dense(4 => 3),  # 15 parameters
      Dense(3 => 2),  # 8 parameters
    )                 # Total: 4 arrays, 23 parameters, 92 bytes.
    """

    def plain(leaf: Any) -> Any:
        return remove_weight_norms(leaf.plain()) if isinstance(leaf, WeightNorm) else leaf

    return fmap(plain, model, is_leaf=lambda value: is_array(value) or isinstance(value, WeightNorm))
