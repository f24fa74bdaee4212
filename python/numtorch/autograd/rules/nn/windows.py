"""Rules of convolutions and pools: libtorch's own kernels for the way back, which have rules themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, kernel, untracked
from numtorch.autograd.fitting import Like
from numtorch.autograd.rule import define, keep_results


def bare(like: Like) -> Tensor:
    """A Tensor of that shape, dtype and device whose numbers nobody reads."""
    return aten.empty_memory_format(like.shape, dtype=like.dtype, device=like.dev)


# The way of a convolution: stride, padding, dilation, transposed, output_padding, groups.


def _of_input(g: Tensor, like: Like, w: Tensor, *way: Any) -> Tensor:
    if not like.size:  # of no channels libtorch's kernel gives another shape
        return bare(like)
    return aten.convolution_backward(g, bare(like), w, None, *way, [True, False, False])[0]


def _of_weight(g: Tensor, x: Tensor, like: Like, *way: Any) -> Tensor:
    if not like.size:
        return bare(like)
    if g.dtype == np.float16 and g.dev < 0:
        # On the CPU float16 takes libtorch's kernel a hundred times as long as float32.
        g, x = (part.to(dtype=np.float32) for part in (g, x))
        weight = aten.empty_memory_format(like.shape, dtype=np.dtype(np.float32), device=like.dev)
        return aten.convolution_backward(g, x, weight, None, *way, [False, True, False])[1].to(dtype=like.dtype)
    return aten.convolution_backward(g, x, bare(like), None, *way, [False, True, False])[1]


def _of_bias(g: Tensor) -> Tensor:
    return aten.sum_dim_IntList(g, [0, *range(2, g.ndim)])


define(
    "convolution",
    input=lambda g, input_spec, weight, stride, padding, dilation, transposed, output_padding, groups: _of_input(
        g, input_spec, weight, stride, padding, dilation, transposed, output_padding, groups
    ),
    weight=lambda g, input, weight_spec, stride, padding, dilation, transposed, output_padding, groups: _of_weight(
        g, input, weight_spec, stride, padding, dilation, transposed, output_padding, groups
    ),
    bias=lambda g: _of_bias(g),
)


# The gradients of input and weight are linear in that of the result and in the other one.


def _of_result(g: Any, x: Tensor, w: Tensor, *way: Any) -> Any:
    of_input, of_weight, of_bias = g
    parts = []
    if of_input is not None:
        parts.append(aten.convolution(of_input, w, None, *way))
    if of_weight is not None:
        parts.append(aten.convolution(x, of_weight, None, *way))
    if of_bias is not None:
        parts.append(aten.reshape(of_bias, [-1, *[1] * (x.ndim - 2)]))
    return sum(parts[1:], start=parts[0]) if parts else None


define(
    "convolution_backward",
    grad_output=lambda g, input, weight, stride, padding, dilation, transposed, output_padding, groups: _of_result(
        g, input, weight, stride, padding, dilation, transposed, output_padding, groups
    ),
    input=lambda g, grad_output, input_spec, stride, padding, dilation, transposed, output_padding, groups: (
        None
        if g[1] is None
        else _of_input(grad_output, input_spec, g[1], stride, padding, dilation, transposed, output_padding, groups)
    ),
    weight=lambda g, grad_output, weight_spec, stride, padding, dilation, transposed, output_padding, groups: (
        None
        if g[0] is None
        else _of_weight(grad_output, g[0], weight_spec, stride, padding, dilation, transposed, output_padding, groups)
    ),
)


def _at(g: Tensor, indices: Tensor, n: int) -> Tensor:
    """`g` at positions counted over its last n axes."""
    flat = [*indices.shape[:-n], -1]
    return aten.reshape(aten.gather(aten.reshape(g, flat), -1, aten.reshape(indices, flat)), indices.shape)


def _pools_of(n: int) -> None:
    largest, largest_back = f"max_pool{n}d_with_indices", kernel(f"max_pool{n}d_with_indices_backward")
    define(
        largest,
        self=lambda g, y, self, kernel_size, stride, padding, dilation, ceil_mode: largest_back(
            g[0], untracked(self), kernel_size, stride, padding, dilation, ceil_mode, y[1]
        ),
    )
    keep_results(largest, 1)
    define(largest + "_backward", grad_output=lambda g, indices: _at(g, indices, n))

    mean, mean_back = kernel(f"avg_pool{n}d"), kernel(f"avg_pool{n}d_backward")
    define(
        f"avg_pool{n}d",
        self=lambda g, self_spec, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override: (
            mean_back(g, bare(self_spec), kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        ),
    )
    define(
        f"avg_pool{n}d_backward",
        grad_output=lambda g, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override: mean(
            g, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        ),
    )

    adaptive_back = kernel(f"adaptive_max_pool{n}d_backward")
    define(f"adaptive_max_pool{n}d", self=lambda g, y, self: adaptive_back(g[0], untracked(self), y[1]))
    keep_results(f"adaptive_max_pool{n}d", 1)
    define(f"adaptive_max_pool{n}d_backward", grad_output=lambda g, indices: _at(g, indices, n))

    covering, covering_back = kernel(f"_adaptive_avg_pool{n}d"), kernel(f"_adaptive_avg_pool{n}d_backward")
    define(
        f"_adaptive_avg_pool{n}d",
        self=lambda g, self_spec: covering_back(g, bare(self_spec)) if self_spec.size else bare(self_spec),
    )
    define(
        f"_adaptive_avg_pool{n}d_backward",
        grad_output=lambda g, grad_output_spec: covering(g, grad_output_spec.shape[-n:]),
    )


_pools_of(2)
_pools_of(3)
