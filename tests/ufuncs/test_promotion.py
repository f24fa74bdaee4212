"""NEP 50: the dtype of every pair of dtypes, of 0-d arrays and of Python numbers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.agreement import DTYPES, run
from tests.versions import since

FUNCTIONS = [
    np.add,
    np.multiply,
    np.divide,
    np.floor_divide,
    np.power,
    np.maximum,
    np.arctan2,
    np.bitwise_or,
    np.left_shift,
]
functions = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)


def dtype_or_error(function: np.ufunc, *args: Any) -> Any:
    result, error = run(function, *args)
    return result.dtype if error is None else type(error)


@functions
@pytest.mark.parametrize("shapes", [((2,), (2,)), ((), (2,)), ((2,), ()), ((), ())], ids=str)
def test_pairs(function: np.ufunc, shapes: tuple[tuple[int, ...], ...], dev: int) -> None:
    """A 0-d array counts as much as any other."""
    for one, other in itertools.product(DTYPES, repeat=2):
        a, b = np.ones(shapes[0], one), np.ones(shapes[1], other)
        expected = dtype_or_error(function, a, b)
        x, y = nt.tensor(a, dev=dev), nt.tensor(b, dev=dev)
        assert dtype_or_error(function, x, y) == expected, (one, other)
        assert dtype_or_error(function, a, y) == expected, (one, other)
        assert dtype_or_error(function, x, b) == expected, (one, other)


@functions
def test_results_of_reductions_count_as_scalars_do(function: np.ufunc, dev: int) -> None:
    for one, other in itertools.product(DTYPES, repeat=2):
        a, b = np.ones(2, one), np.ones((), other)
        x, y = nt.tensor(a, dev=dev), nt.tensor(b, dev=dev)
        assert dtype_or_error(function, x, y[()]) == dtype_or_error(function, a, b[()])


@functions
@pytest.mark.parametrize(
    "number", [True, 1, 1.5, 1j, np.bool_(True), np.int8(1), np.uint64(1), np.float32(1), np.complex64(1)], ids=repr
)
def test_numbers(function: np.ufunc, number: Any, dev: int) -> None:
    """Python's int, float and complex are weak, bool and NumPy's scalars are not."""
    for dtype in DTYPES:
        a = np.ones(2, dtype)
        x = nt.tensor(a, dev=dev)
        assert dtype_or_error(function, x, number) == dtype_or_error(function, a, number), dtype
        assert dtype_or_error(function, number, x) == dtype_or_error(function, number, a), dtype


@since("2.1.0", "subclasses of numbers are not weak")
def test_subclasses_of_numbers_are_not_weak(dev: int) -> None:
    class Length(float):
        pass

    class Count(int):
        pass

    x = nt.tensor(np.ones(2, np.float32), dev=dev)
    for number in (Length(2.5), Count(3)):
        for function in (np.add, np.multiply):
            assert function(x, number).dtype == function(np.ones(2, np.float32), number).dtype
            assert nt.collect(function(number, x)).tolist() == function(number, np.ones(2, np.float32)).tolist()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_unary_functions_of_every_dtype(dtype: np.dtype, dev: int) -> None:
    for function in (np.sin, np.sqrt, np.floor, np.rint, np.abs, np.negative, np.sign, np.isnan, np.conjugate):
        assert dtype_or_error(function, nt.tensor(np.ones(2), dev=dev, dtype=dtype)) == dtype_or_error(
            function, np.ones(2, dtype)
        )


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d.kind in "iu"], ids=str)
@pytest.mark.parametrize("number", [127, 128, 255, 256, -1, -129, 2**31, 2**63, 2**64, -(2**63) - 1])
def test_integers_out_of_range(dtype: np.dtype, number: int, dev: int) -> None:
    a = np.ones(2, dtype)
    x = nt.tensor(a, dev=dev)
    for function in (np.add, np.multiply, np.floor_divide, np.bitwise_and, np.maximum):
        expected, error = run(function, a, number)
        actual, own_error = run(function, x, number)
        assert type(own_error) is type(error)
        assert str(own_error) == str(error)
        if error is None:
            assert nt.collect(actual).tolist() == expected.tolist()


@pytest.mark.parametrize("number", [1e5, 1e300, -1e300, 1e-300, float("inf"), float("nan"), 10**20])
def test_floats_out_of_range(number: float, dev: int) -> None:
    for dtype in (np.float16, np.float32, np.complex64):
        with np.errstate(all="ignore"):
            expected = np.ones(2, dtype) + number
            actual = nt.tensor(np.ones(2, dtype), dev=dev) + number
        assert actual.dtype == expected.dtype
        np.testing.assert_array_equal(nt.collect(actual), expected)
