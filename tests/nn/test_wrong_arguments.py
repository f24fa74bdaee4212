"""Wrong arguments, of which NumPy and libtorch would each tell in their own way: function and argument are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numtorch import nn, tensor

RNG = np.random.default_rng(0)
X, W, Q, PLANE = (RNG.normal(size=s) for s in ((2, 4, 5), (6, 4, 3), (2, 3, 4), (1, 2, 4, 4)))
INDEX, TABLE, TWO = np.array([[0, 1], [2, 0]]), RNG.normal(size=(3, 4)), np.array([[1], [2]])
UP, WIDE, SQUARE = RNG.normal(size=(4, 2, 3)), RNG.normal(size=(8, 4)), RNG.normal(size=(8, 2))
THREE, NOTHING = np.ones(3), np.ones((2, 4, 0))

# Each call takes what makes its arrays Tensors, or leaves them.
WRONG: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("conv", "numbers", lambda t: nn.conv("abc", t(W))),
    ("conv", "w", lambda t: nn.conv(t(X), None)),
    ("conv", "w", lambda t: nn.conv(t(X), t(W[..., :0]))),
    ("conv", "groups", lambda t: nn.conv(t(X), t(W), groups=1.5)),
    ("conv", "groups", lambda t: nn.conv(t(X), t(W), groups=0)),
    ("conv", "groups", lambda t: nn.conv(t(X), t(W), groups="all")),
    ("conv", "stride", lambda t: nn.conv(t(X), t(W), stride=None)),
    ("conv", "b", lambda t: nn.conv(t(X), t(W), t(np.ones((6, 1))))),
    ("conv_transpose", "groups", lambda t: nn.conv_transpose(t(X), t(UP), groups=1.5)),
    ("conv_transpose", "outpad", lambda t: nn.conv_transpose(t(X), t(UP), outpad=-1)),
    ("conv_transpose", "w", lambda t: nn.conv_transpose(t(X), t(UP[..., :0]))),
    ("depthwise_conv", "w", lambda t: nn.depthwise_conv(t(X), t(TABLE))),
    ("max_pool", "k", lambda t: nn.max_pool(t(X), "2")),
    ("max_pool", "pad", lambda t: nn.max_pool(t(X), 2, pad=-1)),
    ("mean_pool", "k", lambda t: nn.mean_pool(t(X), 2.5)),
    ("lp_pool", "p", lambda t: nn.lp_pool(t(X), "two", 2)),
    ("lp_pool", "x", lambda t: nn.lp_pool(t(TABLE), np.inf, 2)),
    ("adaptive_mean_pool", "size", lambda t: nn.adaptive_mean_pool(t(X), (2, 2))),
    ("adaptive_mean_pool", "x", lambda t: nn.adaptive_mean_pool(t(NOTHING), 2)),
    ("adaptive_max_pool", "x", lambda t: nn.adaptive_max_pool(t(NOTHING), 2)),
    ("global_max_pool", "x", lambda t: nn.global_max_pool(t(NOTHING))),
    ("relu", "numbers", lambda t: nn.relu(None)),  # noqa: ARG005
    ("relu", "numbers", lambda t: nn.relu(np.array([None, 1]))),  # noqa: ARG005
    ("leakyrelu", "a", lambda t: nn.leakyrelu(t(X), "a")),
    ("elu", "alpha", lambda t: nn.elu(t(X), None)),
    ("celu", "alpha", lambda t: nn.celu(t(X), 0)),
    ("softshrink", "lambd", lambda t: nn.softshrink(t(X), -1)),
    ("trelu", "theta", lambda t: nn.trelu(t(X), "a")),
    ("rrelu", "low", lambda t: nn.rrelu(t(X), "a", 1)),
    ("rrelu", "rng", lambda t: nn.rrelu(t(X), rng=3)),
    ("dropout", "p", lambda t: nn.dropout(t(X), "half")),
    ("dropout", "rng", lambda t: nn.dropout(t(X), 0.5, rng=3)),
    ("batchnorm", "eps", lambda t: nn.batchnorm(t(X), None, None, None, None, eps="small")),
    ("batchnorm", "mean", lambda t: nn.batchnorm(t(X), None, None, t(THREE), t(THREE))),
    ("groupnorm", "groups", lambda t: nn.groupnorm(t(X), 2.0)),
    ("instancenorm", "scale", lambda t: nn.instancenorm(t(X), t(THREE))),
    ("instancenorm", "mean", lambda t: nn.instancenorm(t(X), None, None, t(THREE), t(THREE))),
    ("instancenorm", "mean", lambda t: nn.instancenorm(t(X), None, None, t(np.ones(4)), None)),
    ("layernorm", "axes", lambda t: nn.layernorm(t(X), axes="last")),
    ("embedding", "idx", lambda t: nn.embedding(t(TABLE), t(np.array([7])))),
    ("embedding", "idx", lambda t: nn.embedding(t(TABLE), t(np.array([-1])))),
    ("embedding", "idx", lambda t: nn.embedding(t(TABLE), t(THREE))),
    ("embedding", "padding_idx", lambda t: nn.embedding(t(TABLE), t(INDEX), padding_idx="first")),
    ("scatter", "idx", lambda t: nn.scatter("+", t(X), t(np.array([0, 9])), size=3)),
    ("scatter", "idx", lambda t: nn.scatter("+", t(X), t(np.array([0, -1])), size=3)),
    ("scatter", "size", lambda t: nn.scatter("+", t(X), t(np.array([0, 1])), size=-3)),
    ("scatter", "init", lambda t: nn.scatter("+", t(X), t(np.array([0, 1])), init="a")),
    ("scatter", "max", lambda t: nn.scatter("max", t(X > 0), t(np.array([0, 1])))),
    ("onehot", "classes", lambda t: nn.onehot(t(INDEX), -3)),
    ("onehot", "classes", lambda t: nn.onehot(t(INDEX), 3.0)),
    ("onecold", "labels", lambda t: nn.onecold(t(Q), [5], axis=-1)),
    ("pad_constant", "pad", lambda t: nn.pad_constant(t(X), "same")),
    ("pad_constant", "value", lambda t: nn.pad_constant(t(X), 1, "a")),
    ("pad_repeat", "x", lambda t: nn.pad_repeat(t(NOTHING), 1)),
    ("upsample", "scale", lambda t: nn.upsample(t(X), scale="twice")),
    ("upsample", "scale", lambda t: nn.upsample(t(X), scale=float("nan"))),
    ("upsample", "mode", lambda t: nn.upsample(t(X), scale=2, mode=["nearest"])),
    ("upsample", "x", lambda t: nn.upsample(t(NOTHING), size=3)),
    ("pixel_shuffle", "r", lambda t: nn.pixel_shuffle(t(X), "a")),
    ("grid_sample", "padding", lambda t: nn.grid_sample(t(PLANE), t(np.ones((1, 2, 2, 2))), padding="wrap")),
    ("imrotate", "center", lambda t: nn.imrotate(t(PLANE), 1.0, center=3)),
    ("dot_product_attention", "heads", lambda t: nn.dot_product_attention(t(Q), t(Q), t(Q), heads=2.0)),
    ("dot_product_attention", "mask", lambda t: nn.dot_product_attention(t(Q), t(Q), t(Q), mask="a")),
    ("causal_mask", "length", lambda t: nn.causal_mask(-1)),  # noqa: ARG005
    ("ctc_loss", "targets", lambda t: nn.ctc_loss(t(Q), t(TWO + 7))),
    ("ctc_loss", "targets", lambda t: nn.ctc_loss(t(Q), t(TWO - 3))),
    ("ctc_loss", "targets", lambda t: nn.ctc_loss(t(Q), t(TWO * 1.0))),
    ("ctc_loss", "input_lengths", lambda t: nn.ctc_loss(t(Q), t(TWO), "ab")),
    ("rnn", "wi", lambda t: nn.rnn(t(Q), None, None, None)),
    ("lstm", "state", lambda t: nn.lstm(t(Q), 3, t(WIDE), t(SQUARE))),
    ("lstm", "state", lambda t: nn.lstm(t(Q), (None,) * 3, t(WIDE), t(SQUARE))),
    ("mse", "arrays", lambda t: nn.mse(t(X), None)),
    ("logitcrossentropy", "target", lambda t: nn.logitcrossentropy(t(TABLE), t(TABLE[:2]))),
    ("logitcrossentropy", "target", lambda t: nn.logitcrossentropy(t(TABLE), t(np.array([0, 1, 9])))),
    ("crossentropy", "target", lambda t: nn.crossentropy(t(TABLE), t(np.array([0, 1, -1])))),
    ("label_smoothing", "axis", lambda t: nn.label_smoothing(t(X), 0.1, axis=7)),
    ("label_smoothing", "alpha", lambda t: nn.label_smoothing(t(X), "a")),
    ("huber_loss", "delta", lambda t: nn.huber_loss(t(X), t(X), delta="a")),
    ("siamese_contrastive_loss", "margin", lambda t: nn.siamese_contrastive_loss(t(X), t(X), margin=None)),
    ("embedding_bag", "bags", lambda t: nn.embedding_bag(t(TABLE), [0, 1])),
    ("embedding_bag", "offsets", lambda t: nn.embedding_bag(t(TABLE), t(np.array([0, 1])), t(np.array([[0]])))),
]
NOT_LOOKED_AT = {"embedding", "scatter", "ctc_loss", "logitcrossentropy", "crossentropy"}  # whose numbers in a GPU are


@pytest.mark.parametrize(("function", "argument", "call"), WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_both_ways_name_function_and_argument(
    function: str, argument: str, call: Callable[[Any], Any], dev: int
) -> None:
    told = []
    for convert in (lambda a: a, lambda a: tensor(a, dev=dev)):
        if dev >= 0 and function in NOT_LOOKED_AT and told:
            continue
        with pytest.raises((TypeError, ValueError, IndexError)) as raised:
            call(convert)
        told.append((raised.type, str(raised.value)))
        assert told[-1][1].startswith(f"{function}: ")
        assert argument in told[-1][1].replace(",", " ").split()
    assert len(set(told)) == 1
