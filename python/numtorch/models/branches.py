"""What inception networks are made of: several paths side by side, joined along the channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from numtorch.models.blocks import conv
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain

Function = Callable[..., Any]
Path = Sequence[str | tuple[str, ...]]


def bn_conv(k: Any, inputs: int, outputs: int, *, rng: Rng, **options: Any) -> Chain:
    """Convolution, norm and relu, called conv and bn."""
    layer = conv(k, inputs, outputs, rng=rng, **options)
    return Chain(conv=layer, bn=BatchNorm(outputs, eps=1e-3), relu=relu)


class Branches(Chain):
    """Paths side by side through named parts, joined along axis 1.

    Parameters
    ----------
    paths : list, optional
        For each path the names of its parts, one after the other; a tuple of names at the end of one stands for
        parts side by side. By default each part is a path.
    **parts : callables
        Layers or functions by name.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.models.branches import Branches
    >>> Branches([["a"], ["b", ("a", "b")]], a=np.negative, b=np.square)(np.array([[2.0]]))
    array([[-2., -4., 16.]])
    """

    def __init__(self, paths: Sequence[Path] | None = None, **parts: Function) -> None:
        super().__init__(**parts)
        self.paths = [[name] for name in parts] if paths is None else paths

    def __call__(self, x: Any) -> Any:
        found: list[Any] = []
        for path in self.paths:
            ends = [x]
            for names in path:
                several = (names,) if isinstance(names, str) else names
                ends = [self.layers[name](ends[0]) for name in several]
            found += ends
        return np.concatenate(found, axis=1)
