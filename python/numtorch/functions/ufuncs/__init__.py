"""NumPy's ufuncs and their methods, and scipy.special's."""
