"""matmul, vecdot, matvec and vecmat: every dtype, any number of axes, their keywords and errors."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.agreement import DTYPES, disagreement, draw, run
from tests.versions import older_than

# The last two since NumPy 2.2.
NAMES = [name for name in ("matmul", "vecdot", "matvec", "vecmat") if hasattr(np, name)]
FUNCTIONS = [getattr(np, name) for name in NAMES]
products = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
SHAPES = [
    (),
    (1,),
    (2,),
    (3,),
    (0,),
    (2, 3),
    (3, 2),
    (3, 3),
    (0, 3),
    (3, 0),
    (4, 2, 3),
    (4, 3, 2),
    (1, 3, 3),
    (5, 1, 2, 3),
]
ULPS = 64


def numbers(dtype: np.dtype, shape: tuple[int, ...], seed: int) -> np.ndarray:
    return draw(dtype, max(int(np.prod(shape)), 1), seed, large=False)[: int(np.prod(shape))].reshape(shape)


@products
def test_shapes(function: np.ufunc, dev: int) -> None:
    """Every pair of shapes: the result, or the error."""
    for one, other in itertools.product(SHAPES, repeat=2):
        a, b = numbers(np.dtype(np.float64), one, 1), numbers(np.dtype(np.float64), other, 2)
        assert not (text := disagreement(function, [a, b], dev, ULPS)), f"{one} {other}: {text}"


@products
@pytest.mark.parametrize("kind", ["bool", "int32", "uint64", "complex64"])
def test_shapes_of_other_kinds(function: np.ufunc, kind: str, dev: int) -> None:
    for one, other in itertools.product([(3,), (2, 3), (3, 2), (4, 2, 3), (1, 3, 3), (0, 3)], repeat=2):
        a, b = numbers(np.dtype(kind), one, 1), numbers(np.dtype(kind), other, 2)
        assert not (text := disagreement(function, [a, b], dev, ULPS)), f"{one} {other}: {text}"


@products
def test_dtypes(function: np.ufunc, dev: int) -> None:
    shapes = {
        "matmul": ((2, 3), (3, 2)),
        "vecdot": ((2, 3), (3,)),
        "matvec": ((2, 3), (3,)),
        "vecmat": ((2,), (2, 3)),
    }
    for one, other in itertools.product(DTYPES, repeat=2):
        first, second = shapes[function.__name__]
        a, b = numbers(one, first, 1), numbers(other, second, 2)
        assert not (text := disagreement(function, [a, b], dev, ULPS)), f"{one} {other}: {text}"


def test_large_integers_wrap(dev: int) -> None:
    for dtype in (d for d in DTYPES if d.kind in "iu"):
        a = draw(dtype, 9).reshape(3, 3)
        for function in FUNCTIONS:
            assert not (text := disagreement(function, [a, a.T], dev)), f"{function.__name__} {dtype}: {text}"


def test_operator(dev: int) -> None:
    a, b = numbers(np.dtype(np.float64), (2, 3), 1), numbers(np.dtype(np.float32), (3, 2), 2)
    x, y = nt.tensor(a, dev=dev), nt.tensor(b, dev=dev)
    for result in (x @ y, a @ y, x @ b):
        assert isinstance(result, nt.Tensor)
        np.testing.assert_allclose(nt.collect(result), a @ b)
    square = nt.tensor(np.eye(3) * 2, dev=dev)
    before = square
    square @= square
    assert square is before
    assert nt.collect(square).tolist() == (np.eye(3) * 4).tolist()


KEYWORDS = {
    "matmul axes": lambda a, b: np.matmul(a, b, axes=[(0, 1), (1, 2), (0, 1)]),
    "matmul axes of a stack": lambda a, b: np.matmul(a.T, b, axes=[(-1, -2), (-2, -1), (-1, -2)]),
    "vecdot axis": lambda a, _: np.vecdot(a, a, axis=0),
    "vecdot keepdims": lambda a, _: np.vecdot(a, a, keepdims=True),
    "vecdot axis keepdims": lambda a, _: np.vecdot(a, a, axis=1, keepdims=True),
    "vecdot axes": lambda a, _: np.vecdot(a, a.T, axes=[1, 0]),
    "vecdot three axes": lambda a, _: np.vecdot(a, a.T, axes=[(1,), (0,), ()]),
    "matvec axes": lambda a, b: np.matvec(a, b, axes=[(1, 0), (0,), (0,)]),
    "vecmat axes": lambda a, b: np.vecmat(b, a, axes=[(1,), (0, 1), (1,)]),
    "out": lambda a, _: np.matmul(
        a,
        a.T,
        out=np.zeros_like(a, shape=(3, 3)) if isinstance(a, np.ndarray) else nt.Tensor(3, 3, dtype=a.dtype, dev=a.dev),
    ),
    "dtype": lambda a, _: np.matmul(a, a.T, dtype=np.complex128),
    "wrong axis": lambda a, _: np.vecdot(a, a, axis=7),
    "axis of matmul": lambda a, _: np.matmul(a, a.T, axis=0),
    "keepdims of matmul": lambda a, _: np.matmul(a, a.T, keepdims=True),
    "axis and axes": lambda a, _: np.vecdot(a, a, axis=0, axes=[0, 0]),
    "axes no list": lambda a, _: np.vecdot(a, a, axes=(0, 0)),
    "too few axes": lambda a, _: np.matmul(a, a.T, axes=[(0, 1), (1, 0)]),
    "where": lambda a, _: np.matmul(a, a.T, where=True),
}


@pytest.mark.parametrize("name", KEYWORDS)
def test_keywords(name: str, dev: int) -> None:
    if name.startswith(("matvec", "vecmat")) and older_than("2.2.0"):
        pytest.skip("NumPy has it since 2.2")
    a, b = numbers(np.dtype(np.float64), (3, 2), 1), numbers(np.dtype(np.float64), (3, 2, 3), 2)
    assert not (text := disagreement(KEYWORDS[name], [a, b], dev, ULPS)), text


def test_errors_are_numpys(dev: int) -> None:
    a, b = np.ones((2, 3)), np.ones((4, 2, 3))
    calls: list[Any] = [
        lambda x, _: np.matmul(x, x),
        lambda x, _: np.matmul(x, 1.0),
        lambda x, _: x @ x,
        lambda _, y: np.matmul(y, np.ones((3, 3, 2))),
        lambda x, _: np.vecdot(x, np.ones(2)),
    ]
    if "matvec" in NAMES:
        calls.append(lambda x, _: np.matvec(x, np.ones(2)))
    for call in calls:
        _, expected = run(call, a, b)
        _, actual = run(call, nt.tensor(a, dev=dev), nt.tensor(b, dev=dev))
        assert type(actual) is type(expected)
        assert str(actual) == str(expected)
