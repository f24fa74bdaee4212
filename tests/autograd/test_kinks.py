"""What the gradient is where there is none, or more than one: the conventions of docs/autograd.md."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

import numtorch as nt

HALF, THIRD = 1 / 2, 1 / 3


def slopes(f: Callable[..., Any], dev: int, *args: Any) -> list[Any]:
    """The gradient of the sum of what `f` returns, by each argument."""
    found = nt.gradient(lambda *t: np.sum(f(*t)), *[nt.tensor(np.array(x), dev=dev) for x in args])
    return [nt.collect(g).tolist() for g in found]


TIES: dict[str, tuple[Callable[..., Any], list[Any], list[Any]]] = {
    "maximum": (np.maximum, [1.0, 1.0], [HALF, HALF]),
    "minimum": (np.minimum, [1.0, 1.0], [HALF, HALF]),
    "fmax": (np.fmax, [1.0, 1.0], [HALF, HALF]),
    "fmin": (np.fmin, [1.0, 1.0], [HALF, HALF]),
    "maximum of a number": (lambda x: np.maximum(x, 0), [[0.0, 1, -1]], [[HALF, 1, 0]]),
    "clip": (lambda x: np.clip(x, 0, 1), [[0.0, 1, HALF]], [[HALF, HALF, 1]]),
    "max": (np.max, [[1.0, 2, 2, 0]], [[0, HALF, HALF, 0]]),
    "max along an axis": (lambda x: np.max(x, 1), [[[1.0, 1], [0, 2]]], [[[HALF, HALF], [0, 1]]]),
    "max of all axes": (np.max, [[[1.0, 1], [0, 1]]], [[[THIRD, THIRD], [0, THIRD]]]),
    "min": (np.min, [[1.0, 2, 1, 1]], [[THIRD, 0, THIRD, THIRD]]),
    "nanmax": (np.nanmax, [[2.0, 2, np.nan]], [[HALF, HALF, 0]]),
    "maximum.reduce": (np.maximum.reduce, [[2.0, 2, 2]], [[THIRD] * 3]),
    "fmin.reduce": (np.fmin.reduce, [[2.0, 2, np.nan, 2]], [[THIRD, THIRD, 0, THIRD]]),
    "maximum.reduceat": (lambda x: np.maximum.reduceat(x, [0, 2]), [[2.0, 2, 3, 3]], [[HALF] * 4]),
    "ptp": (np.ptp, [[1.0, 1, 2, 2, 2]], [[-HALF, -HALF, THIRD, THIRD, THIRD]]),
    "ptp of equals": (np.ptp, [[1.0, 1]], [[0, 0]]),
    "norm of order inf": (lambda x: np.linalg.norm(x, np.inf), [[1.0, -1, HALF]], [[HALF, -HALF, 0]]),
    "median": (np.median, [[1.0, 1, 2]], [[HALF, HALF, 0]]),
    "median of equals": (np.median, [[2.0, 2, 2]], [[THIRD] * 3]),
    "median between two": (np.median, [[1.0, 2, 2, 3]], [[0, HALF, HALF, 0]]),
    "median along an axis": (
        lambda x: np.median(x, 0),
        [[[1.0, 2], [1, 3], [2, 3]]],
        [[[HALF, 0], [HALF, HALF], [0, HALF]]],
    ),
    "nanmedian": (np.nanmedian, [[2.0, np.nan, 2, 2]], [[THIRD, 0, THIRD, THIRD]]),
    "quantile": (lambda x: np.quantile(x, 0.25), [[2.0, 2, 2, 5]], [[THIRD, THIRD, THIRD, 0]]),
    "sort": (lambda x: np.sort(x) * np.array([1.0, 2, 3]), [[2.0, 3, 2]], [[1.5, 3, 1.5]]),
    "partition": (lambda x: np.partition(x, 0)[0], [[2.0, 2, 3]], [[HALF, HALF, 0]]),
    "logaddexp of nothing": (np.logaddexp, [-math.inf, -math.inf], [HALF, HALF]),
    "logaddexp.reduce of nothing": (np.logaddexp.reduce, [[-math.inf, -math.inf]], [[HALF, HALF]]),
    # Complex numbers are compared as pairs, and the first of equal ones is taken.
    "max of complex numbers": (lambda x: np.max(x).real, [[1 + 1j, 1 + 1j]], [[1, 0]]),
    # What is the largest so far is the last of equal ones.
    "maximum.accumulate": (lambda x: np.maximum.accumulate(x), [[2.0, 2, 1]], [[1, 2, 0]]),
    # An initial number is the second of two.
    "max with an initial number": (lambda x: np.max(x, initial=2.0), [[2.0, 2, 1]], [[1 / 4, 1 / 4, 0]]),
}


@pytest.mark.parametrize("name", TIES)
def test_equal_elements_share_evenly(name: str, dev: int) -> None:
    f, args, expected = TIES[name]
    for found, wanted in zip(slopes(f, dev, *args), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-15)


def test_a_second_derivative_through_a_tie(dev: int) -> None:
    """The shares are constants."""
    x = nt.tensor([2.0, 2.0, 1.0], dev=dev)
    (h,) = nt.gradient(lambda a: np.sum(nt.gradient(lambda b: np.median(b**2), a)[0]), x)
    np.testing.assert_allclose(nt.collect(h), [1, 1, 0])


AT_ZERO: dict[str, tuple[Callable[..., Any], Any]] = {
    "abs": (np.abs, 0.0),
    "abs of -0.0": (np.abs, -0.0),
    "abs of a complex number": (np.abs, 0j),
    "fabs": (np.fabs, 0.0),
    "sign": (lambda x: np.sign(x) + 0 * x, 0.0),
    "heaviside": (lambda x: np.heaviside(x, 0.5) + 0 * x, 0.0),
    "where x > 0": (lambda x: np.where(x > 0, x, 0.0), 0.0),
    "x * (x > 0)": (lambda x: x * (x > 0), 0.0),
    "angle": (np.angle, 0j),
    "copysign": (lambda x: np.copysign(x, 1.0), 0.0),
    "hypot": (lambda x: np.hypot(x, x), 0.0),
    "arctan2": (lambda x: np.arctan2(x, x), 0.0),
    "std": (np.std, [1.0, 1.0]),
    "std with a mask": (lambda x: np.std(x, where=[True, True, False]), [1.0, 1.0, 5.0]),
    "nanstd": (np.nanstd, [1.0, 1.0]),
    "singular values": (lambda x: np.linalg.svd(x)[1], [[0.0, 0.0], [0.0, 0.0]]),
    **{
        f"norm {p}": (lambda x, p=p: np.linalg.norm(x, p), [0.0, 0.0])
        for p in (None, 1, 2, 3, 0.5, -1, np.inf, -np.inf)
    },
    "norm of complex numbers": (np.linalg.norm, [0j, 0j]),
    **{
        f"matrix norm {p}": (lambda x, p=p: np.linalg.norm(x, p), [[0.0, 0.0], [0.0, 0.0]])
        for p in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
    },
}


@pytest.mark.parametrize("name", AT_ZERO)
def test_zero_at_the_tip(name: str, dev: int) -> None:
    f, x = AT_ZERO[name]
    np.testing.assert_array_equal(slopes(f, dev, x)[0], np.zeros_like(x))


def test_a_singular_value_at_zero_beside_others(dev: int) -> None:
    (g,) = slopes(lambda x: np.linalg.norm(x, "nuc"), dev, [[2.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(g, [[1, 0], [0, 0]])


EDGES: dict[str, tuple[Callable[..., Any], float, float]] = {
    "sqrt": (np.sqrt, 0.0, math.inf),
    "x ** 0.5": (lambda x: x**0.5, 0.0, math.inf),
    "cbrt": (np.cbrt, 0.0, math.inf),
    "cbrt at -0.0": (np.cbrt, -0.0, math.inf),
    "cbrt at infinity": (np.cbrt, math.inf, 0.0),
    "log": (np.log, 0.0, math.inf),
    "log2": (np.log2, 0.0, math.inf),
    "log1p": (np.log1p, -1.0, math.inf),
    "reciprocal": (np.reciprocal, 0.0, -math.inf),
    "x ** -1": (lambda x: x**-1, 0.0, -math.inf),
    "arcsin": (np.arcsin, 1.0, math.inf),
    "arccos": (np.arccos, 1.0, -math.inf),
    "arccosh": (np.arccosh, 1.0, math.inf),
    "arctanh": (np.arctanh, 1.0, math.inf),
    "entr": (special.entr, 0.0, math.inf),
    "x ** 0": (lambda x: x**0, 0.0, 0.0),
    "x ** 1": (lambda x: x**1, 0.0, 1.0),
    "x ** 2": (lambda x: x**2, 0.0, 0.0),
    "0 ** x": (lambda x: 0.0**x, 2.0, 0.0),
    "nan_to_num": (np.nan_to_num, math.nan, 0.0),
}


@pytest.mark.parametrize("name", EDGES)
def test_what_the_formula_gives_at_the_edge(name: str, dev: int) -> None:
    f, x, expected = EDGES[name]
    assert slopes(f, dev, x)[0] == expected


def test_powers_with_exponents_of_an_array(dev: int) -> None:
    base, exponent = slopes(np.power, dev, [0.0] * 4, [2.0, 0.0, 1.0, 0.5])
    assert base == [0, 0, 1, math.inf]
    assert exponent == [0, 0, 0, 0]


def test_mixed_second_derivative_of_a_power_at_exponent_zero(dev: int) -> None:
    """d/dp p x^(p - 1) = 1 / x at p = 0: that x ** 0 is flat in x says nothing of its neighbours."""
    nt.check_gradient(np.power, np.array([0.5, 2.0]), np.zeros(2), order=3, dev=dev)


def test_logarithms_of_zero_times_zero(dev: int) -> None:
    assert slopes(special.xlogy, dev, [0.0, 0.0], [0.0, 1.0]) == [[0, 0], [0, 0]]
    assert slopes(special.xlog1py, dev, [0.0, 0.0], [-1.0, 0.0]) == [[0, 0], [0, 0]]


def test_infinite_summands_of_logaddexp(dev: int) -> None:
    assert slopes(np.logaddexp, dev, [-math.inf, math.inf], [0.0, 0.0]) == [[0, 1], [1, 0]]
    assert slopes(np.logaddexp.accumulate, dev, [-math.inf, 0.0, 1000.0]) == [[1, 1, 1]]


def test_accumulated_exponentials_far_apart(dev: int) -> None:
    assert slopes(np.logaddexp.accumulate, dev, [0.0, 1000.0, 2000.0, -5.0]) == [[1, 1, 2, 0]]


# ---- The branch not taken ----


def test_where_passes_exactly_zero(dev: int) -> None:
    mask = nt.tensor([True, False], dev=dev)
    a, b = slopes(lambda x, y: np.where(mask, x * math.inf, y * math.inf), dev, [1.0, 1.0], [1.0, 1.0])
    assert a[0] == b[1] == math.inf
    a, b = slopes(lambda x, y: np.where(mask, x, y), dev, [math.nan, math.nan], [math.inf, math.inf])
    assert (a, b) == ([1, 0], [0, 1])


def test_zero_times_infinity_behind_where(dev: int) -> None:
    """The slope of the branch not taken is multiplied by that exact zero, and 0 · inf is NaN: torch and JAX, too."""
    (g,) = slopes(lambda x: np.where(x > 0, np.sqrt(x), 0.0), dev, [0.0, 1.0])
    assert math.isnan(g[0])
    assert g[1] == 0.5


def test_where_twice(dev: int) -> None:
    def f(x: Any) -> Any:
        safe = np.where(x > 0, x, 1.0)
        return np.where(x > 0, np.sqrt(safe), 0.0)

    assert slopes(f, dev, [0.0, 1.0]) == [[0.0, 0.5]]


CHOSEN: dict[str, Callable[..., Any]] = {
    "sqrt": lambda x, where, out: np.sqrt(x, where=where, out=out),
    "log": lambda x, where, out: np.log(x, where=where, out=out),
    "divide": lambda x, where, out: np.divide(1.0, x, where=where, out=out),
    "power": lambda x, where, out: np.power(x, -0.5, where=where, out=out),
    "without out": lambda x, where, _: np.log(x, where=where),
    "a mask that broadcasts": lambda x, where, _: np.log(x, where=where[None]),
    "two results": lambda x, where, out: np.modf(1 / np.sqrt(x, where=where, out=out + 1), where=where)[0],
}


@pytest.mark.parametrize("name", CHOSEN)
def test_what_a_ufunc_leaves_out_has_slope_zero(name: str, dev: int) -> None:
    """where= of a ufunc is not np.where: what it leaves out is not computed."""
    where = nt.tensor([False, True, True], dev=dev)

    def f(x: Any) -> Any:
        return CHOSEN[name](x, where, nt.tensor([0.0, 0.0, 0.0], dev=dev))

    x = np.array([0.0, 1.5, 2.5])
    (g,) = slopes(f, dev, x)
    assert g[0] == 0
    nt.check_gradient(lambda a: f(a), np.array([0.3, 1.5, 2.5]), dev=dev)
    np.testing.assert_allclose(g[1:], slopes(f, dev, np.array([0.3, 1.5, 2.5]))[0][1:])


def test_piecewise_computes_only_its_pieces(dev: int) -> None:
    assert slopes(lambda x: np.piecewise(x, [x > 0], [np.log, 0.0]), dev, [0.0, 2.0]) == [[0.0, 0.5]]


I2, I3, I4 = (2 * np.eye(n) for n in (2, 3, 4))
CENTRED = np.array([[HALF, -HALF], [-HALF, HALF]])

# Smooth at 0, whatever they are made of: the function, the point, the Hessian.
PARABOLAS: dict[str, tuple[Callable[..., Any], list[float], Any]] = {
    "norm ** 2": (lambda x: np.linalg.norm(x) ** 2, [0.0, 0, 0], I3),
    "norm * norm": (lambda x: np.linalg.norm(x) * np.linalg.norm(x), [0.0, 0, 0], I3),
    "square of a norm": (lambda x: np.square(np.linalg.norm(x)), [0.0, 0], I2),
    "norms along an axis": (lambda x: np.sum(np.linalg.norm(x.reshape(2, 2), axis=1) ** 2), [0.0, 0, 1, 2], I4),
    "norms along an axis that is kept": (
        lambda x: np.sum(np.linalg.norm(x.reshape(2, 2), axis=0, keepdims=True) ** 2),
        [0.0, 0, 0, 2],
        I4,
    ),
    "norm of a matrix": (lambda x: np.linalg.norm(x.reshape(2, 2), "fro") ** 2, [0.0] * 4, I4),
    "norm of a difference": (lambda x: np.linalg.norm(x - np.array([1.0, 2.0])) ** 2, [1.0, 2], I2),
    "product of norms": (
        lambda x: np.linalg.norm(x[:1]) ** 2 * np.linalg.norm(x[1:]) ** 2,
        [0.0, 2],
        np.diag([8.0, 0]),
    ),
    "abs ** 2": (lambda x: np.sum(np.abs(x) ** 2 * np.array([1.0, 2, 3])), [0.0, 1, 0], np.diag([2.0, 4, 6])),
    "abs * abs": (lambda x: np.sum(np.abs(x) * np.abs(x)), [0.0, 1, 0], I3),
    "abs ** 4": (lambda x: np.sum(np.abs(x) ** 4), [0.0, 1], np.diag([0.0, 12])),
    "fabs ** 2": (lambda x: np.sum(np.fabs(x) ** 2), [0.0, 1], I2),
    "hypot ** 2": (lambda x: np.sum(np.hypot(x[:2], x[2:]) ** 2), [0.0, 0, 0, 1], I4),
    "hypot of hypot": (lambda x: np.hypot(np.hypot(x[0], x[1]), x[2]) ** 2, [0.0, 0, 0], I3),
    "hypot.reduce": (lambda x: np.hypot.reduce(x) ** 2, [0.0, 0, 0], I3),
    "abs of a complex number": (lambda x: np.abs(x[0] + 1j * x[1]) ** 2, [0.0, 0], I2),
    "norm of complex numbers": (lambda x: np.linalg.norm(x[:2] + 1j * x[2:]) ** 2, [0.0] * 4, I4),
    "std ** 2": (lambda x: np.std(x) ** 2, [1.0, 1], CENTRED),
    "std along an axis": (
        lambda x: np.sum(np.std(x.reshape(2, 2), axis=1, ddof=1) ** 2),
        [1.0, 1, 0, 1],
        np.kron(np.eye(2), 2 * CENTRED),
    ),
    "std of some": (
        lambda x: np.std(x, where=np.array([True, True, False])) ** 2,
        [1.0, 1, 7],
        np.pad(CENTRED, (0, 1)),
    ),
    "nanstd": (lambda x: np.nanstd(x, ddof=1) ** 2, [1.0, 1], 2 * CENTRED),
    "std about a middle": (lambda x: np.std(x, mean=x[:1]) ** 2, [1.0, 1], np.array([[1.0, -1], [-1, 1]])),
    "a Gaussian": (lambda x: np.exp(-(np.linalg.norm(x) ** 2) / 2), [0.0, 0], -np.eye(2)),
    "cos of a norm": (lambda x: np.cos(np.linalg.norm(x)), [0.0, 0], -np.eye(2)),
    "cosh of abs": (lambda x: np.sum(np.cosh(np.abs(x))), [0.0], np.eye(1)),
    "beside a kink": (lambda x: np.linalg.norm(x) + np.linalg.norm(x) ** 2, [0.0, 0], I2),
}


@pytest.mark.parametrize("name", PARABOLAS)
def test_even_functions_are_smooth_at_zero(name: str, dev: int) -> None:
    f, x, expected = PARABOLAS[name]
    np.testing.assert_allclose(nt.collect(nt.hessian(f, nt.tensor(x, dev=dev))), expected, atol=1e-12)


def test_a_kink_has_no_second_derivative_of_its_own(dev: int) -> None:
    for f in (np.linalg.norm, lambda x: np.sum(np.abs(x)), lambda x: np.linalg.norm(x) ** 3, np.std):
        assert not np.any(nt.collect(nt.hessian(f, nt.tensor([0.0, 0.0], dev=dev))))


def test_further_derivatives_at_zero() -> None:
    def derivative(f: Callable[..., Any], order: int) -> Callable[..., Any]:
        return f if order == 0 else derivative(lambda x: nt.gradient(f, x)[0], order - 1)

    for f, expected in (
        (lambda x: np.abs(x) ** 2 * np.exp(x), [0, 0, 2, 6, 12]),
        (lambda x: np.abs(x) ** 4, [0, 0, 0, 0, 24]),
        (lambda x: np.cos(np.hypot(x, 0.0)), [1, 0, -1, 0, 1]),
    ):
        found = [float(derivative(f, order)(0.0)) for order in range(5)]
        np.testing.assert_allclose(found, expected, rtol=1e-12)
