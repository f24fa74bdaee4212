"""The networks of Metalhead.jl 0.5: numbers of arrays, the same results as those of today, Flux's names."""

import math

import numpy as np
import pytest

from numtorch import collect, load_state, models, state, tensor, torch, trainables
from numtorch.models.inception import GOOGLE
from numtorch.nn.softmax import softmax

# Arrays and numbers. GoogLeNet's are those of the network for Caffe; DenseNet's 120 convolutions have biases.
COUNTS = {
    "densenet_2020": (364 + 120, 7978856 + 64 + 58 * (128 + 32) + 128 + 256 + 512),
    "googlenet_2020": (116, 6998552),
    "resnet_2020": (212, 25583464),
    "squeezenet_2020": (52, 1235496),
    "vgg19_2020": (38, 143667240),
}


@pytest.mark.parametrize("name", COUNTS)
def test_numbers_of_parameters(name: str) -> None:
    found = trainables(models.create(name))
    assert (len(found), sum(p.size for p in found)) == COUNTS[name]


@pytest.mark.parametrize("name", ["densenet_2020", "googlenet_2020", "squeezenet_2020"])
def test_probabilities(name: str, dev: int) -> None:
    model = models.create(name, nclasses=7, inchannels=2, rng=0)
    image = tensor(np.random.default_rng(0).normal(size=(2, 2, 224, 224)).astype(np.float32), dev=dev)
    there = torch(model, dev=dev)
    y = collect(there(image))
    assert y.shape == (2, 7)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(models.classifier(model)(collect(models.backbone(there)(image))), y, rtol=1e-4)


def ordered(old: object, new: object) -> object:
    """The old network with the numbers of the new one, one array after the other."""
    return load_state(old, dict(zip(state(old), state(new).values(), strict=True)))


def test_squeezenet_is_that_of_today(dev: int) -> None:
    """In images where no window stands over the end."""
    new = models.create("squeezenet1_1", rng=0)
    old = torch(ordered(models.create("squeezenet_2020"), new), dev=dev)
    x = np.random.default_rng(0).normal(size=(1, 3, 95, 95)).astype(np.float32)
    np.testing.assert_allclose(collect(old(tensor(x, dev=dev))), softmax(new(x), axis=1), rtol=1e-4, atol=1e-7)


def test_vgg_is_that_of_today() -> None:
    old, new = models.create("vgg19_2020", nclasses=2, rng=0), models.create("vgg19", nclasses=2, rng=1)
    ordered(old, new)
    assert len(models.backbone(old)) == 21
    x = np.random.default_rng(0).normal(size=(1, 3, 32, 32)).astype(np.float32)
    np.testing.assert_allclose(old[:21](x), new.features(x), rtol=1e-4, atol=1e-5)


def test_names_of_flux() -> None:
    """Layers of Chains count from 1, and arrays have their axes in Julia's order."""
    model = models.create("googlenet_2020", nclasses=3, rng=0)
    rng = np.random.default_rng(0)
    convolutions = {"layers.1": (7, 7, 3, 64), "layers.3": (1, 1, 64, 64), "layers.4": (3, 3, 64, 192)}
    numbers = [6, 7, 9, 10, 11, 12, 13, 15, 16]
    for number, (inputs, one, to3, three, to5, five, pooled) in zip(numbers, GOOGLE.values(), strict=True):
        convolutions |= {
            f"layers.{number}.path_1": (1, 1, inputs, one),
            f"layers.{number}.path_2.1": (1, 1, inputs, to3),
            f"layers.{number}.path_2.2": (3, 3, to3, three),
            f"layers.{number}.path_3.1": (1, 1, inputs, to5),
            f"layers.{number}.path_3.2": (5, 5, to5, five),
            f"layers.{number}.path_4.2": (1, 1, inputs, pooled),
        }
    given = {f"{name}.weight": rng.normal(size=shape) / math.prod(shape[:3]) for name, shape in convolutions.items()}
    given |= {f"{name}.bias": np.zeros(shape[3]) for name, shape in convolutions.items()}
    given |= {"layers.20.weight": rng.normal(size=(3, 1024)), "layers.20.bias": np.zeros(3)}
    load_state(model, given, names="flux")
    np.testing.assert_array_equal(
        state(model)["5.path_2.1.weight"][4, 2], given["layers.6.path_2.2.weight"][::-1, ::-1, 2, 4].T
    )
