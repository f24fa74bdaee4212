"""Tensors for dask, which keeps lists of the types that its chunks may have."""

from __future__ import annotations

from functools import cache

from numtorch._core import Tensor

__all__ = ["register"]


@cache
def register() -> None:
    """Makes dask's arrays take Tensors as operands, and ``percentile`` as chunks; all else dask finds by protocols.

    ``import numtorch`` does it if ``dask.array`` was imported before.

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
