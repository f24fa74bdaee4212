"""Tensors for xarray, which takes them for arrays of the array API standard and so without NumPy's indexing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import numpy as np

from numtorch._core import Tensor, tensor

__all__ = ["register_indexing", "register_interpolation"]


@cache
def register_indexing() -> None:
    """Makes xarray index Tensors as it indexes ndarrays: by points, and along several axes at once.

    It is called when both libraries are imported.

    Raises
    ------
    ImportError
        xarray is not installed.
    """
    from xarray.core.indexing import ArrayApiIndexingAdapter, NdArrayLikeIndexingAdapter

    def as_of_numpy(name: str) -> Callable[..., Any]:
        own = getattr(ArrayApiIndexingAdapter, name)

        @wraps(own)
        def index(self: Any, *args: Any) -> Any:
            if isinstance(self.array, Tensor):
                return getattr(NdArrayLikeIndexingAdapter(self.array), name)(*args)
            return own(self, *args)

        return index

    for name in ("_oindex_get", "_vindex_get", "_oindex_set", "_vindex_set"):
        setattr(ArrayApiIndexingAdapter, name, as_of_numpy(name))


@cache
def register_interpolation() -> None:
    """Makes what ``interp`` computes of a Tensor, with SciPy on the CPU, a Tensor. Called when both are imported.

    Raises
    ------
    ImportError
        xarray is not installed.
    """
    from xarray.core import missing

    interpolate = missing._interpnd

    @wraps(interpolate)
    def interpolated(data: Any, *coords: Any, **kwargs: Any) -> Any:
        result = interpolate(data, *coords, **kwargs)
        return tensor(result, copy=False) if isinstance(data, Tensor) and isinstance(result, np.ndarray) else result

    missing._interpnd = interpolated
