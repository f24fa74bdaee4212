"""Dtypes that libtorch stores but hardly computes with, carried by others.

uint16 and uint32 compute in the next wider signed integer, whose low bits are theirs; uint64 computes on its own bits
read as int64; float16 computes in float32 where a kernel lacks it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.dtypes import INT64, UINT64

Compute = Callable[..., Any]
Dtype = np.dtype[Any]

COMPUTE_DTYPES: dict[Dtype, Dtype] = {np.dtype(np.uint16): np.dtype(np.int32), np.dtype(np.uint32): INT64}


def cast(x: Tensor, dtype: Dtype) -> Tensor:
    """`x` with another dtype, a new Tensor."""
    result: Tensor = aten._to_copy(x, dtype=dtype)
    return result


def bits(x: Tensor) -> Tensor:
    """The bits of a uint64 Tensor, as int64."""
    result: Tensor = aten.view_dtype(x, dtype=INT64)
    return result


def from_bits(x: Tensor) -> Tensor:
    """The uint64 Tensor that has these bits."""
    result: Tensor = aten.view_dtype(x, dtype=UINT64)
    return result


def through(compute: Compute, own: Dtype, compute_dtype: Dtype) -> Compute:
    """`compute` for Tensors of dtype `own`, which it does not take, by way of `compute_dtype`, which it does."""

    def back(result: Any) -> Any:
        return cast(result, own) if result.dtype == compute_dtype else result

    def carried(*inputs: Tensor, **keywords: Any) -> Any:
        result = compute(*[cast(x, compute_dtype) if x.dtype == own else x for x in inputs], **keywords)
        return tuple(map(back, result)) if type(result) is tuple else back(result)

    return carried


def on_bits(compute: Compute) -> Compute:
    """`compute`, which works on the bits of uint64 numbers, as a function of uint64 Tensors."""

    def back(result: Any) -> Any:
        return from_bits(result) if result.dtype == INT64 else result

    def carried(*inputs: Tensor, **keywords: Any) -> Any:
        result = compute(*[bits(x) if x.dtype == UINT64 else x for x in inputs], **keywords)
        return tuple(map(back, result)) if type(result) is tuple else back(result)

    return carried
