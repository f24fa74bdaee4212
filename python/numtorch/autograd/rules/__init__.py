"""Gradient rules, one module for each family of kernels. Importing this attaches them all."""

from numtorch.autograd.rules import decomposition, elementwise, fft, indexing, linalg, random, reduction, shape

__all__ = ["decomposition", "elementwise", "fft", "indexing", "linalg", "random", "reduction", "shape"]
