"""NumPy's modules of polynomial bases, with Tensors for the arrays that their functions give."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from types import FunctionType, ModuleType
from typing import Any

from numtorch.numpy.overrides import given

__all__ = ["giving_tensors", "of_basis"]


def giving_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's function, which takes Tensors as far as it computes with them, with Tensors for its results."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return given(function(*args, **kwargs))

    return call


def of_basis(module: ModuleType, package: str) -> ModuleType:
    """NumPy's module of a basis, in `package`: its own classes, its functions giving Tensors."""
    made = ModuleType(f"{package}.{module.__name__.rpartition('.')[2]}", module.__doc__)
    made.__all__ = list(module.__all__)  # type: ignore[attr-defined]
    for name in module.__all__:
        member = getattr(module, name)
        if isinstance(member, FunctionType):
            member = giving_tensors(member)
        setattr(made, name, given(member))
    sys.modules[made.__name__] = made
    return made
