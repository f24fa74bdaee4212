"""Random numbers. They depend on a scale or a mean only through the kernels that multiply and add them."""

from __future__ import annotations

from numtorch import kernels as aten
from numtorch.autograd.rule import constant, define, keep_results, refuse

__all__: list[str] = []


# What only takes a shape, dtype or device from its arguments.
constant("exponential", "rand.generator", "randn.generator", "random.from", "randperm.generator")

# Counts: where they change with a rate or a probability they jump.
constant("binomial", "poisson")

refuse("_standard_gamma", "a draw is found by rejection, through which no derivative with respect to the shape passes")

# The mask is drawn; what it leaves is scaled.
define(
    "native_dropout",
    input=lambda g, y, p, train: (
        g[0] if train is False else aten.native_dropout_backward(g[0], y[1], 1 / (1 - p) if p < 1 else 0.0)
    ),
)
keep_results("native_dropout", 1)
define("native_dropout_backward", grad_output=lambda g, mask, scale: aten.native_dropout_backward(g, mask, scale))
