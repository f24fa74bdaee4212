"""Shapes without computing."""

from typing import Any

import numpy as np
import pytest

from numtorch import models, state, torch
from numtorch.nn.layers import (
    BatchNorm,
    Chain,
    Conv,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Parallel,
    SkipConnection,
    outputsize,
    trainmode,
)
from tests.nn.layers.test_layers_values import LAYERS, sample


@pytest.mark.parametrize("name", LAYERS)
def test_shapes_are_those_of_results(name: str, dev: int) -> None:
    layer, shape = LAYERS[name]
    expected = layer(sample(shape, np.float32)).shape
    for given in (layer, torch(layer, dev=dev)):
        assert outputsize(given, shape) == expected
        if len(shape) > 1:
            assert outputsize(given, shape[1:], padbatch=True) == (1, *expected[1:])


@pytest.mark.parametrize("name", ["resnet18", "vit_ti_16", "mobilenet_v3_small", "unet", "squeezenet1_1"])
def test_models(name: str, dev: int) -> None:
    model = torch(models.create(name, nclasses=7), dev=dev)
    expected = (9, 7, 224, 224) if name == "unet" else (9, 7)
    assert outputsize(model, (9, 3, 224, 224)) == expected


def test_it_does_not_compute() -> None:
    model = Chain(*(Dense(300, 300) for _ in range(3)))
    assert outputsize(model, (10**9, 300)) == (10**9, 300)  # 1.2 TB, were it made


def test_several_inputs_and_results(dev: int) -> None:
    model = torch(Parallel(lambda a, b: (a, b), Dense(3, 4), Dense(5, 6)), dev=dev)
    assert outputsize(model, (2, 3), (2, 5)) == ((2, 4), (2, 6))
    with pytest.raises(ValueError, match="one length of axis 0"):
        outputsize(model, (2, 3), (3, 5))
    with pytest.raises(TypeError, match="the shapes are tuples of int"):
        outputsize(model, [2, 3])


def test_indices(dev: int) -> None:
    model = torch(Chain(Embedding(10, 4), Dense(4, 3)), dev=dev)
    assert outputsize(model, (2, 7), dtype=np.int64) == (2, 7, 3)


def test_a_layer_that_cannot_take_no_samples() -> None:
    model = Chain(lambda x: x.reshape(x.shape[0], -1), Dense(12, 2))
    assert outputsize(model, (5, 3, 4)) == (5, 2)


def test_nothing_is_changed(dev: int) -> None:
    model = torch(trainmode(Chain(Dense(3, 4), BatchNorm(4), Dropout(0.5))), dev=dev)
    before = {name: array.copy() for name, array in state(model).items()}
    assert outputsize(model, (2, 3)) == (2, 4)
    assert model[1].training is model[2].training is True
    assert all(np.array_equal(before[name], array) for name, array in state(model).items())


def broken() -> Chain:
    return Chain(Conv(3, 2, 4, pad=1), SkipConnection(Chain(BatchNorm(4), Conv(3, 5, 4))), Flatten(), fc=Dense(9, 2))


@pytest.mark.parametrize("on_tensors", [False, True])
def test_errors_name_the_layer(on_tensors: bool, dev: int) -> None:
    model: Any = torch(broken(), dev=dev) if on_tensors else broken()
    with pytest.raises(ValueError, match=r"outputsize: 1\.layers\.1 does not take its input: conv: with groups=1"):
        outputsize(model, (2, 2, 8, 8))
    with pytest.raises(ValueError, match=r"outputsize: 0 does not take its input"):
        outputsize(model, (2, 3, 8, 8))
    with pytest.raises(ValueError, match=r"outputsize: fc does not take its input.*, of shape \(1, 256\), is not 9"):
        outputsize(Chain(model[0], model[2], fc=model.fc), (2, 2, 8, 8))
    with pytest.raises(ValueError, match=r"outputsize: the model does not take its input"):
        outputsize(lambda x: x[0, 0, 0, 0], (2, 2))
