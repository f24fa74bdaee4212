"""On the CPU every method draws what NumPy's does, bit for bit, and leaves the stream where NumPy's does."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as nnp
from tests.numpy.random import calls, orders

Make = Callable[[int], Any]


def flat(*tables: dict[str, list[str]]) -> list[str]:
    return [call for table in tables for rows in table.values() for call in rows]


def evaluate(call: str, rng: Any, convert: Callable[[Any], Any]) -> Any:
    names = {name: convert(array) for name, array in calls.operands().items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # random_integers
        return eval(call, {"rng": rng, "np": np, **names})


def check_same(expected: Any, actual: Any) -> None:
    """Arrays of numbers come as Tensors, an element of a Tensor as a 0-d one, everything else as NumPy gives it."""
    if isinstance(actual, nt.Tensor) or (isinstance(expected, np.ndarray) and expected.dtype in nt._core.dtypes):
        assert isinstance(actual, nt.Tensor)
        assert actual.dev == -1
        assert actual.is_value == isinstance(expected, np.generic)
        assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(nt.collect(actual), expected)
        return
    assert type(actual) is type(expected)
    np.testing.assert_array_equal(actual, expected)


def tensors(array: Any) -> nt.Tensor:
    made = nt.tensor(array.copy(order="K"), dev=-1, copy=False)
    assert (made.strides == array.strides) or array.size == 0
    return made


@pytest.mark.parametrize("call", flat(calls.BOTH, orders.GENERATOR))
def test_generator(call: str) -> None:
    rng, ours = np.random.default_rng(5), nnp.random.default_rng(5, dev=-1)
    check_same(evaluate(call, rng, lambda a: a), evaluate(call, ours, tensors))
    assert ours.bit_generator.state == rng.bit_generator.state


@pytest.mark.parametrize("call", flat(calls.BOTH, orders.STATE))
def test_state(call: str) -> None:
    rng, ours = np.random.RandomState(5), nnp.random.RandomState(5, dev=-1)
    expected = evaluate(call, rng, lambda a: a)
    if call == "rng.get_state()[1]":
        np.testing.assert_array_equal(ours.get_state()[1], expected)  # on the host, as a state is
        return
    check_same(expected, evaluate(call, ours, tensors))
    assert ours.random() == rng.random()


def test_every_method_is_called() -> None:
    public = {name for name in dir(np.random.Generator) if not name.startswith("_")}
    assert public - {"bit_generator"} == calls.BOTH.keys() | orders.GENERATOR.keys()
    public = {name for name in dir(np.random.RandomState) if not name.startswith("_")}
    assert public == calls.BOTH.keys() | orders.STATE.keys()


@pytest.mark.parametrize(
    "call", ["random(out=o)", "standard_gamma(m, out=o)", "permuted(m, out=o)", "permuted(m, axis=1, out=o)"]
)
def test_an_ndarray_as_out_is_filled_and_returned(call: str) -> None:
    expected = eval(f"rng.{call}", {"rng": np.random.default_rng(5), **(theirs := calls.operands())})
    mixed = {name: array if name == "o" else tensors(array) for name, array in calls.operands().items()}
    for names in (calls.operands(), mixed):
        drawn = eval(f"rng.{call}", {"rng": nnp.random.default_rng(5, dev=-1), **names})
        assert drawn is names["o"]
        np.testing.assert_array_equal(drawn, expected)
    assert expected is theirs["o"]
