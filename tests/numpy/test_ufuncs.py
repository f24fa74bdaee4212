"""Ufuncs called with anything but Tensors, and their methods."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from tests.numpy.test_creation import assert_same

CALLS: dict[str, Callable[[Any], Any]] = {
    "lists": lambda np: np.add([1, 2], [3.5, 4]),
    "a list and a number": lambda np: np.multiply([1, 2], 2.5),
    "float32 and a number": lambda np: np.add(np.ones(2, np.float32), 1.5),
    "numbers": lambda np: np.power(2, 3),
    "a number": lambda np: np.sqrt(2),
    "NumPy's scalars": lambda np: np.hypot(np.float32(3), np.float32(4)),
    "several results": lambda np: np.divmod([7, -7], 2),
    "dtype=": lambda np: np.add([1, 2], 1, dtype=np.float32),
    "where= and out=": lambda np: np.add([1, 2], 1, out=np.zeros(2), where=np.array([True, False])),
    "matmul": lambda np: np.matmul([[1, 2]], [[3], [4]]),
    "reduce": lambda np: np.add.reduce([[1, 2], [3, 4]], axis=1),
    "accumulate": lambda np: np.multiply.accumulate([1, 2, 3]),
    "reduceat": lambda np: np.add.reduceat([1, 2, 3, 4], [0, 2]),
    "outer": lambda np: np.subtract.outer([1, 2], [3, 4]),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_calls(call: Callable[[Any], Any], dev: int) -> None:
    with nt.device(dev):
        assert_same(tuple(map(np.asarray, r)) if isinstance(r := call(np), tuple) else np.asarray(r), call(xp), dev)


@pytest.mark.parametrize("name", [name for name in xp.__all__ if isinstance(getattr(np, name, None), np.ufunc)])
def test_what_is_known_of_a_ufunc(name: str) -> None:
    ours, theirs = getattr(xp, name), getattr(np, name)
    assert isinstance(ours, xp.ufunc)
    for attribute in ("__name__", "nin", "nout", "nargs", "ntypes", "types", "identity", "signature", "__doc__"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    assert pickle.loads(pickle.dumps(ours)) is ours


def test_at(dev: int) -> None:
    x = nt.tensor([0.0, 0.0], dev=dev)
    xp.add.at(x, [0, 0, 1], 2)
    xp.negative.at(x, [1])
    assert x.tolist() == [4, -2]


def test_gradients_pass(dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    (slope,) = nt.gradient(lambda x: xp.sum(xp.multiply([3.0, 4.0], xp.exp(x))), x)
    np.testing.assert_allclose(nt.collect(slope), [3, 4] * np.exp([1.0, 2.0]))


def test_resolve_dtypes() -> None:
    kinds = (np.dtype(np.int8), np.dtype(np.int64), None)
    assert xp.add.resolve_dtypes(kinds) == np.add.resolve_dtypes(kinds)


def test_errors_are_numpys() -> None:
    with pytest.raises(TypeError, match="takes from 2 to 3"):
        xp.add([1])
    with pytest.raises(ValueError, match="broadcast"):
        xp.add([1, 2], [1, 2, 3])


def test_ufuncs_of_numpy_are_ufuncs() -> None:
    assert isinstance(np.add, xp.ufunc)
    assert isinstance(xp.add, xp.ufunc)
    assert not isinstance(np.sum, xp.ufunc)
