"""Arrays of other libraries beside Tensors: a function that they override is theirs, as NEP 18 has it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt


class Foreign:
    """An array that NumPy could convert, and that answers each of NumPy's functions itself."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.ones(3)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        return function.__name__

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        return ufunc.__name__


class Overriding(np.ndarray):
    """The same as a subclass of ndarray."""

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        return function.__name__


FOREIGN = [Foreign(), np.ones(3).view(Overriding)]
CALLS = {
    "where": lambda x, y: np.where(x > 0, x, y),
    "concatenate": lambda x, y: np.concatenate([x, y]),
    "stack": lambda x, y: np.stack([x, y]),
    "dot": np.dot,
    "einsum": lambda x, y: np.einsum("i,i", x, y),
    "clip": lambda x, y: np.clip(x, 0, y),
    "copyto": lambda x, y: np.copyto(x, y),
    "full_like": lambda x, y: np.full_like(x, y),
}


@pytest.mark.parametrize("foreign", FOREIGN, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"full_like"}))
def test_leaves_a_function_to_the_other(name: str, foreign: Any, dev: int) -> None:
    assert CALLS[name](nt.tensor(np.ones(3), dev=dev), foreign) == name


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"copyto"}))
def test_takes_ndarrays_and_plain_subclasses(name: str, dev: int) -> None:
    class Plain(np.ndarray):
        pass

    x = nt.tensor(np.ones(3), dev=dev)
    y: Any = np.float64(2) if name == "full_like" else np.ones(3).view(Plain)
    assert isinstance(CALLS[name](x, y), nt.Tensor)


@pytest.mark.parametrize("ufunc", [np.add, np.arctan2])
def test_leaves_a_ufunc_to_the_other(ufunc: Any, dev: int) -> None:
    x = nt.tensor(np.ones(3), dev=dev)
    assert ufunc(x, Foreign()) == ufunc(Foreign(), x) == ufunc.__name__


def reflected(*_: Any) -> str:
    return "reflected"


def compared(*_: Any) -> str:
    return "compared"


class Declining(Foreign):
    """What has no ufuncs, and answers operators itself."""

    __array_ufunc__ = None  # type: ignore[assignment]
    __radd__ = __matmul__ = __rmatmul__ = reflected
    __gt__ = __eq__ = compared  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


OPERATORS = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "matmul": lambda x, y: x @ y,
    "power": lambda x, y: x**y,
    "divmod": divmod,
    "less": lambda x, y: x < y,
    "equal": lambda x, y: x == y,
}


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_is_the_ufunc(name: str, dev: int) -> None:
    """Where the other has no reflected method; and where it has one, as NEP 13 says."""

    class Reflecting(Foreign):
        __radd__ = __rsub__ = __rmatmul__ = __rpow__ = __rdivmod__ = reflected
        __gt__ = compared

    x = nt.tensor(np.ones(3), dev=dev)
    for foreign in (Foreign(), Reflecting()):
        assert OPERATORS[name](np.ones(3), foreign) == OPERATORS[name](x, foreign) == name


def test_an_operator_is_left_to_what_declines_ufuncs(dev: int) -> None:
    x = nt.tensor(np.ones(3), dev=dev)
    for a in (np.ones(3), x):
        assert a + Declining() == a @ Declining() == "reflected"
        assert (a < Declining()) == (a == Declining()) == "compared"
        with pytest.raises(TypeError, match="unsupported operand"):
            a - Declining()
