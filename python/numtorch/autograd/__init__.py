"""Gradients: the tape, its rules, and the functions that use them."""

from numtorch.autograd import rules as rules
from numtorch.autograd.check import check_gradient
from numtorch.autograd.grads import Grads, accumulate
from numtorch.autograd.scopes import dropgrad, ignore, nograd, within_gradient
from numtorch.autograd.transforms import gradient, pullback, withgradient

__all__ = [
    "Grads",
    "accumulate",
    "check_gradient",
    "dropgrad",
    "gradient",
    "ignore",
    "nograd",
    "pullback",
    "withgradient",
    "within_gradient",
]
