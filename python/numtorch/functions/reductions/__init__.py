"""Reductions, running sums, statistics and histograms."""
