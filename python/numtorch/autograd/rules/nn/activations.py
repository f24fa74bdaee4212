"""Rules of activations: libtorch's kernels for the way back, each with the second derivative as a formula.

At their kinks relu, leaky_relu, hardtanh and their kin have the slope of the flat (or flatter) side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from numtorch import kernels as aten
from numtorch._core import Tensor, kernel
from numtorch.autograd.rule import conj, define

__all__: list[str] = []


def _inside(x: Tensor, low: float, high: float) -> Tensor:
    return aten.gt_Scalar(x, low) & aten.lt_Scalar(x, high)


# Piecewise linear: the second derivative is 0.
define("relu", self=lambda g, y: aten.threshold_backward(g, y, 0))
define("threshold", self=lambda g, self, threshold: aten.threshold_backward(g, self, threshold))
define("leaky_relu", self=lambda g, self, negative_slope: aten.leaky_relu_backward(g, self, negative_slope, False))
define("hardtanh", self=lambda g, self, min_val, max_val: aten.hardtanh_backward(g, self, min_val, max_val))
define("hardsigmoid", self=lambda g, self: aten.hardsigmoid_backward(g, self))
define("softshrink", self=lambda g, self, lambd: aten.softshrink_backward(g, self, lambd))

define(
    "threshold_backward",
    grad_output=lambda g, self, threshold: aten.threshold_backward(g, self, threshold),
    self=lambda: None,
)
define(
    "leaky_relu_backward",
    grad_output=lambda g, self, negative_slope, self_is_result: aten.leaky_relu_backward(
        g, self, negative_slope, self_is_result
    ),
    self=lambda: None,
)
define(
    "hardtanh_backward",
    grad_output=lambda g, self, min_val, max_val: aten.hardtanh_backward(g, self, min_val, max_val),
    self=lambda: None,
)
define("hardsigmoid_backward", grad_output=lambda g, self: aten.hardsigmoid_backward(g, self), self=lambda: None)
define(
    "softshrink_backward",
    grad_output=lambda g, self, lambd: aten.softshrink_backward(g, self, lambd),
    self=lambda: None,
)


# The others.
define("hardswish", self=lambda g, self: aten.hardswish_backward(g, self))
define(
    "hardswish_backward",
    grad_output=lambda g, self: aten.hardswish_backward(g, self),
    self=lambda g, grad_output, self: aten.where_ScalarOther(_inside(self, -3.0, 3.0), g * grad_output / 3.0, 0.0),
)

define(
    "elu",
    self=lambda g, self, alpha, scale, input_scale: aten.elu_backward(g, alpha, scale, input_scale, False, self),
)
define(
    "elu_backward",
    grad_output=lambda g, alpha, scale, input_scale, is_result, self_or_result: aten.elu_backward(
        g, alpha, scale, input_scale, is_result, self_or_result
    ),
    self_or_result=lambda g, grad_output, alpha, scale, input_scale, is_result, self_or_result: (
        g * grad_output * _elu_bend(self_or_result, alpha, scale, input_scale, is_result)
    ),
)


def _elu_bend(x: Tensor, alpha: float, scale: float, input_scale: float, is_result: bool) -> Any:
    below = aten.lt_Scalar(x, 0)
    if is_result:  # below 0 the slope is input_scale * (x + alpha * scale)
        return aten._to_copy(below, dtype=x.dtype) * input_scale
    inner = aten.where_ScalarOther(below, x, 0.0)
    return aten.where_ScalarOther(below, alpha * scale * input_scale**2 * aten.exp(inner * input_scale), 0.0)


define("softplus", self=lambda g, self, beta, threshold: aten.softplus_backward(g, self, beta, threshold))
define(
    "softplus_backward",
    grad_output=lambda g, self, beta, threshold: aten.softplus_backward(g, self, beta, threshold),
    self=lambda g, grad_output, self, beta, threshold: g * grad_output * _softplus_bend(self, beta, threshold),
)


def _softplus_bend(x: Tensor, beta: float, threshold: float) -> Any:
    s = aten.sigmoid(x * beta)
    return aten.where_ScalarOther(aten.lt_Scalar(x, threshold / beta), beta * s * (1 - s), 0.0)


def _silu_bend(x: Tensor) -> Any:
    s = aten.sigmoid(x)
    return s * (1 - s) * (2 + x * (1 - 2 * s))


def _mish_bend(x: Tensor) -> Any:
    """Of x t, where t = tanh(softplus(x)): 2 t' + x t''."""
    s, t = aten.sigmoid(x), aten.tanh(aten.softplus(x))
    slope = (1 - t * t) * s
    return 2 * slope + x * (slope * (1 - s) - 2 * t * slope * s)


def _gelu_bend(x: Tensor, approximate: str) -> Any:
    if approximate == "none":
        return aten.exp(x * x * -0.5) * ((2 - x * x) / math.sqrt(2 * math.pi))
    # Of x (1 + tanh u) / 2, where u = c (x + a x^3).
    c, a = math.sqrt(2 / math.pi), 0.044715
    t = aten.tanh(c * (x + a * x * x * x))
    u1, u2 = c * (1 + 3 * a * x * x), 6 * a * c * x
    slope = (1 - t * t) * u1
    return slope + 0.5 * x * ((1 - t * t) * u2 - 2 * t * slope * u1)


def _smooth(name: str, bend: Callable[..., Any]) -> None:
    back = kernel(name + "_backward")
    define(name, self=lambda g, self: back(g, conj(self)))
    define(
        name + "_backward",
        grad_output=lambda g, self: back(g, conj(self)),
        self=lambda g, grad_output, self: g * conj(grad_output * bend(self)),
    )


_smooth("silu", _silu_bend)
_smooth("mish", _mish_bend)
define("gelu", self=lambda g, self, approximate: aten.gelu_backward(g, self, approximate=approximate))
define(
    "gelu_backward",
    grad_output=lambda g, self, approximate: aten.gelu_backward(g, self, approximate=approximate),
    self=lambda g, grad_output, self, approximate: g * grad_output * _gelu_bend(self, approximate),
)
