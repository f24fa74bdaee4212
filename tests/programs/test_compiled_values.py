# ruff: noqa: E501
"""Compiled by Inductor and the C++ compiler: what eager mode and NumPy give, where compilers like to differ."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import numtorch as nt
from numtorch import collect, gradient, tensor
from tests.agreement import draw
from tests.programs.uncompiled import differences

pytestmark = pytest.mark.slow


class Case(NamedTuple):
    """A function and its arrays; `ulps` is how near to NumPy it comes, None where there is no NumPy to compare with."""

    f: Callable[..., Any]
    arrays: tuple[np.ndarray, ...]
    ulps: float | None = 4.0


def floats(dtype: str = "f8", size: int = 40) -> np.ndarray:
    """Of all kinds: NaN, infinities, both zeros."""
    return draw(np.dtype(dtype), size)


def ints(dtype: str, size: int = 40, seed: int = 1) -> np.ndarray:
    return draw(np.dtype(dtype), size, seed)


def smooth(*shape: int, dtype: str = "f8") -> np.ndarray:
    return np.random.default_rng(3).normal(size=shape).astype(dtype)


def written(x: Any, y: Any) -> Any:
    x[1:] += y[:-1]
    x[::2] = 7
    y *= x
    return x.sum()


def scattered(x: Any, i: Any) -> Any:
    y = np.zeros_like(x)
    np.add.at(y, i, x)
    y[i[:3]] = -1
    return y, np.where(x > 0, y, x)


def divided(a: Any, b: Any) -> Any:
    return a // b, a % b, np.fmod(a, b), np.divmod(a, b)


def bits(a: Any, b: Any) -> Any:
    return a + b, a - b, a * b, -a, a << 3, a >> 1, a & b, ~a, a ^ b, np.abs(a), a < b, np.maximum(a, b), a**2


def extremes(x: Any, y: Any) -> Any:
    return (
        np.maximum(x, y), np.minimum(x, y), np.fmax(x, y), np.fmin(x, y), np.sign(x), np.sort(x), np.argsort(x),
        np.max(x), np.min(x), np.argmax(x), np.argmin(x), np.where(x > y, x, y), np.clip(x, -1, 1), np.nanmax(x),
        np.copysign(x, y), np.signbit(x), x == y, x != y, -x, np.abs(x),
    )  # fmt: skip


def rounded(x: Any) -> Any:
    return np.floor(x), np.ceil(x), np.rint(x), np.trunc(x), np.round(x, 1), np.modf(x), x // 2, x % 2, x % -2


def loss(x: Any, w: Any) -> Any:
    return np.sum(np.tanh(x @ w) ** 2) / x.shape[0]


def halves(x: Any, y: Any) -> Any:
    return (x + y) * x - y / 3, np.sum(x), np.mean(x), np.exp(x) * 2, np.sqrt(np.abs(x)) - x * x


def powers(x: Any, y: Any) -> Any:
    return x**y, x**2, x**0.5, x**-1, np.power(np.abs(x), y), np.exp2(x), np.hypot(x, y), np.arctan2(x, y)


UNSIGNED = tuple(ints(d) for d in ("u2", "u4", "u8"))
CASES = {
    "chain": Case(lambda x: np.exp(-((x - 0.5) ** 2) / 2) * np.sin(x) + np.log1p(np.abs(x)), (smooth(7, 9),), 16),
    "reductions": Case(lambda x: (x.sum(0), x.mean(1), x.var(), x.std(0), np.prod(x, 1), x.max(), x.all()), (smooth(5, 6),), 64),
    "extremes": Case(extremes, (floats(), np.roll(floats(), 7))),
    "extremes of float16": Case(extremes, (floats("f2"), np.roll(floats("f2"), 7))),
    "ties": Case(lambda x: (np.argmax(x, 1), np.argmin(x, 1), np.argsort(x, 1, kind="stable"), np.argmax(x > 1)), (ints("i8", 60).reshape(6, 10) % 3,)),
    "division of int64": Case(divided, (ints("i8") // 2, ints("i8", seed=2) % 7 - 3)),
    "division of int32 by zero": Case(divided, (ints("i4"), ints("i4", seed=2) % 3)),
    "division of uint8": Case(divided, (ints("u1"), ints("u1", seed=2) % 5)),
    "division of uint16": Case(divided, (ints("u2"), ints("u2", seed=2) % 5)),
    "division of floats": Case(divided, (floats(), np.roll(floats(), 5))),
    "bits of int8": Case(bits, (ints("i1"), ints("i1", seed=4))),
    "bits of int64": Case(bits, (ints("i8"), ints("i8", seed=4))),
    "bits of uint8": Case(bits, (ints("u1"), ints("u1", seed=4))),
    "bits of uint32": Case(bits, (ints("u4"), ints("u4", seed=4))),
    "bits of uint64": Case(bits, (ints("u8"), ints("u8", seed=4))),
    "bool": Case(lambda a, b: (a + b, a * b, a & b, a ^ b, ~a, a.sum(), np.any(a), np.all(b), a * 2.5, a < b), (ints("?"), ints("?", seed=3))),
    "mixed": Case(lambda a, b, x: (a + b, a * x, b + x, np.where(a > 3, b, x), a / b, np.float32(2) * x), (ints("i4") % 9, ints("u2") % 9 + 1, smooth(40, dtype="f4"))),
    "casts": Case(lambda x: [x.astype(d) for d in ("f2", "f4", "i8", "?", "c16")], (np.array([0.0, -0.0, 1.5, -2.7, 300.0, 7e4, 1e-9] * 6),)),
    "rounded": Case(rounded, (floats(),)),
    "powers": Case(powers, (floats(), np.roll(floats(), 3)), 64),
    "float16": Case(halves, (smooth(50, dtype="f2"), smooth(50, dtype="f2")[::-1].copy())),
    "complex": Case(lambda x, y: (x * y, x + y, np.abs(x), np.exp(x), x.real * y.imag, np.conj(x), x / y, x.sum()), (smooth(30) + 1j, smooth(30) * 1j + 2), 64),
    "indexing": Case(lambda x, i: (x[i], x[::-1, 1:], x[:, None, 2], x[i, i], np.take(x, -i), x[..., -1]), (smooth(6, 6), np.array([0, -1, 3, 3]))),
    "scatter": Case(scattered, (smooth(10), np.array([1, 1, -1, 4, 0, 2, 2, 9, 3, 3]))),
    "writes": Case(written, (smooth(9), smooth(9))),
    "scans": Case(lambda x, i: (np.cumsum(x, 1), np.cumprod(x, 0), np.diff(x), np.cumsum(i), np.maximum.accumulate(x[0])), (smooth(4, 9), ints("i4")), 64),
    "fft": Case(lambda x: (np.fft.fft(x), np.fft.irfft(np.fft.rfft(x) * 2), np.abs(np.fft.fft2(x))), (smooth(6, 8),), 1e3),
    "linear algebra": Case(lambda a, b: (a @ b, np.linalg.solve(a, b), np.einsum("ij,kj->ik", a, b.T), np.linalg.det(a)), (smooth(4, 4) + 4 * np.eye(4), smooth(4, 3)), 1e3),
    "convolution": Case(lambda x, w: np.maximum(nt.nn.conv(x, w, pad=1), 0), (smooth(2, 3, 8, 8), smooth(4, 3, 3, 3)), 1e4),
    "attention": Case(lambda q, k, v: nt.nn.softmax(q @ np.swapaxes(k, -1, -2) / 2, axis=-1) @ v, (smooth(2, 5, 4), smooth(2, 6, 4), smooth(2, 6, 3)), 1e3),
    "gradient": Case(lambda x, w: gradient(lambda w: loss(x, w), w)[0], (smooth(8, 5), smooth(5, 3)), None),
    "gradients of the rest": Case(lambda x, i: gradient(lambda x: np.sum(np.sort(x)[i] * np.cumsum(x)[i] + np.max(x) * np.where(x > 0, x, x * x)[i]), x)[0], (smooth(10), np.array([0, 3, 3, 7])), None),
}  # fmt: skip


def parts(result: Any) -> list[Any]:
    return [p for part in result for p in parts(part)] if isinstance(result, tuple | list) else [result]


@pytest.mark.parametrize("name", CASES)
def test_as_eager_mode_and_numpy(name: str) -> None:
    f, arrays, ulps = CASES[name]
    program = nt.compile(f)
    program(*(tensor(np.ones_like(a) if a.dtype.kind in "fc" else a) for a in arrays))
    given, again, plain = [tensor(a) for a in arrays], [tensor(a) for a in arrays], [a.copy() for a in arrays]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected, found = f(*given), program(*again)
        numpys = None if ulps is None else f(*plain)
    assert program.signatures == 1
    tolerance = 16.0
    assert not list(differences(expected, found, tolerance))
    assert not list(differences(tuple(given), tuple(again), tolerance))
    if numpys is None:
        return
    for one, other in zip(parts(numpys) + plain, parts(found) + again, strict=True):
        wanted, made = np.asarray(one), np.asarray(collect(other))
        assert made.dtype == wanted.dtype
        if wanted.dtype.kind in "fc":
            eps = np.finfo(wanted.dtype).eps * ulps
            np.testing.assert_allclose(made, wanted, rtol=eps, atol=eps, equal_nan=True)
        else:
            np.testing.assert_array_equal(made, wanted)


def test_lstm() -> None:
    cell = nt.torch(nt.nn.layers.LSTM(4, 3, rng=0), dev=-1)
    x = tensor(smooth(2, 5, 4, dtype="f4"))
    found = nt.compile(lambda x: gradient(lambda x: np.sum(cell(x) ** 2), x)[0])(x)
    assert not list(differences(gradient(lambda x: np.sum(cell(x) ** 2), x)[0], found, 16.0))
