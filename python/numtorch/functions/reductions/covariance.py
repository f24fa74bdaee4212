"""Covariances and correlations of variables."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, Dtype, as_tensor, cast, dev_of, xp
from numtorch.functions.calls.knowing import happens, may_happen
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes import FLOAT64
from numtorch.functions.manipulation.shape import adjoint

__all__ = ["corrcoef", "cov"]


def _variables(x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """One row for each variable."""
    return cast(x if x.ndim == 2 else x.reshape(1, -1), dtype)


def _observations(m: Tensor, y: Tensor | None, rowvar: bool, dtype: np.dtype[Any]) -> Tensor:
    """All variables as rows."""
    x = _variables(m, dtype)
    if not rowvar and m.ndim != 1:
        x = x.T
    if y is None or x.shape[0] == 0:
        return x
    more = _variables(y, dtype)
    if not rowvar and more.shape[0] != 1:
        more = more.T
    return xp.concatenate((x, more), axis=0)


def _weights(name: str, weights: Array, count: int, dev: int) -> Tensor:
    """Weights as float64, one for each of `count` observations. Waits for the device, to see whether they are such."""
    w = cast(as_tensor(weights, dev), FLOAT64)
    if name == "fweights" and happens(w != xp.rint(w)):
        raise TypeError("fweights must be integer")
    if w.ndim > 1:
        raise RuntimeError(f"cannot handle multidimensional {name}")
    if w.shape[0] != count:
        raise RuntimeError(f"incompatible numbers of samples and {name}")
    if happens(w < 0):
        raise ValueError(f"{name} cannot be negative")
    return w


def _degrees(weights: Tensor, aweights: Tensor | None, ddof: Any) -> Tensor:
    """What NumPy divides a weighted sum of squares by; 0, with a warning, if it is not positive."""
    total = weights.sum()
    if happens(total == 0):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    if ddof == 0:
        degrees = total
    elif aweights is None:
        degrees = total - ddof
    else:
        degrees = total - ddof * (weights * aweights).sum() / total
    if happens(degrees <= 0):
        _warn_degrees(5)
    return xp.maximum(degrees, 0.0) if may_happen(degrees <= 0) else degrees


def _warn_degrees(stacklevel: int) -> None:
    warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=stacklevel)


def _covariance(x: Tensor, weights: Tensor | None, aweights: Tensor | None, ddof: Any) -> Tensor:
    if weights is None:
        count = x.shape[1] - ddof
        if count <= 0:
            _warn_degrees(4)
        x = x - xp.mean(x, axis=1, keepdims=True)
        return (1 / count if count > 0 else math.inf) * xp.dot(x, adjoint(x))
    degrees = _degrees(weights, aweights, ddof)
    x = x - (x * weights).sum(axis=1, keepdims=True) / weights.sum()
    return (1 / degrees) * xp.dot(x, adjoint(x * weights))


@implements(np.cov)
def cov(
    m: Array,
    y: Array | None = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Array | None = None,
    aweights: Array | None = None,
    *,
    dtype: Dtype = None,
) -> Tensor:
    """NumPy's `cov`. With weights it waits for the device, to see whether they may be."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    dev = dev_of(m, y, fweights, aweights)
    first, second = as_tensor(m, dev), None if y is None else as_tensor(y, dev)
    for name, operand in (("m", first), ("y", second)):
        if operand is not None and operand.ndim > 2:
            raise ValueError(f"{name} has more than 2 dimensions")
    wanted = np.result_type(first.dtype, FLOAT64, *(() if second is None else (second.dtype,)))
    x = _observations(first, second, rowvar, wanted if dtype is None else np.dtype(dtype))
    if x.shape[0] == 0:
        return tensor(np.empty((0, 0)), dev=dev)
    if ddof is None:
        ddof = 1 if bias == 0 else 0
    frequent = None if fweights is None else _weights("fweights", fweights, x.shape[1], dev)
    precise = None if aweights is None else _weights("aweights", aweights, x.shape[1], dev)
    weights = precise if frequent is None else frequent if precise is None else frequent * precise
    return xp.squeeze(_covariance(x, weights, precise, ddof))


@implements(np.corrcoef)
def corrcoef(x: Array, y: Array | None = None, rowvar: bool = True, *, dtype: Dtype = None) -> Tensor:
    """NumPy's `corrcoef`."""
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    spread = xp.sqrt(aten.diagonal(c).real)
    c = c / spread[:, None] / spread[None, :]
    if c.dtype.kind == "c":
        return aten.complex(xp.clip(c.real, -1, 1), xp.clip(c.imag, -1, 1))
    return xp.clip(c, -1, 1)
