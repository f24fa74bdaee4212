"""NumPy's own shuffle, which exchanges rows through views and so loses some of any array but NumPy's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any

from numtorch._core import Tensor

__all__ = ["register_generator", "register_mtrand"]


class _Refusing(type):
    """isinstance(x, _Sequence) is NumPy's last question before a shuffle exchanges the rows of x."""

    def __instancecheck__(cls, x: Any) -> bool:
        if isinstance(x, Tensor):
            raise TypeError(
                "shuffle: NumPy exchanges rows through views, which would lose rows of a Tensor; use "
                "numtorch.numpy.random.default_rng(seed).shuffle(x), or x[rng.permutation(len(x))]"
            )
        return isinstance(x, Sequence)


class _Sequence(metaclass=_Refusing):
    pass


def _register(module: ModuleType) -> None:
    if getattr(module, "Sequence", None) is not Sequence:
        raise AttributeError("shuffle asks no longer for a Sequence")
    module.Sequence = _Sequence  # type: ignore[attr-defined]


@cache
def register_generator() -> None:
    """Makes ``numpy.random.Generator.shuffle`` of a Tensor raise TypeError."""
    from numpy.random import _generator

    _register(_generator)


@cache
def register_mtrand() -> None:
    """Makes ``numpy.random.shuffle`` and ``numpy.random.RandomState.shuffle`` of a Tensor raise TypeError."""
    from numpy.random import mtrand

    _register(mtrand)
