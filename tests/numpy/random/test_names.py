"""Every public name of numpy.random is in numtorch.numpy.random, with NumPy's signature."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as nnp
from tests.versions import older_than, since

# What is not public in numpy.random, though its name does not say so.
ABSENT = {
    "bit_generator": "the module that defines BitGenerator, which is there",
    "mtrand": "the module that defines RandomState, which is there",
    "test": "runs NumPy's own tests",
}
OWN = {"Generator", "RandomState", "default_rng"}
FUNCTIONS = sorted(name for name in np.random.__all__ if callable(getattr(np.random, name)))


def parameters(function: Any) -> list[tuple[Any, ...]]:
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def test_every_name_is_there() -> None:
    public = {name for name in dir(np.random) if not name.startswith("_")}
    own = {name for name in dir(nnp.random) if not name.startswith("_")}
    assert public - own == ABSENT.keys()
    assert set(np.random.__all__) <= set(nnp.random.__all__) <= public


@since("2.4.0", "its classes have signatures")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_numpys_signature(name: str) -> None:
    ours, theirs = parameters(getattr(nnp.random, name)), parameters(getattr(np.random, name))
    assert ours == [*theirs, ("dev", inspect.Parameter.KEYWORD_ONLY, None)] if name in OWN else ours == theirs


@pytest.mark.parametrize("kind", ["Generator", "RandomState"])
def test_a_class_has_numpys_methods(kind: str) -> None:
    ours, theirs = getattr(nnp.random, kind), getattr(np.random, kind)
    assert issubclass(ours, theirs)  # libraries ask for it
    public = {name for name in dir(theirs) if not name.startswith("_")} - {"bit_generator"}
    assert {name for name in dir(ours) if not name.startswith("_")} - public == {"bit_generator", "dev"} & set(
        dir(ours)
    )
    for name in public:
        assert parameters(getattr(ours, name)) == parameters(getattr(theirs, name)), name
        assert getattr(ours, name).__qualname__.split(".")[0] in ("Drawing", "Continuous", "Discrete", kind), name
        assert f"NumPy's `{name}`" in inspect.getdoc(getattr(ours, name)), name


def test_default_rng_takes_what_numpys_does() -> None:
    ours = nnp.random.default_rng(3, dev=-1)
    assert nnp.random.default_rng(ours) is ours
    theirs = np.random.default_rng(3)
    assert nnp.random.default_rng(theirs, dev=-1).bit_generator is theirs.bit_generator
    seeds = [np.random.PCG64(1), np.random.SeedSequence(4), [1, 2], np.random.SFC64(2)]
    if not older_than("2.2.0"):
        seeds.append(nnp.random.RandomState(2))
    for seed in seeds:
        expected = np.random.default_rng(copy.deepcopy(seed)).random()
        assert nnp.random.default_rng(seed, dev=-1).random() == expected
    assert (
        nnp.random.default_rng(nt.tensor(np.array([1, 2])), dev=-1).random() == np.random.default_rng([1, 2]).random()
    )


@pytest.mark.parametrize("make", [nnp.random.default_rng, nnp.random.RandomState])
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda rng: pickle.loads(pickle.dumps(rng))])
def test_a_pickle_continues_the_stream(make: Any, duplicate: Any) -> None:
    rng = make(5, dev=-1)
    rng.standard_normal()
    twin = duplicate(rng)
    assert (type(twin), twin.dev) == (type(rng), -1)
    np.testing.assert_array_equal(rng.standard_normal(4), twin.standard_normal(4))
    assert repr(rng).startswith(repr(make(5, dev=-1)).split("(")[0])


def test_a_generator_stays_where_it_was_made() -> None:
    with nt.device(-1):
        rng = nnp.random.default_rng(5)
    assert rng.dev == -1
    assert all(child.dev == -1 and type(child) is nnp.random.Generator for child in rng.spawn(2))
