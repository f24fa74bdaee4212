"""Standard draws and integers on a device, of the dtypes that NumPy draws."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.arguments import cast, xp
from numtorch.numpy.random import out as outs
from numtorch.numpy.random.device.parameters import check, placed, shape_of
from numtorch.numpy.random.device.source import FLOAT64, INT64, Shape, Source

__all__ = ["NUMBERS", "integers"]

WORD = 2**64
SIGN = 2**63


def _float_of(method: str, dtype: Any) -> np.dtype[Any]:
    wanted = np.dtype(dtype)
    if wanted not in (np.dtype(np.float32), FLOAT64):
        raise TypeError(f"Unsupported dtype {wanted!r} for {method}")
    return wanted


def _filling(method: str, size: Any, dtype: Any, out: Any, draw: Callable[[Shape, np.dtype[Any]], Tensor]) -> Any:
    """`draw(shape, dtype)`, or `out` with it inside."""
    wanted = _float_of(method, dtype)
    if out is None:
        return draw(shape_of(size, {}), wanted)
    if not isinstance(out, Tensor):
        raise TypeError(f"{method}: out must be a Tensor on the generator's device, not {type(out).__name__}")
    if out.dtype != wanted:
        raise TypeError(f"Supplied output array has the wrong type. Expected {wanted}, got {out.dtype}")
    outs.check(out)
    if size is not None and shape_of(size, {}) != out.shape:
        raise ValueError("size must match out.shape when used together")
    out[...] = draw(out.shape, wanted)
    return out


def _random(s: Source, size: Any, dtype: Any = FLOAT64, out: Any = None) -> Any:
    return _filling("random", size, dtype, out, s.uniform)


def _standard_normal(s: Source, size: Any, dtype: Any = FLOAT64, out: Any = None) -> Any:
    return _filling("standard_normal", size, dtype, out, s.normal)


def _standard_exponential(s: Source, size: Any, dtype: Any = FLOAT64, method: str = "zig", out: Any = None) -> Any:
    """`method` makes no difference: there is one kernel."""
    del method
    return _filling("standard_exponential", size, dtype, out, s.exponential)


def _standard_gamma(s: Source, shape: Any, size: Any, dtype: Any = FLOAT64, out: Any = None) -> Any:
    alpha = {"shape": placed("standard_gamma", "shape", shape, s.dev, False)}
    check("standard_gamma", alpha)
    lengths = shape_of(size if size is not None or out is None else out.shape, alpha)
    return _filling(
        "standard_gamma", lengths, dtype, out, lambda n, wanted: s.gamma(n, alpha["shape"], wanted)
    )  # fmt: skip


# ---- Integers ----


def integers(
    s: Source, low: Any, high: Any = None, size: Any = None, dtype: Any = INT64, endpoint: bool = False
) -> Tensor:
    """
    Bounds that are arrays must lie less than 2**63 apart.

    Waits for the device if they are, to see whether they are in order.
    """
    wanted = np.dtype(dtype)
    if wanted.kind not in "biu":
        raise TypeError(f"Unsupported dtype {wanted!r} for integers")
    low, high = (0, low) if high is None else (low, high)
    if all(isinstance(bound, (int, float, np.number, np.bool)) for bound in (low, high)):
        first, end = int(low), int(high) + bool(endpoint)
        _check_bounds(first, end, wanted)
        return _between(s, shape_of(size, {}), first, end, wanted)
    first, last = (placed_integers(name, bound, s.dev) for name, bound in (("low", low), ("high", high)))
    span = last - first + bool(endpoint)
    if bool(xp.any(span <= 0)):
        raise ValueError("low >= high")
    _check_bounds(int(xp.min(first)), int(xp.max(last)) + bool(endpoint), wanted)
    shape = shape_of(size, {"low": xp.atleast_1d(first) if size is None else first, "high": last})
    return cast(first + s.integers(shape, 0, SIGN) % span, wanted)


def placed_integers(name: str, bound: Any, dev: int) -> Any:
    """`bound` as a Python integer or an int64 Tensor on the device."""
    value = placed("integers", name, bound, dev, True)
    if not isinstance(value, Tensor):
        return operator.index(bound)
    return cast(xp.asarray(bound, like=value), INT64)


def _check_bounds(first: int, end: int, dtype: np.dtype[Any]) -> None:
    least, most = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    if first < least:
        raise ValueError(f"low is out of bounds for {dtype}")
    if end > int(most) + 1:
        raise ValueError(f"high is out of bounds for {dtype}")
    if first >= end:
        raise ValueError("low >= high")


def _between(s: Source, shape: Shape, first: int, end: int, dtype: np.dtype[Any]) -> Tensor:
    if end <= SIGN:
        return cast(s.integers(shape, first, end), dtype)
    # uint64 beyond int64: drawn 2**63 lower, and the sign turned.
    lowered = s.integers(shape, first - SIGN, end - SIGN)
    return (lowered ^ -SIGN).view(np.uint64)


def _random_integers(s: Source, low: Any, high: Any, size: Any) -> Tensor:
    low, high = (1, low) if high is None else (low, high)
    return integers(s, low, high, size, endpoint=True)


NUMBERS: dict[str, Callable[..., Any]] = {
    "integers": integers,
    "randint": integers,
    "random": _random,
    "random_integers": _random_integers,
    "random_sample": _random,
    "standard_exponential": _standard_exponential,
    "standard_gamma": _standard_gamma,
    "standard_normal": _standard_normal,
    "tomaxint": lambda s, size: s.integers(shape_of(size, {}), 0, SIGN),
}
