"""``like=``: NumPy's functions that make arrays, called with a Tensor whose kind and device the new one takes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.registry import implements_like
from numtorch.functions.creation import conversion, creation
from numtorch.functions.io import files

__all__: list[str] = []

OWN = ("dev", "like")  # the parameters that NumPy's functions do not have, or take before they ask us


def _own_names(function: Callable[..., Any]) -> Collection[str]:
    """The parameters of NumPy's `function`, from its documentation if it is compiled and has no signature."""
    try:
        return inspect.signature(function).parameters
    except ValueError:
        return re.findall(r"\w+", (function.__doc__ or "").partition("\n\n")[0])


def _answering(make: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """`make`, for NumPy's `function` called with ``like=``."""

    def answer(*args: Any, like: Tensor, **kwargs: Any) -> Any:
        return make(*args, like=like, **kwargs)

    own = _own_names(function)
    shown = [p for name, p in inspect.signature(make).parameters.items() if name in own and name not in OWN]
    answer.__name__, answer.__doc__ = make.__name__, make.__doc__
    answer.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    return answer


MADE: tuple[tuple[Callable[..., Any], Callable[..., Any]], ...] = (
    (np.arange, creation.arange),
    (np.array, conversion.array),
    (np.asanyarray, conversion.asanyarray),
    (np.asarray, conversion.asarray),
    (np.ascontiguousarray, conversion.ascontiguousarray),
    (np.asfortranarray, conversion.asfortranarray),
    (np.empty, creation.empty),
    (np.eye, creation.eye),
    (np.frombuffer, files.frombuffer),
    (np.fromfile, files.fromfile),
    (np.fromfunction, creation.fromfunction),
    (np.fromiter, files.fromiter),
    (np.fromstring, files.fromstring),
    (np.full, creation.full),
    (np.genfromtxt, files.genfromtxt),
    (np.identity, creation.identity),
    (np.loadtxt, files.loadtxt),
    (np.ones, creation.ones),
    (np.require, conversion.require),
    (np.tri, creation.tri),
    (np.zeros, creation.zeros),
)

for _function, _make in MADE:
    implements_like(_function)(_answering(_make, _function))
