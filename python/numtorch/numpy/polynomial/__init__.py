"""`numpy.polynomial`: its power series on Tensors."""

from numtorch.numpy.polynomial import polynomial

__all__ = ["polynomial"]
