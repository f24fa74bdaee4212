"""Writes inside vmap: to what the function made, to its arguments, and to what is from outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as tnp

X = np.random.default_rng(1).normal(size=(5, 4))


def fresh_item(x: Any) -> Any:
    y = tnp.zeros(4, dev=x.dev)
    y[1] = x[0]
    return y


def fresh_slice(x: Any) -> Any:
    y = tnp.ones((2, 4), dev=x.dev)
    y[0] = x
    y[:, ::2] += x[0]
    return y


def fresh_view(x: Any) -> Any:
    y = tnp.zeros((4, 4), dev=x.dev)
    row, column = y[2], y[:, 1]
    row += x
    column *= 2
    return y, row, column


def backward_steps(x: Any) -> Any:
    y = tnp.zeros(4, dev=x.dev)
    y[::-2] = x[:2]
    y[1::2][0] += x[3]
    return y


def mask(x: Any) -> Any:
    y = x.copy()
    y[x > 0] = 0
    y[y < -1] = 10
    return y


def index_of_a_sample(x: Any) -> Any:
    y = tnp.zeros(4, dev=x.dev)
    y[np.argmax(x)] = 1
    y[np.argsort(x)[:2]] += 3
    return y


def in_place(x: Any) -> Any:
    y = tnp.ones(4, dev=x.dev)
    y += x
    y *= 2
    np.add(y, x, out=y)
    np.maximum(y, 0, out=y)
    return y


def with_where(x: Any) -> Any:
    y = tnp.ones(4, dev=x.dev)
    np.multiply(x, 2, out=y, where=x > 0)
    np.copyto(y, x, where=x < -1)
    return y


def functions(x: Any) -> Any:
    y, z = tnp.zeros(4, dev=x.dev), tnp.zeros((4, 4), dev=x.dev)
    np.put(y, [0, 3], x[:2])
    np.add.at(y, [1, 1, 2], x[:3])
    np.fill_diagonal(z, x)
    np.put_along_axis(z, np.argsort(x)[None], x[0], axis=0)
    np.putmask(y, x > 1, x)
    np.place(y, x < -1, x[:2])
    return y, z


def filled(x: Any) -> Any:
    y = tnp.zeros((2, 3), dev=x.dev)
    y[1].fill(x[0])
    y.flat[0] = x[1]
    return y


def swapped(x: Any) -> Any:
    y = x.copy()
    y[:2], y[2:] = y[2:].copy(), y[:2].copy()
    y[1:] = y[:-1]
    return y


def cumulated(x: Any) -> Any:
    y = tnp.zeros(5, dev=x.dev)
    for i in range(4):
        y[i + 1] = y[i] * x[i] + x[i]
    return y


WRITES = [
    fresh_item, fresh_slice, fresh_view, backward_steps, mask, index_of_a_sample, in_place, with_where, functions,
    filled, swapped, cumulated,
]  # fmt: skip


def tuple_of(y: Any) -> tuple[Any, ...]:
    return y if isinstance(y, tuple) else (y,)


@pytest.mark.parametrize("f", WRITES)
def test_into_what_the_function_made(f: Any, dev: int) -> None:
    x = nt.tensor(X, dev=dev)
    expected = zip(*(tuple_of(f(row)) for row in x), strict=True)
    for actual, column in zip(tuple_of(nt.vmap(f)(x)), expected, strict=True):
        np.testing.assert_allclose(nt.collect(actual), nt.collect(np.stack(column)), rtol=1e-12)


@pytest.mark.parametrize("f", WRITES)
def test_their_gradients(f: Any, dev: int) -> None:
    x = nt.tensor(X, dev=dev)

    def loss(row: Any) -> Any:
        return sum(np.sum(np.sin(y)) for y in tuple_of(f(row)))

    expected = [nt.gradient(loss, row)[0] for row in x]
    if any(g is None for g in expected):
        return
    np.testing.assert_allclose(
        nt.collect(nt.vmap(lambda row: nt.gradient(loss, row)[0])(x)), nt.collect(np.stack(expected)), rtol=1e-9
    )
    (through,) = nt.gradient(lambda x: np.sum(nt.vmap(loss)(x)), x)
    np.testing.assert_allclose(nt.collect(through), nt.collect(np.stack(expected)), rtol=1e-9)


def set_item(x: Any) -> None:
    x[0] = x[1] + 1


def set_number(x: Any) -> None:
    x[1:] = 7


def add_to(x: Any) -> None:
    x += x[0].copy()


def through_a_view(x: Any) -> None:
    view = x[1:3]
    view *= x[:2].copy()


def by_out(x: Any) -> None:
    np.exp(x, out=x)


def by_mask(x: Any) -> None:
    x[x > 0] = 0


def sorted_in_place(x: Any) -> None:
    x.sort()


def copied_to(x: Any) -> None:
    np.copyto(x, x[::-1].copy())


ARGUMENT_WRITES = [
    set_item, set_number, add_to, through_a_view, by_out, by_mask, sorted_in_place, copied_to,
]  # fmt: skip


@pytest.mark.parametrize("write", ARGUMENT_WRITES)
@pytest.mark.parametrize("axis", [0, 1])
def test_into_an_argument_reach_the_caller(write: Any, axis: int, dev: int) -> None:
    x, expected = nt.tensor(X, dev=dev), X.copy()
    nt.vmap(write, in_axes=axis)(x)
    for row in np.moveaxis(expected, axis, 0):
        write(row)
    np.testing.assert_allclose(nt.collect(x), expected, rtol=1e-12)


def test_into_an_argument_that_is_not_mapped(dev: int) -> None:
    x, p = nt.tensor(X, dev=dev), nt.tensor(np.zeros(4), dev=dev)

    def constant(x: Any, p: Any) -> Any:
        p[0] = 3  # the same for all
        return x + p

    np.testing.assert_allclose(nt.collect(nt.vmap(constant, in_axes=(0, None))(x, p))[:, 0], X[:, 0] + 3)
    assert p[0] == 3
    with pytest.raises(RuntimeError, match=r"vmap: a write to a Tensor of shape \(4,\) from outside"):
        nt.vmap(lambda x, p: p.__setitem__(0, x[0]), in_axes=(0, None))(x, p)


OUTSIDE = [
    lambda buffer, x: buffer.__setitem__(0, x[0]),
    lambda buffer, x: buffer.__setitem__(slice(None), x),
    lambda buffer, x: buffer[1:].__setitem__(0, x[0]),
    lambda buffer, x: buffer.__setitem__(np.argmax(x), 1.0),
    lambda buffer, x: buffer.__setitem__(x > 0, 1.0),
    lambda buffer, x: buffer.__iadd__(x),
    lambda buffer, x: buffer[1:].__imul__(x[1:]),
    lambda buffer, x: np.add(x, 1, out=buffer),
    lambda buffer, x: np.cumsum(x, out=buffer),
    lambda buffer, x: np.add(x, 1, out=buffer, where=x > 0),
    lambda buffer, x: np.copyto(buffer, x),
    lambda buffer, x: np.add.at(buffer, [0, 1], x[:2]),
    lambda buffer, x: np.put(buffer, [0, 1], x[:2]),
    lambda buffer, x: np.place(buffer, x > 0, [1.0]),
    lambda buffer, x: buffer.fill(x[0]),
    lambda buffer, x: buffer.flat.__setitem__(0, x[0]),
]


@pytest.mark.parametrize("write", OUTSIDE)
def test_into_what_is_from_outside(write: Any, dev: int) -> None:
    buffer = nt.tensor(np.zeros(4), dev=dev)
    with pytest.raises(RuntimeError, match=r"^vmap: .*(write|no room)"):
        nt.vmap(lambda x: write(buffer, x) is None)(nt.tensor(X, dev=dev))
    np.testing.assert_array_equal(nt.collect(buffer), 0)


def test_through_views_that_step_backward() -> None:
    def f(x: Any) -> Any:
        y = tnp.zeros(4)
        y[::-1][:2] = x[:2]
        return y

    with pytest.raises(RuntimeError, match=r"vmap: .*a view that steps backward"):
        nt.vmap(f)(nt.tensor(X))
    with pytest.raises(ValueError, match=r"read-only.*x\[::-1\]"):
        nt.vmap(lambda x: x[::-1].__setitem__(0, 1.0))(nt.tensor(X))


def test_resize() -> None:
    def f(x: Any) -> Any:
        y = x.copy()
        y.resize((2, 3))
        return y

    np.testing.assert_array_equal(
        nt.collect(nt.vmap(f)(nt.tensor(X))), [np.resize(np.append(x, [0, 0]), (2, 3)) for x in X]
    )


def test_numbers_into_what_is_from_outside() -> None:
    buffer = nt.tensor(np.zeros(4))
    nt.vmap(lambda _: buffer.__setitem__(0, 2.0))(nt.tensor(X))
    assert buffer[0] == 2


def test_from_an_inner_batch_into_an_argument_of_the_outer_one() -> None:
    x = nt.tensor(X)
    with pytest.raises(RuntimeError, match=r"^vmap: .*write"):
        nt.vmap(lambda row: nt.vmap(lambda y: row.__setitem__(0, y))(row[1:].copy()))(x)
    with pytest.raises(RuntimeError, match=r"^vmap: .*write"):
        nt.vmap(lambda row: nt.vmap(lambda y: y.__setitem__(0, row[0]))(nt.tensor(X[:2])))(x)
    outer = nt.tensor(X)
    with pytest.raises(RuntimeError, match=r"^vmap: .*write"):
        nt.vmap(lambda row: nt.vmap(lambda y: y[1:].__setitem__(0, row[0]))(outer))(x)


def test_from_an_outer_batch_into_what_an_inner_one_made() -> None:
    def f(row: Any) -> Any:
        def g(y: Any) -> Any:
            made = y * np.ones(3)
            made[0] = row[0]
            made[1] += row[1] * y
            return made

        return nt.vmap(g)(nt.tensor(X[0]))

    expected = [[[r[0], y + r[1] * y, y] for y in X[0]] for r in X]
    np.testing.assert_allclose(nt.collect(nt.vmap(f)(nt.tensor(X))), expected)


def test_under_an_inner_gradient_into_an_argument() -> None:
    def f(x: Any) -> Any:
        def loss(p: Any) -> Any:
            x[0] = p * 2
            return np.sum(x)

        return nt.gradient(loss, x[1])[0]

    with pytest.raises(RuntimeError, match=r"vmap: .*writes to an argument"):
        nt.vmap(f)(nt.tensor(X))
