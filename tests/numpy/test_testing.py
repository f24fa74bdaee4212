"""Assertions about values, and what can be asked of numbers and dtypes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp

NEAR, FAR = [1.0, 2.0], [1.0, 2.5]
ASSERTIONS = [
    name
    for name in xp.testing.__all__
    if name.startswith("assert_")
    and name not in ("assert_", "assert_array_compare", "assert_array_less", "assert_no_gc_cycles")
    and not any(word in name for word in ("raises", "warn", "string", "approx"))
]


@pytest.mark.parametrize("name", ASSERTIONS)
def test_assertions(name: str, dev: int) -> None:
    agree: Callable[..., Any] = getattr(xp.testing, name)
    x = nt.tensor(NEAR, dev=dev)
    agree(x, NEAR)
    with pytest.raises(AssertionError):
        agree(x, nt.tensor(FAR, dev=dev))


def test_assertions_look_into_containers(dev: int) -> None:
    x = nt.tensor(NEAR, dev=dev)
    xp.testing.assert_equal({"a": (x, [x])}, {"a": (np.array(NEAR), [np.array(NEAR)])})
    xp.testing.assert_array_less(x, 3)
    xp.testing.assert_approx_equal(x[0], 1.0)
    with pytest.raises(AssertionError):
        xp.testing.assert_equal((x, 1), (x, 2))
    with pytest.raises(AssertionError, match="the reason"):
        xp.testing.assert_allclose(x, FAR, err_msg="the reason")


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "finfo of a dtype": lambda np: np.finfo(np.float32).eps,
    "finfo of an array": lambda np: np.finfo(np.zeros(2, np.float32).dtype).max,
    "iinfo": lambda np: (np.iinfo(np.int8).max, np.iinfo(int).min),
    "isscalar": lambda np: [np.isscalar(x) for x in (1, 2.5, "a", [1], np.zeros(3), np.zeros(()), np.ones(3).sum())],
    "isfortran": lambda np: [np.isfortran(np.zeros((2, 3), order=o)) for o in "CF"],
    "format_float_positional": lambda np: np.format_float_positional(np.array([0.1, 2])[0], precision=3),
    "format_float_scientific": lambda np: np.format_float_scientific(np.float32(1e9), unique=True),
    "isdtype": lambda np: np.isdtype(np.zeros(2).dtype, "real floating"),
    "result_type": lambda np: np.result_type(np.zeros(2, np.float32), np.int64, 1.0),
    "can_cast": lambda np: np.can_cast(np.float64, np.float32),
    "iterable": lambda np: [np.iterable(x) for x in (np.zeros(2), np.zeros(()), 1)],
    "shape": lambda np: (np.shape([[1, 2]]), np.ndim(3), np.size([1, 2])),
    "base_repr": lambda np: np.base_repr(10, 3),
    "binary_repr": lambda np: np.binary_repr(np.array([5])[0]),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_questions(ask: Callable[[Any], Any]) -> None:
    assert ask(xp) == ask(np)


def test_dtype_information_of_a_tensor(dev: int) -> None:
    assert xp.finfo(nt.tensor([1.0], dev=dev)).bits == 64
    assert xp.iinfo(nt.tensor([1], dev=dev)).bits == 64
