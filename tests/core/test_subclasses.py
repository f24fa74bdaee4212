"""Subclasses of Tensor, written as those of ndarray are."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp


class Info(xp.ndarray):  # type: ignore[misc]
    """The example of NumPy's documentation."""

    info: str | None

    def __new__(cls, values: Any, info: str | None = None) -> Info:
        made = xp.asarray(values).view(cls)
        made.info = info
        return made

    def __array_finalize__(self, obj: Any) -> None:
        self.info = getattr(obj, "info", None)


RESULTS: dict[str, Callable[[Any], Any]] = {
    "slice": lambda x: x[1:],
    "array index": lambda x: x[[0, 1]],
    "mask": lambda x: x[x > 0],
    "transpose": lambda x: x.T,
    "sum of operands": lambda x: x + 1,
    "reflected": lambda x: 1 - x,
    "with a Tensor": lambda x: nt.tensor(np.ones((2, 3)), dev=x.dev) * x,
    "negative": lambda x: -x,
    "ufunc": lambda x: np.exp(x),
    "comparison": lambda x: x > 1,
    "reshape": lambda x: x.reshape(-1),
    "reduction": lambda x: x.sum(axis=0),
    "copy": lambda x: x.copy(),
    "astype": lambda x: x.astype(np.float32),
    "copy.copy": copy.copy,
    "view": lambda x: x.view(),
    "power": lambda x: x**2,
    "matmul": lambda x: x @ x.T,
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_of_the_class(name: str, dev: int) -> None:
    x = Info(nt.tensor(np.arange(6.0).reshape(2, 3), dev=dev), info="x")
    made = RESULTS[name](x)
    assert type(made) is Info
    assert made.info == "x"
    assert made.dev == dev
    plain = RESULTS[name](nt.tensor(np.arange(6.0).reshape(2, 3), dev=dev))
    np.testing.assert_array_equal(nt.collect(made), nt.collect(plain))


def test_views_share_memory(dev: int) -> None:
    base = nt.tensor(np.zeros(3), dev=dev)
    x = base.view(Info)
    x[1:][0] = 5
    assert base.tolist() == [0, 5, 0]
    assert type(x.view(xp.ndarray)) is nt.Tensor
    assert type(x.view(np.ndarray)) is nt.Tensor
    assert not x.flags.owndata
    assert (x + 1).flags.owndata


def test_values_are_plain(dev: int) -> None:
    x = Info(nt.tensor(np.ones(3), dev=dev))
    assert type(x[0]) is nt.Tensor
    assert x.sum().is_value


def test_pickle(dev: int) -> None:
    x = Info(nt.tensor(np.ones(3), dev=dev), info="kept")
    again = pickle.loads(pickle.dumps(x))
    assert (type(again), again.info, again.tolist()) == (Info, "kept", [1.0, 1.0, 1.0])


def test_gradients_pass(dev: int) -> None:
    def f(t: Any) -> Any:
        x = t.view(Info)
        assert type(x * 2) is Info
        y = x[1:] * x[1:]
        y[0] = 3 * x[0]
        return y.sum()

    (g,) = nt.gradient(f, nt.tensor([1.0, 2.0, 3.0], dev=dev))
    assert nt.collect(g).tolist() == [3, 0, 6]


def test_explicit_construction() -> None:
    made = Info.__new__(Info, [1.0, 2.0], "x")
    assert (type(made), made.info) == (Info, "x")

    class Room(xp.ndarray):  # type: ignore[misc]
        made_of: Any = "nothing yet"

        def __array_finalize__(self, obj: Any) -> None:
            self.made_of = obj

    room = Room((2, 2))
    assert (type(room), room.shape, room.made_of) == (Room, (2, 2), None)
    seen = xp.ndarray.__new__(Room, (2,), float, xp.arange(3.0), 8)
    assert (type(seen), seen.tolist()) == (Room, [1.0, 2.0])


class Celsius(xp.ndarray):  # type: ignore[misc]
    """Answers ufuncs itself, and hands plain arrays on."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        plain = [x.view(xp.ndarray) if isinstance(x, Celsius) else x for x in inputs]
        return "answered", ufunc.__name__, super().__array_ufunc__(ufunc, method, *plain, **keywords)


def test_a_subclass_answers_ufuncs(dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev).view(Celsius)
    plain = nt.tensor([1.0, 2.0], dev=dev)
    for call, name in (
        (lambda: x + 1, "add"),
        (lambda: 1 + x, "add"),
        (lambda: plain + x, "add"),
        (lambda: x + plain, "add"),
        (lambda: -x, "negative"),
        (lambda: x < 2, "less"),
        (lambda: np.add(x, 1), "add"),
        (lambda: np.add(plain, x), "add"),
        (lambda: np.exp(x), "exp"),
    ):
        said, ufunc, value = call()
        assert (said, ufunc, type(value)) == ("answered", name, nt.Tensor)


class Plain(xp.ndarray):
    pass


class Units(xp.ndarray):
    """Answers ufuncs as NumPy's manual shows it."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        inputs = tuple(x.view(xp.ndarray) if isinstance(x, Units) else x for x in inputs)
        if out is not None:
            kwargs["out"] = tuple(x.view(xp.ndarray) if isinstance(x, Units) else x for x in out)
        result = getattr(ufunc, method)(*inputs, **kwargs)
        return out[0] if out is not None else result.view(Units)


CLASSES = {
    "asarray": (xp.asarray, nt.Tensor),
    "array": (xp.array, nt.Tensor),
    "array, subok": (lambda x: xp.array(x, subok=True), Plain),
    "asanyarray": (xp.asanyarray, Plain),
    "copy": (xp.copy, nt.Tensor),
    "copy, subok": (lambda x: xp.copy(x, subok=True), Plain),
    "zeros_like": (xp.zeros_like, Plain),
    "ones_like": (xp.ones_like, Plain),
    "full_like": (lambda x: xp.full_like(x, 2), Plain),
    "empty_like": (xp.empty_like, Plain),
    "zeros_like, not subok": (lambda x: xp.zeros_like(x, subok=False), nt.Tensor),
    "sort": (xp.sort, Plain),
    "partition": (lambda x: xp.partition(x, 1), Plain),
}


@pytest.mark.parametrize("name", CLASSES)
def test_whether_a_result_is_of_the_class(name: str) -> None:
    make, cls = CLASSES[name]
    assert type(make(xp.arange(3.0).view(Plain))) is cls


def test_operators_in_place_write_where_the_class_answers() -> None:
    base = xp.arange(4.0)
    x = base.view(Units)
    alias = x
    x += 1
    assert x is alias
    assert base.tolist() == [1, 2, 3, 4]


def test_a_class_that_strips_itself() -> None:
    class Stripped(xp.ndarray):
        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
            return getattr(ufunc, method)(*[xp.asarray(x) for x in inputs], **kwargs)

    assert (xp.arange(3.0).view(Stripped) + 1).tolist() == [1, 2, 3]


def test_a_class_that_asks_its_base() -> None:
    class Asking(xp.ndarray):
        def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
            return super().__array_function__(function, types, args, kwargs)

    assert xp.sum(xp.arange(3.0).view(Asking)) == 3
