"""`numpy.lib`: what of it is about arrays."""

from numpy.lib import NumpyVersion, array_utils

from numtorch.numpy.lib import stride_tricks

__all__ = ["NumpyVersion", "array_utils", "stride_tricks"]
