"""Weights as directions and lengths."""

from typing import Any

import numpy as np
import pytest

from numtorch import collect, f64, gradient, load_state, params, state, tensor, torch
from numtorch.nn.layers import Chain, Conv, Dense, Flatten, WeightNorm, remove_weight_norms

RNG = np.random.default_rng(3)
X = RNG.normal(size=(2, 3, 5, 5))


def plain() -> Chain:
    return f64(Chain(Conv(3, 3, 4, np.tanh, rng=0), Flatten(), fc=Dense(36, 2, rng=1)))


def normed() -> Chain:
    return f64(Chain(WeightNorm(plain()[0]), Flatten(), fc=WeightNorm(plain().fc, axis=1)))


def test_it_begins_as_the_layer_was(dev: int) -> None:
    np.testing.assert_allclose(normed()(X), plain()(X), rtol=1e-12)
    np.testing.assert_allclose(collect(torch(normed(), dev=dev)(tensor(X, dev=dev))), plain()(X), rtol=1e-12)
    assert normed()[0].scale.shape == (4, 1, 1, 1)
    assert normed().fc.scale.shape == (1, 36)


def test_only_the_scale_decides_of_the_length(dev: int) -> None:
    model = torch(normed(), dev=dev)
    model[0].layer.weight *= 7.0
    np.testing.assert_allclose(collect(model(tensor(X, dev=dev))), plain()(X), rtol=1e-12)
    model[0].scale *= 2.0
    double = plain()
    double[0].weight *= 2
    np.testing.assert_allclose(collect(model(tensor(X, dev=dev))), double(X), rtol=1e-12)


def test_gradients(dev: int) -> None:
    model = torch(normed(), dev=dev)
    assert len(params(model)) == 6
    grads = gradient(lambda: np.sum(model(tensor(X, dev=dev)) ** 2), params(model))
    for p in params(model):
        step = RNG.normal(size=p.shape)
        at = []
        for sign in (1e-6, -2e-6):
            p += tensor(step * sign, dev=dev)
            at.append(float(np.sum(model(tensor(X, dev=dev)) ** 2)))
        p += tensor(step * 1e-6, dev=dev)
        np.testing.assert_allclose((at[0] - at[1]) / 2e-6, np.sum(collect(grads[p]) * step), rtol=1e-5)
    weight = model[0].layer.weight
    inward = np.sum(collect(grads[weight]) * collect(weight), axis=(1, 2, 3))
    np.testing.assert_allclose(inward, 0, atol=1e-10)  # along itself a direction has no effect


def test_it_is_loaded_by_name(dev: int) -> None:
    other = f64(Chain(WeightNorm(Conv(3, 3, 4, np.tanh)), Flatten(), fc=WeightNorm(Dense(36, 2), axis=1)))
    assert list(state(other)) == [
        *("0.layer.weight", "0.layer.bias", "0.scale"),
        *("fc.layer.weight", "fc.layer.bias", "fc.scale"),
    ]
    load_state(other, state(torch(normed(), dev=dev)))
    np.testing.assert_allclose(other(X), plain()(X), rtol=1e-12)


def test_removal(dev: int) -> None:
    for model in (normed(), torch(normed(), dev=dev)):
        removed = remove_weight_norms(model)
        assert [type(layer) for layer in removed] == [Conv, Flatten, Dense]
        assert len(list(state(removed))) == 4
        assert isinstance(model[0], WeightNorm)
        x: Any = X if isinstance(model[0].scale, np.ndarray) else tensor(X, dev=dev)
        np.testing.assert_allclose(np.asarray(collect(removed(x))), plain()(X), rtol=1e-12)
    twice = WeightNorm(WeightNorm(Dense(4, 3, rng=0), axis=1), "scale")
    x = np.ones((2, 4), np.float32)
    np.testing.assert_allclose(twice(x), Dense(4, 3, rng=0)(x), rtol=1e-6)
    assert isinstance(remove_weight_norms(twice), Dense)
    np.testing.assert_allclose(remove_weight_norms(twice).weight, Dense(4, 3, rng=0).weight, rtol=1e-6)


def test_what_it_cannot_take() -> None:
    with pytest.raises(TypeError, match="kernel must be an array of the layer, Dense"):
        WeightNorm(Dense(2, 3), "kernel")
    with pytest.raises(TypeError, match=r"bias must be an array of the layer.*not None"):
        WeightNorm(Dense(2, 3, bias=False), "bias")
    with pytest.raises(ValueError, match=r"axis must be one of weight, which has shape \(3, 2\), not 2"):
        WeightNorm(Dense(2, 3), axis=2)
