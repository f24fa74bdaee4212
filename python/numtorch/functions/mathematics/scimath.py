"""``numpy.emath``: functions whose results are complex where real ones would be nan.

Each waits for the device, to see whether there is such an element: the dtype of the result depends on it.
"""

from __future__ import annotations

import numpy as np
from numpy.lib import scimath

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_tensor, as_tensors, cast, xp
from numtorch.functions.calls.knowing import agreed
from numtorch.functions.calls.registry import implements

__all__ = ["arccos", "arcsin", "arctanh", "log", "log2", "log10", "logn", "power", "sqrt"]

COMPLEX64, COMPLEX128 = np.dtype(np.complex64), np.dtype(np.complex128)
NARROW = frozenset(map(np.dtype, (np.int8, np.int16, np.uint8, np.uint16, np.float32)))


def _as_complex(x: Tensor) -> Tensor:
    return cast(x, COMPLEX64 if x.dtype in NARROW else COMPLEX128)


def _has_negative(x: Tensor) -> bool:
    return x.dtype.kind in "if" and agreed((x < 0).any())


def _unless_negative(x: Tensor) -> Tensor:
    """`x`, as complex numbers if there is a negative one."""
    return _as_complex(x) if _has_negative(x) else x


def _unless_outside(x: Tensor) -> Tensor:
    """`x`, as complex numbers if there is one beyond -1 or 1."""
    return _as_complex(x) if x.dtype.kind in "iuf" and agreed((xp.abs(x) > 1).any()) else x


@implements(scimath.sqrt)
def sqrt(x: Array) -> Tensor:
    """NumPy's `emath.sqrt`. Waits for the device, to see whether a number is negative."""
    return xp.sqrt(_unless_negative(as_tensor(x)))


@implements(scimath.log)
def log(x: Array) -> Tensor:
    """NumPy's `emath.log`. Waits for the device, to see whether a number is negative."""
    return xp.log(_unless_negative(as_tensor(x)))


@implements(scimath.log10)
def log10(x: Array) -> Tensor:
    """NumPy's `emath.log10`. Waits for the device, to see whether a number is negative."""
    return xp.log10(_unless_negative(as_tensor(x)))


@implements(scimath.log2)
def log2(x: Array) -> Tensor:
    """NumPy's `emath.log2`. Waits for the device, to see whether a number is negative."""
    return xp.log2(_unless_negative(as_tensor(x)))


@implements(scimath.logn)
def logn(n: Array, x: Array) -> Tensor:
    """NumPy's `emath.logn`. Waits for the device, to see whether a number is negative."""
    base, number = map(_unless_negative, as_tensors(n, x))
    return xp.log(number) / xp.log(base)


@implements(scimath.power)
def power(x: Array, p: Array) -> Tensor:
    """NumPy's `emath.power`. Waits for the device, to see whether a number is negative."""
    base, exponent = as_tensors(x, p)
    if exponent.dtype.kind == "i" and _has_negative(exponent):
        exponent = exponent * 1.0
    return xp.power(_unless_negative(base), exponent)


@implements(scimath.arccos)
def arccos(x: Array) -> Tensor:
    """NumPy's `emath.arccos`. Waits for the device, to see whether a number is beyond -1 or 1."""
    return xp.arccos(_unless_outside(as_tensor(x)))


@implements(scimath.arcsin)
def arcsin(x: Array) -> Tensor:
    """NumPy's `emath.arcsin`. Waits for the device, to see whether a number is beyond -1 or 1."""
    return xp.arcsin(_unless_outside(as_tensor(x)))


@implements(scimath.arctanh)
def arctanh(x: Array) -> Tensor:
    """NumPy's `emath.arctanh`. Waits for the device, to see whether a number is beyond -1 or 1."""
    return xp.arctanh(_unless_outside(as_tensor(x)))
