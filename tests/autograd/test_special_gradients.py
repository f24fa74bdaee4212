"""Gradients of scipy.special's ufuncs, to third order, against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import numtorch as nt
from tests.ops.special import ROWS, Row

SMOOTH = [row for row in ROWS if row.ranges]


@pytest.mark.parametrize("row", SMOOTH, ids=lambda row: row.ufunc.__name__)
def test_gradient(row: Row, dev: int) -> None:
    random = np.random.default_rng(0)
    points = [random.uniform(low, high, shape) for (low, high), shape in zip(row.ranges, ((2, 3), (3,)), strict=False)]
    nt.check_gradient(lambda *args: row.ufunc(*row.fixed, *args), *points, order=3, dev=dev)


@pytest.mark.parametrize("row", [row for row in SMOOTH if row.complex], ids=lambda row: row.ufunc.__name__)
def test_gradient_of_complex_arguments(row: Row, dev: int) -> None:
    random = np.random.default_rng(0)
    points = [random.uniform(low, high, 3) + 0.5j for low, high in row.ranges]
    nt.check_gradient(row.ufunc, *points, order=3, dev=dev)


@pytest.mark.parametrize("function", [special.gammainc, special.gammaincc, special.zeta], ids=lambda f: f.__name__)
def test_no_derivative_in_the_order(function: np.ufunc, dev: int) -> None:
    x = nt.tensor([1.5, 2.5], dev=dev)
    with pytest.raises(NotImplementedError):
        nt.gradient(lambda a: np.sum(function(a, x)), x)


@pytest.mark.parametrize("x", [-30.0, -3.0, 0.0, 1e-7, 3.0, 17.9, 18.1, 40.0])
def test_slopes_of_bessel_functions_everywhere(x: float, dev: int) -> None:
    t = nt.tensor(x, dev=dev)
    for function, order in ((special.j0, 0), (special.j1, 1)):
        (slope,) = nt.gradient(function, t)
        np.testing.assert_allclose(slope.item(), special.jvp(order, x), rtol=1e-9, atol=1e-14)
        (second,) = nt.gradient(lambda a, f=function: nt.gradient(f, a)[0], t)
        np.testing.assert_allclose(second.item(), special.jvp(order, x, 2), rtol=1e-9, atol=1e-14)
        if x > 0:
            (slope,) = nt.gradient(special.y0 if order == 0 else special.y1, t)
            np.testing.assert_allclose(slope.item(), special.yvp(order, x), rtol=1e-9)


def test_slope_of_exprel_at_zero(dev: int) -> None:
    zero = nt.tensor(0.0, dev=dev)
    assert nt.gradient(special.exprel, zero)[0].item() == 0.5
    (second,) = nt.gradient(lambda a: nt.gradient(special.exprel, a)[0], zero)
    np.testing.assert_allclose(second.item(), 1 / 3)
