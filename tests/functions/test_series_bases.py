"""NumPy's own functions of series at points, `numpy.polynomial.*`, with Tensors among the arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

import numtorch as nt
from tests.agreement import run

BASES = {
    "cheb": (chebyshev, chebyshev.Chebyshev),
    "herm": (hermite, hermite.Hermite),
    "herme": (hermite_e, hermite_e.HermiteE),
    "lag": (laguerre, laguerre.Laguerre),
    "leg": (legendre, legendre.Legendre),
    "poly": (polynomial, polynomial.Polynomial),
}
POINTS = [(), (3,), (2, 3), (0,)]
COEFFICIENTS = [(1,), (2,), (5,), (4, 3), (3, 2, 3), (3, 2, 1)]
bases = pytest.mark.parametrize("name", BASES)


def numbers(shape: tuple[int, ...], dtype: str, seed: int) -> Any:
    return (np.random.default_rng(seed).normal(size=shape) * 3).astype(dtype)


def agree(function: Any, arrays: tuple[Any, ...], dev: int, **keywords: Any) -> None:
    expected, error = run(lambda: function(*arrays, **keywords))
    actual, own = run(lambda: function(*(nt.tensor(x, dev=dev) for x in arrays), **keywords))
    assert type(own) is type(error)
    if error is None:
        assert isinstance(actual, nt.Tensor)
        assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
        tolerance = 1e-4 if expected.dtype.itemsize == 4 else 1e-9
        np.testing.assert_allclose(nt.collect(actual), expected, rtol=tolerance, atol=tolerance)


@bases
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "complex128"])
@pytest.mark.parametrize("tensor", [True, False])
def test_at_points(name: str, dtype: str, tensor: bool, dev: int) -> None:
    function = getattr(BASES[name][0], f"{name}val")
    for points in POINTS:
        for shape in COEFFICIENTS:
            for kind in ("float64", "int64", "float32"):
                x, c = np.asarray(numbers(points, dtype, 1)), numbers(shape, kind, 2)
                agree(function, (x, c), dev, tensor=tensor)


@bases
def test_of_several_coordinates_and_on_grids(name: str, dev: int) -> None:
    x, y, z = numbers((3, 4), "float64", 3)
    c = numbers((2, 3, 4), "float64", 4)
    module = BASES[name][0]
    for function, arrays in (
        ("val2d", (x, y, c)),
        ("val3d", (x, y, z, c)),
        ("grid2d", (x, y[:2], c)),
        ("grid3d", (x, y, z, c)),
        ("grid2d", (x, y, c[0])),
        ("val2d", (x, y[:2], c)),
    ):
        agree(getattr(module, name + function), arrays, dev)


@bases
def test_either_argument_may_be_a_tensor(name: str, dev: int) -> None:
    function = getattr(BASES[name][0], f"{name}val")
    x, c = numbers((2,), "float64", 5), numbers((3, 2), "float64", 6)
    expected = function(x, c)
    for arguments, keywords in (
        ((nt.tensor(x, dev=dev), c), {}),
        ((x, nt.tensor(c, dev=dev)), {}),
        ((x.tolist(), nt.tensor(c, dev=dev)), {}),
        ((nt.tensor(x, dev=dev), c.tolist(), True), {}),
        ((), {"c": c, "x": nt.tensor(x, dev=dev)}),
    ):
        np.testing.assert_allclose(nt.collect(function(*arguments, **keywords)), expected, rtol=1e-12)
    with pytest.raises(TypeError):
        function(nt.tensor(x, dev=dev))


@bases
def test_without_a_tensor_they_are_numpys(name: str) -> None:
    function = getattr(BASES[name][0], f"{name}val")
    assert type(function([0.5, 1.0], [1, 2, 3])) is np.ndarray
    assert function.__doc__ == function.__wrapped__.__doc__


@bases
def test_gradients(name: str, dev: int) -> None:
    module, kind = BASES[name]
    x, c = nt.tensor([0.3, -0.7, 1.2], dev=dev), nt.tensor(numbers((4, 2), "float64", 7), dev=dev)
    nt.check_gradient(lambda t, k: np.sum(getattr(module, f"{name}val")(t, k) ** 2), x, c)
    nt.check_gradient(lambda t, k: np.sum(getattr(module, f"{name}grid2d")(t, t, k) ** 2), x, c)
    series = kind([1.0, 2.0, 3.0, -0.5], domain=[-2, 3])
    (slope,) = nt.gradient(lambda t: np.sum(series(t)), x)
    np.testing.assert_allclose(nt.collect(slope), series.deriv()(nt.collect(x)), rtol=1e-12)


@pytest.mark.parametrize("tensor", [True, False])
def test_from_roots(tensor: bool, dev: int) -> None:
    for points in ((), (3,), (2, 3)):
        for roots in ((3,), (3, 2), (2, 3, 2)):
            arrays = np.asarray(numbers(points, "float64", 8)), numbers(roots, "float64", 9)
            agree(polynomial.polyvalfromroots, arrays, dev, tensor=tensor)
