"""Layers that cannot be made, and inputs that they cannot take: the layer and the argument are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numtorch import tensor, torch
from numtorch.nn.layers import (
    GRU,
    RNN,
    AlphaDropout,
    BatchNorm,
    Bilinear,
    Chain,
    Conv,
    ConvTranspose,
    Dense,
    Dropout,
    Embedding,
    EmbeddingBag,
    GroupNorm,
    InstanceNorm,
    Layer,
    LayerNorm,
    Maxout,
    MultiHeadAttention,
    PairwiseFusion,
    Parallel,
    Recurrence,
    Scale,
    SelfAttention,
    SkipConnection,
    activations,
    initialstates,
)

MADE: list[tuple[str, str, Callable[[], Any]]] = [
    ("Dense", "outputs", lambda: Dense(3, -1)),
    ("Dense", "inputs", lambda: Dense(2.5, 3)),
    ("Dense", "act", lambda: Dense(4, 3, "relu")),
    ("Dense", "init", lambda: Dense(4, 3, init="glorot")),
    ("Scale", "shape", lambda: Scale(-1)),
    ("Bilinear", "inputs", lambda: Bilinear((4, -3), 2)),
    ("Conv", "k", lambda: Conv(0, 3, 4)),
    ("Conv", "k", lambda: Conv("3", 3, 4)),
    ("Conv", "k", lambda: Conv((3, 1.5), 3, 4)),
    ("Conv", "inputs", lambda: Conv(3, -3, 4)),
    ("Conv", "groups", lambda: Conv(3, 3, 4, groups=0)),
    ("Conv", "act", lambda: Conv(3, 3, 4, "relu")),
    ("ConvTranspose", "groups", lambda: ConvTranspose(3, 4, 4, groups=1.5)),
    ("BatchNorm", "channels", lambda: BatchNorm(-3)),
    ("BatchNorm", "act", lambda: BatchNorm(3, "relu")),
    ("GroupNorm", "groups", lambda: GroupNorm(4, 0)),
    ("LayerNorm", "shape", lambda: LayerNorm(2.5)),
    ("Dropout", "p", lambda: Dropout("half")),
    ("AlphaDropout", "p", lambda: AlphaDropout(None)),
    ("Embedding", "rows", lambda: Embedding(-1, 3)),
    ("EmbeddingBag", "features", lambda: EmbeddingBag(3, 1.5)),
    ("MultiHeadAttention", "heads", lambda: MultiHeadAttention(8, heads=0)),
    ("MultiHeadAttention", "features", lambda: MultiHeadAttention("8")),
    ("SelfAttention", "heads", lambda: SelfAttention(8, heads=0)),
    ("GRU", "hidden", lambda: GRU(4, 0)),
    ("RNN", "act", lambda: RNN(4, 2, "tanh")),
    ("Recurrence", "cell", lambda: Recurrence(3)),
    ("SkipConnection", "layers", lambda: SkipConnection(3)),
    ("SkipConnection", "connection", lambda: SkipConnection(np.tanh, 3)),
    ("Parallel", "connection", lambda: Parallel(3, np.tanh)),
    ("PairwiseFusion", "connection", lambda: PairwiseFusion(3, np.tanh)),
    ("Chain", "layers", lambda: Chain(np.tanh, layers=np.sin)),
    ("Chain", "describe", lambda: Chain(describe=np.sin)),
    ("activations", "Chain", lambda: activations(np.tanh, 3)),
    ("initialstates", "batch", lambda: initialstates(RNN(2, 3), -1)),
]


@pytest.mark.parametrize(("layer", "argument", "make"), MADE, ids=lambda v: v if isinstance(v, str) else "")
def test_what_cannot_be_made(layer: str, argument: str, make: Callable[[], Any]) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        make()
    owner, _, told = str(raised.value).partition(": ")
    assert owner in (layer, f"{layer}Cell")
    assert argument in told.replace(",", " ").split()


X, IMAGES, STEPS = (np.ones(shape, np.float32) for shape in ((2, 4), (2, 3, 6, 6), (2, 5, 4)))
CALLED: list[tuple[Layer, tuple[Any, ...], str]] = [
    (Dense(3, 2), (X,), r"Dense\(3 => 2\).*the last axis of the input, of shape \(2, 4\), is not 3"),
    (Dense(3, 2), (None,), r"Dense\(3 => 2\).*of shape \(\), is not 3"),
    (Scale(3), (X,), r"Scale: the input, of shape \(2, 4\), does not go with \(3,\)"),
    (Bilinear((4, 3), 2), (X, X), r"Bilinear: the last axes of .* \(2, 4\) and \(2, 4\), are not \(4, 3\)"),
    (InstanceNorm(4), (IMAGES,), r"InstanceNorm: the input, of shape \(2, 3, 6, 6\), must have 4 channels"),
    (BatchNorm(4), (IMAGES,), r"batchnorm: scale must have shape \(3,\), not \(4,\)"),
    (SelfAttention(8, heads=2), (STEPS,), r"SelfAttention: the input must have shape \(N, L, 8\), not \(2, 5, 4\)"),
    (MultiHeadAttention(4, heads=2), (X,), r"dot_product_attention: q, k and v must have shapes"),
    (RNN(4, 2), (X,), r"rnn: x must have shape \(N, L, I\)"),
    (Maxout(), (X,), "Maxout: there are no layers"),
]


@pytest.mark.parametrize(("layer", "given", "message"), CALLED)
def test_what_cannot_be_taken(layer: Layer, given: tuple[Any, ...], message: str, dev: int) -> None:
    with pytest.raises(ValueError, match=message):
        layer(*given)
    with pytest.raises(ValueError, match=message):
        torch(layer, dev=dev)(*(x if x is None else tensor(x, dev=dev) for x in given))


@pytest.mark.parametrize("layer", [Dense(2, 3), BatchNorm(2), LayerNorm(2), Scale(2), Bilinear(2, 3)])
def test_lists_are_taken_for_arrays(layer: Layer) -> None:
    given = [[1.0, 2.0], [3.0, 5.0]]
    np.testing.assert_array_equal(layer(given), layer(np.array(given)))
