"""The sign of zero: in sums that start from nothing, and in complex numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numtorch as nt
from tests.agreement import assert_same_bits

FLOATS = ("float16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
SUMS: dict[str, Callable[[Any], Any]] = {
    "sum": np.sum,
    "sum, -0.0": lambda x: np.sum(x, initial=-0.0),
    "sum, 0.0": lambda x: np.sum(x, axis=0, initial=0.0),
    "sum, kept": lambda x: np.sum(x, axis=-1, initial=-0.0, keepdims=True),
    "sum, masked": lambda x: np.sum(x, axis=0, initial=-0.0, where=np.arange(x.shape[0]).reshape(-1, 1) % 2 == 0),
    "nansum": lambda x: np.nansum(x, initial=-0.0),
    "mean": np.mean,
    "add.reduce": np.add.reduce,
    "add.reduce, no start": lambda x: np.add.reduce(x, axis=1, initial=None),
    "add.reduce, -0.0": lambda x: np.add.reduce(x, axis=None, initial=-0.0),
    "add.reduce, masked": lambda x: np.add.reduce(x, axis=0, initial=-0.0, where=np.ones((x.shape[0], 1), bool)),
    "add.reduceat": lambda x: np.add.reduceat(x, [0, 1, 0], axis=1),
    "cumsum": np.cumsum,
    "cumsum of rows": lambda x: np.cumsum(x, axis=0),
    "nancumsum": lambda x: np.nancumsum(x, axis=1),
    "add.accumulate": lambda x: np.add.accumulate(x, axis=1),
    "median": lambda x: np.median(x[:, :1]),
}

if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    SUMS["cumulative_sum"] = lambda x: np.cumulative_sum(x, axis=1)


def arrays(dtype: str) -> list[np.ndarray]:
    rows = [*itertools.product((0.0, -0.0), repeat=3), (1.0, -1.0, -0.0), (-0.0, 1.0, -1.0), (-0.0, np.nan, -0.0)]
    tables = [np.array([row, [-0.0] * 3]).astype(dtype) for row in rows]
    if np.dtype(dtype).kind == "c":
        for table in tables:
            table.imag = table.real[::-1]
    return tables


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("dtype", FLOATS + COMPLEX)
def test_sums(name: str, dtype: str, dev: int) -> None:
    for array in arrays(dtype):
        assert_same_bits(SUMS[name](array), SUMS[name](nt.tensor(array, dev=dev)))


@settings(max_examples=100, deadline=None)
@given(
    numbers=st.lists(st.sampled_from([0.0, -0.0, 1.0, -1.0, np.inf, np.nan]), min_size=1, max_size=12),
    initial=st.sampled_from([None, 0.0, -0.0]),
)
def test_sums_drawn(numbers: list[float], initial: Any, dev: int) -> None:
    x = np.array(numbers)
    t = nt.tensor(x, dev=dev)
    with np.errstate(all="ignore"):
        assert_same_bits(np.cumsum(x), np.cumsum(t))
        assert_same_bits(np.sum(x, initial=initial), np.sum(t, initial=initial))
        assert_same_bits(np.add.reduce(x, initial=initial), np.add.reduce(t, initial=initial))
        assert_same_bits(np.add.reduceat(x, [0]), np.add.reduceat(t, [0]))


@pytest.mark.parametrize("function", [np.negative, np.sign, np.log1p, np.arccos, np.reciprocal, np.square, np.conj])
@pytest.mark.parametrize("dtype", COMPLEX)
def test_complex_functions(function: Any, dtype: str, dev: int) -> None:
    parts = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5)
    z = np.array([complex(a, b) for a in parts for b in parts if a or b or function is not np.reciprocal], dtype)
    with np.errstate(all="ignore"):
        assert_same_bits(function(z), function(nt.tensor(z, dev=dev)), 1e-6)


def test_gradients(dev: int) -> None:
    x = nt.tensor(np.array([-0.0, -0.0, 2.0]), dev=dev)
    weights = np.array([1.0, 2.0, 3.0])
    for f, expected in (
        (lambda t: np.sum(np.cumsum(t) * weights), [6.0, 5.0, 3.0]),
        (lambda t: np.sum(t, initial=-0.0), [1.0] * 3),
        (lambda t: np.sum(np.add.reduceat(t, [0, 1]) * weights[:2]), [1.0, 2.0, 2.0]),
    ):
        (slope,) = nt.gradient(f, x)
        assert nt.collect(slope).tolist() == expected
    z = nt.tensor(np.array([-0.0 - 0.0j, 1 - 2j]), dev=dev)
    (slope,) = nt.gradient(lambda t: np.sum(np.cumsum(t).real), z)
    assert nt.collect(slope).tolist() == [2, 1]
    w = nt.tensor(np.array([0.4 - 0.3j, 1 - 2j]), dev=dev)
    for function in (np.negative, np.sign, np.log1p, np.arccos, np.reciprocal):
        nt.check_gradient(lambda t, f=function: np.sum(np.abs(f(t) + 1) ** 2), w)
