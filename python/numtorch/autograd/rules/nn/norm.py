"""Rules of normalizations and softmax: libtorch's fused kernels, and formulas where the way back is recorded itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.rule import define, define_jointly, keep_results, refuse, take_results

BY_FORMULA = "where the way back is recorded, its rule is a formula and not this kernel"


def _in_dtype_of(x: Tensor, like: Tensor) -> Tensor:
    return x if x.dtype == like.dtype else aten._to_copy(x, dtype=like.dtype)


def _of_normalized(
    g: Tensor, x: Tensor, axes: Sequence[int], eps: float, scale: Any, others: Sequence[int], wanted: Sequence[bool]
) -> list[Any]:
    """The gradients of x, scale and shift, where ``y = (x - mean) / sqrt(var + eps) * scale + shift``.

    Mean and variance are those of x along `axes`; scale and shift were broadcast along `others`.
    """
    centred = x - aten.mean_dim(x, axes, True)
    inverse = aten.rsqrt(aten.mean_dim(centred * centred, axes, True) + eps)
    normal = centred * inverse
    scaled = g if scale is None else g * _in_dtype_of(scale, g)
    of_x = (
        (scaled - aten.mean_dim(scaled, axes, True) - normal * aten.mean_dim(scaled * normal, axes, True)) * inverse
        if wanted[0]
        else None
    )
    return [
        of_x,
        _summed(g * normal, others) if wanted[1] else None,
        _summed(g, others) if wanted[2] else None,
    ]


def _summed(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The sum along axes: along none of them the array itself, where libtorch takes no axes for all."""
    return aten.sum_dim_IntList(x, axes, True) if axes else x


def _as_column(parameter: Any, ndim: int) -> Any:
    """One number a channel, to be broadcast over (N, C, spatial...)."""
    return None if parameter is None else aten.reshape(parameter, [1, -1, *[1] * (ndim - 2)])


def _as_vectors(parts: Sequence[Any]) -> list[Any]:
    of_x, *parameters = parts
    return [of_x, *(None if part is None else aten.reshape(part, [-1]) for part in parameters)]


# Batches: statistics of the batch itself, and fixed ones. With channels-last memory the kernel for the way back takes
# for granted that vectors are contiguous, and in an empty batch it divides by the number of samples.


def _filled(vector: Any) -> Any:
    return None if vector is None else aten.contiguous(vector)


def _batch_norm(
    wanted: list[bool], g: Any, y: Any, input: Tensor, weight: Any, training: bool, eps: float
) -> Sequence[Any]:
    assert training, "fixed statistics have a kernel of their own"
    if not _core.recording():
        return aten.native_batch_norm_backward(g[0], input, _filled(weight), None, None, y[1], y[2], True, eps, wanted)
    axes = [0, *range(2, input.ndim)]
    return _as_vectors(_of_normalized(g[0], input, axes, eps, _as_column(weight, input.ndim), axes, wanted))


define_jointly("native_batch_norm", ("input", "weight", "bias"), _batch_norm)
keep_results("native_batch_norm", 1, 2)
take_results("native_batch_norm", 0)
refuse("native_batch_norm_backward", BY_FORMULA)


def _batch_norm_fixed(
    wanted: list[bool], g: Any, input: Tensor, weight: Any, running_mean: Tensor, running_var: Tensor, eps: float
) -> Sequence[Any]:
    of_y = g[0]
    if input.size and not _core.recording() and not any(map(_core.is_abstract, (of_y, input))):
        fixed = (_filled(part) for part in (weight, running_mean, running_var))
        return aten.native_batch_norm_backward(of_y, input, *fixed, None, None, False, eps, wanted)
    inverse = _in_dtype_of(aten.rsqrt(_as_column(running_var, input.ndim) + eps), of_y)
    scaled = of_y if weight is None else of_y * _in_dtype_of(_as_column(weight, input.ndim), of_y)
    axes = [0, *range(2, input.ndim)]
    return [
        scaled * inverse if wanted[0] else None,
        aten.sum_dim_IntList(
            of_y * (input - _in_dtype_of(_as_column(running_mean, input.ndim), of_y)) * inverse, axes, False
        )
        if wanted[1]
        else None,
        aten.sum_dim_IntList(of_y, axes, False) if wanted[2] else None,
    ]


define_jointly("_native_batch_norm_legit_no_training", ("input", "weight", "bias"), _batch_norm_fixed)
take_results("_native_batch_norm_legit_no_training", 0)


# The last axes of each sample, and groups of channels.


def _layer_norm(
    wanted: list[bool], g: Any, y: Any, input: Tensor, normalized_shape: Any, weight: Any, bias: Any, eps: float
) -> Sequence[Any]:
    if not _core.recording():
        return aten.native_layer_norm_backward(g[0], input, normalized_shape, y[1], y[2], weight, bias, wanted)
    first = input.ndim - len(normalized_shape)
    axes, others = list(range(first, input.ndim)), list(range(first))
    of_x, *parameters = _of_normalized(g[0], input, axes, eps, weight, others, wanted)
    return [of_x, *(None if part is None else aten.reshape(part, normalized_shape) for part in parameters)]


define_jointly("native_layer_norm", ("input", "weight", "bias"), _layer_norm)
keep_results("native_layer_norm", 1, 2)
take_results("native_layer_norm", 0)
refuse("native_layer_norm_backward", BY_FORMULA)


def _group_norm(
    wanted: list[bool],
    g: Any,
    y: Any,
    input: Tensor,
    weight: Any,
    N: int,
    C: int,
    HxW: int,
    group: int,
    eps: float,
) -> Sequence[Any]:
    if not _core.recording():
        of_y = aten.contiguous(g[0])
        return aten.native_group_norm_backward(
            of_y, aten.contiguous(input), y[1], y[2], weight, N, C, HxW, group, wanted
        )
    split = [N, group, C // group, HxW]
    scale = None if weight is None else aten.reshape(weight, [1, group, C // group, 1])
    parts = _of_normalized(aten.reshape(g[0], split), aten.reshape(input, split), [2, 3], eps, scale, [0, 3], wanted)
    of_x = None if parts[0] is None else aten.reshape(parts[0], input.shape)
    return _as_vectors([of_x, *parts[1:]])


define_jointly("native_group_norm", ("input", "weight", "bias"), _group_norm)
keep_results("native_group_norm", 1, 2)
take_results("native_group_norm", 0)
refuse("native_group_norm_backward", BY_FORMULA)


# Softmax.


def _softmax_rule(g: Tensor, y: Tensor, dim: int) -> Tensor:
    if not _core.recording():
        return aten._softmax_backward_data(g, y, dim, y.dtype)
    return y * (g - aten.sum_dim_IntList(g * y, [dim], True))


def _log_softmax_rule(g: Tensor, y: Tensor, dim: int) -> Tensor:
    if not _core.recording():
        return aten._log_softmax_backward_data(g, y, dim, y.dtype)
    return g - aten.exp(y) * aten.sum_dim_IntList(g, [dim], True)


define("_softmax", self=lambda g, y, dim: _softmax_rule(g, y, dim))
define("_log_softmax", self=lambda g, y, dim: _log_softmax_rule(g, y, dim))
refuse("_softmax_backward_data", BY_FORMULA)
refuse("_log_softmax_backward_data", BY_FORMULA)
