"""Unsigned integers as signed ones of their size, for kernels that libtorch has for signed integers alone.

Moving elements, adding and multiplying do the same to both; so does comparing, after `ordered`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, owned

__all__ = ["is_bits", "moved", "ordered", "signed", "unordered"]


SIGNED: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.uint16): np.dtype(np.int16),
    np.dtype(np.uint32): np.dtype(np.int32),
    np.dtype(np.uint64): np.dtype(np.int64),
}


def is_bits(dtype: np.dtype[Any]) -> bool:
    """Whether libtorch stores this dtype but has few kernels for it."""
    return dtype in SIGNED


def signed(x: Tensor) -> Tensor:
    """The memory of `x` seen as signed integers if it holds wide unsigned ones; else `x`."""
    dtype = SIGNED.get(x.dtype)
    return x if dtype is None else aten.view_dtype(x, dtype)


def moved(move: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """`move(x)`, for a `move` that does the same to signed and unsigned integers."""
    dtype = SIGNED.get(x.dtype)
    return move(x) if dtype is None else owned(aten.view_dtype(move(aten.view_dtype(x, dtype)), x.dtype))


def _lowest(dtype: np.dtype[Any]) -> int:
    return int(np.iinfo(dtype).min)


def ordered(x: Tensor) -> Tensor:
    """`x` with wide unsigned integers mapped to signed ones in the same order."""
    dtype = SIGNED.get(x.dtype)
    return x if dtype is None else aten.bitwise_xor_Scalar(aten.view_dtype(x, dtype), _lowest(dtype))


def unordered(x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """Undoes `ordered`, for values that were of `dtype` before."""
    compute_dtype = SIGNED.get(dtype)
    return (
        x
        if compute_dtype is None
        else owned(aten.view_dtype(aten.bitwise_xor_Scalar(x, _lowest(compute_dtype)), dtype))
    )
