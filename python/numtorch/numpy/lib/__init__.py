"""`numpy.lib` on Tensors."""

from __future__ import annotations

from numpy.lib import NumpyVersion as NumpyVersion

from numtorch.numpy.lib import stride_tricks as stride_tricks

__all__ = ["NumpyVersion", "stride_tricks"]
