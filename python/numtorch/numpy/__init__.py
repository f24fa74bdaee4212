"""NumPy's namespace for programs that make their own arrays."""
