"""A ufunc's call on ndarrays and on Tensors: the same values, dtypes, shapes and kinds of errors."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import numtorch as nt

DTYPES = [np.dtype(name) for name in (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64", "complex64", "complex128",
)]  # fmt: skip


def draw(dtype: np.dtype, size: int, seed: int = 0, large: bool = True) -> np.ndarray:
    """Numbers of that dtype; `large` adds extremes, infinities and nan, in a random order."""
    random = np.random.default_rng(seed)
    if dtype.kind == "b":
        return random.integers(0, 2, size).astype(dtype)
    if dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        values = random.integers(0, 9, size).astype(dtype)
        if large:
            values[: size // 2] = random.integers(bounds.min, bounds.max, size // 2, dtype, endpoint=True)
            special = [0, 1, 2, bounds.max, bounds.max - 1, bounds.min, bounds.min + 1, bounds.max // 2 + 1]
            values[: len(special)] = np.array(special, dtype)[:size]
    elif dtype.kind == "f":
        values = (random.normal(size=size) * 3).astype(dtype)
        if large:
            special = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 0.5, -2.0, 1e-7, 100.0]
            values[: len(special)] = np.array(special, dtype)[:size]
    else:
        values = (random.normal(size=size) * 2 + 1j * random.normal(size=size)).astype(dtype)
    return random.permutation(values)


def run(function: Callable[..., Any], *args: Any) -> tuple[Any, Exception | None]:
    """The result or the error. Warnings of floating-point arithmetic are NumPy's own, and off."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
            return function(*args), None
    except Exception as error:
        return None, error


def to_tensors(args: Iterable[Any], dev: int) -> list[Any]:
    return [nt.tensor(x, dev=dev) if isinstance(x, np.ndarray) else x for x in args]


def same_values(expected: np.ndarray, actual: np.ndarray, ulps: float) -> np.ndarray:
    """Element by element; a complex number with a nan in it is any other such number."""
    if expected.dtype.kind not in "fc":
        return np.asarray(expected == actual)
    allowed = ulps * float(np.finfo(expected.dtype).eps)
    with np.errstate(all="ignore"):
        if expected.dtype.kind == "f":
            return np.isclose(actual, expected, rtol=allowed, atol=allowed / 8, equal_nan=True)
        close = np.isclose(actual, expected, rtol=allowed, atol=allowed)
        both_infinite = np.isinf(actual) & np.isinf(expected)
    return close | (np.isnan(expected) & np.isnan(actual)) | both_infinite


def difference(expected: Any, actual: Any, ulps: float, dev: int) -> str | None:
    """What tells a Tensor from NumPy's result; None if nothing does."""
    if isinstance(expected, tuple):
        texts = [difference(a, b, ulps, dev) for a, b in zip(expected, actual, strict=True)]
        return next((text for text in texts if text), None)
    if not isinstance(actual, nt.Tensor):
        return f"a {type(actual).__name__} instead of a Tensor"
    if actual.dev != dev:
        return f"dev {actual.dev} instead of {dev}"
    if actual.dtype != expected.dtype:
        return f"dtype {actual.dtype} instead of {expected.dtype}"
    if actual.shape != expected.shape:
        return f"shape {actual.shape} instead of {expected.shape}"
    if actual.ndim == 0 and actual.is_value != isinstance(expected, np.generic):
        return f"is_value={actual.is_value}"
    values = np.asarray(nt.collect(actual))
    same = same_values(np.asarray(expected), values, ulps)
    if same.all():
        return None
    where = tuple(np.argwhere(~same)[0])
    return f"{(~same).sum()} values, at {where} {values[where]!r} instead of {np.asarray(expected)[where]!r}"


def disagreement(function: Callable[..., Any], args: Iterable[Any], dev: int, ulps: float = 8) -> str | None:
    """How `function` differs between ndarrays and Tensors among `args`, if it does."""
    args = list(args)
    expected, error = run(function, *[x.copy() if isinstance(x, np.ndarray) else x for x in args])
    actual, own_error = run(function, *to_tensors(args, dev))
    if error is not None or own_error is not None:
        if type(error) is type(own_error):
            return None
        return f"{own_error!r} instead of {error!r}"
    return difference(expected, actual, ulps, dev)


def assert_same_bits(expected: Any, actual: Any, rtol: float = 0.0) -> None:
    """dtype, shape, NaN, infinities and the sign of zero; other numbers as near as `rtol` says, by the whole number."""
    expected, actual = np.asarray(expected), np.asarray(nt.collect(actual))
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    if expected.dtype.kind not in "fc":
        np.testing.assert_array_equal(actual, expected)
        return
    size = np.abs(np.nan_to_num(expected))
    for one, other in zip(_parts(expected), _parts(actual), strict=True):
        with np.errstate(all="ignore"):
            near = np.isfinite(one) & (one != 0) & (np.abs(one - other) <= rtol * size)
        same = (one == other) & (np.signbit(one) == np.signbit(other))
        fine = same | near | (np.isnan(one) & np.isnan(other))
        assert fine.all(), f"{actual[~fine][:5]!r} instead of {expected[~fine][:5]!r}"


def _parts(x: np.ndarray) -> tuple[np.ndarray, ...]:
    return (x.real, x.imag) if x.dtype.kind == "c" else (x,)
