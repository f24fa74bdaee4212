"""Lists of texts and objects, of which no Tensor can be made: NumPy answers, as long as no Tensor is beside them."""

from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp

CALLS = [
    lambda np: np.unique(["b", "a", "b"]),
    lambda np: np.sort(["b", "a"]),
    lambda np: np.concatenate([["a"], ["b"]]),
    lambda np: np.isin(["a"], ["a", "b"]),
    lambda np: np.zeros_like(["a"]),
    lambda np: np.sum([2**70, 1]),
    lambda np: np.array_equal(["a"], ["a"]),
    lambda np: np.array_equal(["a"], ["b"]),
    lambda np: np.array_equal([2**70], [2**70]),
    lambda np: np.array_equiv(["a"], ["a"]),
    lambda np: np.array_equal([1, 2], [1, 2]),
    lambda np: np.count_nonzero([None, 1]),
]


@pytest.mark.parametrize("call", CALLS)
def test_numpy_answers(call: Any) -> None:
    expected, actual = call(np), call(xp)
    np.testing.assert_array_equal(np.asarray(actual), np.asarray(expected))


def test_beside_a_tensor_they_are_refused() -> None:
    for call in (lambda x: xp.concatenate([x, ["a"]]), lambda x: xp.append(x, "a")):
        with pytest.raises(TypeError):
            call(nt.tensor([1.0]))


def test_errors_are_those_of_the_call() -> None:
    with pytest.raises(TypeError):
        xp.sort([1, 2], axis="x")
    with pytest.raises(TypeError, match="no mask"):
        xp.concatenate([np.ma.masked_array([1.0], [True]), [1.0]])


def test_arrays_of_objects_that_hold_arrays() -> None:
    ragged = xp.array([xp.array([1, 2]), xp.array([3])], dtype=object)
    assert type(ragged) is np.ndarray
    assert [row.tolist() for row in ragged] == [[1, 2], [3]]


def test_names_by_indices_that_are_tensors() -> None:
    names = np.array(["x", "y", "z"])
    assert np.take(names, nt.tensor([2, 0])).tolist() == ["z", "x"]
    assert np.repeat(names, nt.tensor([2, 0, 1])).tolist() == ["x", "x", "z"]


@pytest.mark.parametrize("dtype", [object, ">f8", "g", "S3", "U2", "M8[s]", "i4,f8"])
def test_constructors(dtype: Any) -> None:
    with pytest.raises(TypeError, match="a Tensor cannot hold dtype"):
        nt.Tensor(2, dtype)
    with pytest.raises(TypeError, match="a Tensor cannot hold dtype"):
        type("Own", (xp.ndarray,), {})((2,), dtype)
    assert xp.ndarray((2,), dtype).dtype == np.dtype(dtype)
