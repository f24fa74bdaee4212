"""Complex numbers in NumPy's order: by real part, then by imaginary part, the first nan before all else."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt

PARTS = (0.0, -0.0, 1.0, -1.0, 2.0, np.nan, np.inf, -np.inf)
NUMBERS = [complex(real, imag) for real, imag in itertools.product(PARTS, repeat=2)]

dtypes = pytest.mark.parametrize("dtype", ["complex64", "complex128"])


def assert_same(f: Callable[..., Any], *arrays: np.ndarray, dev: int) -> None:
    """Part by part: numbers with nan in them are told apart."""
    with np.errstate(invalid="ignore"):
        expected = np.asarray(f(*arrays))
    actual = nt.collect(f(*[nt.tensor(x, dev=dev) for x in arrays]))
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual.real, expected.real)
    np.testing.assert_array_equal(actual.imag, expected.imag)


@dtypes
@pytest.mark.parametrize(
    "function",
    [np.maximum, np.minimum, np.fmax, np.fmin, np.less, np.less_equal, np.greater, np.greater_equal],
    ids=lambda f: f.__name__,
)
def test_all_pairs(function: np.ufunc, dtype: str, dev: int) -> None:
    a, b = (x.ravel() for x in np.meshgrid(np.array(NUMBERS, dtype), np.array(NUMBERS, dtype)))
    assert_same(function, a, b, dev=dev)


@dtypes
def test_clip_of_all_pairs(dtype: str, dev: int) -> None:
    a, b = (x.ravel() for x in np.meshgrid(np.array(NUMBERS, dtype), np.array(NUMBERS, dtype)))
    for clip in (
        lambda x, y: np.clip(x, y, 1 + 1j),
        lambda x, y: np.clip(x, -1j, y),
        lambda x, y: np.clip(x, y, None),
        lambda x, y: np.clip(x, None, y),
    ):
        assert_same(clip, a, b, dev=dev)


@dtypes
@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_extremes(name: str, axis: int | None, dtype: str, dev: int) -> None:
    random = np.random.default_rng(0)
    finite = [z for z in NUMBERS if np.isfinite(z)]
    for numbers, shape in itertools.product((NUMBERS, finite), ((3, 7), (8, 2), (1, 5))):
        array = random.choice(numbers, shape).astype(dtype)
        assert_same(lambda x: getattr(np, name)(x, axis=axis), array, dev=dev)


@dtypes
@pytest.mark.parametrize("ufunc", [np.maximum, np.minimum, np.fmax, np.fmin], ids=lambda f: f.__name__)
def test_folds_keep_the_order(ufunc: np.ufunc, dtype: str, dev: int) -> None:
    random = np.random.default_rng(1)
    for shape in ((3, 7), (8, 2), (1, 5), (13, 13)):
        array = random.choice(NUMBERS, shape).astype(dtype)
        assert_same(lambda x: ufunc.reduce(x, axis=0), array, dev=dev)
        assert_same(lambda x: ufunc.reduce(x, axis=None), array, dev=dev)
        assert_same(lambda x: ufunc.accumulate(x, axis=1), array, dev=dev)
