"""What asks a trace for values raises, and says where; what it gives without values is right."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import CompileError, collect, gradient, tensor
from tests.programs.uncompiled import differences, uncompiled

FILE = Path(__file__).name


@pytest.fixture(autouse=True)
def graphs() -> Iterator[None]:
    """Programs run operator by operator."""
    with uncompiled():
        yield


def branch(x: Any) -> Any:
    return x if x[0] > 0 else -x


def loop(x: Any) -> Any:
    while x.sum() < 100:
        x = x * 2
    return x


VALUES: dict[str, Callable[[Any], Any]] = {
    "float": lambda x: float(x[0]),
    "int": lambda x: int(x[0]),
    "bool": lambda x: bool(x[0]),
    "complex": lambda x: complex(x[0]),
    "item": lambda x: x[0].item(),
    "math": lambda x: math.sin(x[0]),
    "round": lambda x: round(x[0]),
    "if": branch,
    "while": loop,
    "and": lambda x: x[0] and x[1],
    "in": lambda x: 2.0 in x,
    "max": lambda x: max(x),
    "sorted": lambda x: sorted(x),
    "hash": lambda x: hash(x[0]),
    "index": lambda x: [1, 2, 3][x[0].astype(int)],
    "range": lambda x: range(x[0].astype(int)),
    "axis": lambda x: np.sum(x, axis=x[0].astype(int)),
    "shape": lambda x: x.reshape(x[1].astype(int), -1),
    "allclose": lambda x: 1 if np.allclose(x, x) else 2,
    "asarray": lambda x: np.asarray(x),
    "array": lambda x: np.array(x),
    "collect": lambda x: collect(x),
    "tolist": lambda x: x.tolist(),
    "tobytes": lambda x: x.tobytes(),
    "memoryview": lambda x: memoryview(x),
    "dlpack": lambda x: np.from_dlpack(x),
    "nditer": lambda x: list(np.nditer(x)),
    "pickle": lambda x: pickle.dumps(x),
    "into an ndarray": lambda x: np.zeros(4).__setitem__(slice(None), x),
    "out": lambda x: np.add(x, 1, out=np.zeros(4)),
    "mask": lambda x: x[x > 1],
    "nonzero": lambda x: np.nonzero(x),
    "where": lambda x: np.where(x > 1),
    "unique": lambda x: np.unique(x),
    "argwhere": lambda x: np.argwhere(x),
    "compress": lambda x: np.compress(x > 1, x),
    "several values through a mask": lambda x: x.__setitem__(x > 1, np.array([7.0, 8.0, 9.0])),
    "of a gradient": lambda x: float(gradient(lambda x: np.sum(x**2), x)[0][0]),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_refused_with_the_line(name: str, dev: int) -> None:
    with pytest.raises(CompileError, match=f"compile: .*{FILE}, line [0-9]+, in "):
        nt.compile(VALUES[name])(tensor(np.arange(4.0), dev=dev))


WITHOUT: dict[str, Callable[[Any], Any]] = {
    "for": lambda x: sum(row * i for i, row in enumerate(x)),
    "list": lambda x: np.stack(list(x)[::-1]),
    "unpacking": lambda x: (lambda a, b, *c: a + b)(*x),
    "flat": lambda x: np.stack([v * 2 for v in x.flat]),
    "len": lambda x: x * len(x) + x.ndim,
    "deepcopy": lambda x: copy.deepcopy(x) + 1,
    "divmod": lambda x: divmod(x, 2),
    "a mask that is written through": lambda x: (x.__setitem__(x > 1, 7.0), x)[1] + 1,
    "a mask of the host": lambda x: x[np.array([True, False, True, True])],
}


@pytest.mark.parametrize("name", WITHOUT)
def test_what_needs_no_values(name: str, dev: int) -> None:
    f = WITHOUT[name]
    program = nt.compile(f)
    program(tensor(np.zeros(4), dev=dev))
    expected, found = f(tensor(np.arange(4.0), dev=dev)), program(tensor(np.arange(4.0), dev=dev))
    assert not list(differences(expected, found))
    assert program.signatures == 1


def test_errors_are_those_of_eager_mode(dev: int) -> None:
    x = tensor(np.arange(4.0), dev=dev)
    for f, kind, words in (
        (lambda x: x + np.ones(3), ValueError, r"could not be broadcast together with shapes \(4\) \(3\)"),
        (lambda x: x[9], IndexError, "out of bounds"),
        (lambda x: x @ np.ones((3, 3)), ValueError, "matmul"),
        (lambda x: np.sum(x, axis=2), np.exceptions.AxisError, "axis 2 is out of bounds"),
    ):
        with pytest.raises(kind, match=words):
            nt.compile(f)(x)


def test_an_index_out_of_bounds_does_not_wrap_twice(dev: int) -> None:
    f = nt.compile(lambda x, i: x[i])
    x = tensor(np.arange(4.0), dev=dev)
    np.testing.assert_array_equal(collect(f(x, tensor(np.array([-1, 3]), dev=dev))), [3, 3])
    for wrong in (-5, 4):
        with pytest.raises(IndexError, match="out of bounds"):
            f(x, tensor(np.array([0, wrong]), dev=dev))


class Kept:
    """A place that a function reaches, and compile does not."""


_places: list[Any] = []


def keep(x: Any) -> Any:
    """By a way that no edge leads along: an attribute of a function's default's class."""
    math._kept_by_a_test = x * 2
    return x


def test_what_leaks_out_of_a_trace_says_so(dev: int) -> None:
    x = tensor(np.arange(4.0), dev=dev)
    try:
        nt.compile(keep)(x)
        leaked = math._kept_by_a_test
        with pytest.raises(CompileError, match="is over"):
            float(leaked[0])
        with pytest.raises(CompileError, match="is over"):
            collect(leaked + x)
        with pytest.raises(CompileError, match="is over"):
            nt.compile(lambda x: x + leaked)(x)
    finally:
        delattr(math, "_kept_by_a_test")
