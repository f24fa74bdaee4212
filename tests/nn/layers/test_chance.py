"""Layers of chance: what they leave out and how often, and that only training does."""

from typing import Any

import numpy as np
import pytest

from numtorch import collect, gradient, models, tensor, torch
from numtorch.models import DropBlock, StochasticDepth
from numtorch.nn.layers import testmode, trainmode
from numtorch.structure import leaves


@pytest.mark.parametrize("layer", [StochasticDepth(0.5, rng=0), DropBlock(0.5, 3, rng=0)])
def test_nothing_happens_outside_of_training(layer: Any, dev: int) -> None:
    x = tensor(np.ones((2, 3, 8, 8)), dev=dev)
    assert layer(x) is x
    assert testmode(layer)(x) is x


@pytest.mark.parametrize("make", [StochasticDepth, DropBlock])
def test_the_same_seed_does_the_same_on_tensors(make: Any, dev: int) -> None:
    x = np.random.default_rng(0).normal(size=(5, 3, 9, 8))
    on_host, there = trainmode(make(0.3, rng=1)), torch(trainmode(make(0.3, rng=1)), dev=dev)
    for _ in range(3):
        np.testing.assert_allclose(collect(there(tensor(x, dev=dev))), on_host(x), rtol=1e-12)


def test_stochastic_depth_drops_samples_or_batches() -> None:
    x = np.ones((400, 2, 3))
    rows = trainmode(StochasticDepth(0.25, rng=0))(x)
    assert set(np.unique(rows)) == {0.0, 1 / 0.75}
    assert (rows == rows[:, :1, :1]).all()
    assert abs(rows.mean() - 1) < 0.1
    layer = trainmode(StochasticDepth(0.5, "batch", rng=0))
    assert {np.unique(layer(x)).tolist()[0] for _ in range(20)} == {0.0, 2.0}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_dropblock_drops_squares(size: int) -> None:
    y = trainmode(DropBlock(0.1, size, rng=0))(np.ones((64, 8, 20, 16)))
    assert 0.08 < (y == 0).mean() < 0.12
    np.testing.assert_allclose(y.mean(), 1)
    windows = np.lib.stride_tricks.sliding_window_view(y == 0, (size, size), axis=(2, 3)).all(axis=(4, 5))
    covered = np.zeros(y.shape, bool)
    for i in range(size):
        for j in range(size):
            covered[:, :, i : i + windows.shape[2], j : j + windows.shape[3]] |= windows
    np.testing.assert_array_equal(covered, y == 0)


def test_dropblock_of_small_images() -> None:
    y = trainmode(DropBlock(0.5, 7, rng=0))(np.ones((50, 4, 3, 5)))
    assert np.isfinite(y).all()
    assert (y == 0).any()


def test_gradients_go_through_what_is_kept(dev: int) -> None:
    x = tensor(np.ones((1, 2, 8, 8)), dev=dev)
    (slope,) = gradient(lambda x: np.sum(DropBlock(0.3, 3, rng=3)(x)), x)
    expected = trainmode(DropBlock(0.3, 3, rng=3))(np.ones((1, 2, 8, 8)))
    np.testing.assert_allclose(collect(slope), expected)


@pytest.mark.parametrize(
    ("name", "chance"), [("efficientnet_b0", 0.2), ("efficientnet_v2_s", 0.2), ("convnext_tiny", 0.1)]
)
def test_models_leave_out_blocks_more_often_the_deeper_they_are(name: str, chance: float) -> None:
    """As torchvision does: from 0, on a straight line."""
    found = leaves(models.create(name), is_leaf=lambda part: isinstance(part, StochasticDepth))
    ps = [part.p for part in found if isinstance(part, StochasticDepth)]
    last = chance if name.startswith("convnext") else chance * (len(ps) - 1) / len(ps)
    np.testing.assert_allclose(ps, np.linspace(0, last, len(ps)))


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match=r"StochasticDepth: p is at least 0 and less than 1, not 1"):
        StochasticDepth(1)
    with pytest.raises(ValueError, match=r"the mode is 'row' or 'batch', not 'all'"):
        StochasticDepth(0.5, "all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"DropBlock: p is at least 0 and less than 1, not 1"):
        DropBlock(1)
    with pytest.raises(ValueError, match=r"DropBlock: the size is at least 1, not 0"):
        DropBlock(0.5, 0)
    with pytest.raises(ValueError, match=r"DropBlock: images are of shape \(N, C, H, W\), not \(2, 3\)"):
        trainmode(DropBlock(0.5))(np.ones((2, 3)))
