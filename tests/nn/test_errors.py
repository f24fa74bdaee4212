"""What bad arguments are told: the function, the argument, what it takes, and what came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numtorch import nn, tensor

X, W, B = np.ones((2, 4, 5)), np.ones((6, 2, 3)), np.ones(6)
PLANE = np.ones((1, 2, 4, 4))
Q = np.ones((2, 3, 4))
ONES = np.ones(4)

BAD: dict[str, tuple[Callable[[Any], Any], Any, type[Exception], str]] = {
    "conv axes": (lambda x: nn.conv(x, W), np.ones((2, 4)), ValueError, "conv: x must have shape .N, C, spatial"),
    "conv weights": (lambda x: nn.conv(x, W[0]), X, ValueError, "conv: w must have 3 axes"),
    "conv channels": (lambda x: nn.conv(x, W), X, ValueError, r"conv: with groups=1, w must have shape .*not shape"),
    "conv groups": (lambda x: nn.conv(x, W, groups=3), X, ValueError, "conv: with groups=3"),
    "conv bias": (
        lambda x: nn.conv(x, W, ONES, groups=2),
        X,
        ValueError,
        r"conv: b must have shape \(6,\), not \(4,\)",
    ),
    "conv stride": (lambda x: nn.conv(x, W, stride=0, groups=2), X, ValueError, "conv: stride must be .*>= 1.*not 0"),
    "conv dilation": (lambda x: nn.conv(x, W, dilation=(1, 1), groups=2), X, ValueError, "conv: dilation must be"),
    "conv pad": (lambda x: nn.conv(x, W, pad="full", groups=2), X, ValueError, "conv: pad must be .*not 'full'"),
    "conv pads": (lambda x: nn.conv(x, W, pad=(1, 2, 3), groups=2), X, ValueError, "conv: pad must be"),
    "conv pad number": (lambda x: nn.conv(x, W, pad=1.5, groups=2), X, ValueError, "conv: pad must be"),
    "conv window": (lambda x: nn.conv(x, W, dilation=3, groups=2), X, ValueError, "conv: the window reaches over 7"),
    "depthwise": (lambda x: nn.depthwise_conv(x, W), X, ValueError, "depthwise_conv: with groups=4"),
    "transposed": (lambda x: nn.conv_transpose(x, W), X, ValueError, "conv_transpose: w must have shape .4"),
    "outpad": (lambda x: nn.conv_transpose(x, np.ones((4, 1, 3)), outpad=1), X, ValueError, "outpad must be less"),
    "transposed pad": (lambda x: nn.conv_transpose(x, np.ones((4, 1, 1)), pad=3), X, ValueError, "leaves nothing"),
    "pool axes": (lambda x: nn.max_pool(x, 2), ONES, ValueError, "max_pool: x must have shape"),
    "pool size": (lambda x: nn.mean_pool(x, (2, 2)), X, ValueError, "mean_pool: k must be"),
    "pool window": (lambda x: nn.max_pool(x, 6), X, ValueError, "max_pool: the window reaches over 6"),
    "lp_pool": (lambda x: nn.lp_pool(x, 0, 2), X, ValueError, "lp_pool: p must be greater than 0, not 0"),
    "adaptive": (lambda x: nn.adaptive_max_pool(x, 0), X, ValueError, "adaptive_max_pool: size must be"),
    "gelu": (lambda x: nn.gelu(x, "erf"), X, ValueError, 'gelu: approximate must be "none"'),
    "glu": (nn.glu, np.ones((2, 3)), ValueError, "glu: axis must be one of even length"),
    "rrelu": (lambda x: nn.rrelu(x, 1, 0), X, ValueError, "rrelu: low must not be greater"),
    "softmax": (lambda x: nn.softmax(x, 3), X, np.exceptions.AxisError, "axis 3 is out of bounds"),
    "batchnorm scale": (lambda x: nn.batchnorm(x, B, None, None, None), X, ValueError, r"scale must have shape \(4,\)"),
    "batchnorm one": (lambda x: nn.batchnorm(x, None, None, ONES, None), X, ValueError, "both be arrays or both"),
    "batchnorm axes": (lambda x: nn.batchnorm(x, None, None, None, None), ONES, ValueError, "x must have shape .N, C"),
    "batchnorm single": (
        lambda x: nn.batchnorm(x, None, None, None, None),
        np.ones((1, 4)),
        ValueError,
        "more than one element",
    ),
    "instancenorm": (nn.instancenorm, np.ones((2, 4, 1)), ValueError, "instancenorm: x must have more than one"),
    "instancenorm axes": (nn.instancenorm, np.ones((2, 4)), ValueError, "instancenorm: x must have shape"),
    "groupnorm": (lambda x: nn.groupnorm(x, 3), X, ValueError, "groups must divide the 4 channels of x, not 3"),
    "layernorm": (lambda x: nn.layernorm(x, np.ones(3)), X, ValueError, r"layernorm: scale must have shape \(5,\)"),
    "layernorm axes": (lambda x: nn.layernorm(x, axes=4), X, ValueError, "layernorm: axes must be from 1 to 3"),
    "dropout": (lambda x: nn.dropout(x, 2), X, ValueError, "dropout: p must be between 0 and 1, not 2"),
    "gather": (lambda x: nn.gather(x, np.ones(2)), X, TypeError, "gather: idx must be integers, not float64"),
    "embedding": (lambda x: nn.embedding(x, np.array([0])), X, ValueError, "embedding: w must have shape"),
    "embedding padding": (
        lambda x: nn.embedding(x, np.array([0]), padding_idx=9),
        Q[0],
        ValueError,
        "padding_idx must be from 0 to 2",
    ),
    "scatter op": (lambda x: nn.scatter("xor", x, np.zeros(2, int)), X, ValueError, "scatter: op must be one of"),
    "scatter shape": (lambda x: nn.scatter("+", x, np.zeros(3, int)), X, ValueError, "scatter: src must have shape"),
    "onehot": (lambda x: nn.onehot(x, 3), np.array([3]), ValueError, "labels must be from 0 to 2, not from 3 to 3"),
    "onehot float": (lambda x: nn.onehot(x, 3), ONES, TypeError, "onehot: labels must be integers"),
    "pad_reflect": (lambda x: nn.pad_reflect(x, 5), X, ValueError, "pad must be at most 4 for axis 2"),
    "pad_circular": (lambda x: nn.pad_circular(x, 6), X, ValueError, "pad must be at most 5 for axis 2"),
    "upsample mode": (lambda x: nn.upsample(x, scale=2, mode="bilinear"), X, ValueError, '"nearest", "linear" for 1'),
    "upsample neither": (nn.upsample, X, ValueError, "one of scale and size must be given"),
    "upsample antialias": (
        lambda x: nn.upsample(x, scale=2, antialias=True),
        PLANE,
        ValueError,
        'antialias is for mode "bilinear" or "bicubic", not \'nearest\'',
    ),
    "upsample antialias corners": (
        lambda x: nn.upsample(x, scale=2, mode="bilinear", align_corners=True, antialias=True),
        PLANE,
        ValueError,
        "antialias=True is without align_corners",
    ),
    "upsample scale": (lambda x: nn.upsample(x, scale=0.1), X, ValueError, "scale must be a number"),
    "pixel_shuffle": (lambda x: nn.pixel_shuffle(x, 3), X, ValueError, "divisible by 3, not 4"),
    "pixel_unshuffle": (lambda x: nn.pixel_unshuffle(x, 2), X, ValueError, "divisible by 2"),
    "grid_sample": (lambda x: nn.grid_sample(x, ONES), PLANE, ValueError, "grid_sample: x must have shape"),
    "grid_sample mode": (
        lambda x: nn.grid_sample(x, np.ones((1, 1, 1, 2)), mode="bicubic"),
        PLANE,
        ValueError,
        "mode must be one of",
    ),
    "unfold": (lambda x: nn.unfold(x, 6), X, ValueError, "unfold: the windows reach over"),
    "fold": (lambda x: nn.fold(x, 4, 2), X, ValueError, "fold: x must have shape"),
    "attention axes": (lambda x: nn.dot_product_attention(x, Q, Q), ONES, ValueError, "q, k and v must have shapes"),
    "attention shapes": (lambda x: nn.dot_product_attention(x, Q[:, :, :2], Q), Q, ValueError, "k must have shape"),
    "attention heads": (lambda x: nn.dot_product_attention(x, Q, Q, heads=3), Q, ValueError, "heads must divide"),
    "attention mask": (lambda x: nn.dot_product_attention(x, Q, Q, mask=np.ones((3, 3))), Q, TypeError, "of booleans"),
    "attention mask shape": (
        lambda x: nn.dot_product_attention(x, Q, Q, mask=np.ones((2, 3), bool)),
        Q,
        ValueError,
        "mask must broadcast",
    ),
    "attention bias": (lambda x: nn.dot_product_attention(x, Q, Q, ONES), Q, ValueError, "bias must broadcast"),
    "ctc shapes": (lambda x: nn.ctc_loss(x, np.zeros(3, int)), Q, ValueError, "ctc_loss: logits must have shape"),
    "ctc blank": (lambda x: nn.ctc_loss(x, np.zeros((2, 1), int), blank=4), Q, ValueError, "blank must be from 0 to 3"),
    "ctc lengths": (lambda x: nn.ctc_loss(x, np.zeros((2, 1), int), [4, 3]), Q, ValueError, "input_lengths must be 2"),
    "rnn axes": (lambda x: nn.rnn(x, None, W, W), ONES, ValueError, "rnn: x must have shape"),
    "lstm weights": (lambda x: nn.lstm(x, None, W, W), X, ValueError, "lstm: wi must have shape"),
    "gru bias": (
        lambda x: nn.gru(x, None, np.ones((6, 5)), np.ones((6, 2)), ONES),
        X,
        ValueError,
        "gru: a bias must have shape",
    ),
    "rnn state": (lambda x: nn.rnn(x, ONES, np.ones((2, 5)), np.ones((2, 2))), X, ValueError, "the state must have"),
    "topk": (lambda x: nn.topk(x, 1000), X, ValueError, "topk: k must be from 0 to the length of axis -1 of shape"),
    "topk axis": (lambda x: nn.topk(x, 1, axis=9), X, ValueError, "topk: k must be from 0 to the length of axis 9"),
    "labels": (
        lambda x: nn.logitcrossentropy(x, np.zeros((1,) * (x.ndim - 1), int)),
        X,
        ValueError,
        "logitcrossentropy: integers as target must have the shape of the prediction without axis 1",
    ),
    "losses": (lambda x: nn.mse(x, x[:1]), X, ValueError, "mse: the target must have the shape of the prediction"),
    "huber": (lambda x: nn.huber_loss(x, x, delta=0), X, ValueError, "delta must be greater than 0, not 0"),
    "label_smoothing": (lambda x: nn.label_smoothing(x, 2), X, ValueError, "alpha must be between 0 and 1, not 2"),
    "bag mode": (lambda w: nn.embedding_bag(w, [[0]], mode="min"), Q[0], ValueError, "mode must be one of sum, mean"),
    "bag shape": (lambda w: nn.embedding_bag(w, np.array([0])), Q[0], ValueError, r"idx must have shape \(B, L\)"),
    "bag floats": (lambda w: nn.embedding_bag(w, Q[0]), Q[0], TypeError, "embedding_bag: idx must be integers"),
    "bag offsets": (
        lambda w: nn.embedding_bag(w, np.array([0, 1]), np.array([1, 0])),
        Q[0],
        ValueError,
        r"offsets must ascend from 0 to at most 2, not \[1, 0\]",
    ),
    "batched_mul": (lambda a: nn.batched_mul(a, Q), Q, ValueError, r"b must have shape \(..., 4, K\)"),
    "batched_mul batch": (lambda a: nn.batched_mul(a, np.ones((3, 4, 1))), Q, ValueError, "as many matrices in a"),
    "batched_vec": (lambda a: nn.batched_vec(a, ONES[:3]), Q, ValueError, r"x must have shape \(..., 4\)"),
    "batched_transpose": (nn.batched_transpose, ONES, ValueError, "a must have shape .*rows, columns"),
    "imrotate": (lambda x: nn.imrotate(x, 1.0), X, ValueError, "imrotate: x must have shape .N, C, H, W."),
    "imrotate mode": (lambda x: nn.imrotate(x, 1.0, mode="cubic"), PLANE, ValueError, "imrotate: mode must be one of"),
    "scores": (lambda q: nn.dot_product_attention_scores(q, Q, heads=3), Q, ValueError, "attention_scores: heads must"),
    "make_causal_mask": (lambda x: nn.make_causal_mask(x, 3), Q, ValueError, "axis must be one of x"),
    "gru_v3": (lambda x: nn.gru_v3(x, None, W, W), X, ValueError, "gru_v3: wi must have shape"),
    "siamese": (lambda x: nn.siamese_contrastive_loss(x, x, margin=-1), X, ValueError, "margin must not be negative"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("on_tensors", [False, True], ids=["ndarray", "Tensor"])
def test_bad_arguments_say_what_is_wrong(name: str, on_tensors: bool, dev: int) -> None:
    f, x, error, message = BAD[name]
    if name == "onehot" and dev >= 0 and on_tensors:
        pytest.skip("the numbers in a GPU are not looked at")
    with pytest.raises(error, match=message):
        f(tensor(x, dev=dev) if on_tensors else x)


def test_running_statistics_are_where_the_batch_is(dev: int) -> None:
    with pytest.raises(TypeError, match="mean and var must be Tensors"):
        nn.batchnorm(tensor(X, dev=dev), None, None, np.zeros(4), np.ones(4), training=True)
    with pytest.raises(TypeError, match="mean and var must be Tensors"):
        nn.instancenorm(tensor(X, dev=dev), None, None, np.zeros(4), np.ones(4))


def test_labels_that_are_no_class() -> None:
    with pytest.raises(ValueError, match="'d' is none of the classes"):
        nn.onehot(np.array(["d"]), "abc")


def test_numbers_of_vectors_that_do_not_exist(dev: int) -> None:
    for w in (np.ones((3, 2)), *([tensor(np.ones((3, 2)))] if dev < 0 else [])):
        with pytest.raises(IndexError):
            nn.embedding(w, np.array([3]))
