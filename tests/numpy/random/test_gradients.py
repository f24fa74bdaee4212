"""Draws with tracked locations and scales: NumPy's bits, and the derivative of loc + scale * standard draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as nnp
from tests.numpy.random.test_device import generator

TWO = ["gumbel", "laplace", "logistic", "lognormal", "normal", "uniform"]
ONE = ["exponential", "rayleigh"]
POWERS = ["pareto", "power", "weibull"]
ALL = [*TWO, *ONE, *POWERS, "triangular"]
MAKES = {
    "generator": (nnp.random.default_rng, np.random.default_rng),
    "state": (nnp.random.RandomState, np.random.RandomState),
}
LOC = np.array([0.5, -1.0, 2.0])
SCALE = np.array([[1.5], [0.25]])


@pytest.fixture(params=MAKES)
def makes(request: pytest.FixtureRequest) -> Any:
    return MAKES[request.param]


def recorded(call: Any, *arguments: Any) -> Any:
    """What `call` draws with tracked arguments."""
    found: list[Any] = []

    def run(*tracked: Any) -> Any:
        drawn = call(*tracked)
        assert drawn.tracked
        found.append(nt.collect(drawn))
        return np.sum(drawn)

    nt.pullback(run, *arguments)
    return found[0]


def arguments_of(name: str) -> tuple[Any, ...]:
    if name == "uniform":
        return (LOC, LOC + SCALE)
    if name == "triangular":
        return (LOC, LOC + SCALE, LOC + 3 * SCALE)
    return (LOC, SCALE) if name in TWO else (SCALE,)


@pytest.mark.parametrize("size", [None, (4, 2, 3)])
@pytest.mark.parametrize("name", ALL)
def test_the_bits_are_numpys(name: str, size: Any, makes: Any) -> None:
    make, numpys = makes
    ours, theirs = make(5, dev=-1), numpys(5)
    arguments = arguments_of(name)
    size = size if size is None or name not in ONE + POWERS else (4, 2, 1)
    drawn = recorded(lambda *a: getattr(ours, name)(*a, size=size), *arguments)
    np.testing.assert_array_equal(drawn, getattr(theirs, name)(*arguments, size=size))
    assert ours.standard_normal() == theirs.standard_normal()  # the streams are at the same position


@pytest.mark.parametrize("name", ALL)
def test_gradients(name: str, makes: Any) -> None:
    def f(*arguments: Any) -> Any:
        return getattr(makes[0](5, dev=-1), name)(*arguments)  # the same draw each time

    nt.check_gradient(f, *arguments_of(name), order=2)


@pytest.mark.parametrize("name", ALL)
def test_gradients_of_a_device(name: str, dev: int) -> None:
    nt.check_gradient(lambda *a: getattr(generator(5, dev), name)(*a), *arguments_of(name), order=2, dev=dev)


@pytest.mark.parametrize("call", ["zipf(a)", "beta(a, 1.0)", "gamma(a)", "poisson(a)", "choice(2, p=a / 5.0)"])
def test_a_device_refuses_other_gradients(call: str, dev: int) -> None:
    a = nt.tensor([2.0, 3.0], dev=dev)

    def f(a: Any) -> Any:
        return np.sum(a * eval(f"rng.{call}", {"rng": generator(5, dev), "a": a}))

    with pytest.raises(TypeError, match="a gradient depends on the argument"):
        nt.gradient(f, a)


def test_draws_that_no_gradient_is_wanted_of(dev: int) -> None:
    a = nt.tensor([2.0, 3.0], dev=dev)
    for make in (lambda: generator(5, dev), lambda: nnp.random.default_rng(5, dev=dev)):

        def f(a: Any, make: Any = make) -> Any:
            with nt.ignore():
                counts = make().poisson(a)
            return np.sum(counts * a)

        np.testing.assert_array_equal(nt.collect(nt.gradient(f, a)[0]), nt.collect(make().poisson(a)))


def test_powers_of_nought() -> None:
    """Where a weibull draw is 0 whatever the standard draw."""
    a = nt.tensor([0.0, 2.0], dev=-1)
    assert recorded(lambda a: nnp.random.default_rng(5, dev=-1).weibull(a), a)[0] == 0.0


@pytest.mark.parametrize("name", TWO)
def test_one_number_and_one_tracked_argument(name: str) -> None:
    def f(x: Any) -> Any:
        return getattr(nnp.random.default_rng(5, dev=-1), name)(0.0, x)

    (g,) = nt.gradient(f, 1.5)
    assert g == pytest.approx((f(1.5 + 1e-6) - f(1.5 - 1e-6)) / 2e-6, rel=1e-6)


def test_the_dtype_is_numpys() -> None:
    rng = nnp.random.default_rng(5, dev=-1)
    drawn = recorded(lambda a: rng.normal(a, 1.0), LOC.astype(np.float32))
    assert drawn.dtype == np.float64


def test_numpys_checks_come_first() -> None:
    rng = nnp.random.default_rng(5, dev=-1)
    with pytest.raises(ValueError, match="scale < 0"):
        nt.gradient(lambda a: np.sum(rng.normal(0, a)), -LOC)


def test_orders_and_choices_pass_gradients_on(makes: Any) -> None:
    rng = makes[0](5, dev=-1)
    x = np.arange(1.0, 5.0)

    def shuffled(a: Any) -> Any:
        b = a * a
        rng.shuffle(b)
        return np.sum(b * rng.permutation(b) * 0 + b)

    np.testing.assert_allclose(nt.gradient(shuffled, x)[0], 2 * x)
    (g,) = nt.gradient(lambda a: np.sum(rng.choice(a, 3, replace=False)), x)
    assert sorted(np.asarray(g)) == [0, 1, 1, 1]


def test_permuted_passes_gradients_on() -> None:
    rng = nnp.random.default_rng(5, dev=-1)
    (g,) = nt.gradient(lambda a: np.sum(rng.permuted(a, axis=0)[0]), np.ones((3, 4)))
    np.testing.assert_array_equal(np.sum(g, axis=0), np.ones(4))


def test_filling_a_tensor_leaves_a_gradient_what_it_needs() -> None:
    rng = nnp.random.default_rng(5, dev=-1)
    w = nt.tensor(np.ones(3), dev=-1)

    def f(a: Any) -> Any:
        y = a * w
        rng.random(out=w)
        return np.sum(y)

    np.testing.assert_array_equal(nt.gradient(f, np.ones(3))[0], np.ones(3))
    assert not np.any(nt.collect(w) == 1)
