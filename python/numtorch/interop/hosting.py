"""Tensors as the ndarrays that a library computes with, where it asks for these alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from numtorch._core import Tensor

__all__ = ["hosted", "on_the_host", "replace"]


def hosted(value: Any) -> Any:
    """A Tensor as the ndarray of its memory, or NumPy's scalar; TypeError for one on a GPU or in a gradient."""
    return np.asarray(value)[()] if isinstance(value, Tensor) else value


def on_the_host(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with ndarrays for the Tensors among its arguments."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*map(hosted, args), **{name: hosted(value) for name, value in kwargs.items()})

    return call


def replace(package: str, function: Callable[..., Any], by: Callable[..., Any]) -> None:
    """Puts `by` instead of `function` into all imported modules of `package`."""
    name = function.__name__
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").partition(".")[0] == package and vars(module).get(name) is function:
            setattr(module, name, by)
