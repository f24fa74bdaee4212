"""train(compile=True): the same training, as programs."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import collect, nn, tensor
from numtorch.nn.layers import BatchNorm, Chain, Dense, Dropout
from numtorch.optim import Adam, AdamW, LossScaler, Momentum, RAdam, setup
from numtorch.train import DataLoader, train
from tests.programs.uncompiled import uncompiled

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 5)).astype("f")
Y = (X[:, :1] * 2 + np.sin(X[:, 1:2])).astype("f")


@pytest.fixture(autouse=True)
def without_a_compiler() -> Iterator[None]:
    with uncompiled():
        yield


def loss(model: Any, x: Any, y: Any) -> Any:
    return np.mean((model(x) - y) ** 2)


def trained(rule: Any, **options: Any) -> tuple[list[float], dict[str, Any]]:
    nt.manual_seed(0)
    layers = Chain(Dense(5, 8, nn.relu, rng=0), BatchNorm(8), Dropout(0.2), Dense(8, 1, rng=1))
    model = nt.torch(layers, dev=-1)
    data = DataLoader((tensor(X), tensor(Y)), batchsize=16, shuffle=True, rng=0)
    history = train(loss, model, data, setup(rule, model), epochs=2, progress=False, **options)
    return history.losses, nt.state(model)


@pytest.mark.parametrize(
    "rule", [Adam(0.01), AdamW(0.01, lam=0.1), Momentum(0.01), RAdam(0.01)], ids=lambda r: type(r).__name__
)
def test_compiled_training_is_training(rule: Any) -> None:
    losses, state = trained(rule)
    others, also = trained(rule, compile=True)
    np.testing.assert_allclose(losses, others, rtol=1e-4)
    for name, value in state.items():
        np.testing.assert_allclose(collect(value), collect(also[name]), rtol=1e-3, atol=1e-5)


def test_a_loss_that_is_not_finite_changes_nothing() -> None:
    model = {"w": tensor(np.array([1.0, 2.0], "f"))}
    state = setup(Adam(0.1), model)
    bad = lambda m, x: np.sum(m["w"] * x)  # noqa: E731
    batches = [tensor(np.array([1.0, 1.0], "f")), tensor(np.array([np.inf, 1.0], "f"))]
    with pytest.raises(FloatingPointError, match="step 2"):
        train(bad, model, batches, state, progress=False, compile=True)
    np.testing.assert_allclose(collect(model["w"]), [0.9, 1.9], rtol=1e-6)
    assert state["w"].count == 1


def test_a_scaled_loss() -> None:
    losses, _ = trained(Adam(0.01), scaler=LossScaler())
    others, _ = trained(Adam(0.01), scaler=LossScaler(), compile=True)
    np.testing.assert_allclose(losses, others, rtol=1e-4)


def test_ndarrays_are_refused() -> None:
    model = {"w": np.ones(2)}
    with pytest.raises(TypeError, match=r"torch\(model\)"):
        train(lambda m, x: np.sum(m["w"] * x), model, [np.ones(2)], setup(Adam(), model), progress=False, compile=True)
