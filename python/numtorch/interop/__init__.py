"""What other libraries have to be told of Tensors: those that find arrays by a registry rather than by protocols."""

import sys

from numtorch.interop import dask as dask
from numtorch.interop import einops as einops

__all__ = ["register_imported"]


def register_imported() -> None:
    """Registers Tensors with those of these libraries that are imported already; none is imported for it."""
    if "dask.array" in sys.modules:
        dask.register()
    if "einops" in sys.modules:
        einops.register()
