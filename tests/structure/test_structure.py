"""torch, collect, params and fmap: nests of arrays keep their types and their sharing."""

import functools
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from numtorch import Tensor, collect, cuda_is_available, fmap, params, tensor, torch
from numtorch.structure import leaves

Pair = namedtuple("Pair", "first second")


@dataclass(frozen=True)
class Frozen:
    weight: Any
    label: str


class Slotted:
    __slots__ = ("bias", "missing")

    def __init__(self, bias: Any) -> None:
        self.bias = bias


class Model:
    def __init__(self, shared: Any) -> None:
        self.shared = shared
        self.layers = [Frozen(shared, "a"), Slotted(np.zeros(2))]
        self.table = OrderedDict(x=np.arange(3), pair=Pair(np.ones(1), "text"))
        self.activation = np.tanh
        self.step = functools.partial(np.multiply, np.full(2, 3.0))

    def __call__(self, x: Any) -> Any:
        return self.activation(x * self.shared)


def test_torch_keeps_types_and_sharing(dev: int) -> None:
    model = Model(np.ones(2, np.float32))
    moved = torch(model, dev=dev)
    assert type(moved) is Model
    assert isinstance(moved.shared, Tensor)
    assert moved.shared.dev == dev
    assert moved.shared.dtype == np.float32
    assert type(moved.layers[0]) is Frozen
    assert moved.layers[0].weight is moved.shared
    assert moved.layers[0].label == "a"
    assert isinstance(moved.layers[1].bias, Tensor)
    assert not hasattr(moved.layers[1], "missing")
    assert type(moved.table) is OrderedDict
    assert isinstance(moved.table["pair"], Pair)
    assert isinstance(moved.table["pair"].first, Tensor)
    assert isinstance(moved.step.args[0], Tensor)
    assert isinstance(model.shared, np.ndarray)
    x = np.array([0.5, 1.0], np.float32)
    np.testing.assert_allclose(collect(moved(tensor(x, dev=dev))), model(x), rtol=1e-6)


def test_collect_goes_back(dev: int) -> None:
    model = Model(np.ones(2))
    back = collect(torch(model, dev=dev))
    assert isinstance(back.shared, np.ndarray)
    assert back.layers[0].weight is back.shared
    np.testing.assert_array_equal(back.table["x"], model.table["x"])


def test_cycles_end(dev: int) -> None:
    ring: dict[str, Any] = {"w": np.ones(2)}
    ring["self"] = ring
    moved = torch(ring, dev=dev)
    assert moved["self"] is moved
    assert moved is not ring
    assert len(params(moved)) == 1


def test_closures_that_hold_arrays_are_refused() -> None:
    hidden = np.ones(2)
    with pytest.raises(TypeError, match="holds arrays that a model's structure does not show"):
        torch({"f": lambda x: x * hidden})
    model = Model(np.ones(2))
    with pytest.raises(TypeError, match="holds arrays"):
        torch([model.__call__])
    assert torch({"f": lambda x: x})["f"](3) == 3


def test_moving_again_keeps_what_is_there(dev: int) -> None:
    moved = torch([np.ones(2)], dev=dev)
    assert torch(moved, dev=dev)[0] is moved[0]


def test_params_are_the_floating_point_tensors(dev: int) -> None:
    moved = torch(Model(np.ones(2)), dev=dev)
    found = params(moved)
    assert [p.shape for p in found] == [(2,), (2,), (1,), (2,)]
    assert found[0] is moved.shared
    assert repr(found) == "Params(4 arrays, 7 numbers)"
    assert found[0] in found
    assert found[0].copy() not in found
    assert found[1:3][0] is found[1]
    with pytest.raises(TypeError, match="4 of 4 parameters are ndarrays"):
        params(Model(np.ones(2)))


def test_fmap_and_leaves() -> None:
    tree = {"a": [np.ones(2), 3], "b": (np.zeros(1),)}
    doubled = fmap(lambda x: x * 2, tree)
    np.testing.assert_array_equal(doubled["a"][0], [2, 2])
    assert doubled["a"][1] == 3
    assert len(list(leaves(tree))) == 2
    assert tree["a"][0][0] == 1  # type: ignore[index]


def test_a_model_goes_to_the_first_gpu_if_there_is_one() -> None:
    assert torch({"w": np.ones(2)})["w"].dev == (0 if cuda_is_available() else -1)
