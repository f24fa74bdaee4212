"""Checks of linear algebra: dtypes and shapes of operands, and whether a kernel found an answer.

NumPy computes in float64 or complex128 and casts the result, float32 operands too. Ranks, thresholds of singular
values and the verdict that a matrix is singular depend on that, so it is done here as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError

from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import cast
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.layout import in_c_order
from numtorch.functions.dtypes import COMPLEX128, FLOAT16, FLOAT64

__all__ = [
    "check_info",
    "check_matrix",
    "check_square",
    "converged",
    "narrowed",
    "real_dtype",
    "result_dtype",
    "unit_matrix",
    "widened",
]


INEXACT = frozenset(map(np.dtype, (np.float32, np.float64, np.complex64, np.complex128)))


def result_dtype(*operands: Tensor) -> np.dtype[Any]:
    """The dtype of NumPy's result: integers become float64, float16 is refused."""
    found = {x.dtype for x in operands}
    if FLOAT16 in found:
        raise TypeError("array type float16 is unsupported in linalg")
    first, *others = (dtype if dtype in INEXACT else FLOAT64 for dtype in found)
    return np.result_type(first, *others) if others else first


def real_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of the real part."""
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype


def widened(x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """`x` in the dtype that NumPy computes in where the result has `dtype`."""
    return cast(x, COMPLEX128 if dtype.kind == "c" else FLOAT64)


def narrowed(x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """A result in the dtype that NumPy gives it and in C order; LAPACK's matrices lie in Fortran order."""
    return in_c_order(cast(x, dtype))


def check_matrix(x: Tensor) -> None:
    """Raises LinAlgError unless `x` is a stack of matrices."""
    if x.ndim < 2:
        raise LinAlgError(f"{x.ndim}-dimensional array given. Array must be at least two-dimensional")


def check_square(x: Tensor) -> None:
    """Raises LinAlgError unless `x` is a stack of square matrices."""
    check_matrix(x)
    if x.shape[-1] != x.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")


def check_info(info: Tensor, message: str) -> None:
    """Waits for the device, to see whether LAPACK succeeded."""
    if happens(info):
        raise LinAlgError(message)


def converged(message: str, compute: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """What an iterative kernel computes; the error, if it did not converge, is in NumPy's words."""
    try:
        return compute(*arguments, **keywords)
    except LinAlgError as error:
        raise LinAlgError(message) from error


def unit_matrix(n: int, like: Tensor) -> Tensor:
    """The unit matrix with the dtype and the device of `like`."""
    return tensor(np.eye(n, dtype=like.dtype), dev=like.dev)
