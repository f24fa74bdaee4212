"""Functions of numbers that are no ufuncs, and of signals."""
