"""Gradients: the tape, its rules, and the functions that use them."""

from numtorch.autograd import rules as rules
from numtorch.autograd.check import check_gradient
from numtorch.autograd.transforms import Grads, gradient, ignore, pullback, withgradient, within_gradient

__all__ = ["Grads", "check_gradient", "gradient", "ignore", "pullback", "withgradient", "within_gradient"]
