"""float16 arrays with a float32 copy of each, and the scaling of the loss."""

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.optim import Adam, Descent, LossScaler, MixedPrecision, adjust, setup, update


@pytest.mark.parametrize("tensors", [False, True])
def test_steps_below_the_resolution_add_up(tensors: bool) -> None:
    w: Any = np.ones(3, np.float16)
    w = nt.tensor(w) if tensors else w
    plain = w.copy()
    mixed, rounded = setup(MixedPrecision(Descent(1e-4)), w), setup(Descent(1e-4), plain)
    for _ in range(100):
        update(mixed, w, np.ones(3, np.float16))
        update(rounded, plain, np.ones(3, np.float16))
    assert w.dtype == np.float16
    assert float(w[0]) == pytest.approx(0.99, abs=1e-3)
    assert float(plain[0]) == 1.0
    np.testing.assert_allclose(nt.collect(mixed.slots["master"]), 0.99, rtol=1e-5)


def test_adjust_goes_through() -> None:
    state = setup(MixedPrecision(Adam()), np.ones(3, np.float16))
    adjust(state, 0.5)
    assert state.rule == MixedPrecision(Adam(0.5))


class Network:
    def __init__(self, dtype: str) -> None:
        rng = np.random.default_rng(0)
        self.one = (rng.normal(size=(8, 32)) / 3).astype(dtype)
        self.two = (rng.normal(size=(32, 1)) / 6).astype(dtype)

    def __call__(self, x: Any) -> Any:
        return np.tanh(x.astype(self.one.dtype) @ self.one) @ self.two


def trained(dtype: str, steps: int, dev: int) -> tuple[list[float], LossScaler]:
    rng = np.random.default_rng(1)
    x = nt.tensor(rng.normal(size=(64, 8)).astype(np.float32), dev=dev)
    y = np.sin(x[:, :1] + x[:, 1:2])
    model = nt.torch(Network(dtype), dev=dev)
    state = setup(MixedPrecision(Adam(1e-2)), model)
    scaler = LossScaler(2.0**15, interval=50)
    losses = []
    for _ in range(steps):

        def loss() -> Any:
            error = np.mean((model(x).astype(np.float32) - y) ** 2)
            return scaler(error), error

        (_, value), grads = nt.withgradient(loss, nt.params(model))
        scaler.update(state, model, grads)
        losses.append(float(value))
    return losses, scaler


def test_training_in_half_follows_training_in_single(dev: int) -> None:
    single, _ = trained("float32", 150, dev)
    half, scaler = trained("float16", 150, dev)
    assert single[-1] < single[0] / 10
    np.testing.assert_allclose(half, single, rtol=0.1, atol=2e-3)
    assert scaler.scale > 0


@pytest.mark.parametrize("tensors", [False, True])
def test_the_scale_falls_and_grows(tensors: bool) -> None:
    w: Any = np.ones(2)
    w = nt.tensor(w) if tensors else w
    state, scaler = setup(Descent(1.0), w), LossScaler(8.0, growth=2.0, backoff=0.25, interval=2)
    assert not scaler.update(state, w, np.array([np.inf, 1.0]))
    assert scaler.scale == 2.0
    assert w.tolist() == [1.0, 1.0]
    assert state.count == 0
    assert scaler.update(state, w, np.array([2.0, 4.0]))
    assert w.tolist() == [0.0, -1.0]
    assert scaler.update(state, w, np.array([2.0, 4.0]))
    assert scaler.scale == 4.0
    other = LossScaler()
    other.load_state(scaler.state())
    assert other.state() == scaler.state() == {"scale": 4.0, "good": 0}


def test_gradients_in_nests_and_none() -> None:
    m = {"a": nt.tensor([1.0]), "b": np.ones(1)}
    state, scaler = setup(Descent(1.0), m), LossScaler(2.0)
    assert scaler.update(state, m, {"a": nt.tensor([2.0]), "b": None})
    assert m["a"].tolist() == [0.0]
    assert not scaler.update(state, m, {"a": None, "b": np.array([np.nan])})


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("tensors", [False, True])
def test_gradients_are_divided_and_kept(tensors: bool, dtype: str, dev: int) -> None:
    m: Any = {"a": np.ones(2, dtype), "b": np.ones((), dtype)}
    grads: Any = {"a": np.array([8, 0.25], dtype), "b": np.array(4, dtype)}
    if tensors:
        m, grads = nt.torch(m, dev=dev), nt.torch(grads, dev=dev)
    assert LossScaler(4.0).update(setup(Descent(1.0), m), m, grads)
    assert m["a"].tolist() == [-1, 0.9375]
    assert m["b"].tolist() == 0
    assert grads["a"].tolist() == [8, 0.25]
    grads["b"][...] = np.nan
    assert not LossScaler(4.0).update(setup(Descent(1.0), m), m, grads)


def test_the_scaler_checks_its_numbers() -> None:
    with pytest.raises(ValueError, match="backoff"):
        LossScaler(backoff=2.0)
    with pytest.raises(TypeError, match="scale"):
        LossScaler("large")  # type: ignore[arg-type]
