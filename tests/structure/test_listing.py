"""What nests consist of: parts, leaves, objects, names of leaves."""

import functools
from typing import Any

import numpy as np

from numtorch import (
    Tensor,
    children,
    collect,
    fcollect,
    fleaves,
    fmap_with_path,
    isleaf,
    modules,
    params,
    state,
    tensor,
    to_tensor,
    torch,
)
from numtorch.nn.layers import BatchNorm, Chain, Dense, SkipConnection


def model() -> Chain:
    shared = Dense(3, 3, rng=0)
    return Chain(shared, SkipConnection(Chain(BatchNorm(3), np.tanh)), again=shared)


def test_parts(dev: int) -> None:
    pair = {"a": np.ones(2), "b": (1, "text")}
    assert children(pair) == pair
    assert children((5, 6)) == {0: 5, 1: 6}
    assert list(children(functools.partial(max, 1))) == ["func", "args", "keywords"]
    for atom in (np.ones(2), tensor(np.ones(2), dev=dev), 3, "text", None, np.tanh, [], {}):
        assert isleaf(atom)
        assert children(atom) == {}
    assert not isleaf([1])


def test_leaves_come_once_and_in_order(dev: int) -> None:
    for m in (model(), torch(model(), dev=dev)):
        found = fleaves(m)
        assert [array.shape for array in found] == [(3, 3), (3,), (3,), (3,), (3,), (3,)]
        assert found[0] is m[0].weight
    assert fleaves([1, "a", 2], lambda value: isinstance(value, int)) == [1, 2]


def test_everything_in_a_nest() -> None:
    m = model()
    found = fcollect(m)
    assert found[0] is m
    assert sum(part is m[0] for part in found) == 1
    assert sum(isinstance(part, np.ndarray) for part in found) == 6
    assert not any(isinstance(part, BatchNorm) for part in fcollect(m, exclude=lambda p: isinstance(p, BatchNorm)))
    ring: list[Any] = [1]
    ring.append(ring)
    assert fcollect(ring) == [ring, 1]


def test_modules() -> None:
    m = model()
    named = modules(m, path=True)
    assert {name: type(layer).__name__ for name, layer in named.items()} == {
        "": "Chain",
        "0": "Dense",
        "1": "SkipConnection",
        "1.layers": "Chain",
        "1.layers.0": "BatchNorm",
    }
    assert modules(m) == list(named.values())
    assert modules([{"a": m}])[0] is m


def test_one_part_at_a_time(dev: int) -> None:
    made = to_tensor(np.ones(2, np.float32), dev)
    assert isinstance(made, Tensor)
    assert (made.dev, made.dtype) == (dev, np.float32)
    assert isinstance(to_tensor(made), Tensor)
    for other in ("text", None, 3, [np.ones(2)], np.array(["text"])):
        assert to_tensor(other, dev) is other


def test_maps_are_told_the_name(dev: int) -> None:
    for m in (model(), torch(model(), dev=dev)):
        seen = []
        mapped = fmap_with_path(lambda name, x: (seen.append(name), x * 0)[1], m)  # noqa: B023
        assert seen == [name for name in state(m) if not name.startswith("again")]
        assert mapped[0] is mapped.again
        assert not any(np.any(collect(array)) for array in state(mapped).values())
        assert np.any(collect(m[0].weight))
        seen.clear()
        fmap_with_path(lambda name, x: (seen.append(name), x)[1], m, trained=True)  # noqa: B023
        assert len(seen) == 4
    assert fmap_with_path(lambda name, x: (name, x.size), np.ones(1)) == ("", 1)
    assert len(params(torch(model(), dev=dev))) == 4
