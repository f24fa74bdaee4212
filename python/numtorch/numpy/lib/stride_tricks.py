"""`numpy.lib.stride_tricks` on Tensors."""

from __future__ import annotations

from numtorch.functions.windows import sliding_window_view as sliding_window_view

__all__ = ["sliding_window_view"]
