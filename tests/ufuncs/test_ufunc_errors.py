"""Calls that NumPy refuses, and operands that are no numbers: errors of the same type, in the same words."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.agreement import DTYPES, disagreement, draw, run
from tests.ufuncs.ufunc_cases import assert_agree
from tests.versions import older_than

WRONG_CALLS = {
    "shapes": lambda a: np.add(a, a[:2]),
    "shapes into out": lambda a: np.add(a, 1, out=a[:2]),
    "out too small": lambda a: np.add(a, 1, out=a[:1]),
    "number too large": lambda a: a.astype(np.int8) + 300,
    "number negative": lambda a: a.astype(np.uint8) - (-1),
    "number far too large": lambda a: a + 10**400,
    "negative power": lambda a: a.astype(int) ** -1,
    "negative powers": lambda a: a.astype(int) ** (a.astype(int) - 2),
    "bool subtract": lambda a: (a > 0) - (a > 0),
    "bool negative": lambda a: -(a > 0),
    "no loop": lambda a: np.bitwise_and(a, a),
    "casting": lambda a: np.add(a, a, casting="foo"),
    "casting safe": lambda a: np.add(a, a, dtype=np.float32, casting="safe"),
    "order": lambda a: np.add(a, a, order="X"),
    "keyword": lambda a: np.add(a, a, foo=1),
    "axis": lambda a: np.sin(a, axis=0),
    "out of int": lambda a: np.add(a, a, out=a.astype(int)),
    "not an array": lambda a: np.add(a, a, out=5),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_errors(name: str, dev: int) -> None:
    call = WRONG_CALLS[name]
    array = np.arange(1.0, 4.0)
    _, expected = run(call, array)
    _, actual = run(call, nt.tensor(array, dev=dev))
    assert expected is not None
    assert type(actual) is type(expected)
    reworded = name == "casting" and older_than("2.4.0")
    if "out of int" not in name and not isinstance(expected, TypeError) and not reworded:
        assert str(actual) == str(expected)


def test_third_party_ufuncs_are_named(dev: int) -> None:
    with pytest.raises(TypeError, match=r"numpy ufunc 'abs \(vectorized\)' is not supported on Tensors"):
        np.frompyfunc(abs, 1, 1)(nt.tensor([1.0], dev=dev))


def test_object_loops_are_refused(dev: int) -> None:
    with pytest.raises(TypeError, match=r"dtype\('O'\)"):
        np.add(nt.tensor([1.0], dev=dev), 1, dtype=object)


@pytest.mark.parametrize("other", [None, "text", b"bytes"])
def test_equality_with_what_is_no_number(other: Any, dev: int) -> None:
    x = nt.tensor([[1.0, 2.0]], dev=dev)
    assert nt.collect(x == other).tolist() == [[False, False]]
    assert nt.collect(x != other).tolist() == [[True, True]]
    with pytest.raises(TypeError):
        assert x < other
    with pytest.raises(TypeError):
        x + other


LARGE = [2**63, 2**64, -(2**63) - 1, 10**30, -(10**30), 300, -1]


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d.kind in "iu"], ids=str)
def test_comparison_with_any_integer_is_exact(dtype: np.dtype, dev: int) -> None:
    array = draw(dtype, 20)
    comparisons = (operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge)
    problems = {}
    for number, function in itertools.product(LARGE, comparisons):
        problems[f"{function} {number}"] = disagreement(lambda x, n=number, f=function: f(x, n), [array], dev)
        problems[f"{number} {function}"] = disagreement(lambda x, n=number, f=function: f(n, x), [array], dev)
    assert_agree(problems)


def test_a_mask_that_does_not_fit(dev: int) -> None:
    x, mask = nt.tensor([1, 2, 3], dev=dev), nt.tensor([True, False], dev=dev)
    for function in (np.add, np.floor_divide):
        with pytest.raises(ValueError, match=r"could not be broadcast together with shapes \(3,\) \(3,\) \(2,\)"):
            function(x, x, where=mask)
