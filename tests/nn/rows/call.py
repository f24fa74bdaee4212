"""A row: a call of a function of nn, what it is called with, and what PyTorch has for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_rng = np.random.default_rng(11)


@dataclass(frozen=True)
class Call:
    """`order` is the highest order of derivative that is compared with differences; `kinds` those of dtypes."""

    name: str
    f: Callable[..., Any]
    arrays: tuple[Any, ...]
    torch: Callable[..., Any] | None = None
    order: int = 2
    kinds: str = "ef"
    smooth: int | None = None  # how many of the results have a gradient; by default all

    def __str__(self) -> str:
        return self.name


def normal(*shape: int) -> Any:
    return _rng.normal(size=shape)


def apart(*shape: int) -> Any:
    """Numbers of which no two are near each other, nor near 0 or a multiple of 1/2."""
    count = int(np.prod(shape))
    return (_rng.permutation(count).reshape(shape) - count / 2 + 0.31) * (8 / count)


def positive(*shape: int) -> Any:
    return _rng.uniform(0.3, 1.7, shape)


def cplx(*shape: int) -> Any:
    return normal(*shape) + 1j * normal(*shape)
