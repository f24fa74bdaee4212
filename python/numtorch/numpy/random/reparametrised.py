"""Draws that gradients pass through: a standard draw, scaled and shifted by tracked Tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from numtorch._core import Tensor, collect, tensor
from numtorch.functions.arguments import xp

__all__ = ["FORMULAS", "draw", "refuse"]

CPU = -1


def _shifted(drawn: Any, z: Any, loc: Any, scale: Any) -> Any:  # noqa: ARG001  # all formulas get both
    return loc + scale * z


def _scaled(drawn: Any, z: Any, scale: Any) -> Any:  # noqa: ARG001
    return scale * z


def _uniform(drawn: Any, z: Any, low: Any, high: Any) -> Any:  # noqa: ARG001
    return low + (high - low) * z


def _lognormal(drawn: Any, z: Any, mean: Any, sigma: Any) -> Any:
    # NumPy's exp and libtorch's differ in the last bit: the value is NumPy's, the derivatives are those of exp.
    logarithm = mean + sigma * z
    return drawn * xp.exp(logarithm - collect(logarithm))


# What is drawn instead, and what makes the draw of it: each as NumPy computes it, so that the bits are the same.
FORMULAS: dict[str, tuple[str, Callable[..., Any]]] = {
    "exponential": ("standard_exponential", _scaled),
    "gumbel": ("gumbel", _shifted),
    "laplace": ("laplace", _shifted),
    "logistic": ("logistic", _shifted),
    "lognormal": ("standard_normal", _lognormal),
    "normal": ("standard_normal", _shifted),
    "rayleigh": ("rayleigh", _scaled),
    "uniform": ("random", _uniform),
}


def refuse(method: str, argument: str) -> TypeError:
    """The error of a tracked argument of any other method."""
    return TypeError(
        f"{method}: a gradient depends on the argument {argument!r}, and a draw of {method} has no derivative "
        f"with respect to it; pass its values, numtorch.collect({argument})"
    )


def draw(host: Any, method: str, arguments: Mapping[str, Any], on_host: Callable[[str, str, Any], Any]) -> Any:
    """A draw of `method` from NumPy's `host` as a function of its tracked arguments."""
    parameters = {name: value for name, value in arguments.items() if name != "size"}
    hosted = {name: on_host(method, name, _untracked(value)) for name, value in parameters.items()}
    twin = copy.deepcopy(host)
    drawn = getattr(host, method)(**hosted, size=arguments["size"])  # NumPy's checks, and its bits
    standard, formula = FORMULAS[method]
    z = getattr(twin, standard)(size=drawn.shape if isinstance(drawn, np.ndarray) else None)
    return formula(_constant(drawn), _constant(z), **parameters)


def _untracked(x: Any) -> Any:
    return tensor(collect(x), dev=x.dev, copy=False) if isinstance(x, Tensor) and x.tracked and x.dev == CPU else x


def _constant(drawn: Any) -> Any:
    return tensor(drawn, dev=CPU, copy=False) if isinstance(drawn, np.ndarray) else drawn
