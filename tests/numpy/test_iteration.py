"""nditer, ndenumerate, broadcast and vectorize give what NumPy's give."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from tests.numpy.test_creation import assert_same

GRID = [[1, 2, 3], [4, 5, 6]]
WALKS: dict[str, Callable[[Any], Any]] = {
    "ndenumerate": lambda np: [(i, float(v)) for i, v in np.ndenumerate(np.array(GRID))],
    "ndindex": lambda np: list(np.ndindex(2, 3)),
    "broadcast": lambda np: [tuple(map(float, pair)) for pair in np.broadcast([[1], [2]], [3, 4, 5])],
    "broadcast's shape": lambda np: (
        np.broadcast([[1], [2]], [3, 4]).shape,
        np.broadcast(1, 2).ndim,
        np.broadcast([1], [2, 3]).size,
        np.broadcast([1], [2]).numiter,
    ),
    "nditer": lambda np: [float(v) for v in np.nditer(np.array(GRID))],
    "nditer of a transpose": lambda np: [float(v) for v in np.nditer(np.array(GRID).T)],
    "nditer in order C": lambda np: [float(v) for v in np.nditer(np.array(GRID).T, order="C")],
    "nditer in order F": lambda np: [float(v) for v in np.nditer(np.array(GRID), order="F")],
    "nditer of several": lambda np: [(float(a), float(b)) for a, b in np.nditer([np.array(GRID), np.arange(3)])],
    "nditer of one number": lambda np: [float(v) for v in np.nditer(3.0)],
    "nditer of nothing": lambda np: list(np.nditer(np.zeros((0, 2)), flags=["zerosize_ok"])),
    "nditer's index": lambda np: indices(np),
    "nditer in a while loop": lambda np: while_loop(np),
    "nditer's length": lambda np: (len(np.nditer(np.array(GRID))), np.nditer(np.array(GRID)).itersize),
    "nditer that writes": lambda np: written(np),
    "nditer that writes to one of two": lambda np: written_of_two(np),
}


def indices(np: Any) -> Any:
    walk = np.nditer(np.array(GRID), flags=["multi_index", "c_index"])
    return [(walk.multi_index, walk.index, float(v)) for v in walk]


def while_loop(np: Any) -> Any:
    found, walk = [], np.nditer(np.array(GRID), flags=["multi_index"])
    while not walk.finished:
        found.append((walk.multi_index, float(walk[0])))
        walk.iternext()
    return found


def written(np: Any) -> Any:
    x = np.array(GRID)
    with np.nditer(x.T, op_flags=["readwrite"]) as walk:
        for element in walk:
            element[...] = 2 * element
    return x.tolist()


def written_of_two(np: Any) -> Any:
    x, total = np.array(GRID), np.zeros((2, 3))
    with np.nditer([x, total], op_flags=[["readonly"], ["writeonly"]]) as walk:
        for element, target in walk:
            target[...] = element + 1
    return total.tolist()


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_walks(walk: Callable[[Any], Any], dev: int) -> None:
    with nt.device(dev):
        assert walk(xp) == walk(np)


@pytest.mark.parametrize(
    "walk",
    [
        lambda np: np.nditer(np.zeros(0)),
        lambda np: np.nditer(np.zeros(2)).multi_index,
        lambda np: np.nditer(np.zeros(2)).index,
        lambda np: np.nditer([np.zeros((2, 2)), np.zeros(2)], op_flags=[["readonly"], ["readwrite"]]),
        lambda np: np.broadcast([1, 2], [1, 2, 3]),
    ],
)
def test_errors(walk: Callable[[Any], Any]) -> None:
    for namespace in (np, xp):
        with pytest.raises(ValueError, match=r"\w"):
            walk(namespace)


@pytest.mark.parametrize("keywords", [{"flags": ["external_loop"]}, {"op_dtypes": [float]}, {"itershape": (2,)}])
def test_nditer_refuses_what_is_about_buffers(keywords: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="nditer: not supported on Tensors"):
        xp.nditer(xp.zeros(2), **keywords)
    with pytest.raises(TypeError, match="operands of None"):
        xp.nditer([xp.zeros(2), None])


def polynomial(p: Any, x: Any) -> Any:
    return sum(c * x**i for i, c in enumerate(p))


VECTORIZED: dict[str, Callable[[Any], Any]] = {
    "two arguments": lambda np: np.vectorize(lambda a, b: a - b if a > b else a + b)([1, 2, 3, 4], 2),
    "broadcast": lambda np: np.vectorize(lambda a, b: a * b)([[1], [2]], [3.0, 4.0]),
    "otypes": lambda np: np.vectorize(lambda a: a, otypes=[np.float32])([1, 2]),
    "otypes as characters": lambda np: np.vectorize(lambda a: (a, 2 * a), otypes="fi")([1, 2]),
    "several outputs": lambda np: np.vectorize(lambda a: (a, a > 1))([1, 2]),
    "nothing": lambda np: np.vectorize(lambda a: a, otypes=[float])(np.zeros((0, 2))),
    "one number": lambda np: np.vectorize(lambda a: a + 1)(3),
    "keywords": lambda np: np.vectorize(lambda a, b: a + b)([1, 2], b=[10, 20]),
    "excluded": lambda np: np.vectorize(polynomial, excluded=["p"])(p=[1, 2, 3], x=[0, 1, 2]),
    "excluded by position": lambda np: np.vectorize(polynomial, excluded={0})([1, 2, 3], [0, 1, 2]),
    "signature": lambda np: np.vectorize(np.sum, signature="(n)->()")([[1, 2], [3, 4]]),
    "two cores": lambda np: np.vectorize(lambda x, y: x * y.sum(), signature="(n),(m)->(n)")(np.eye(3), [1, 2]),
    "two outputs": lambda np: np.vectorize(lambda x: (x.min(), x - x.min()), signature="(n)->(),(n)")([[1, 2], [5, 3]]),
    "a decorator": lambda np: np.vectorize(otypes=[float])(lambda a: a / 2)([1, 2]),
    "a signature and nothing": lambda np: np.vectorize(np.cumsum, otypes=[int], signature="(n)->(n)")(np.zeros((0, 3))),
}


@pytest.mark.parametrize("call", VECTORIZED.values(), ids=VECTORIZED)
def test_vectorize(call: Callable[[Any], Any], dev: int) -> None:
    with nt.device(dev):
        assert_same(call(np), call(xp), dev)


WRONG: dict[str, tuple[type[Exception], Callable[[Any], Any]]] = {
    "no element": (ValueError, lambda np: np.vectorize(lambda a: a)([])),
    "a bad signature": (ValueError, lambda np: np.vectorize(lambda a: a, signature="(n->(n)")),
    "too few axes": (ValueError, lambda np: np.vectorize(lambda a: a, signature="(n)->()")(3.0)),
    "unequal lengths": (ValueError, lambda np: np.vectorize(np.dot, signature="(n),(n)->()")([1], [1, 2])),
    "an array for a number": (ValueError, lambda np: np.vectorize(lambda a: a, signature="(n)->()")([[1, 2]])),
    "an output too few": (ValueError, lambda np: np.vectorize(lambda a: a[0], signature="(n)->(),()")([[1, 2]])),
    "an argument too many": (TypeError, lambda np: np.vectorize(lambda a: a, signature="(n)->()")([1], [2])),
    "an unknown dtype": (ValueError, lambda np: np.vectorize(lambda a: a, otypes="!")),
    "no dtype": (ValueError, lambda np: np.vectorize(lambda a: a, otypes=3)),
}


@pytest.mark.parametrize(("error", "call"), WRONG.values(), ids=WRONG)
def test_vectorize_errors(error: type[Exception], call: Callable[[Any], Any]) -> None:
    for namespace in (np, xp):
        with pytest.raises(error, match=r"\w"):
            call(namespace)


def test_vectorize_keeps_names_and_gradients(dev: int) -> None:
    def cube(x: Any) -> Any:
        """The third power."""
        return x * x * x

    cubed = xp.vectorize(cube)
    assert (cubed.__name__, cubed.__doc__) == ("cube", "The third power.")
    (slope,) = nt.gradient(lambda x: xp.sum(cubed(x)), nt.tensor([1.0, 2.0], dev=dev))
    assert slope.tolist() == [3, 12]
