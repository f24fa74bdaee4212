"""What is computed another way once arrays are large gives the same as ever."""

from typing import Any

import numpy as np
import pytest

import numtorch as nt

SIZE = 40_000  # more than any of the limits


def numbers(dtype: str) -> np.ndarray[Any, Any]:
    """Floats of all kinds: both zeros, infinities, NaN of either sign, subnormal ones, many that come twice."""
    random = np.random.default_rng(1)
    x = np.round(random.normal(size=SIZE) * 10.0 ** random.integers(-3, 4, SIZE), 2).astype(dtype)
    x[:8] = [0.0, -0.0, np.inf, -np.inf, np.nan, -np.nan, np.finfo(dtype).tiny / 2, np.finfo(dtype).max]
    random.shuffle(x)
    return x


def agree(ours: Any, theirs: Any) -> None:
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    np.testing.assert_array_equal(nt.collect(ours), theirs)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    "function",
    [
        np.trunc,
        np.fix,
        np.isfinite,
        np.isneginf,
        np.isposinf,
        np.sign,
        np.sort,
        np.max,
        np.min,
        np.nanmax,
        np.nanmin,
        np.unique,
        np.median,
        np.nanmedian,
    ],
)
def test_of_one_array(function: Any, dtype: str, dev: int) -> None:
    x = numbers(dtype)
    # NumPy 2.4.6 leaves float16 unsorted on some processors (its quicksort does, and so does unique).
    wide = dtype == "float16" and function in (np.sort, np.unique)
    for array in (x, x[np.isfinite(x)]):
        expected = function(array.astype(np.float32)).astype(dtype) if wide else np.asarray(function(array))
        agree(function(nt.tensor(array, dev=dev)), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_zeros_keep_their_sign(dtype: str, dev: int) -> None:
    x = numbers(dtype)
    np.testing.assert_array_equal(np.signbit(nt.collect(np.trunc(nt.tensor(x, dev=dev)))), np.signbit(np.trunc(x)))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_order_is_stable(dtype: str, dev: int) -> None:
    x = numbers(dtype)
    agree(np.argsort(nt.tensor(x, dev=dev)), np.argsort(x, kind="stable"))


def test_sorted_values_have_gradients(dev: int) -> None:
    x = np.random.default_rng(2).permutation(SIZE).astype(np.float64)
    (g,) = nt.gradient(lambda t: np.sum(np.sort(t) * np.arange(SIZE)), nt.tensor(x, dev=dev))
    agree(g, x)


@pytest.mark.parametrize("axis", [0, 1, (0, 2), -1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_spread_along_axes(axis: Any, dtype: str, dev: int) -> None:
    x = (np.random.default_rng(3).normal(size=(30, 40, 50)) + 100).astype(dtype)
    for function in (np.var, np.std):
        for keywords in ({}, {"ddof": 1}, {"keepdims": True}, {"ddof": 10**6}):
            with (
                np.errstate(all="ignore"),
                pytest.warns(RuntimeWarning) if "ddof" in keywords and keywords["ddof"] > 1 else np.errstate(),
            ):
                ours, theirs = (function(a, axis=axis, **keywords) for a in (nt.tensor(x, dev=dev), x))
            assert ours.dtype == theirs.dtype
            np.testing.assert_allclose(nt.collect(ours), theirs, rtol=1e-12 if dtype == "float64" else 1e-4)


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1), ()])
@pytest.mark.parametrize("value", [True, False])
def test_truth(axis: Any, value: bool, dev: int) -> None:
    x = np.full((200, 300), value)
    for index in (None, (7, 8)):
        if index is not None:
            x[index] = not value
        for function in (np.all, np.any):
            for array, t in ((x, nt.tensor(x, dev=dev)), (x.T, nt.tensor(x, dev=dev).T)):
                agree(function(t, axis=axis), np.asarray(function(array, axis=axis)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bins", [1, 7, 1000])
@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (1e-3, 1e3), (1e4, -7.0), (1.0, 1e6)])
def test_equal_bins(dtype: str, bins: int, scale: float, shift: float, dev: int) -> None:
    random = np.random.default_rng(4)
    x = (np.round(random.normal(size=SIZE), 2) * scale + shift).astype(dtype)
    weights = random.integers(-5, 5, SIZE)
    t = nt.tensor(x, dev=dev)
    try:
        np.histogram(x, bins)
    except ValueError as error:
        with pytest.raises(ValueError, match=str(error)):
            np.histogram(t, bins)
        return
    for keywords in ({}, {"range": (shift - scale, shift + scale)}, {"weights": weights}):
        ours = dict(keywords, weights=nt.tensor(weights, dev=dev)) if "weights" in keywords else keywords
        counts, edges = np.histogram(t, bins, **ours)
        # By the definition: from each edge on to before the next.
        agree(counts, np.histogram(x, nt.collect(edges), weights=keywords.get("weights"))[0])


def test_bins_of_what_is_not_finite(dev: int) -> None:
    x = numbers("float64")
    agree(np.histogram(nt.tensor(x, dev=dev), 10, (-5, 5))[0], np.histogram(x, 10, (-5, 5))[0])


@pytest.mark.parametrize("index", [0, 5, -1, SIZE - 1, -SIZE])
def test_insert_and_delete(index: int, dev: int) -> None:
    x = np.arange(SIZE, dtype=np.float64)
    t = nt.tensor(x, dev=dev)
    agree(np.delete(t, index), np.delete(x, index))
    agree(np.insert(t, index, 2.5), np.insert(x, index, 2.5))
    agree(np.insert(t, SIZE, [1, 2]), np.insert(x, SIZE, [1, 2]))
