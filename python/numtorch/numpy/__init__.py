"""NumPy's namespace for programs that make their own arrays."""

from numtorch.numpy import random

__all__ = ["random"]
