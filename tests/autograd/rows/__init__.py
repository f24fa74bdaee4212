"""Calls of the kernels that have rules, a file for each file of `numtorch.autograd.rules`."""
