"""The stream of a device has NumPy's distributions: Kolmogorov-Smirnov and chi-square tests with fixed seeds.

Wrong draws give probabilities of 1e-10 and less with so many numbers; right ones less than LEAST once in 10000 tests.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import numtorch as nt
from tests.numpy.random.test_device import generator, on, state

COUNT = 20000
LEAST = 1e-4

CONTINUOUS = {
    "beta(0.02, 2.0)": stats.beta(0.02, 2),
    "beta(2.0, 0.5)": stats.beta(2, 0.5),
    "beta(30.0, 50.0)": stats.beta(30, 50),
    "chisquare(0.7)": stats.chi2(0.7),
    "chisquare(5.0)": stats.chi2(5),
    "exponential(2.5)": stats.expon(scale=2.5),
    "f(3.0, 7.0)": stats.f(3, 7),
    "gamma(0.3, 2.0)": stats.gamma(0.3, scale=2),
    "gamma(4.0, 0.5)": stats.gamma(4, scale=0.5),
    "gumbel(1.0, 2.0)": stats.gumbel_r(1, 2),
    "laplace(1.0, 2.0)": stats.laplace(1, 2),
    "logistic(1.0, 2.0)": stats.logistic(1, 2),
    "lognormal(0.5, 0.75)": stats.lognorm(0.75, scale=np.exp(0.5)),
    "noncentral_chisquare(0.5, 3.0)": stats.ncx2(0.5, 3),
    "noncentral_chisquare(3.0, 20.0)": stats.ncx2(3, 20),
    "noncentral_f(3.0, 6.0, 2.0)": stats.ncf(3, 6, 2),
    "normal(1.0, 2.0)": stats.norm(1, 2),
    "pareto(3.0)": stats.lomax(3),
    "power(0.5)": stats.powerlaw(0.5),
    "power(4.0)": stats.powerlaw(4),
    "random()": stats.uniform(),
    "rayleigh(2.0)": stats.rayleigh(scale=2),
    "standard_cauchy()": stats.cauchy(),
    "standard_exponential()": stats.expon(),
    "standard_gamma(2.0)": stats.gamma(2),
    "standard_normal()": stats.norm(),
    "standard_t(3.0)": stats.t(3),
    "triangular(-1.0, 0.5, 2.0)": stats.triang(0.5, -1, 3),
    "triangular(0.0, 0.0, 2.0)": stats.triang(0, 0, 2),
    "uniform(-3.0, 5.0)": stats.uniform(-3, 8),
    "vonmises(0.5, 1e-6)": stats.uniform(-np.pi, 2 * np.pi),
    "vonmises(0.0, 0.5)": stats.vonmises(0.5),
    "vonmises(0.5, 400.0)": stats.vonmises(400, 0.5),
    "vonmises(0.0, 1e8)": stats.norm(0, 1e-4),
    "wald(2.0, 0.5)": stats.invgauss(2 / 0.5, scale=0.5),
    "wald(1.0, 50.0)": stats.invgauss(1 / 50, scale=50),
    "weibull(1.5)": stats.weibull_min(1.5),
}

DISCRETE = {
    "binomial(10, 0.3)": stats.binom(10, 0.3),
    "binomial(500, 0.7)": stats.binom(500, 0.7),
    "geometric(0.05)": stats.geom(0.05),
    "geometric(0.9)": stats.geom(0.9),
    "hypergeometric(5, 7, 4)": stats.hypergeom(12, 5, 4),
    "hypergeometric(7, 2, 8)": stats.hypergeom(9, 7, 8),
    "hypergeometric(1, 1, 1)": stats.hypergeom(2, 1, 1),
    "hypergeometric(300, 200, 90)": stats.hypergeom(500, 300, 90),
    "logseries(0.3)": stats.logser(0.3),
    "logseries(0.97)": stats.logser(0.97),
    "negative_binomial(3, 0.4)": stats.nbinom(3, 0.4),
    "negative_binomial(100, 0.2)": stats.nbinom(100, 0.2),
    "poisson(0.5)": stats.poisson(0.5),
    "poisson(40.0)": stats.poisson(40),
    "poisson(64.0)": stats.poisson(64),
    "poisson(1000.0)": stats.poisson(1000),
    "zipf(1.5)": stats.zipf(1.5),
    "zipf(4.0)": stats.zipf(4),
    "integers(3, 11)": stats.randint(3, 11),
    "choice(5)": stats.randint(0, 5),
}


def sized(call: str) -> str:
    return call[:-1] + (", " if call[-2] != "(" else "") + f"size={COUNT})"


def sample(call: str, rng: Any) -> np.ndarray[Any, Any]:
    return nt.collect(eval(f"rng.{sized(call)}", {"rng": rng}))


@pytest.mark.parametrize("call", CONTINUOUS)
def test_real_numbers(call: str, dev: int) -> None:
    drawn = sample(call, generator(list(call.encode()), dev))
    assert stats.kstest(drawn, CONTINUOUS[call].cdf).pvalue > LEAST


def fit(drawn: np.ndarray[Any, Any], distribution: Any) -> float:
    """The chi-square test's probability, with the tails put together so that no bin is too small."""
    values = np.arange(int(distribution.ppf(0.001)), int(distribution.ppf(0.999)) + 1)
    edges = values[:: max(len(values) // 30, 1)]
    expected = np.diff(np.concatenate(([0.0], distribution.cdf(edges), [1.0])))
    counted = np.bincount(np.searchsorted(edges, drawn), minlength=len(expected))
    assert counted[expected == 0].sum() == 0
    few = expected * COUNT < 8
    kept = np.append(expected[~few], expected[few].sum() + 1e-300)
    counts = np.append(counted[~few], counted[few].sum())
    return float(stats.chi2.sf(np.sum((counts - kept * COUNT) ** 2 / np.maximum(kept * COUNT, 8)), len(kept) - 1))


@pytest.mark.parametrize("call", DISCRETE)
def test_integers(call: str, dev: int) -> None:
    assert fit(sample(call, generator(list(call.encode()), dev)), DISCRETE[call]) > LEAST


def test_the_test_notices() -> None:
    assert fit(np.random.default_rng(1).poisson(41.0, COUNT), stats.poisson(40)) < LEAST
    assert stats.kstest(np.random.default_rng(1).normal(0.1, 1, COUNT), stats.norm().cdf).pvalue < LEAST


def test_arrays_of_parameters_have_their_own_distributions(dev: int) -> None:
    rng, rates = generator(3, dev), np.array([0.5, 40.0, 70.0, 3000.0])
    drawn = nt.collect(rng.poisson(on(dev)(rates), size=(COUNT, 4)))
    assert all(fit(drawn[:, k], stats.poisson(rate)) > LEAST for k, rate in enumerate(rates))
    drawn = nt.collect(rng.vonmises(0.0, on(dev)(np.array([0.0, 2.0, 1e8])), size=(COUNT, 3)))
    for k, distribution in enumerate((stats.uniform(-np.pi, 2 * np.pi), stats.vonmises(2), stats.norm(0, 1e-4))):
        assert stats.kstest(drawn[:, k], distribution.cdf).pvalue > LEAST


@pytest.mark.parametrize("name", ["rand", "randn", "randint", "tomaxint"])
def test_of_the_legacy_methods(name: str, dev: int) -> None:
    rng = state(3, dev)
    drawn = nt.collect(rng.randint(100, size=COUNT) if name == "randint" else getattr(rng, name)(COUNT))
    scale = {"rand": 1.0, "randn": 1.0, "randint": 100.0, "tomaxint": 2.0**63}[name]
    cdf = stats.norm().cdf if name == "randn" else stats.uniform(0, scale).cdf
    noise = np.random.default_rng(1).random(COUNT) if name == "randint" else 0.0
    assert stats.kstest(drawn + noise, cdf).pvalue > LEAST
