"""Gradient rules, one module for each family of kernels. Importing this attaches them all."""

from numtorch.autograd.rules import elementwise, indexing, linalg, reduction, shape

__all__ = ["elementwise", "indexing", "linalg", "reduction", "shape"]
