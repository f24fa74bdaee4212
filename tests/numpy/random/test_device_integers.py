"""Integers of a device are all as likely, however many there are; values at the edges of what can be drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.numpy.random.test_device import generator, on, state

COUNT = 100_000
CLOSE = 4 * (0.25 / COUNT) ** 0.5  # four standard deviations of a share

# The first third of these would come too often, were random bits taken modulo their number.
MANY = [3 * 2**26, 2**28 - 1, 3 * 2**30, 3 * 2**40, 3 * 2**61, 2**63 - 1, 3 * 2**62, 2**64 - 1, 2**64]


def share(drawn: Any, count: int) -> float:
    """How many are in the first third."""
    assert drawn.dtype == np.uint64
    values = nt.collect(drawn)
    assert values.max() <= count - 1
    return float(np.mean(values < np.uint64(count // 3)))


@pytest.mark.parametrize("count", MANY)
def test_none_is_favoured(count: int, dev: int) -> None:
    drawn = generator(1, dev).integers(0, count, COUNT, dtype=np.uint64)
    assert abs(share(drawn, count) - 1 / 3) < CLOSE


@pytest.mark.parametrize("count", [count for count in MANY if count < 2**63])
def test_none_is_favoured_between_arrays(count: int, dev: int) -> None:
    rng = generator(2, dev)
    for drawn in (
        rng.integers(0, [count, 5], (COUNT, 2), dtype=np.uint64)[:, 0],
        rng.integers(on(dev)(np.zeros(COUNT, np.int64)), count - 1, dtype=np.uint64, endpoint=True),
    ):
        assert abs(share(drawn, count) - 1 / 3) < CLOSE


def test_none_is_favoured_by_a_choice(dev: int) -> None:
    drawn = generator(3, dev).choice(3 * 2**26, COUNT)
    assert abs(float(np.mean(drawn < 2**26)) - 1 / 3) < CLOSE


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_the_whole_range(dtype: str, dev: int) -> None:
    kind = np.dtype(dtype)
    low, high = (0, 1) if dtype == "bool" else (np.iinfo(kind).min, np.iinfo(kind).max)
    drawn = generator(4, dev).integers(low, high, COUNT, kind, endpoint=True)
    assert drawn.dtype == kind
    values = nt.collect(drawn).astype(float)
    assert abs((values.mean() - low) / (float(high) - low) - 0.5) < CLOSE
    if kind.itemsize == 1:
        assert set(values) == set(range(int(low), int(high) + 1))


@pytest.mark.parametrize("low", [-(2**63), -7, 0, 2**40, 2**63 - 3])
def test_bounds(low: int, dev: int) -> None:
    drawn = generator(5, dev).integers(low, low + 3, 200)
    assert set(drawn.tolist()) == {low, low + 1, low + 2}


def test_bounds_beyond_int64(dev: int) -> None:
    drawn = generator(5, dev).integers(2**64 - 3, 2**64 - 1, 200, np.uint64, endpoint=True)
    assert set(drawn.tolist()) == {2**64 - 3, 2**64 - 2, 2**64 - 1}


def test_empty_bounds(dev: int) -> None:
    empty = on(dev)(np.zeros((0, 2), np.int64))
    assert generator(5, dev).integers(empty, 5, dtype=np.int16).shape == (0, 2)
    assert generator(5, dev).integers([], []).dtype == np.int64


def test_bounds_that_are_floats_are_cut(dev: int) -> None:
    assert set(generator(5, dev).integers([2.9], 5.9, 200).tolist()) == {2, 3, 4}


def test_random_integers_is_deprecated(dev: int) -> None:
    with pytest.warns(DeprecationWarning, match=r"Please call randint\(1, 3 \+ 1\)") as found:
        assert set(state(5, dev).random_integers(3, size=100).tolist()) == {1, 2, 3}
    assert found[0].filename == __file__


@pytest.mark.parametrize(
    ("call", "values"),
    [
        ("gamma(n, 1.0)", [np.nan]),
        ("standard_gamma(n)", [np.nan]),
        ("gamma(1e-9, 1.0, 3)", [0.0, 0.0, 0.0]),
        ("noncentral_chisquare(3, n)", [np.nan]),
        ("noncentral_chisquare(3, np.nan, 1)", [np.nan]),
        ("noncentral_f(3, 2, n)", [np.nan]),
        ("vonmises(0.0, n)", [np.nan]),
        ("dirichlet([0.0, 0.0])", [0.0, 0.0]),
        ("dirichlet([0.0, 1.0])", [0.0, 1.0]),
        ("dirichlet([], 3)", np.zeros((3, 0))),
    ],
)
def test_edges(call: str, values: Any, dev: int) -> None:
    drawn = eval(f"rng.{call}", {"rng": generator(6, dev), "np": np, "n": on(dev)(np.array([np.nan]))})
    np.testing.assert_array_equal(nt.collect(drawn), values)


@pytest.mark.parametrize(
    "call", ["normal(0, -0.0)", "normal(0, -1, 3)", "integers(3, 2)", "choice(0)", "random(dtype=int)"]
)
def test_what_fails_draws_nothing(call: str, dev: int) -> None:
    rng = generator(7, dev)
    before = rng.bit_generator.state
    with pytest.raises((ValueError, TypeError)):
        eval(f"rng.{call}", {"rng": rng})
    assert rng.bit_generator.state == before
