"""The random numbers that functions and layers draw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.samples import drawn
from numtorch.nn.dispatch import joined

__all__ = ["Draws", "Rng", "uniform"]

Rng: TypeAlias = np.random.Generator | int | None  # where initial numbers come from; an int is a seed


class Draws(Protocol):
    """What functions draw from: a generator of NumPy's or of numtorch's."""

    def random(self, size: tuple[int, ...], /) -> Any: ...


def uniform(function: str, shape: Iterable[int], like: Any, rng: Draws | None) -> Any:
    """Numbers evenly drawn from [0, 1), where `like` is and in its dtype."""
    lengths = tuple(shape)
    if rng is not None and not hasattr(rng, "random"):
        raise TypeError(f"{function}: rng must be a generator, as of numpy.random.default_rng, not {rng!r}")
    if rng is not None:
        # numtorch's own know of batches.
        numbers = rng.random(lengths) if hasattr(rng, "dev") else drawn(function, lambda: rng.random(lengths))
    elif isinstance(like, Tensor):
        return aten.rand_generator(lengths, generator=None, dtype=like.dtype, device=like.dev)
    else:
        numbers = np.random.default_rng().random(lengths)
    numbers = numbers.astype(like.dtype)
    return joined(numbers, like) if isinstance(like, Tensor) else numbers
