"""Random numbers: none depends on what its kernel is given but through a scale or a place, which are other kernels."""

from __future__ import annotations

from numtorch.autograd.rule import constant, refuse

__all__: list[str] = []

# What only takes a shape, dtype or device from its arguments.
constant("exponential", "rand.generator", "rand_like", "randn.generator", "random.from", "randperm.generator")

# Counts: where they change with a rate or a probability they jump.
constant("binomial", "poisson")

refuse("_standard_gamma", "a draw is found by rejection, through which no derivative with respect to the shape passes")
