"""Whole models kept in float16 and trained with float32 copies and a scaled loss."""

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import models, nn
from numtorch.nn.layers import Chain, Conv, Dense, Embedding, Flatten, LayerNorm, SelfAttention
from numtorch.optim import Adam, LossScaler, MixedPrecision, setup
from numtorch.train import train


class Reader:
    """A transformer's parts, with one matrix for what comes in and what goes out."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.embedding = Embedding(11, 16, rng=rng)
        self.body = Chain(LayerNorm(16), SelfAttention(16, heads=2, rng=rng), Dense(16, 16, nn.gelu, rng=rng))
        self.head = Dense(16, 11, bias=False)
        self.head.weight = self.embedding.weight

    def __call__(self, text: Any) -> Any:
        return np.mean(self.head(self.body(self.embedding(text))), axis=1)


def resnet() -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(0)
    images = rng.normal(size=(6, 3, 32, 32)).astype(np.float16)
    return models.create("resnet18", nclasses=3, rng=0), images, np.arange(6) % 3


def reader() -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(1)
    return Reader(), rng.integers(0, 11, (6, 8)), np.arange(6)


def loss(model: Any, x: Any, labels: Any) -> Any:
    return nn.logitcrossentropy(model(x).astype(np.float32), labels)


def losses_of(model: Any, x: Any, labels: Any, dev: int, steps: int) -> tuple[list[float], Any, LossScaler]:
    model, scaler = nt.torch(model, dev=dev), LossScaler(1024.0)
    x, labels = nt.tensor(x, dev=dev), nt.tensor(labels, dev=dev)
    state = setup(MixedPrecision(Adam(1e-3)), model)
    history = train(loss, model, [(x, labels)], state, epochs=steps, scaler=scaler, progress=False)
    return history.losses, model, scaler


@pytest.mark.parametrize(("made", "steps", "falls"), [(resnet, 4, 0.2), (reader, 60, 0.5)])
def test_a_model_in_float16_learns_as_in_float32(made: Any, steps: int, falls: float, dev: int) -> None:
    model, x, labels = made()
    half, trained, scaler = losses_of(nt.f16(model), x, labels, dev, steps)
    single, _, _ = losses_of(model, x.astype(np.float32) if x.dtype.kind == "f" else x, labels, dev, steps)
    assert half[-1] < falls * half[0]
    np.testing.assert_allclose(half[0], single[0], rtol=0.01)
    np.testing.assert_allclose(half, single, rtol=0.05, atol=0.02)
    assert trained(nt.tensor(x, dev=dev)).dtype == np.float16
    assert {part.dtype.name for part in nt.params(trained)} == {"float16", "float32"}
    assert scaler.good == steps
    if made is reader:
        assert trained.head.weight is trained.embedding.weight


def test_the_gradient_of_a_convolution_is_rounded_once(dev: int) -> None:
    """It is a long sum, which float16 alone would get wrong by more than its last bit."""
    rng = np.random.default_rng(0)
    model = nt.f16(Chain(Conv(3, 2, 4, pad=1, rng=rng), Flatten()))
    x = rng.normal(size=(8, 2, 16, 16)).astype(np.float16)
    out = rng.normal(size=(8, 4 * 16 * 16)).astype(np.float16)

    def slope(model: Any, x: Any, out: Any) -> Any:
        model = nt.torch(model, dev=dev)
        x, out = (nt.tensor(part, dev=dev) for part in (x, out))
        weight = model[0].weight
        return nt.collect(nt.gradient(lambda: np.sum(model(x).astype(np.float64) * out), nt.params(weight))[weight])

    half = slope(model, x, out)
    assert half.dtype == np.float16
    np.testing.assert_allclose(half, slope(nt.f64(model), x.astype(float), out.astype(float)), rtol=1e-3, atol=2e-3)
