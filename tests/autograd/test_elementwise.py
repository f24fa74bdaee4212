"""Gradients of the ufuncs, to third order, against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.ops.elementwise import ROWS, Row

SMOOTH = [row for row in ROWS if row.order]
FLAT = [row for row in ROWS if not row.order and row.ranges]
SHAPES = {
    "matmul": ((2, 3), (3, 2)),
    "vecdot": ((2, 3), (3,)),
    "matvec": ((2, 3), (3,)),
    "vecmat": ((2,), (2, 3)),
}


def rows(which: list[Row]) -> Any:
    return pytest.mark.parametrize("row", which, ids=lambda row: row.ufunc.__name__)


def points(row: Row, complex_numbers: bool = False, seed: int = 0) -> list[np.ndarray]:
    """One array for each argument; their shapes broadcast."""
    random = np.random.default_rng(seed)
    shapes = SHAPES.get(row.ufunc.__name__, ((2, 3), (3,), (2, 1))[: row.ufunc.nin])
    arrays = [random.uniform(low, high, shape) for (low, high), shape in zip(row.ranges, shapes, strict=True)]
    if complex_numbers:
        arrays = [x + 1j * random.uniform(0.2, 0.8, x.shape) for x in arrays]
    return arrays


def differentiable(row: Row) -> Any:
    """The ufunc without results that are integers."""

    def function(*args: Any) -> Any:
        results = row.ufunc(*args)
        if row.ufunc.nout == 1:
            return results
        return tuple(x for x in results if x.dtype.kind in "fc")

    return function


@rows(SMOOTH)
def test_gradient(row: Row, dev: int) -> None:
    nt.check_gradient(differentiable(row), *points(row), order=row.order, dev=dev)


@rows([row for row in SMOOTH if row.complex])
def test_gradient_of_complex_arguments(row: Row, dev: int) -> None:
    nt.check_gradient(differentiable(row), *points(row, complex_numbers=True), order=row.order, dev=dev)


@rows([row for row in SMOOTH if row.ufunc.__name__ not in SHAPES])
@pytest.mark.parametrize(
    "shapes", [((), (), ()), ((0, 3), (3,), (1, 1)), ((1, 3), (2, 1), ()), ((3,), (), (1,))], ids=str
)
def test_gradient_of_any_shape(row: Row, shapes: tuple[tuple[int, ...], ...], dev: int) -> None:
    random = np.random.default_rng(1)
    arrays = [random.uniform(low, high, shape) for (low, high), shape in zip(row.ranges, shapes, strict=False)]
    nt.check_gradient(differentiable(row), *arrays, dev=dev)


@rows(FLAT)
def test_gradient_is_zero_where_the_function_is_flat(row: Row, dev: int) -> None:
    arguments = [nt.tensor(x, dev=dev) for x in points(row)]

    def loss(x: nt.Tensor) -> Any:
        result = row.ufunc(x, *arguments[1:])
        return np.sum(x) + np.sum(result * 1.0)

    (slope,) = nt.gradient(loss, arguments[0])
    np.testing.assert_array_equal(nt.collect(slope), np.ones(arguments[0].shape))


def test_heaviside_at_zero(dev: int) -> None:
    x = nt.tensor([0.0, 1.0, -1.0], dev=dev)
    (slope,) = nt.gradient(lambda h: np.sum(np.heaviside(x, h)), nt.tensor([5.0, 5.0, 5.0], dev=dev))
    assert nt.collect(slope).tolist() == [1, 0, 0]


def test_ldexp(dev: int) -> None:
    n = nt.tensor([1, -2, 3], dev=dev)
    nt.check_gradient(lambda x: np.ldexp(x, n), np.array([0.5, 1.5, -2.0]), dev=dev)


def test_remainder_at_exact_multiples(dev: int) -> None:
    x = nt.tensor([-2.0, 0.0, 3.0, 4.5], dev=dev)
    for divisor in (1.5, -1.5, 1.0, -1.0):
        assert nt.collect(nt.gradient(lambda x, b=divisor: np.sum(x % b), x)[0]).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("number", [2.0, 3, -1, 0.5, -0.5, 2.5, 0, 1], ids=repr)
def test_power_of_numbers(number: float, dev: int) -> None:
    nt.check_gradient(lambda x: x**number, np.array([0.5, 1.5, 2.0]), dev=dev)
    nt.check_gradient(lambda x: 2.5 ** (x * number), np.array([0.5, 1.5, 2.0]), dev=dev)


@pytest.mark.parametrize(
    "name", ["a + n", "n - a", "a * n", "n / a", "a / n", "maximum", "arctan2", "a - array", "array * a", "float32"]
)
def test_numbers_and_arrays_as_operands(name: str, dev: int) -> None:
    array = np.array([2.0, 3.0, 4.0])
    function = {
        "a + n": lambda a: a + 2, "n - a": lambda a: 2 - a, "a * n": lambda a: a * 2.5, "n / a": lambda a: 2 / a,
        "a / n": lambda a: a / 2, "maximum": lambda a: np.maximum(a, 1), "arctan2": lambda a: np.arctan2(a, 2),
        "a - array": lambda a: a - array, "array * a": lambda a: array * a, "float32": lambda a: a * np.float32(3),
    }[name]  # fmt: skip
    nt.check_gradient(function, np.array([0.5, 1.5, -2.0]), dev=dev)


def test_gradient_flows_through_casts(dev: int) -> None:
    x = nt.tensor(np.array([1.0, 2.0], np.float32), dev=dev)
    y = nt.tensor(np.array([3.0, 4.0]), dev=dev)
    (slope,) = nt.gradient(lambda x: np.sum(x * y), x)
    assert slope.dtype == np.float32
    assert nt.collect(slope).tolist() == [3, 4]


def test_out_where_and_in_place(dev: int) -> None:
    mask = nt.tensor([True, False, True], dev=dev)

    def with_out(x: nt.Tensor) -> Any:
        out = nt.tensor([1.0, 1.0, 1.0], dev=dev)
        assert np.multiply(x, x, out=out) is out
        return out

    def with_mask(x: nt.Tensor) -> Any:
        out = x * 5
        np.multiply(x, x, out=out, where=mask)
        return out

    def with_mask_alone(x: nt.Tensor) -> Any:
        return np.multiply(x, x, where=mask)

    def into_larger(x: nt.Tensor) -> Any:
        out = nt.tensor(np.zeros((2, 3)), dev=dev)
        np.exp(x, out=out)
        return out

    def in_place(x: nt.Tensor) -> Any:
        y = x * 2
        y += x
        y **= 2
        y -= nt.tensor([1], dev=dev)
        return y

    for function in (with_out, with_mask, with_mask_alone, into_larger, in_place):
        nt.check_gradient(function, np.array([0.5, 1.5, 2.0]), dev=dev)


REDUCTIONS = [
    np.add,
    np.multiply,
    np.maximum,
    np.minimum,
    np.fmax,
    np.logaddexp,
    np.logaddexp2,
    np.hypot,
    np.subtract,
    np.divide,
]


@pytest.mark.parametrize("function", REDUCTIONS, ids=lambda f: f.__name__)
def test_reduce_and_accumulate(function: np.ufunc, dev: int) -> None:
    x = np.random.default_rng(0).uniform(0.5, 2.0, (3, 4))
    nt.check_gradient(lambda a: function.reduce(a), x, dev=dev)
    nt.check_gradient(lambda a: function.reduce(a, axis=1, keepdims=True, initial=1.25), x, dev=dev)
    nt.check_gradient(lambda a: function.accumulate(a, axis=1), x, dev=dev)
    nt.check_gradient(lambda a: function.reduceat(a, [0, 2, 1], axis=1), x, dev=dev)
    nt.check_gradient(lambda a, b: function.outer(a, b), x[0], x[1], dev=dev)


def test_reduce_where(dev: int) -> None:
    mask = nt.tensor([[True, False], [True, True]], dev=dev)
    nt.check_gradient(lambda a: np.add.reduce(a, where=mask), np.array([[1.0, 2.0], [3.0, 4.0]]), dev=dev)
    nt.check_gradient(lambda a: np.multiply.reduce(a, where=mask), np.array([[1.0, 2.0], [3.0, 4.0]]), dev=dev)


@pytest.mark.parametrize("function", [np.add, np.subtract, np.multiply, np.maximum], ids=lambda f: f.__name__)
def test_at(function: np.ufunc, dev: int) -> None:
    def written(x: nt.Tensor, values: nt.Tensor) -> Any:
        y = x * 1.0
        function.at(y, [0, 2, 0], values)
        return y

    nt.check_gradient(written, np.array([0.5, 1.5, 2.0]), np.array([3.0, 4.0, 5.0]), dev=dev)
