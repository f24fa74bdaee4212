"""Classes that answer NumPy's functions and ufuncs themselves, called by way of numtorch.numpy."""
# ruff: noqa: ARG005  # every call takes a Tensor, and some need none

from __future__ import annotations

import operator
import pickle
import types
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import numtorch as nt
import numtorch.numpy as np


class Answering:
    """Says what it is asked, in the objects of this module's `np`."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        return ufunc, method, len(inputs), sorted(keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        return function, Answering in types, len(args), sorted(keywords)


A = Answering()
UFUNCS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "alone": (lambda x: np.add(A, 1), (np.add, "__call__", 2, [])),
    "behind a Tensor": (lambda x: np.add(x, A), (np.add, "__call__", 2, [])),
    "before a Tensor": (lambda x: np.add(A, x), (np.add, "__call__", 2, [])),
    "operator": (lambda x: x + A, (np.add, "__call__", 2, [])),
    "reflected operator": (lambda x: A - x, (np.subtract, "__call__", 2, [])),
    "comparison": (lambda x: x < A, (np.less, "__call__", 2, [])),
    "one operand": (lambda x: np.sqrt(A), (np.sqrt, "__call__", 1, [])),
    "output": (lambda x: np.add(x, 1, out=A), (np.add, "__call__", 2, ["out"])),
    "output of numbers": (lambda x: np.add(1, 2, out=A), (np.add, "__call__", 2, ["out"])),
    "positional output": (lambda x: np.add(1, 2, A), (np.add, "__call__", 2, ["out"])),
    "reduce": (lambda x: np.add.reduce(A), (np.add, "reduce", 1, [])),
    "accumulate": (lambda x: np.add.accumulate(A, axis=0), (np.add, "accumulate", 1, ["axis"])),
    "outer": (lambda x: np.add.outer(A, 1), (np.add, "outer", 2, [])),
    "outer with a Tensor": (lambda x: np.add.outer(x, A), (np.add, "outer", 2, [])),
}


@pytest.mark.parametrize("name", UFUNCS)
def test_ufuncs_ask(name: str, dev: int) -> None:
    call, expected = UFUNCS[name]
    answer = call(np.arange(3, dev=dev))
    assert answer == expected
    assert answer[0] is expected[0]


FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "sum": (lambda x: np.sum(A), np.sum),
    "keyword": (lambda x: np.mean(a=A), np.mean),
    "out": (lambda x: np.sum(x, out=A), np.sum),
    "in a list": (lambda x: np.concatenate([x, A]), np.concatenate),
    "in a tuple": (lambda x: np.stack((A, x)), np.stack),
    "second argument": (lambda x: np.where(x, A, 1), np.where),
    "linalg": (lambda x: np.linalg.norm(A), np.linalg.norm),
    "fft": (lambda x: np.fft.fft(A), np.fft.fft),
    "like": (lambda x: np.zeros(3, like=A), np.zeros),
    "array like": (lambda x: np.array([1], like=A), np.array),
    "zeros_like": (lambda x: np.zeros_like(A), np.zeros_like),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_ask(name: str, dev: int) -> None:
    call, expected = FUNCTIONS[name]
    answer = call(np.arange(3, dev=dev))
    assert answer[0] is expected
    assert answer[1]


def elsewhere() -> Any:
    """The same class in a module that knows NumPy alone."""
    module = types.ModuleType("elsewhere")
    source = "import numpy as np\nclass Theirs:\n"
    source += "    def __array_ufunc__(self, ufunc, *rest, **keywords): return ufunc is np.add\n"
    source += "    def __array_function__(self, function, *rest): return function is np.sum\n"
    exec(source, module.__dict__)
    return module.Theirs()


def test_a_class_written_with_numpy_gets_numpys_objects(dev: int) -> None:
    theirs = elsewhere()
    assert np.add(theirs, 1) is True
    assert np.add(np.arange(3, dev=dev), theirs) is True
    assert np.arange(3, dev=dev) + theirs is True
    assert np.sum(theirs) is True


def test_either_key_is_found_in_a_dict() -> None:
    for key in ("add", "sum", "concatenate", "sqrt"):
        for one, other in ((np, numpy), (numpy, np)):
            assert {getattr(one, key): 1}[getattr(other, key)] == 1
    assert np.add != np.subtract
    assert np.sum != np.prod


def test_declining_classes_are_an_error(dev: int) -> None:
    class Declining:
        def __array_ufunc__(self, *args: Any, **keywords: Any) -> Any:
            return NotImplemented

        def __array_function__(self, *args: Any, **keywords: Any) -> Any:
            return NotImplemented

    with pytest.raises(TypeError, match=r"no implementation found for 'numtorch.numpy.sum'"):
        np.sum(Declining())
    for call in (lambda x: np.add(x, Declining()), lambda x: np.add(Declining(), 1), lambda x: x + Declining()):
        with pytest.raises(TypeError):
            call(np.arange(3, dev=dev))


def test_a_class_that_takes_no_ufuncs_uses_its_own_operators(dev: int) -> None:
    class Own:
        __array_ufunc__ = None

        def __radd__(self, other: Any) -> str:
            return "mine"

    assert np.arange(3, dev=dev) + Own() == "mine"
    with pytest.raises(TypeError):
        np.add(np.arange(3, dev=dev), Own())


def test_builtin_functions_do_not_bind() -> None:
    class Kept:
        make = np.array
        zeros = np.zeros
        count = np.arange
        total = np.sum
        add = np.add

    kept = Kept()
    assert kept.make([1, 2]).tolist() == [1, 2]
    assert kept.zeros(2).tolist() == [0, 0]
    assert kept.count(2).tolist() == [0, 1]
    assert kept.add(1, 2) == 3
    assert isinstance(kept.total, types.MethodType)  # as NumPy's, which are Python functions


@pytest.mark.parametrize("name", ["sum", "array", "linalg.norm", "fft.fft", "add", "clip"])
def test_functions_can_be_pickled(name: str) -> None:
    function = operator.attrgetter(name)(np)
    assert pickle.loads(pickle.dumps(function)) is function


MASKED = numpy.ma.array([1.0, 2.0, 4.0], mask=[0, 1, 0])


def test_masked_arrays_are_numpys() -> None:
    assert np.sum(MASKED) == 5
    assert np.mean(MASKED) == 2.5
    assert np.max(MASKED) == 4
    doubled = np.multiply(MASKED, 2)
    assert isinstance(doubled, numpy.ma.MaskedArray)
    assert doubled.mask.tolist() == [False, True, False]
    assert np.sqrt(MASKED).mask.tolist() == [False, True, False]


LOSING: dict[str, Callable[[], Any]] = {
    "concatenate": lambda: np.concatenate([MASKED, MASKED]),
    "stack": lambda: np.stack([MASKED, MASKED]),
    "reduce": lambda: np.add.reduce(MASKED),
    "accumulate": lambda: np.add.accumulate(MASKED),
}


@pytest.mark.parametrize("name", LOSING)
def test_masks_that_numpy_would_lose_are_refused(name: str) -> None:
    with pytest.raises(TypeError, match="mask"):
        LOSING[name]()


def test_arrays_of_objects_and_texts_are_numpys() -> None:
    names = np.array(["b", "a", "b"])
    assert type(names) is numpy.ndarray
    values, counts = np.unique(names, return_counts=True)
    assert values.tolist() == ["a", "b"]
    assert isinstance(counts, nt.Tensor)
    assert np.concatenate([names, names]).tolist() == ["b", "a", "b"] * 2
    assert np.array([[None] * 3]).T.shape == (3, 1)
    for made in (np.zeros(2, object), np.full(2, None), np.empty(2, "U3"), np.asarray([2**70]), np.ones(2, "m8[D]")):
        assert type(made) is numpy.ndarray
    assert np.arange("2020-01", "2020-03", dtype="M8[M]").tolist()[0].year == 2020


def test_arrays_of_objects_go_to_no_device(dev: int) -> None:
    with pytest.raises(TypeError, match="dtype"):
        np.array(["a"], dev=dev)
    with pytest.raises(TypeError, match="dtype"):
        np.zeros(2, object, dev=dev)
    with pytest.raises(TypeError, match="dtype"):
        np.add(np.array(["a"], object), np.arange(1.0, dev=dev))
