"""`numpy.lib.stride_tricks` on Tensors."""

from numtorch.functions.windows import as_strided, sliding_window_view

__all__ = ["as_strided", "sliding_window_view"]
