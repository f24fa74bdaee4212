"""Random numbers inside vmap: other ones for each sample, or the same for all."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor

__all__ = ["allow_random", "drawn", "is_varied"]

_ERROR, _SAME, _DIFFERENT = range(3)


def allow_random(what: str) -> None:
    """RuntimeError where `what` draws random numbers inside a vmap that does not say which."""
    if any(randomness == _ERROR for _, randomness in _core.batches()):
        raise RuntimeError(
            f'vmap: {what} draws random numbers; vmap(f, randomness="different") draws others for each sample, "same" '
            "the same for all"
        )


def is_varied() -> bool:
    """Whether each sample draws numbers of its own."""
    return any(randomness == _DIFFERENT for _, randomness in _core.batches())


def drawn(what: str, draw: Callable[[], Any]) -> Any:
    """What `draw` draws on the host: once for each sample of a vmap that asks for that."""
    allow_random(what)
    varied = [(level, size) for level, (size, randomness) in enumerate(_core.batches(), 1) if randomness == _DIFFERENT]
    if not varied:
        return draw()
    sizes = [size for _, size in varied]
    one_by_one = [_as_tensor(what, draw()) for _ in range(math.prod(sizes))]
    every = aten.reshape(aten.stack(one_by_one, 0), (*sizes, *one_by_one[0].shape))
    for level, _ in varied:
        every = _core.batched(every, 0, level)
    return aten.clone(every)  # an array of the function's own, which it may write to


def _as_tensor(what: str, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    array = np.asarray(value)
    if array.dtype not in _core.dtypes:
        raise RuntimeError(f'vmap: {what} draws {array.dtype}, which no Tensor holds; randomness="same" draws one')
    return tensor(array)
