"""Calls of NumPy's random methods: text that runs with NumPy's and with numtorch's."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["BOTH", "operands"]


def operands() -> dict[str, np.ndarray[Any, Any]]:
    """What the calls name: vectors, matrices, integers, probabilities, a covariance, arrays for out=."""
    return {
        "v": np.array([0.5, 1.0, 3.5]),
        "m": np.array([[0.5, 1.25, 2.0], [4.0, 0.75, 1.5]]),
        "r": np.array([[2.0], [0.5], [1.0], [7.0]]),
        "s": np.array(1.5),
        "h": np.array([0.5, 1.0, 3.5], np.float32),
        "i": np.array([3, 5, 9]),
        "j": np.array([[4], [2]], np.int32),
        "p": np.array([0.2, 0.3, 0.5]),
        "c": np.array([[2.0, 0.3, 0.0], [0.3, 1.0, 0.2], [0.0, 0.2, 0.5]]),
        "x": np.arange(24.0).reshape(2, 3, 4),
        "f": np.asfortranarray(np.arange(12).reshape(3, 4)),
        "b": np.array([True, False, True, True]),
        "o": np.zeros((2, 3)),
        "e": np.zeros((0, 3)),
        "z": np.zeros((2, 3), np.float32),
    }


def _of_one(name: str) -> list[str]:
    calls = [f"rng.{name}(2.5)", f"rng.{name}(2.5, size=4)", f"rng.{name}(2.5, (2, 3))", f"rng.{name}(2.5, size=())"]
    return [*calls, f"rng.{name}(v + 1.1)", f"rng.{name}(m + 1.1, size=(2, 2, 3))", f"rng.{name}(s)"]


def _of_fraction(name: str) -> list[str]:
    return [f"rng.{name}(0.3)", f"rng.{name}(0.3, size=(2, 3))", f"rng.{name}(p)", f"rng.{name}(p, size=(2, 3))"]


def _of_two(name: str) -> list[str]:
    calls = [
        f"rng.{name}(2.5, 0.75)",
        f"rng.{name}(2.5, 0.75, 5)",
        f"rng.{name}(v, r)",
        f"rng.{name}(v, 2, size=(2, 3))",
    ]
    return [*calls, f"rng.{name}(3, m)", f"rng.{name}(h, 1)", f"rng.{name}(s, s)", f"rng.{name}(e, 1.0)"]


def _of_location(name: str, *more: str) -> list[str]:
    return [f"rng.{name}()", f"rng.{name}(size=3)", *_of_two(name), *more]


# The same in Generator and RandomState.
BOTH: dict[str, list[str]] = {
    "beta": _of_two("beta"),
    "binomial": [
        "rng.binomial(9, 0.3)",
        "rng.binomial(i, p)",
        "rng.binomial(i, 0.25, size=(2, 3))",
        "rng.binomial(j, p)",
    ],
    "bytes": ["rng.bytes(5)", "rng.bytes(0)"],
    "chisquare": _of_one("chisquare"),
    "dirichlet": ["rng.dirichlet(v)", "rng.dirichlet([1.0, 2.0], size=3)", "rng.dirichlet(v, (2, 2))"],
    "exponential": ["rng.exponential()", *_of_one("exponential")],
    "f": _of_two("f"),
    "gamma": ["rng.gamma(2.0)", *_of_two("gamma")],
    "geometric": _of_fraction("geometric"),
    "gumbel": _of_location("gumbel"),
    "hypergeometric": [
        "rng.hypergeometric(5, 7, 4)",
        "rng.hypergeometric(50, 70, 40, size=(3, 2))",
        "rng.hypergeometric(i, j, 2)",
    ],
    "laplace": _of_location("laplace"),
    "logistic": _of_location("logistic"),
    "lognormal": _of_location("lognormal"),
    "logseries": _of_fraction("logseries"),
    "multinomial": ["rng.multinomial(20, p)", "rng.multinomial(20, [0.25, 0.75], size=(2, 2))"],
    "multivariate_normal": [
        "rng.multivariate_normal(v, c)",
        "rng.multivariate_normal([0, 0], [[1, 0], [0, 2]], size=(2, 3))",
        "rng.multivariate_normal(v, c, 4, check_valid='raise', tol=1e-6)",
    ],
    "negative_binomial": [
        "rng.negative_binomial(3, 0.4)",
        "rng.negative_binomial(i, p)",
        "rng.negative_binomial(v, 0.5, (2, 3))",
    ],
    "noncentral_chisquare": _of_two("noncentral_chisquare"),
    "noncentral_f": [
        "rng.noncentral_f(2.0, 3.0, 1.5)",
        "rng.noncentral_f(v, r, 1.5)",
        "rng.noncentral_f(v, 2, s, size=(2, 3))",
    ],
    "normal": _of_location("normal", "rng.normal(loc=v, scale=r, size=(2, 4, 3))"),
    "pareto": _of_one("pareto"),
    "poisson": ["rng.poisson()", *_of_one("poisson"), "rng.poisson(1e6, 3)"],
    "power": _of_one("power"),
    "random": ["rng.random()", "rng.random(3)", "rng.random((2, 0))", "rng.random(size=())"],
    "rayleigh": ["rng.rayleigh()", *_of_one("rayleigh")],
    "standard_cauchy": ["rng.standard_cauchy()", "rng.standard_cauchy((2, 2))"],
    "standard_exponential": ["rng.standard_exponential()", "rng.standard_exponential((2, 2))"],
    "standard_gamma": _of_one("standard_gamma"),
    "standard_normal": ["rng.standard_normal()", "rng.standard_normal((2, 2))"],
    "standard_t": _of_one("standard_t"),
    "triangular": ["rng.triangular(-1, 0.5, 2)", "rng.triangular(-v, 0, r)", "rng.triangular(0, 1, 2, size=(2, 2))"],
    "uniform": [
        "rng.uniform()",
        "rng.uniform(size=2)",
        "rng.uniform(-1, 1)",
        "rng.uniform(-v, r)",
        "rng.uniform(h, 5, (2, 3))",
    ],
    "vonmises": _of_two("vonmises"),
    "wald": _of_two("wald"),
    "weibull": _of_one("weibull"),
    "zipf": _of_one("zipf"),
}
