"""Products of matrices and numpy.linalg."""
