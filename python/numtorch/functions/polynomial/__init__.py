"""Polynomials and series."""
