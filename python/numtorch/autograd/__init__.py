"""Gradients: the tape, its rules, and the functions that use them."""

from numtorch.autograd import rules as rules
from numtorch.autograd.check import check_gradient
from numtorch.autograd.checkpoint import checkpointed
from numtorch.autograd.custom import adjoint, hook
from numtorch.autograd.forward import jvp, pushforward
from numtorch.autograd.grads import Grads, accumulate
from numtorch.autograd.jacobians import diaghessian, hessian, jacobian, withjacobian
from numtorch.autograd.scopes import dropgrad, ignore, nograd, within_gradient
from numtorch.autograd.transforms import gradient, pullback, withgradient

__all__ = [
    "Grads",
    "accumulate",
    "adjoint",
    "check_gradient",
    "checkpointed",
    "diaghessian",
    "dropgrad",
    "gradient",
    "hessian",
    "hook",
    "ignore",
    "jacobian",
    "jvp",
    "nograd",
    "pullback",
    "pushforward",
    "withgradient",
    "within_gradient",
    "withjacobian",
]
