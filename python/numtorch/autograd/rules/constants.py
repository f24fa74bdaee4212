"""Kernels without a derivative, or with one that is zero everywhere: no gradient goes through them."""

from __future__ import annotations

from numtorch.autograd.rule import constant

# What is flat wherever it is smooth, or is asked to be taken for a constant.
constant(
    "detach",
    "ceil",
    "floor",
    "floor_divide",
    "div.Scalar_mode",
    "div.Tensor_mode",
    "heaviside",
    "round",
    "round.decimals",
    "sign",
    "trunc",
    "fix",
)

# Booleans, integers and indices.
constant(
    "all",
    "all.dim",
    "all.dims",
    "any",
    "any.dim",
    "any.dims",
    "argmax",
    "argmin",
    "argsort.stable",
    "bitwise_and.Scalar",
    "bitwise_and.Tensor",
    "bitwise_left_shift.Tensor",
    "bitwise_left_shift.Tensor_Scalar",
    "bitwise_not",
    "bitwise_or.Tensor",
    "bitwise_right_shift.Tensor",
    "bitwise_right_shift.Tensor_Scalar",
    "bitwise_xor.Scalar",
    "bitwise_xor.Tensor",
    "count_nonzero",
    "eq.Scalar",
    "eq.Tensor",
    "gcd",
    "ge.Scalar",
    "ge.Tensor",
    "gt.Scalar",
    "gt.Tensor",
    "isfinite",
    "isin.Tensor_Tensor",
    "isinf",
    "isnan",
    "lcm",
    "le.Scalar",
    "le.Tensor",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt.Scalar",
    "lt.Tensor",
    "ne.Scalar",
    "ne.Tensor",
    "nonzero",
    "repeat_interleave.Tensor",
    "searchsorted.Tensor",
    "signbit",
    "unique_dim",
)

# What only takes a shape, dtype or device from its argument.
constant(
    "arange",
    "arange.start_step",
    "empty.memory_format",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "ones",
    "ones_like",
    "tril_indices",
    "triu_indices",
    "zeros",
    "zeros_like",
)
