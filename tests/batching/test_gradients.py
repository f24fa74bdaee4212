"""Gradients inside vmap, vmap inside gradients, of every order: those of a loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.nn.layers import Chain, Dense

RANDOM = np.random.default_rng(2)
X = RANDOM.normal(size=(5, 4, 3))
P = RANDOM.normal(size=3)
HELD = nt.tensor(RANDOM.normal(size=3))


def f(x: Any, p: Any) -> Any:
    return np.sum(np.tanh(x @ p) * x[:, 0] ** 2)


def same(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(nt.collect(actual), nt.collect(expected), rtol=1e-9, atol=1e-12)


def loop(function: Any, xs: Any, *rest: Any) -> Any:
    return np.stack([function(x, *rest) for x in xs])


@pytest.fixture
def x(dev: int) -> Any:
    return nt.tensor(X, dev=dev)


@pytest.fixture
def p(dev: int) -> Any:
    return nt.tensor(P, dev=dev)


INSIDE = {
    "gradient": lambda x, p: nt.gradient(f, x, p),
    "one of two": lambda x, p: nt.gradient(lambda p: f(x, p), p),
    "jacobian": lambda x, p: nt.jacobian(lambda p: np.tanh(x @ p), p),
    "hessian": lambda x, p: nt.hessian(lambda p: f(x, p), p),
    "diaghessian": lambda x, p: nt.diaghessian(lambda p: f(x, p), p),
    "pullback": lambda x, p: nt.pullback(lambda p: np.tanh(x @ p), p)[1](x[:, 1]),
    "pushforward": lambda x, p: nt.pushforward(lambda p: np.tanh(x @ p), p)[1](p * 2),
    "jvp": lambda x, p: nt.jvp(lambda p: np.tanh(x @ p), (p,), (x[0],)),
    "withgradient": lambda x, p: tuple(nt.withgradient(f, x, p)[1]),
    "checkpointed": lambda x, p: nt.gradient(lambda p: np.sum(nt.checkpointed(f, x, p) ** 2), p),
    "third": lambda x, p: nt.gradient(lambda p: np.sum(nt.hessian(lambda p: f(x, p), p) ** 2), p),
    "dropgrad": lambda x, p: nt.gradient(lambda p: f(x, p) * np.sum(nt.dropgrad(p)), p),
    "a vmap": lambda x, p: nt.gradient(lambda p: np.sum(nt.vmap(lambda r: np.tanh(r @ p))(x)), p),
    "the rows of a vmap": lambda x, p: nt.gradient(lambda x: np.sum(nt.vmap(lambda r: np.tanh(r @ p))(x) ** 2), x),
    "a hessian of a vmap": lambda x, p: nt.hessian(lambda p: np.sum(nt.vmap(lambda r: np.tanh(r @ p))(x)), p),
}


def parts(value: Any) -> list[Any]:
    return [part for item in value for part in parts(item)] if isinstance(value, tuple | list) else [value]


@pytest.mark.parametrize("name", INSIDE)
def test_inside(name: str, x: Any, p: Any) -> None:
    function = INSIDE[name]
    every = parts(nt.vmap(function, in_axes=(0, None))(x, p))
    for actual, column in zip(every, zip(*(parts(function(row, p)) for row in x), strict=True), strict=True):
        same(actual, np.stack(column))


def argument(x: Any, p: Any) -> Any:
    return nt.vmap(f, in_axes=(0, None))(x, p)


def closure(x: Any, p: Any) -> Any:
    q = p * 2
    return nt.vmap(lambda row: f(row, q))(x)


def nested(x: Any, p: Any) -> Any:
    return nt.vmap(lambda row: np.sum(nt.vmap(lambda r: np.tanh(r @ p) * r[0])(row)))(x)


def of_gradients(x: Any, p: Any) -> Any:
    return nt.vmap(lambda row: np.sum(nt.gradient(lambda q: f(row, q), p)[0] ** 2))(x)


def in_chunks(x: Any, p: Any) -> Any:
    return nt.vmap(f, in_axes=(0, None), chunk_size=2)(x, p)


def other_axes(x: Any, p: Any) -> Any:
    def g(column: Any, p: Any) -> Any:
        return column @ p, column[:, 0] * p[1]

    y, z = nt.vmap(g, in_axes=(1, None), out_axes=(1, -1))(x, p)
    return np.sum(y**2, axis=1) + np.sum(z**3, axis=1)


def nests(x: Any, p: Any) -> Any:
    result = nt.vmap(lambda d: {"y": [f(d["x"], d["p"]), 1.0]}, in_axes=({"x": 0, "p": None},))({"x": x, "p": p})
    return result["y"][0] * result["y"][1]


def keywords(x: Any, p: Any) -> Any:
    return nt.vmap(lambda i, *, x: f(x, p) + i)(np.arange(5.0), x=x)


THROUGH = [argument, closure, nested, of_gradients, in_chunks, other_axes, nests, keywords]


def reference(function: Any, x: Any, p: Any) -> Any:
    """What each of them computes, without vmap."""
    if function is closure:
        return loop(lambda row: f(row, p * 2), x)
    if function is nested:
        return loop(lambda row: np.sum(np.tanh(row @ p) * row[:, 0]), x)
    if function is of_gradients:
        return loop(lambda row: np.sum(nt.gradient(lambda q: f(row, q), p)[0] ** 2), x)
    if function is other_axes:
        return loop(lambda row: np.sum((row @ p) ** 2) + np.sum((row[:, 0] * p[1]) ** 3), x)
    if function is keywords:
        return loop(lambda row: f(row, p), x) + np.arange(5.0)
    return loop(lambda row: f(row, p), x)


@pytest.mark.parametrize("function", THROUGH)
def test_through(function: Any, x: Any, p: Any) -> None:
    same(function(x, p), reference(function, x, p))
    for value, g in zip(
        nt.gradient(lambda x, p: np.sum(function(x, p) ** 2), x, p),
        nt.gradient(lambda x, p: np.sum(reference(function, x, p) ** 2), x, p),
        strict=True,
    ):
        same(value, g)
    same(nt.jacobian(lambda p: function(x, p), p)[0], nt.jacobian(lambda p: reference(function, x, p), p)[0])
    same(
        nt.hessian(lambda p: np.sum(function(x, p) ** 2), p),
        nt.hessian(lambda p: np.sum(reference(function, x, p) ** 2), p),
    )


def test_third_derivatives(x: Any, p: Any) -> None:
    def third(function: Any) -> Any:
        return nt.gradient(lambda p: np.sum(nt.hessian(lambda p: np.sum(function(x, p)), p) ** 2), p)[0]

    same(third(argument), third(lambda x, p: reference(argument, x, p)))
    same(third(closure), third(lambda x, p: reference(closure, x, p)))


def test_parameters(x: Any, dev: int) -> None:
    model = nt.torch(Chain(Dense(3, 4, np.tanh, rng=0), Dense(4, 1, rng=1)), dev=dev)
    x32 = x.astype(np.float32)
    ps = nt.params(model)
    mapped = nt.gradient(lambda: np.mean(nt.vmap(model)(x32) ** 2), ps)
    expected = nt.gradient(lambda: np.mean(model(x32) ** 2), ps)
    for q in ps:
        np.testing.assert_allclose(nt.collect(mapped[q]), nt.collect(expected[q]), rtol=1e-4, atol=1e-6)
    (of_model,) = nt.gradient(lambda m: np.mean(nt.vmap(m)(x32) ** 2), model)
    for g, q in zip(nt.params(of_model), ps, strict=True):
        np.testing.assert_allclose(nt.collect(g), nt.collect(expected[q]), rtol=1e-4, atol=1e-6)


def test_parameters_of_each_sample(x: Any, dev: int) -> None:
    model = nt.torch(Dense(3, 2, np.tanh, rng=0), dev=dev)
    ps = nt.params(model)

    def per_sample(row: Any) -> Any:
        return nt.gradient(lambda: np.sum(model(row) ** 2), ps)

    rows = x[:, 0].astype(np.float32)
    gs = nt.vmap(per_sample)(rows)
    assert isinstance(gs, nt.Grads)
    for q in ps:
        expected = np.stack([per_sample(row)[q] for row in rows])
        np.testing.assert_allclose(nt.collect(gs[q]), nt.collect(expected), rtol=1e-4, atol=1e-6)
    summed = nt.gradient(lambda: np.sum(nt.vmap(lambda r: np.sum(model(r) ** 2))(rows)), ps)
    for q in ps:
        np.testing.assert_allclose(nt.collect(summed[q]), nt.collect(np.sum(gs[q], axis=0)), rtol=1e-4, atol=1e-6)


def test_globals(x: Any) -> None:
    assert HELD.dev == -1
    if x.dev != -1:
        pytest.skip("the global is on the CPU")
    (g,) = [nt.gradient(lambda: np.sum(nt.vmap(lambda row: f(row, HELD))(x)), nt.params([HELD]))[HELD]]
    same(g, nt.gradient(lambda p: np.sum(loop(f, x, p)), HELD)[0])


class Hidden:
    """Holds an array where nobody finds it."""

    def __init__(self, value: Any) -> None:
        self.get = self.values(value).__next__

    @staticmethod
    def values(value: Any) -> Any:
        while True:
            yield value


def test_what_cannot_be_found_raises(x: Any, p: Any) -> None:
    def loss(p: Any) -> Any:
        hidden = Hidden(p * 2)
        return np.sum(nt.vmap(lambda row: f(row, hidden.get()))(x))

    with pytest.raises(ValueError, match=r"vmap: .*uses 1 Tensors that a gradient depends on, which are neither"):
        nt.gradient(loss, p)


def test_writes_to_arguments_inside_a_gradient_raise(x: Any, p: Any) -> None:
    def write(row: Any, p: Any) -> Any:
        row[0] = p
        return np.sum(row)

    def write_number(row: Any, p: Any) -> Any:
        row[0] = 0
        return np.sum(row @ p)

    for function in (write, write_number):
        with pytest.raises((NotImplementedError, RuntimeError), match=r"vmap: .*writes to an argument"):
            nt.gradient(lambda p, function=function: np.sum(nt.vmap(function, in_axes=(0, None))(x, p)), p)


def test_what_is_written_to_before_the_way_back_raises(x: Any, p: Any) -> None:
    q = nt.tensor(P)

    def loss(p: Any) -> Any:
        r = p * 2
        y = nt.vmap(lambda row: f(row, r))(x)
        r[0] = 0
        return np.sum(y)

    with pytest.raises(RuntimeError, match=r"vmap: a Tensor that .* uses was written to since"):
        nt.gradient(loss, q if x.dev == -1 else p)


def test_no_influence_has_no_gradient(x: Any, p: Any) -> None:
    assert nt.gradient(lambda _: np.sum(nt.vmap(lambda row: np.sum(row))(x)), p) == (None,)
    (g,) = nt.gradient(lambda p: np.sum(nt.vmap(lambda row: (row, np.sum(p**2)))(x)[1]), p)
    same(g, 10 * p)


def test_numbers_and_integers_beside_the_gradient(x: Any, p: Any) -> None:
    def loss(p: Any) -> Any:
        y, i, one = nt.vmap(lambda row: (row @ p, np.argmax(row @ p), 1.0))(x)
        return np.sum(y[np.arange(5), i] * one)

    (g,) = nt.gradient(loss, p)
    same(g, nt.gradient(lambda p: np.sum(np.max(x @ p, axis=1)), p)[0])


def test_complex_numbers(dev: int) -> None:
    z = nt.tensor(X[:, 0] + 1j * X[:, 1], dev=dev)
    gs = nt.vmap(lambda z: nt.gradient(lambda z: np.sum(np.abs(np.exp(z)) ** 2), z)[0])(z)
    same(gs, nt.gradient(lambda z: np.sum(np.abs(np.exp(z)) ** 2), z)[0])
    (through,) = nt.gradient(lambda z: np.sum(np.real(nt.vmap(lambda z: z * np.conj(z[0]))(z))), z)
    same(through, nt.gradient(lambda z: np.sum(np.real(z * np.conj(z[:, :1]))), z)[0])


def test_own_way_back(x: Any) -> None:
    @nt.adjoint
    def halved(t: Any) -> Any:
        return t * 2, lambda g: g * 10

    del halved
    assert nt.gradient(lambda x: np.sum(nt.vmap(lambda r: np.sum(r**2))(x)), x)[0].shape == x.shape
