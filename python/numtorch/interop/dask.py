"""Tensors for dask, which keeps lists of the types that its chunks may have."""

from __future__ import annotations

import math
from functools import cache

from numtorch._core import Tensor

__all__ = ["register", "register_sizeof"]


@cache
def register() -> None:
    """Makes dask's arrays take Tensors as operands, and ``percentile`` as chunks; all else dask finds by protocols.

    It is called when both libraries are imported.

    Raises
    ------
    ImportError
        dask's arrays are not installed.
    """
    from dask.array import register_chunk_type
    from dask.array.backends import percentile
    from dask.array.dispatch import percentile_lookup

    register_chunk_type(Tensor)
    percentile_lookup.register(Tensor, percentile)


def _sizeof(x: Tensor) -> int:
    """Bytes of the elements, of repeated ones once, on whatever device."""
    lengths = (length for length, stride in zip(x.shape, x.strides, strict=True) if stride)
    return x.itemsize * math.prod(lengths)


@cache
def register_sizeof() -> None:
    """Tells dask how much memory a Tensor takes, by which distributed's workers spill and move data.

    Raises
    ------
    ImportError
        dask is not installed.
    """
    from dask.sizeof import sizeof

    sizeof.register(Tensor, _sizeof)
