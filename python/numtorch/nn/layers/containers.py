"""Layers made of layers: one after the other, side by side, around."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, overload

import numpy as np

from numtorch.nn.dispatch import ArrayT
from numtorch.nn.layers.layer import Layer, called
from numtorch.nn.resize import flatten

Function = Callable[..., Any]


class Chain(Layer):
    """Layers one after the other.

    Parameters
    ----------
    *layers : callables
        Layers, functions, or one list of them.
    **named : callables
        More of them, with names: `chain.fc` or `chain["fc"]`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Chain, Dense
    >>> model = Chain(Dense(4, 3, np.tanh, rng=0), Dense(3, 2, rng=1))
    >>> model(np.ones((5, 4), np.float32)).shape
    (5, 2)
    >>> model
    Chain(
      Dense(4 => 3, tanh),  # 15 parameters
      Dense(3 => 2),        # 8 parameters
    )                       # Total: 4 arrays, 23 parameters, 92 bytes.
    >>> model[:1]
    Chain(
      Dense(4 => 3, tanh),  # 15 parameters
    )                       # Total: 2 arrays, 15 parameters, 60 bytes.
    """

    __inline__: ClassVar[str] = "layers"

    def __init__(self, *layers: Function | list[Function], **named: Function) -> None:
        if len(layers) == 1 and isinstance(layers[0], list):
            layers = tuple(layers[0])
        for layer in (*layers, *named.values()):
            if not callable(layer):
                raise TypeError(f"{type(self).__name__}: {layer!r} is not callable")
        for name in named:
            if name == "layers" or hasattr(type(self), name):
                raise ValueError(f"{type(self).__name__}: {name} is an attribute already, and no name for a layer")
        self.layers: dict[str, Any] = {str(i): layer for i, layer in enumerate(layers)}
        self.layers.update(named)

    def __call__(self, x: Any) -> Any:
        for layer in self.layers.values():
            x = layer(x)
        return x

    @overload
    def __getitem__(self, index: int | str) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Chain: ...
    def __getitem__(self, index: int | str | slice) -> Any:
        if isinstance(index, str):
            return self.layers[index]
        names = list(self.layers)
        if not isinstance(index, slice):
            return self.layers[names[operator.index(index)]]
        part = Chain()
        for name in names[index]:
            part.layers[str(len(part.layers)) if name.isdigit() else name] = self.layers[name]
        return part

    def __setitem__(self, index: int | str, layer: Function) -> None:
        names = list(self.layers)
        self.layers[index if isinstance(index, str) else names[operator.index(index)]] = layer

    def __getattr__(self, name: str) -> Any:
        layers = self.__dict__.get("layers", {})
        if name in layers:
            return layers[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Function]:
        return iter(self.layers.values())


def activations(chain: Chain, x: Any) -> list[Any]:
    """What each layer of a Chain gives, in order.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Chain, activations
    >>> activations(Chain(np.sqrt, np.negative), 4.0)
    [np.float64(2.0), np.float64(-2.0)]
    """
    if not isinstance(chain, Chain):
        raise TypeError(f"activations: takes a Chain, not {chain!r}")
    found = []
    for layer in chain:
        x = layer(x)
        found.append(x)
    return found


class SkipConnection(Layer):
    """A layer and a way around it: `connection(layers(x), x)`.

    Parameters
    ----------
    layers : callable
        The way through.
    connection : callable
        Takes what came through and the input; by default their sum.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import SkipConnection
    >>> SkipConnection(np.square)(3.0)
    np.float64(12.0)
    """

    def __init__(self, layers: Function, connection: Function = operator.add) -> None:
        self.layers = called("SkipConnection", "layers", layers)
        self.connection = called("SkipConnection", "connection", connection)

    def __call__(self, x: Any) -> Any:
        return self.connection(self.layers(x), x)


def concatenated(*parts: ArrayT, axis: int = 1) -> ArrayT:
    """The arrays side by side along the channels (axis 1)."""
    joined: Any = np.concatenate(parts, axis=axis)
    return joined


class Parallel(Chain):
    """Layers side by side: what they give, joined by `connection`.

    Parameters
    ----------
    connection : callable
        Takes what the layers give, one argument each.
    *layers : callables
        Layers or functions.
    **named : callables
        More of them, with names.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Parallel
    >>> Parallel(np.add, np.square, np.negative)(3.0)     # one input for all
    np.float64(6.0)
    >>> Parallel(np.add, np.square, np.negative)(3.0, 1.0)  # or one for each
    np.float64(8.0)
    """

    def __init__(self, connection: Function, *layers: Function | list[Function], **named: Function) -> None:
        super().__init__(*layers, **named)
        self.connection = called(type(self).__name__, "connection", connection)

    def __call__(self, *xs: Any) -> Any:
        if len(xs) == 1:
            return self.connection(*(layer(xs[0]) for layer in self))
        if len(xs) != len(self):
            raise ValueError(f"Parallel: {len(xs)} inputs for {len(self)} layers")
        return self.connection(*(layer(x) for layer, x in zip(self, xs, strict=True)))


class PairwiseFusion(Chain):
    """Layers one after the other, each of which also takes an input of its own.

    ``y[0] = layers[0](x[0])`` and ``y[i] = layers[i](connection(y[i - 1], x[i]))``.

    Parameters
    ----------
    connection : callable
        Takes what the layer before gave, and the input.
    *layers : callables
        Layers or functions.
    **named : callables
        More of them, with names.

    Returns
    -------
    tuple
        What each layer gave.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import PairwiseFusion
    >>> PairwiseFusion(np.add, np.square, np.negative)(3.0, 1.0)
    (np.float64(9.0), np.float64(-10.0))
    >>> PairwiseFusion(np.add, np.square, np.negative)(3.0)  # one input for all
    (np.float64(9.0), np.float64(-12.0))
    """

    def __init__(self, connection: Function, *layers: Function | list[Function], **named: Function) -> None:
        super().__init__(*layers, **named)
        self.connection = called(type(self).__name__, "connection", connection)

    def __call__(self, *xs: Any) -> Any:
        if len(xs) not in (1, len(self)):
            raise ValueError(f"PairwiseFusion: {len(xs)} inputs for {len(self)} layers")
        inputs = xs * len(self) if len(xs) == 1 else xs
        found: list[Any] = []
        for layer, x in zip(self, inputs, strict=True):
            found.append(layer(self.connection(found[-1], x) if found else x))
        return tuple(found)


class Maxout(Chain):
    """The greatest of what several layers give, element by element (Goodfellow et al. 2013).

    Parameters
    ----------
    *layers : callables
        Layers or functions whose results have one shape.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Maxout
    >>> Maxout(np.square, np.negative)(np.array([-0.5, 3.0]))
    array([0.5, 9. ])
    """

    def __call__(self, x: Any) -> Any:
        found = [layer(x) for layer in self]
        if not found:
            raise ValueError("Maxout: there are no layers in it")
        result = found[0]
        for other in found[1:]:
            result = np.maximum(result, other)
        return result


class Flatten(Layer):
    """All axes but the first in one: (N, C, H, W) becomes (N, C * H * W).

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Flatten
    >>> Flatten()(np.ones((2, 3, 4, 5))).shape
    (2, 60)
    """

    def __call__(self, x: ArrayT) -> ArrayT:
        return flatten(x)
