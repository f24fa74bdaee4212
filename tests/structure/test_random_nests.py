"""Nests put together at random, with shared and cyclic parts: all functions agree on what is in them."""

import functools
from collections import UserDict, deque
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import numtorch as nt
from numtorch import optim, train
from numtorch.nn.layers import Dropout, trainmode
from numtorch.structure import leaves
from tests.structure.nests import AttrDict, Data, Fixed, FrozenSlots, Inherited, Triple, Writable, call

MAKE: list[Any] = [
    lambda a, b: {"a": a, "b": b},
    lambda a, b: MappingProxyType({"a": a, "b": b}),
    lambda a, b: UserDict(a=a, b=b),
    lambda a, b: Fixed(("a", a), ("b", b)),
    lambda a, b: Writable(a=a, b=b),
    lambda a, b: AttrDict(a=a, b=b),
    lambda a, b: [a, b],
    lambda a, b: (a, b),
    lambda a, b: deque([a, b]),
    lambda a, b: Triple(a, None, b),
    lambda a, b: Data(a, b, "text"),
    lambda a, b: FrozenSlots(a, 3, b),
    lambda a, b: Inherited(a, b, 0.5),
    lambda a, b: SimpleNamespace(a=a, b=b),
    lambda a, b: functools.partial(call, a, keyword=b),
    lambda a, b: functools.partial(np.add, {"a": a}, b),
]


@st.composite
def nests(draw: st.DrawFn) -> Any:
    """Each container is made of two values made before, which so may be shared; lists then close circles."""
    values: list[Any] = [np.full(i + 1, i + 1.0) for i in range(3)] + [Dropout(0.5), "text", None]
    open_ends: list[list[Any]] = []
    for make in draw(st.lists(st.sampled_from(MAKE), min_size=1, max_size=7)):
        # The first is the latest more often than not, so that most of them hang together.
        first = draw(st.sampled_from([values[-1], values[-1], *values]))
        values.append(make(first, draw(st.sampled_from(values))))
        if draw(st.integers(0, 3)) == 0:
            open_ends.append([values[-1]])
            values.append(open_ends[-1])
    for end in open_ends if draw(st.booleans()) else []:
        end.append(draw(st.sampled_from([part for part in values if not isinstance(part, np.ndarray)])))
    return [values[0], values[-1]]


def numbers(nest: Any) -> list[Any]:
    return [nt.collect(array).tolist() for array in leaves(nest)]


def total(nest: Any) -> Any:
    return sum(np.sum(array * array) for array in leaves(nest))


@settings(max_examples=60, deadline=None)
@given(nests())
def test_all_functions_agree(tmp_path_factory: Any, host: Any) -> None:
    model = nt.torch(host, dev=-1)
    arrays = list(leaves(model))
    assert [id(a) for a in arrays] == [id(a) for a in nt.params(model)] == [id(a) for a in nt.trainables(model)]
    named = nt.state(model)
    assert {id(a) for a in named.values()} == {id(a) for a in arrays}
    assert list(named) == list(nt.state(host))
    assert numbers(model) == numbers(host) == numbers(nt.cpu(model))
    assert sum(isinstance(part, Dropout) for part in nt.modules(model)) == sum(
        isinstance(part, Dropout) for part in nt.fcollect(model)
    )
    for part in leaves(trainmode(model), is_leaf=lambda part: isinstance(part, Dropout)):
        assert part.training is True
    flat, rebuild = nt.destructure(model)
    assert numbers(rebuild(2 * flat)) == numbers(nt.fmap(lambda x: 2 * x, model))

    state = optim.setup(optim.Momentum(0.25), model)
    kept = optim.state_arrays(state)
    assert {name.removesuffix(".velocity") for name in kept} <= named.keys()
    assert len(kept) == len(arrays)

    file = tmp_path_factory.mktemp("nests") / "a.npz"
    train.save_checkpoint(file, model, state)
    before = numbers(model)
    optim.update(state, model, nt.gradient(lambda: total(model), nt.params(model)))
    assert numbers(model) == numbers(nt.fmap(lambda x: x / 2, nt.torch(host, dev=-1)))
    train.load_checkpoint(file, model, state)
    assert numbers(model) == before

    # A gradient beside the model: of a leaf that occurs twice, the sum of those of its slots.
    (beside,) = nt.gradient(lambda m: sum(np.sum(array) for array in leaves(m)), model)
    optim.update(optim.setup(optim.Descent(1.0), model), model, beside)
    for new, old in zip(numbers(model), before, strict=True):
        steps = {was - now for was, now in zip(old, new, strict=True)}
        assert len(steps) == 1
        assert steps.pop() >= 1
