"""Arrays by Flux's names and in its layout."""

import numpy as np
import pytest

from numtorch import load_state, models, state
from numtorch.nn.layers import (
    LSTM,
    BatchNorm,
    Chain,
    Conv,
    ConvTranspose,
    Dense,
    Embedding,
    Flatten,
    GRUv3,
    LayerNorm,
    SkipConnection,
)

rng = np.random.default_rng(0)


def test_names_and_layouts() -> None:
    model = Chain(Conv((2, 3), 4, 5), BatchNorm(5), Flatten(), SkipConnection(Dense(6, 6)), LayerNorm(6))
    given = {
        "layers.1.weight": rng.normal(size=(3, 2, 4, 5)),
        "layers.1.bias": rng.normal(size=5),
        **{f"layers.2.{name}": rng.normal(size=5) for name in "γβμ"},
        "layers.2.σ²": np.ones(5),
        "layers.4.layers.weight": rng.normal(size=(6, 6)),
        "layers.4.layers.bias": rng.normal(size=6),
        "layers.5.diag.scale": rng.normal(size=6),
        "layers.5.diag.bias": rng.normal(size=6),
    }
    load_state(model, given, names="flux")
    # Flux's convolution turns its kernel around, in the order of axes of Julia.
    assert model[0].weight[4, 3, 0, 2] == given["layers.1.weight"][0, 1, 3, 4]
    np.testing.assert_array_equal(model[1].running_mean, given["layers.2.μ"])
    np.testing.assert_array_equal(model[1].weight, given["layers.2.γ"])
    np.testing.assert_array_equal(model[3].layers.weight, given["layers.4.layers.weight"])
    np.testing.assert_array_equal(model[4].bias, given["layers.5.diag.bias"])
    with pytest.raises(ValueError, match=r"1 missing, 1 unexpected\n.*missing: 0.bias.*\n.*unexpected: layers.1.b"):
        load_state(model, {("layers.1.b" if key == "layers.1.bias" else key): a for key, a in given.items()}, "flux")


def test_cells_and_tables() -> None:
    model = Chain(Embedding(7, 3), LSTM(3, 2))
    given = {
        "layers.1.weight": rng.normal(size=(3, 7)),
        "layers.2.cell.Wi": rng.normal(size=(8, 3)),
        "layers.2.cell.Wh": rng.normal(size=(8, 2)),
        "layers.2.cell.bias": rng.normal(size=8),
    }
    load_state(model, given, names="flux")
    np.testing.assert_array_equal(model[0].weight, given["layers.1.weight"].T)
    np.testing.assert_array_equal(model[1].cell.bias_ih, given["layers.2.cell.bias"])
    np.testing.assert_array_equal(model[1].cell.bias_hh, 0)


def test_layers_that_turn_their_weights_take_them_as_they_are() -> None:
    given = {"layers.1.weight": rng.normal(size=(3, 2, 4, 5)), "layers.1.bias": rng.normal(size=5)}
    given |= {"layers.2.weight": rng.normal(size=(2, 3, 6, 5)), "layers.2.bias": rng.normal(size=6)}
    models = [Chain(Conv((2, 3), 4, 5, flip=flip), ConvTranspose((3, 2), 5, 6, flip=flip)) for flip in (False, True)]
    one, other = (load_state(model, given, names="flux") for model in models)
    np.testing.assert_array_equal(other[0].weight, given["layers.1.weight"].T)
    x = rng.normal(size=(2, 4, 5, 5))
    np.testing.assert_allclose(one(x), other(x), rtol=1e-12)


def test_two_arrays_that_are_one_here() -> None:
    given = {"cell.Wi": rng.normal(size=(6, 3)), "cell.Wh": rng.normal(size=(4, 2))}
    given |= {"cell.Wh_h̃": rng.normal(size=(2, 2)), "cell.bias": rng.normal(size=6)}
    cell = load_state(GRUv3(3, 2), given, names="flux").cell
    np.testing.assert_array_equal(cell.weight_hh, np.concatenate([given["cell.Wh"], given["cell.Wh_h̃"]]))
    np.testing.assert_array_equal(cell.bias_ih, given["cell.bias"])


def test_the_residual_network_of_2020() -> None:
    model = models.ResNet()
    given = {"layers.1.weight": np.zeros((7, 7, 3, 64)), "layers.1.bias": np.ones(64)}
    with pytest.raises(ValueError, match="missing") as raised:
        load_state(model, given, names="flux")
    assert "conv1" not in str(raised.value)
    assert "unexpected" not in str(raised.value)
    assert len(state(model)) == 212 + 2 * 52
