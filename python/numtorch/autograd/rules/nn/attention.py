"""Rules of fused attention, and of the loss of alignments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.fitting import zeros_like
from numtorch.autograd.rule import constant, define, define_jointly, refuse, take_results
from numtorch.autograd.rules.nn.norm import BY_FORMULA

__all__: list[str] = []


def _turned(x: Tensor) -> Tensor:
    return aten.transpose_int(x, -2, -1)


def _by_formula(
    g: Tensor, query: Tensor, key: Tensor, value: Tensor, bias: Any, is_causal: bool, scale: Any
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The gradients of query, key, value and of what was added to the scores."""
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    scores = aten.matmul(query, _turned(key)) * scale
    if bias is not None:
        scores = scores + bias
    if is_causal:
        hidden = aten.triu(aten.ones(scores.shape[-2:], dtype=bool, device=g.dev), 1)
        scores = aten.masked_fill_Scalar(scores, hidden, -float("inf"))
    # A row that sees nothing has the weights 0.
    blind = aten.isinf(aten.amax(scores, [-1], True))
    weights = aten.masked_fill_Scalar(aten._softmax(aten.masked_fill_Scalar(scores, blind, 0.0), -1, False), blind, 0.0)
    of_weights = aten.matmul(g, _turned(value))
    of_scores = weights * (of_weights - aten.sum_dim_IntList(of_weights * weights, [-1], True))
    return (
        aten.matmul(of_scores, key) * scale,
        aten.matmul(_turned(of_scores), query) * scale,
        aten.matmul(_turned(weights), g),
        of_scores,
    )


def _refuse_dropout(p: float) -> None:
    if p:
        raise NotImplementedError(f"gradient: fused attention with dropout_p={p}: its formula knows of no dropout")


def _flash(
    wanted: list[bool],
    g: Any,
    y: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    dropout_p: float,
    is_causal: bool,
    attn_mask: Any,
    scale: Any,
) -> Sequence[Any]:
    if not query.size or not key.size:
        return [zeros_like(query), zeros_like(key), zeros_like(value), None]
    if _core.recording() or wanted[3]:
        _refuse_dropout(dropout_p)
        return _by_formula(g[0], query, key, value, attn_mask, is_causal, scale)
    parts = aten._scaled_dot_product_flash_attention_for_cpu_backward(
        g[0], query, key, value, y[0], y[1], dropout_p, is_causal, attn_mask=attn_mask, scale=scale
    )
    return (*parts, None)


define_jointly("_scaled_dot_product_flash_attention_for_cpu", ("query", "key", "value", "attn_mask"), _flash)
take_results("_scaled_dot_product_flash_attention_for_cpu", 0)
refuse("_scaled_dot_product_flash_attention_for_cpu_backward", BY_FORMULA)


# By formula also where it is not recorded: libtorch's kernel for the way back asks for a bias even where there is none.
def _efficient(
    wanted: list[bool],
    g: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_bias: Any,
    dropout_p: float,
    is_causal: bool,
    scale: Any,
) -> Sequence[Any]:
    del wanted
    _refuse_dropout(dropout_p)
    return _by_formula(g[0], query, key, value, attn_bias, is_causal, scale)


define_jointly("_scaled_dot_product_efficient_attention", ("query", "key", "value", "attn_bias"), _efficient)
take_results("_scaled_dot_product_efficient_attention", 0)
constant("_fused_sdp_choice")

# What comes back is right for logarithms of probabilities that sum to 1, as nn.ctc_loss makes them.
define(
    "_ctc_loss",
    log_probs=lambda g, y, log_probs, targets, input_lengths, target_lengths, blank, zero_infinity: (
        aten._ctc_loss_backward(
            g[0], log_probs, targets, input_lengths, target_lengths, y[0], y[1], blank, zero_infinity
        )
    ),
)
take_results("_ctc_loss", 0)
refuse("_ctc_loss_backward", "libtorch has no kernel for its derivative: ctc_loss is differentiable once")
