"""Draws that gradients pass through: tracked Tensors applied to a standard draw."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from numtorch._core import Tensor, collect, tensor
from numtorch.functions.calls.arguments import xp

__all__ = ["FORMULAS", "draw", "is_tracked", "refuse"]

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


def _nearly(drawn: Any, computed: Any) -> Any:
    """`computed`, but with the bits of NumPy's `drawn`: the difference is exact, as the two are so near."""
    return computed + xp.nan_to_num(drawn - collect(computed))  # of equal infinities it is NaN


def _pareto(drawn: Any, z: Any, a: Any) -> Any:
    return _nearly(drawn, xp.expm1(z / a))


def _power(drawn: Any, z: Any, a: Any) -> Any:
    return _nearly(drawn, (-xp.expm1(-z)) ** (1 / a))


def _triangular(drawn: Any, z: Any, left: Any, mode: Any, right: Any) -> Any:
    width, rise = right - left, mode - left
    falling = right - xp.sqrt((1 - z) * width * (right - mode))
    return _nearly(drawn, xp.where(z * width <= rise, left + xp.sqrt(z * width * rise), falling))


def _weibull(drawn: Any, z: Any, a: Any) -> Any:
    return _nearly(drawn, xp.where(a == 0, 0, z ** (1 / xp.where(a == 0, 1, a))))


# What is drawn instead, and what makes the draw of it: each as NumPy computes it, so that the bits are the same.
FORMULAS: dict[str, tuple[str, Callable[..., Any]]] = {
    "exponential": ("standard_exponential", _scaled),
    "gumbel": ("gumbel", _shifted),
    "laplace": ("laplace", _shifted),
    "logistic": ("logistic", _shifted),
    "lognormal": ("standard_normal", _lognormal),
    "normal": ("standard_normal", _shifted),
    "pareto": ("standard_exponential", _pareto),
    "power": ("standard_exponential", _power),
    "rayleigh": ("rayleigh", _scaled),
    "triangular": ("random", _triangular),
    "uniform": ("random", _uniform),
    "weibull": ("standard_exponential", _weibull),
}


def is_tracked(value: Any) -> bool:
    """Whether a gradient is being recorded that depends on `value`."""
    return isinstance(value, Tensor) and value.tracked


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
