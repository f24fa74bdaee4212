"""scan and while_loop: as Python's loops outside of programs, and as loops of a program inside."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import CompileError, collect, gradient, params, tensor

from .uncompiled import differences, uncompiled

RNG = np.random.default_rng(0)
W = tensor(RNG.random(4))
C = tensor(RNG.random(4))
XS = tensor(RNG.random((50, 4)))


@pytest.fixture(autouse=True)
def without_a_compiler() -> Iterator[None]:
    with uncompiled():
        yield


def step(c: Any, x: Any) -> Any:
    return np.sin(c * W) + x, c * 2


PROGRAMS = {
    "carry and kept": lambda c, xs: nt.scan(step, c, xs),
    "nests": lambda c, xs: nt.scan(
        lambda s, x: ({"a": s["a"] + x[0], "n": s["n"] + 1}, None), {"a": c[0], "n": tensor(0)}, xs
    ),
    "gradient": lambda c, xs: gradient(lambda c, xs: np.sum(nt.scan(step, c, xs)[1] ** 2), c, xs),
    "gradient of what the step holds": lambda c, xs: tuple(
        gradient(lambda: np.sum(nt.scan(step, c, xs)[0] ** 2), params(W)).values()
    ),
    "length": lambda c, xs: nt.scan(lambda c, _: (np.cos(c), None), c, length=len(xs))[0],
    "while": lambda c, xs: nt.while_loop(lambda s: np.sum(s[0]) < 50, lambda s: (s[0] * 1.1 + xs[0], s[1] + 1), (c, 0)),
    "a constant array": lambda c, xs: nt.scan(lambda c, x: (c + x * np.arange(4.0), None), c, xs)[0],
}


@pytest.mark.parametrize("length", [5, 50])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_loops_as_python_does(name: str, length: int) -> None:
    f = PROGRAMS[name]
    assert list(differences(f(C, XS[:length]), nt.compile(f)(C, XS[:length]))) == []


def test_many_steps_are_one_operator() -> None:
    graph = nt.compile(lambda c, xs: nt.scan(step, c, xs)).trace(C, XS).graph
    assert len(list(graph.graph.nodes)) < 20


def test_scan_is_the_loop() -> None:
    carry, kept = nt.scan(lambda c, x: (c + x, c * x), tensor(1.0), np.array([1.0, 2.0, 3.0]))
    assert float(carry) == 7
    np.testing.assert_array_equal(collect(kept), [1.0, 4.0, 12.0])
    assert nt.scan(lambda c, _: (c, None), 1.0, np.zeros((0, 2)))[1] is None


def test_a_carry_that_changes_is_refused() -> None:
    with pytest.raises(CompileError, match="carry must stay"):
        nt.compile(lambda c, xs: nt.scan(lambda c, _: (c.astype("f"), None), c, xs))(C, XS)


def test_lengths_are_checked() -> None:
    with pytest.raises(ValueError, match="one length"):
        nt.scan(step, C, (XS, XS[:3]))
    with pytest.raises(ValueError, match="length="):
        nt.scan(step, C)
    with pytest.raises(ValueError, match="0-d"):
        nt.scan(step, C, tensor(1.0))


def test_no_gradient_of_a_while_loop_in_a_program() -> None:
    def f(c: Any) -> Any:
        return gradient(lambda c: np.sum(nt.while_loop(lambda s: np.sum(s) < 50, lambda s: s * 1.1, c)), c)

    assert f(C)[0].shape == (4,)
    with pytest.raises(CompileError, match=r"use scan.*"):
        nt.compile(f)(C)


def test_no_second_derivative_through_a_loop_of_a_program() -> None:
    def f(c: Any) -> Any:
        inner = lambda c: np.sum(gradient(lambda c: np.sum(nt.scan(step, c, XS)[0] ** 2), c)[0] ** 2)  # noqa: E731
        return gradient(inner, c)[0]

    with pytest.raises(NotImplementedError, match="second derivative"):
        nt.compile(f)(C)
