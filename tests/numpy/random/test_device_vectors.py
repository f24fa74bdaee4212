"""Vectors, orders and choices of the stream of a device: margins and moments with fixed seeds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

import numtorch as nt
from tests.numpy.random.test_device import generator, on
from tests.numpy.random.test_distributions import COUNT, LEAST, fit


def test_beta_with_two_small_shapes(dev: int) -> None:
    drawn = nt.collect(generator(1, dev).beta(0.02, 0.03, COUNT))
    assert abs(drawn.mean() - 0.4) < 0.02  # gammas of these shapes underflow


@pytest.mark.parametrize("alpha", [[2.0, 0.5, 1.0], [0.01, 0.02, 0.03]])
def test_dirichlet(alpha: list[float], dev: int) -> None:
    drawn = nt.collect(generator(2, dev).dirichlet(alpha, COUNT))
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    np.testing.assert_allclose(drawn.mean(axis=0), np.array(alpha) / sum(alpha), atol=0.02)
    assert stats.kstest(drawn[:, 0], stats.beta(alpha[0], sum(alpha[1:])).cdf).pvalue > (
        LEAST if sum(alpha) > 1 else -1
    )


def test_multinomial(dev: int) -> None:
    p = [0.1, 0.0, 0.6, 0.3]
    drawn = nt.collect(generator(3, dev).multinomial(20, p, COUNT))
    assert set(drawn.sum(axis=1)) == {20}
    assert all(fit(drawn[:, k], stats.binom(20, p[k])) > LEAST for k in (0, 2, 3))
    assert drawn[:, 1].sum() == 0
    assert stats.pearsonr(drawn[:, 2], drawn[:, 3]).statistic == pytest.approx(-math.sqrt(18 / 28), abs=0.03)


@pytest.mark.parametrize("method", ["marginals", "count"])
def test_multivariate_hypergeometric(method: Any, dev: int) -> None:
    colors = [8, 16, 4]
    drawn = nt.collect(generator(4, dev).multivariate_hypergeometric(colors, 10, COUNT, method=method))
    assert set(drawn.sum(axis=1)) == {10}
    assert all(fit(drawn[:, k], stats.hypergeom(28, colors[k], 10)) > LEAST for k in range(3))


@pytest.mark.parametrize("method", ["svd", "eigh", "cholesky"])
def test_multivariate_normal(method: Any, dev: int) -> None:
    mean, cov = np.array([1.0, -2.0]), np.array([[2.0, 0.6], [0.6, 0.5]])
    drawn = nt.collect(generator(5, dev).multivariate_normal(on(dev)(mean), on(dev)(cov), COUNT, method=method))
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.05)
    np.testing.assert_allclose(np.cov(drawn.T), cov, atol=0.06)


def test_multivariate_normal_of_what_is_no_covariance(dev: int) -> None:
    bad = np.array([[1.0, 2.0], [2.0, 1.0]])
    for method in ("svd", "eigh"):
        with pytest.warns(RuntimeWarning, match="not symmetric positive-semidefinite"):
            generator(5, dev).multivariate_normal([0, 0], bad, method=method)
        with pytest.raises(ValueError, match="not symmetric positive-semidefinite"):
            generator(5, dev).multivariate_normal([0, 0], bad, check_valid="raise", method=method)
    with pytest.raises(np.linalg.LinAlgError):
        generator(5, dev).multivariate_normal([0, 0], bad, method="cholesky")


# ---- Integers ----


@pytest.mark.parametrize("dtype", ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_the_whole_range_of_a_dtype(dtype: str, dev: int) -> None:
    wanted = np.dtype(dtype)
    least, most = (0, 1) if wanted.kind == "b" else (int(np.iinfo(wanted).min), int(np.iinfo(wanted).max))
    drawn = nt.collect(generator(6, dev).integers(least, most, COUNT, wanted, endpoint=True))
    assert drawn.dtype == wanted
    assert (
        stats.kstest(
            (drawn.astype(float) + np.random.default_rng(1).random(COUNT) - least) / (most - least + 1.0), "uniform"
        ).pvalue
        > LEAST
    )


def test_bounds_that_are_arrays(dev: int) -> None:
    low, high = np.array([0, -5, 10**12]), np.array([2, 5, 10**12 + 10])
    drawn = nt.collect(generator(7, dev).integers(on(dev)(low), on(dev)(high), (COUNT, 3)))
    assert all(fit(drawn[:, k] - low[k], stats.randint(0, high[k] - low[k])) > LEAST for k in range(3))
    with pytest.raises(ValueError, match="low >= high"):
        generator(7, dev).integers(on(dev)(high), on(dev)(low))


# ---- Orders and choices ----


def orders_of(drawn: np.ndarray[Any, Any]) -> float:
    """The probability of the counts of the orders of few things, were all equally likely."""
    _, counts = np.unique(drawn, axis=0, return_counts=True)
    assert len(counts) == math.factorial(drawn.shape[1])
    return float(stats.chisquare(counts).pvalue)


def test_orders(dev: int) -> None:
    rng, x = generator(8, dev), on(dev)(np.arange(3))
    repeated = range(2000)
    assert orders_of(np.array([nt.collect(rng.permutation(3)) for _ in repeated])) > LEAST
    assert orders_of(np.array([nt.collect(rng.permutation(x)) for _ in repeated])) > LEAST
    assert orders_of(np.array([nt.collect((rng.shuffle(x), x)[1]) for _ in repeated])) > LEAST
    assert orders_of(nt.collect(rng.permuted(on(dev)(np.tile(np.arange(4), (COUNT, 1))), axis=1))) > LEAST


def test_permuted_keeps_the_slices(dev: int) -> None:
    x = np.arange(24).reshape(2, 3, 4)
    for axis in (0, 1, 2):
        drawn = nt.collect(generator(9, dev).permuted(on(dev)(x), axis=axis))
        np.testing.assert_array_equal(np.sort(drawn, axis=axis), x)
    drawn = nt.collect(generator(9, dev).permuted(on(dev)(x)))
    np.testing.assert_array_equal(np.sort(drawn, axis=None), np.arange(24))


def test_choices_with_probabilities(dev: int) -> None:
    rng, p = generator(10, dev), np.array([0.5, 0.0, 0.3, 0.2])
    drawn = nt.collect(rng.choice(4, COUNT, p=on(dev)(p)))
    assert drawn.dtype == np.int64
    assert stats.chisquare(np.bincount(drawn)[p > 0], p[p > 0] * COUNT).pvalue > LEAST
    pairs = np.array([nt.collect(rng.choice(4, 2, replace=False, p=p)) for _ in range(4000)])
    kept = [(i, j) for i in (0, 2, 3) for j in (0, 2, 3) if i != j]
    counts = [np.sum((pairs == pair).all(axis=1)) for pair in kept]
    expected = [p[i] * p[j] / (1 - p[i]) * 4000 for i, j in kept]
    assert stats.chisquare(counts, expected).pvalue > LEAST


def test_choices_without_replacement_are_different(dev: int) -> None:
    drawn = nt.collect(generator(11, dev).choice(on(dev)(np.arange(50.0)), (5, 8), replace=False))
    assert len(np.unique(drawn)) == 40


def test_a_list_is_shuffled_where_it_is(dev: int) -> None:
    things = ["a", 1, None, 2.5]
    generator(12, dev).shuffle(things)
    assert sorted(map(str, things)) == ["1", "2.5", "None", "a"]
