"""Ufuncs fold from the left, ((a op b) op c) op d: reduce, accumulate and reduceat of every one along every axis.

The oracle is the ufunc itself, called for one slice after the other. NumPy's own reduce is none on processors with
AVX-512: there power, arctan2 and ldexp give first op last along contiguous memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import numtorch as nt
from numtorch.functions.ufuncs import folding
from tests.agreement import DTYPES, run
from tests.ufuncs.test_ufunc_methods import BINARY, cube

TOLERANCE = {"float16": 4e-3, "float32": 1e-4, "complex64": 1e-3}
binary = pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)


@pytest.fixture(autouse=True)
def _without_warnings() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def folds(function: np.ufunc, parts: list[np.ndarray], dtype: np.dtype) -> list[np.ndarray]:
    """All the folds of a first stretch of `parts`, in that dtype."""
    found = [parts[0].astype(dtype)]
    for part in parts[1:]:
        found.append(function(found[-1], part.astype(dtype), dtype=dtype))
    return found


def agree(expected: np.ndarray, actual: nt.Tensor) -> None:
    values = nt.collect(actual)
    assert (values.dtype, values.shape) == (expected.dtype, expected.shape)
    tolerance = TOLERANCE.get(expected.dtype.name, 1e-9)
    np.testing.assert_allclose(values, expected, rtol=tolerance, atol=tolerance)


@binary
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_from_the_left(function: np.ufunc, dtype: np.dtype, dev: int) -> None:
    x = cube(dtype)
    t = nt.tensor(x, dev=dev)
    first, error = run(lambda: function.reduce(x[:1, :1, :1]))
    if error is not None:
        return  # no such fold, which the tests of the methods' errors know
    for axis in range(3):
        parts = list(np.moveaxis(x, axis, 0))
        found, error = run(folds, function, parts, first.dtype)
        if error is not None:
            return
        agree(found[-1], function.reduce(t, axis=axis))
        agree(np.expand_dims(found[-1], axis), function.reduce(t, axis=axis, keepdims=True))
        agree(np.stack(found, axis), function.accumulate(t, axis=axis, dtype=first.dtype))
        start = [np.full_like(parts[0], 1, dtype=first.dtype), *parts]
        agree(folds(function, start, first.dtype)[-1], function.reduce(t, axis=axis, initial=1))
        stretches = function.reduceat(t, [0, 2, 1], axis=axis, dtype=first.dtype)
        later = folds(function, parts[1:], first.dtype)[-1]
        agree(np.stack([found[1], parts[2].astype(first.dtype), later], axis), stretches)


@pytest.mark.parametrize("function", [np.power, np.arctan2, np.subtract, np.divide, np.copysign, np.float_power])
def test_gradients(function: np.ufunc, dev: int) -> None:
    x = nt.tensor(np.array([[1.5, 1.2, 0.7, 1.1], [0.9, 1.3, 1.4, 0.8]]), dev=dev)
    for fold in (
        lambda t: function.reduce(t, axis=1),
        lambda t: function.reduce(t, axis=0, initial=1.25),
        lambda t: function.accumulate(t, axis=1),
        lambda t: function.reduceat(t, [0, 2], axis=1),
        lambda t: function.reduce(t, axis=1, initial=1.25, where=np.array([True, False, True, True])),
    ):
        nt.check_gradient(lambda t, fold=fold: np.sum(fold(t) ** 2), x)


def test_only_associative_functions_fold_in_pairs() -> None:
    """The table is a list of them: what it does not name, a ufunc of another library too, goes from the left."""
    for function in filter(folding.is_associative, BINARY):
        a, b, c = (1.5, 0.25, 2.0) if any(loop.startswith("dd") for loop in function.types) else (6, 3, 12)
        np.testing.assert_allclose(function(function(a, b), c), function(a, function(b, c)))
    assert not folding.is_associative(np.frompyfunc(max, 2, 1))
