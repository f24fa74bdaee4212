"""Initialisers: their distributions, and the same numbers from the same seed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numtorch.nn.layers import (
    Conv,
    Dense,
    glorot_normal,
    glorot_uniform,
    identity_init,
    kaiming_normal,
    kaiming_uniform,
    lecun_normal,
    nfan,
    ones,
    orthogonal,
    rand,
    randn,
    sparse_init,
    truncated_normal,
    zeros,
)

SHAPE = (64, 32, 3, 3)
IN, OUT = 288, 576
DEVIATIONS: dict[Callable[..., Any], float] = {
    glorot_uniform: math.sqrt(2 / (IN + OUT)),
    glorot_normal: math.sqrt(2 / (IN + OUT)),
    kaiming_uniform: math.sqrt(2 / IN),
    kaiming_normal: math.sqrt(2 / IN),
    lecun_normal: math.sqrt(1 / IN),
    randn: 1.0,
}


@pytest.mark.parametrize("init", DEVIATIONS, ids=lambda init: init.__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_deviations(init: Callable[..., Any], dtype: Any) -> None:
    drawn = init(SHAPE, rng=0, dtype=dtype)
    assert drawn.dtype == dtype
    assert drawn.shape == SHAPE
    assert abs(drawn.mean()) < 0.02 * DEVIATIONS[init]
    np.testing.assert_allclose(drawn.std(), DEVIATIONS[init], rtol=0.02)
    np.testing.assert_array_equal(drawn, init(SHAPE, rng=0, dtype=dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rand(dtype: Any) -> None:
    drawn = rand(SHAPE, rng=0, dtype=dtype)
    assert (drawn.dtype, drawn.shape) == (dtype, SHAPE)
    assert 0 <= drawn.min() < 0.01 < 0.99 < drawn.max() <= 1
    np.testing.assert_allclose([drawn.mean(), drawn.std()], [0.5, math.sqrt(1 / 12)], rtol=0.02)
    np.testing.assert_array_equal(drawn, rand(SHAPE, rng=0, dtype=dtype))


@pytest.mark.parametrize(("init", "number"), [(zeros, 0), (ones, 1)])
def test_constants(init: Callable[..., Any], number: int) -> None:
    made = init(SHAPE, rng=0, dtype=np.float64)
    assert (made.dtype, made.shape) == (np.float64, SHAPE)
    np.testing.assert_array_equal(made, number)


def test_the_same_share_of_zeros_in_each_column() -> None:
    drawn = sparse_init((50, 400), sparsity=0.62, std=0.1, rng=0)
    assert drawn.dtype == np.float32
    np.testing.assert_array_equal((drawn == 0).sum(0), 31)
    np.testing.assert_allclose(drawn[drawn != 0].std(), 0.1, rtol=0.05)
    assert len(np.unique((drawn == 0).sum(1))) > 1  # in other rows each time
    with pytest.raises(ValueError, match="needs a shape of two axes and a sparsity from 0 to 1"):
        sparse_init((2, 3, 4))


def test_fans() -> None:
    assert nfan(SHAPE) == (IN, OUT)
    assert nfan((5, 3)) == (3, 5)
    assert nfan((7,)) == (1, 7)


def test_truncated_normal() -> None:
    drawn = truncated_normal((1000,), rng=0, mean=1, std=2, lo=0, hi=1.5)
    assert drawn.min() >= 0
    assert drawn.max() <= 1.5
    with pytest.raises(ValueError, match="next to never between 50 and 60"):
        truncated_normal((10,), lo=50, hi=60)


def test_orthogonal() -> None:
    for shape in ((3, 8), (8, 3), (4, 2, 2, 2)):
        flat = orthogonal(shape, rng=0, dtype=np.float64).reshape(shape[0], -1)
        small = flat @ flat.T if flat.shape[0] <= flat.shape[1] else flat.T @ flat
        np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)
    with pytest.raises(ValueError, match="at least two axes"):
        orthogonal((3,))


def test_identity() -> None:
    x = np.random.default_rng(0).normal(size=(1, 3, 5, 5)).astype(np.float32)
    np.testing.assert_allclose(Conv(3, 3, 3, pad=1, init=identity_init)(x), x)
    np.testing.assert_allclose(Dense(5, 5, init=identity_init)(x), x)
    np.testing.assert_array_equal(identity_init((3,)), 0)
