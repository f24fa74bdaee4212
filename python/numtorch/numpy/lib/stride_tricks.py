"""`numpy.lib.stride_tricks` on Tensors."""

from numtorch.functions.manipulation.sliding import as_strided, sliding_window_view

__all__ = ["as_strided", "sliding_window_view"]
