"""Standard draws on a device, of the dtypes that NumPy draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.numpy.random import out as outs
from numtorch.numpy.random.device.integers import integers, random_integers, tomaxint
from numtorch.numpy.random.device.parameters import check, placed, shape_of
from numtorch.numpy.random.device.source import FLOAT64, Shape, Source

__all__ = ["NUMBERS"]


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


NUMBERS: dict[str, Callable[..., Any]] = {
    "integers": integers,
    "randint": integers,
    "random": _random,
    "random_integers": random_integers,
    "random_sample": _random,
    "standard_exponential": _standard_exponential,
    "standard_gamma": _standard_gamma,
    "standard_normal": _standard_normal,
    "tomaxint": tomaxint,
}
