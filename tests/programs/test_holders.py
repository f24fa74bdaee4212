"""What a program finds of what its function holds, and what it refuses because it does not."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import CompileError, collect, gradient, tensor
from tests.programs.uncompiled import uncompiled


@pytest.fixture(autouse=True)
def graphs() -> Iterator[None]:
    with uncompiled():
        yield


config: Any = types.ModuleType("config_of_a_test")
config.inner = types.ModuleType("config_of_a_test.inner")
config.weight = config.inner.weight = None
ARRAY = np.arange(3.0)
GLOBAL: Any = None


class Holder:
    weight: Any = None
    factor = 2.0

    def helped(self, x: Any) -> Any:
        return x * GLOBAL

    @staticmethod
    def static(x: Any) -> Any:
        return x + GLOBAL

    @property
    def twice(self) -> Any:
        return GLOBAL * 2

    def __call__(self, x: Any) -> Any:
        return self.helped(x) * self.weight + self.static(x) * self.twice


@pytest.fixture
def weight(dev: int) -> nt.Tensor:
    global GLOBAL
    GLOBAL = config.weight = config.inner.weight = Holder.weight = tensor(np.arange(1.0, 4.0), dev=dev)
    return GLOBAL


@pytest.mark.parametrize(
    "f",
    [lambda x: x * config.weight, lambda x: x + config.inner.weight, lambda x: x * Holder.weight, Holder()],
    ids=["module", "inner module", "class", "methods"],
)
def test_modules_and_classes_are_followed(f: Any, weight: nt.Tensor, dev: int) -> None:
    x = tensor(np.ones(3), dev=dev)
    program = nt.compile(f)
    for _ in range(2):
        np.testing.assert_array_equal(collect(program(x)), collect(f(x)))
        weight *= 3
    assert program.signatures == 1


def test_a_number_of_a_class_makes_another_program(
    weight: nt.Tensor, dev: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = nt.compile(lambda x: x * Holder.factor)
    x = tensor(np.ones(3), dev=dev)
    assert collect(program(x)).tolist() == [2, 2, 2]
    monkeypatch.setattr(Holder, "factor", 5.0)
    assert collect(program(x)).tolist() == [5, 5, 5]


def hidden(dev: int) -> Any:
    w = tensor(np.arange(4.0), dev=dev)
    while True:
        yield w


@pytest.mark.parametrize(
    "use",
    [
        lambda x, w: x * w, lambda x, w: -w, lambda x, w: w.T, lambda x, w: w[1:], lambda x, w: np.concatenate([x, w]),
        lambda x, w: w, lambda x, w: (w, x), lambda x, w: float(w[0]) * x, lambda x, w: np.where(x > 0, w, 0),
        lambda x, w: x.__setitem__(0, w[1]), lambda x, w: w.__setitem__(0, x[1]), lambda x, w: x * np.asarray(w),
        lambda x, w: w.copy(), lambda x, w: gradient(lambda x: np.sum(x * w), x)[0], lambda x, w: np.exp(x, out=w),
        lambda x, w: tensor([w[0], 1.0]) + x[0], lambda x, w: nt.nn.softmax(w), lambda x, w: x[w.astype(int)],
    ],
)  # fmt: skip
def test_a_tensor_that_is_not_found_is_refused(use: Any, dev: int) -> None:
    source = hidden(dev)
    next(source)
    with pytest.raises(CompileError, match=r"neither an argument nor found"):
        nt.compile(lambda x: use(x, next(source)))(tensor(np.ones(4), dev=dev))


def test_ndarrays_are_constants_that_are_looked_at_again(dev: int) -> None:
    held = np.arange(6.0)[::2]
    program = nt.compile(lambda x: x * held + ARRAY)
    x = tensor(np.ones(3), dev=dev)
    for signatures in (1, 2, 2):
        np.testing.assert_array_equal(collect(program(x)), held + ARRAY)
        assert program.signatures == signatures
        if signatures == 1:
            held += 1


def test_a_write_to_an_ndarray_is_refused_and_undone(dev: int) -> None:
    held = np.zeros(3)

    def count(x: Any) -> Any:
        held[0] += 1
        return x

    with pytest.raises(CompileError, match="writes to the ndarray 'held'"):
        nt.compile(count)(tensor(np.ones(3), dev=dev))
    assert held.tolist() == [0, 0, 0]


def test_a_list_without_items_grows_at_each_call(dev: int) -> None:
    found: list[Any] = []
    program = nt.compile(lambda x: found.append(x * 2))
    for i in range(2):
        program(tensor(np.full(3, float(i)), dev=dev))
    assert [x.tolist() for x in found] == [[0, 0, 0], [2, 2, 2]]


def test_constants_of_numtorch_are_made_outside_of_traces() -> None:
    """Whatever comes first: they are kept, and were once Tensors without values."""
    x = np.linspace(0.5, 3, 5)
    for f in (lambda x: x != 0, lambda x: np.maximum(x, 0.123), lambda x: np.where(x > 1.234, x, 0.321)):
        for dtype in ("f4", "i2", "?"):
            y = x.astype(dtype)
            nt.compile(f)(tensor(y))
            np.testing.assert_array_equal(collect(f(tensor(y))), f(y))
