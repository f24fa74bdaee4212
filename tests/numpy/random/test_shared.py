"""The functions of numtorch.numpy.random draw from the stream that NumPy's own functions draw from."""
# ruff: noqa: NPY002  # the legacy functions are what is tested

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as nnp
from numtorch.numpy.random import legacy
from numtorch.numpy.random.device import DeviceStream
from numtorch.numpy.random.legacy import SharedStream
from tests.numpy.random import calls, orders
from tests.numpy.random.test_bits import check_same, evaluate, flat, tensors


@pytest.fixture(autouse=True)
def _numpys_state_is_put_back() -> Iterator[None]:
    before = np.random.get_state()
    with nt.device(-1):
        yield
    np.random.set_state(before)


def shared(calls_of_both: list[str]) -> list[str]:
    """Calls of methods that are functions, too."""
    names = set(np.random.__all__)
    return [call for call in calls_of_both if call.removeprefix("rng.").split("(")[0] in names]


@pytest.mark.parametrize("call", shared(flat(calls.BOTH, orders.STATE)))
def test_a_function_continues_numpys_stream(call: str) -> None:
    if call == "rng.get_state()[1]":
        return
    np.random.seed(5)
    expected, after = evaluate(call, np.random, lambda a: a), np.random.random()
    nnp.random.seed(5)
    check_same(expected, evaluate(call, nnp.random, tensors))
    assert np.random.random() == after


@pytest.mark.parametrize("name", ["ranf", "sample"])
def test_other_names_of_random_sample(name: str) -> None:
    np.random.seed(5)
    expected = getattr(np.random, name)((2, 3))
    np.random.seed(5)
    check_same(expected, getattr(nnp.random, name)((2, 3)))


def test_the_state_is_one() -> None:
    nnp.random.seed(5)
    state = nnp.random.get_state()
    first = np.random.random(3)
    nnp.random.set_state(state)
    np.testing.assert_array_equal(nnp.random.rand(3), first)


def test_another_bit_generator_for_the_functions() -> None:
    before = nnp.random.get_bit_generator()
    try:
        nnp.random.set_bit_generator(np.random.PCG64(3))
        assert nnp.random.random() == np.random.RandomState(np.random.PCG64(3)).random()
        nnp.random.seed(4)
        assert nnp.random.random() == np.random.RandomState(np.random.PCG64(4)).random()
    finally:
        nnp.random.set_bit_generator(before)


def test_each_device_has_its_stream(monkeypatch: pytest.MonkeyPatch, dev: int) -> None:
    host = np.random.RandomState(5)
    stream: Any = SharedStream(host)
    monkeypatch.setattr(SharedStream, "dev", property(lambda _: 0))
    monkeypatch.setattr(legacy, "DeviceStream", lambda host, _: DeviceStream(host, dev))
    drawn = stream.draw("random_sample", {"size": 3})
    expected = DeviceStream(np.random.RandomState(5), dev).draw("random_sample", {"size": 3})
    np.testing.assert_array_equal(nt.collect(drawn), nt.collect(expected))


def test_libraries_take_them() -> None:
    utilities = pytest.importorskip("sklearn.utils")
    rng = nnp.random.RandomState(3, dev=-1)
    assert utilities.check_random_state(rng) is rng
    assert np.random.default_rng(generator := nnp.random.default_rng(3, dev=-1)) is generator
