"""Gradients of scipy.special's ufuncs, to second order, against finite differences."""

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
    nt.check_gradient(lambda *args: row.ufunc(*row.fixed, *args), *points, dev=dev)


@pytest.mark.parametrize("row", [row for row in SMOOTH if row.complex], ids=lambda row: row.ufunc.__name__)
def test_gradient_of_complex_arguments(row: Row, dev: int) -> None:
    random = np.random.default_rng(0)
    points = [random.uniform(low, high, 3) + 0.5j for low, high in row.ranges]
    nt.check_gradient(row.ufunc, *points, dev=dev)


@pytest.mark.parametrize("function", [special.gammainc, special.gammaincc, special.zeta], ids=lambda f: f.__name__)
def test_no_derivative_in_the_order(function: np.ufunc, dev: int) -> None:
    x = nt.tensor([1.5, 2.5], dev=dev)
    with pytest.raises(NotImplementedError):
        nt.gradient(lambda a: np.sum(function(a, x)), x)
