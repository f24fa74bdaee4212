"""The stream of libtorch's kernels, here on the suite's device: shapes, dtypes, errors, repetition, no transfers."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as nnp
from numtorch.numpy.random.device import DeviceStream
from tests.numpy.random import calls, orders
from tests.numpy.random.test_bits import evaluate, flat
from tests.numpy.random.test_errors import GENERATOR as WRONG_GENERATOR
from tests.numpy.random.test_errors import STATE as WRONG_STATE
from tests.numpy.random.test_errors import WRONG

ERRORS = (ValueError, TypeError, IndexError, OverflowError, NotImplementedError)

# These give what is on the host whatever the device.
ON_HOST = ("rng.bytes", "rng.get_state", "rng.set_state")


def generator(seed: Any, dev: int) -> Any:
    """A Generator that draws as on a GPU, though `dev` be the CPU."""
    host = np.random.default_rng(seed)
    return nnp.random.Generator._of(host.bit_generator, DeviceStream(host, dev))


def state(seed: Any, dev: int) -> Any:
    return nnp.random.RandomState._of(DeviceStream(np.random.RandomState(seed), dev))


def check_like(expected: Any, actual: Any, dev: int) -> None:
    """What NumPy gives as a number or an array is a Tensor on the device, of the same shape and dtype."""
    if isinstance(expected, np.ndarray) and expected.dtype not in nt._core.dtypes:
        return
    if not isinstance(expected, (np.ndarray, np.generic, int, float)):
        assert type(actual) is type(expected)
        return
    assert isinstance(actual, nt.Tensor)
    assert (actual.dev, actual.shape, actual.dtype) == (dev, np.shape(expected), np.asarray(expected).dtype)
    assert actual.is_value == (not isinstance(expected, np.ndarray))


def on(dev: int) -> Any:
    return lambda array: nt.tensor(array, dev=dev)


def supported(rows: list[str]) -> list[str]:
    return [call for call in rows if not call.startswith(ON_HOST) and "['a', 'b']" not in call and "spawn" not in call]


@pytest.mark.parametrize("call", supported(flat(calls.BOTH, orders.GENERATOR)))
def test_generator(call: str, dev: int) -> None:
    expected = evaluate(call, np.random.default_rng(5), lambda a: a)
    check_like(expected, evaluate(call, generator(5, dev), on(dev)), dev)


@pytest.mark.parametrize("call", supported(flat(calls.BOTH, orders.STATE)))
def test_state(call: str, dev: int) -> None:
    expected = evaluate(call, np.random.RandomState(5), lambda a: a)
    check_like(expected, evaluate(call, state(5, dev), on(dev)), dev)


@pytest.mark.parametrize("call", [*WRONG, *WRONG_GENERATOR])
def test_generator_errors(call: str, dev: int) -> None:
    with pytest.raises(ERRORS):
        evaluate(call, generator(5, dev), on(dev))


@pytest.mark.parametrize("call", [*WRONG, *WRONG_STATE])
def test_state_errors(call: str, dev: int) -> None:
    with pytest.raises(ERRORS):
        evaluate(call, state(5, dev), on(dev))


@pytest.mark.parametrize("make", [generator, state])
def test_the_seed_says_all(make: Any, dev: int) -> None:
    one, other, third = make(5, dev), make(5, dev), make(6, dev)
    for name in ("standard_normal", "random", "standard_exponential"):
        a, b, c = (nt.collect(getattr(rng, name)(size=5)) for rng in (one, other, third))
        np.testing.assert_array_equal(a, b)
        assert not np.any(a == c)
    assert not np.any(nt.collect(one.random(5)) == nt.collect(one.random(5)))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda rng: pickle.loads(pickle.dumps(rng))])
def test_a_pickle_continues_the_stream(duplicate: Any, dev: int) -> None:
    rng = generator(5, dev)
    rng.random(3)
    twin = duplicate(rng)
    # On the CPU what comes back draws NumPy's stream: there the stream of kernels is a test's alone.
    again = nnp.random.Generator._of(twin.bit_generator, DeviceStream(np.random.Generator(twin.bit_generator), dev))
    np.testing.assert_array_equal(nt.collect(rng.random(4)), nt.collect(again.random(4)))


def test_seed_restarts(dev: int) -> None:
    rng = state(5, dev)
    first = nt.collect(rng.rand(3))
    rng.seed(5)
    np.testing.assert_array_equal(nt.collect(rng.rand(3)), first)


@pytest.mark.parametrize("name", ["normal", "uniform", "laplace", "logistic", "gumbel", "lognormal"])
def test_gradients(name: str, dev: int) -> None:
    def f(loc: Any, scale: Any) -> Any:
        return getattr(generator(5, dev), name)(loc, scale)

    nt.check_gradient(f, on(dev)(np.array([0.5, -1.0])), on(dev)(np.array([[1.5], [2.5]])), order=2)


def test_a_gradient_without_a_formula_is_refused(dev: int) -> None:
    rng = generator(5, dev)
    with pytest.raises(TypeError, match="gamma: a gradient depends on the argument 'shape'"):
        nt.gradient(lambda a: np.sum(rng.gamma(a)), on(dev)(np.ones(3)))
