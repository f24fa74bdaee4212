"""Tensors for einops, which looks for arrays among the subclasses of its own class of backends."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor

__all__ = ["register"]


@cache  # which keeps the class: einops finds it by a weak reference only
def register() -> type:
    """Makes einops' functions take Tensors. It is called when both libraries are imported.

    ``einops.array_api`` needs no registering: it asks an array for its namespace.

    Returns
    -------
    type
        The backend that einops now finds.

    Raises
    ------
    ImportError
        einops is not installed.
    """
    from einops._backends import NumpyBackend

    class TensorBackend(NumpyBackend):
        """NumPy's functions, which Tensors answer."""

        framework_name = "numtorch"

        def is_appropriate_type(self, tensor: Any) -> bool:
            return isinstance(tensor, Tensor)

        def from_numpy(self, x: Any) -> Tensor:
            return _core.tensor(x)

        def to_numpy(self, x: Tensor) -> Any:
            return x.numpy()

        def arange(self, start: int, stop: int) -> Tensor:
            return _core.tensor(np.arange(start, stop))

    return TensorBackend
