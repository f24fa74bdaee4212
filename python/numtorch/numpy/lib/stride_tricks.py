"""`numpy.lib.stride_tricks` on Tensors."""

from numtorch.functions.windows import sliding_window_view

__all__ = ["sliding_window_view"]
