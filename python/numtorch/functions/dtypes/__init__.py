"""Arithmetic of the dtypes that libtorch stores and does not compute with, and NumPy's rules of the others."""
