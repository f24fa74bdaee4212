"""Histograms: each row gives the same on ndarrays and on Tensors."""

import numpy as np
import pytest

import numtorch as nt
from tests.ops import histograms
from tests.pairing import Row, check


@pytest.mark.parametrize("row", histograms.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)


@pytest.mark.parametrize("dtype", ["float16", "float32", "complex64", "int8"])
def test_many_weights_add_up_in_float64(dtype: str, dev: int) -> None:
    x, weights = np.linspace(0, 1, 5000), np.ones(5000, dtype)
    expected, _ = np.histogram(x, 2, weights=weights)
    actual, _ = np.histogram(nt.tensor(x, dev=dev), 2, weights=nt.tensor(weights, dev=dev))
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(nt.collect(actual), expected)


def test_numbers_of_two_to_the_62(dev: int) -> None:
    x = np.array([-(2**62), 2**62 - 1, 5], np.int64)
    for expected, actual in zip(np.histogram(x, 4), np.histogram(nt.tensor(x, dev=dev), 4), strict=True):
        np.testing.assert_array_equal(nt.collect(actual), expected)
