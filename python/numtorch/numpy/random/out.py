"""Drawing into an array that the caller has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.layout import is_contiguous, is_fortran

__all__ = ["check", "filled"]


def check(out: Tensor) -> None:
    """Raises ValueError where NumPy does: it fills memory from one end to the other."""
    if not (is_contiguous(out) or is_fortran(out)) or not _core.is_writeable(out):
        raise ValueError("Supplied output array must be contiguous, writable, aligned, and in machine byte-order.")


def filled(out: Tensor, draw: Callable[[Any], Any]) -> Tensor:
    """`out` itself, with what `draw` puts into an ndarray of its shape, dtype and memory order.

    The Tensor is then assigned to, so that gradients which need its old values notice.
    """
    check(out)
    memory = np.empty(out.shape, out.dtype, order="C" if is_contiguous(out) else "F")
    draw(memory)
    out[...] = tensor(memory, dev=-1, copy=False)
    return out
