"""Parameters of distributions on a device: numbers or float64 Tensors there, checked as NumPy checks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import as_shape, as_tensor, cast, xp
from numtorch.numpy.random.device.source import FLOAT64, INT64, Shape

__all__ = ["CHECKS", "check", "placed", "shape_of"]

Bad = Callable[..., Any]


def placed(method: str, name: str, value: Any, dev: int, integral: bool) -> Any:
    """`value` as a Python number or a float64 Tensor on the device; TypeError for what NumPy does not take."""
    if isinstance(value, (bool, int, float, np.number)) and not isinstance(value, (complex, np.complexfloating)):
        return float(value)
    array = value if isinstance(value, Tensor) else np.asarray(value)
    if isinstance(array, np.ndarray) and array.dtype.kind not in "biuf":
        raise TypeError(f"{method}: {name} must be real numbers, not {array.dtype}")
    if not np.can_cast(array.dtype, INT64 if integral else FLOAT64, "same_kind"):
        wanted = "integers" if integral else "real numbers"
        raise TypeError(f"{method}: {name} must be {wanted}, not {array.dtype}")
    moved = as_tensor(array, dev)
    if moved.dev != dev:
        raise TypeError(f"{method}: the argument {name!r} is on device {moved.dev}, and this generator draws on {dev}")
    return cast(moved, FLOAT64)


def shape_of(size: Any, parameters: Mapping[str, Any]) -> Shape:
    """The shape of a draw: `size`, or that to which the parameters broadcast."""
    shapes = [value.shape for value in parameters.values() if isinstance(value, Tensor)]
    if size is None:
        return np.broadcast_shapes(*shapes)
    shape = as_shape(size)
    if any(length < 0 for length in shape):
        raise ValueError("negative dimensions are not allowed")
    if np.broadcast_shapes(shape, *shapes) != shape:
        raise ValueError(f"Output size {shape} is not compatible with broadcast dimensions of inputs {shapes}.")
    return shape


# ---- Checks ----


def _negative(name: str) -> tuple[Bad, str]:
    return lambda p: xp.logical_and(xp.signbit(p[name]), p[name] <= 0), f"{name} < 0"  # -0.0 too, as NumPy has it


def _not_positive(name: str) -> tuple[Bad, str]:
    return lambda p: xp.logical_not(p[name] > 0), f"{name} <= 0"


def _not_a_probability(name: str = "p") -> tuple[Bad, str]:
    bad = f"{name} < 0, {name} > 1 or {name} is NaN"
    return lambda p: xp.logical_not(xp.logical_and(p[name] >= 0, p[name] <= 1)), bad


_LOC_SCALE = (_negative("scale"),)
_P_POSITIVE = (lambda p: xp.logical_not(xp.logical_and(p["p"] > 0, p["p"] <= 1)), "p <= 0, p > 1 or p contains NaNs")

CHECKS: dict[str, tuple[tuple[Bad, str], ...]] = {
    "beta": (_not_positive("a"), _not_positive("b")),
    "binomial": (_negative("n"), _not_a_probability()),
    "chisquare": (_not_positive("df"),),
    "dirichlet": (_negative("alpha"),),
    **dict.fromkeys(("exponential", "gumbel", "laplace", "logistic", "normal", "rayleigh"), _LOC_SCALE),
    "f": (_not_positive("dfnum"), _not_positive("dfden")),
    "gamma": (_negative("shape"), _negative("scale")),
    "geometric": (_P_POSITIVE,),
    "hypergeometric": (
        *(_negative(name) for name in ("ngood", "nbad", "nsample")),
        (lambda p: p["ngood"] + p["nbad"] < p["nsample"], "ngood + nbad < nsample"),
    ),
    "lognormal": (_negative("sigma"),),
    "logseries": ((lambda p: xp.logical_not(xp.logical_and(p["p"] >= 0, p["p"] < 1)), "p < 0, p >= 1 or p is NaN"),),
    "negative_binomial": (_not_positive("n"), _P_POSITIVE),
    "noncentral_chisquare": (_not_positive("df"), _negative("nonc")),
    "noncentral_f": (_not_positive("dfnum"), _not_positive("dfden"), _negative("nonc")),
    "pareto": (_not_positive("a"),),
    "poisson": (
        (lambda p: xp.logical_not(p["lam"] >= 0), "lam < 0 or lam is NaN"),
        (lambda p: p["lam"] > 2**63 - 2**36, "lam value too large"),
    ),
    "power": (_not_positive("a"),),
    "standard_gamma": (_negative("shape"),),
    "standard_t": (_not_positive("df"),),
    "triangular": (
        (lambda p: p["left"] > p["mode"], "left > mode"),
        (lambda p: p["mode"] > p["right"], "mode > right"),
        (lambda p: p["left"] == p["right"], "left == right"),
    ),
    "uniform": ((lambda p: p["high"] < p["low"], "high < low"),),
    "vonmises": (_negative("kappa"),),
    "wald": (_not_positive("mean"), _not_positive("scale")),
    "weibull": (_negative("a"),),
    "zipf": ((lambda p: xp.logical_not(p["a"] > 1), "a <= 1 or a is NaN"),),
}


def check(method: str, parameters: Mapping[str, Any]) -> None:
    """Raises NumPy's ValueError. Waits for the device if a parameter is an array, to see whether it is in range."""
    for bad, message in CHECKS.get(method, ()):
        if bool(xp.any(bad(parameters))):
            raise ValueError(message)
    if method == "uniform" and not bool(xp.all(xp.isfinite(parameters["high"] - parameters["low"]))):
        raise OverflowError("high - low range exceeds valid bounds")
