"""Calls of nn's functions, a file for each family."""
