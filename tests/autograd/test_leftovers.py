"""What a gradient left behind, used in another one: a right gradient or an error, never a constant in silence."""

import functools
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, collect, dropgrad, gradient, params, tensor


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor([0.5, 1.0, 2.0], dev=dev)


def keep(x: Tensor) -> Tensor:
    kept: list[Tensor] = []
    gradient(lambda a: (kept.append(a * 2), np.sum(kept[0] * a))[1], x)
    return kept[0]


def test_outside_of_gradients_it_is_a_constant(x: Tensor) -> None:
    kept = keep(x)
    assert not kept.tracked
    assert not (kept * 2).tracked
    assert float(np.sum(kept)) == 7.0


def test_its_gradient_goes_on(x: Tensor) -> None:
    kept = keep(x)
    for _ in range(2):
        np.testing.assert_allclose(collect(gradient(lambda a: np.sum(a * kept), x)[0]), 4 * collect(x))
        np.testing.assert_allclose(collect(gradient(lambda a: np.sum(a * 0 + kept), x)[0]), 2)


def test_of_something_else_it_is_a_constant(x: Tensor, dev: int) -> None:
    kept = keep(x)
    other = tensor([1.0, 1.0, 1.0], dev=dev)
    np.testing.assert_allclose(collect(gradient(lambda b: np.sum(b * kept), other)[0]), collect(kept))
    assert gradient(lambda _: np.sum(kept), other) == (None,)


def test_it_cannot_once_the_argument_has_changed(x: Tensor) -> None:
    kept = keep(x)
    x += 1
    with pytest.raises(RuntimeError, match="have changed since"):
        gradient(lambda a: np.sum(a * kept), x)
    np.testing.assert_allclose(collect(gradient(lambda a: np.sum(a * dropgrad(kept)), x)[0]), collect(kept))


def test_dropgrad_may_come_before(x: Tensor) -> None:
    kept = {"state": keep(x)}
    constant = dropgrad(kept)["state"]
    x += 1
    np.testing.assert_allclose(collect(gradient(lambda a: np.sum(a * constant), x)[0]), collect(constant))


def test_a_second_derivative_raises(x: Tensor) -> None:
    kept = keep(x)
    with pytest.raises(RuntimeError, match="second derivative"):
        nt.hessian(lambda a: np.sum(a**2 * kept), x)


def test_conversions_raise(x: Tensor) -> None:
    kept = keep(x)

    def f(a: Tensor) -> Tensor:
        with pytest.raises(TypeError, match="would be lost"):
            float(kept[0])
        return np.sum(a) * kept[0].item()

    assert gradient(f, x)[0][0] == 1.0


def test_what_reaches_the_result_by_no_way_does_not_raise(x: Tensor) -> None:
    kept = keep(x)
    x += 1
    np.testing.assert_allclose(collect(gradient(lambda a: (kept * a, np.sum(a))[1], x)[0]), 1)


class Model:
    def __init__(self, dev: int) -> None:
        self.k = tensor([[2.0, 0.5], [0.5, 1.0]], dev=dev)

    @functools.cached_property
    def factor(self) -> Tensor:
        return np.linalg.cholesky(self.k)


def test_a_cached_property_of_a_model(dev: int) -> None:
    model = Model(dev)

    def loss() -> Any:
        return np.sum(model.factor**2)

    first = collect(gradient(loss, params(model.k))[model.k])
    for _ in range(2):
        np.testing.assert_array_equal(collect(gradient(loss, params(model.k))[model.k]), first)
        # By now it is among the parameters itself.
        gs = gradient(loss, params(model))
        np.testing.assert_array_equal(collect(gs[model.k]), first)
        np.testing.assert_array_equal(collect(gs[model.factor]), 2 * collect(model.factor))
    model.k *= 1.5
    with pytest.raises(RuntimeError, match="computed in another gradient"):
        gradient(loss, params(model))


def test_a_state_that_is_carried_on(x: Tensor) -> None:
    state = {"mean": x * 1}

    def step(a: Tensor, keep_history: bool) -> Tensor:
        state["mean"] = 0.9 * state["mean"] + 0.1 * a
        if not keep_history:
            state["mean"] = dropgrad(state["mean"])
        return np.sum(a * a + state["mean"])

    gradient(lambda a: step(a, True), x)
    gradient(lambda a: step(a, True), x)
    with pytest.raises(RuntimeError, match="dropgrad"):
        gradient(lambda a: step(a, True), x)
    state["mean"] = dropgrad(state["mean"])
    for _ in range(3):
        np.testing.assert_allclose(collect(gradient(lambda a: step(a, False), x)[0]), 2 * collect(x))


def test_values_that_a_transform_returned_are_constants(x: Tensor) -> None:
    def square(a: Tensor) -> Tensor:
        return np.sum(a * a)

    carried = nt.withgradient(lambda a: (square(a), {"twice": a * 2}), x).val
    values = [carried[0], carried[1]["twice"][0]]
    values += [nt.pullback(square, x)[0], nt.jvp(square, (x,), (x,))[0], nt.withjacobian(square, x).val]
    for value in values:
        (g,) = gradient(lambda a, v=value: np.sum(a) * v, x)
        np.testing.assert_allclose(collect(g), value.item())


def test_a_buffer_written_to_in_between(x: Tensor, dev: int) -> None:
    buffer = tensor(np.zeros(3), dev=dev)
    gradient(lambda a: (buffer.__setitem__(0, a[0]), np.sum(buffer))[1], x)
    for write in (
        lambda: buffer.__setitem__(slice(None), 1.0),
        lambda: buffer.__imul__(2),
        lambda: np.add(buffer, 1.0, out=buffer),
        lambda: np.copyto(buffer, 3.0),
        lambda: buffer.fill(3.0),
    ):
        gradient(lambda a: (buffer.__setitem__(0, a[0]), np.sum(buffer))[1], x)
        write()
        (g,) = gradient(lambda a: np.sum(a * buffer), x)
        np.testing.assert_allclose(collect(g), collect(buffer))


def test_a_parameter_that_was_written_to_is_a_leaf_again(x: Tensor) -> None:
    def f() -> Tensor:
        x[0] = x[1] * 2
        return np.sum(x**2)

    gradient(f, params(x))
    wanted = collect(gradient(lambda a: (a.__setitem__(0, a[1] * 2), np.sum(a**2))[1], x.copy())[0])
    np.testing.assert_allclose(collect(gradient(f, params(x))[x]), wanted)


@pytest.mark.parametrize("use", [hash, lambda t: {t: 1}, lambda t: {2.0: 1}.get(t), lambda t: t in {1.0}])
def test_tracked_values_are_no_keys(use: Any, x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        with pytest.raises(TypeError, match=r"unhashable: a gradient depends on this Tensor.*item\(\)"):
            use(a[0])
        use(a[0].item())
        return np.sum(a)

    gradient(f, x)
    use(x[0])


def test_a_large_history_is_not_kept(dev: int) -> None:
    x = tensor(np.ones(2**20), dev=dev)
    kept: list[Tensor] = []

    def f(a: Tensor) -> Tensor:
        y = a
        for _ in range(4):
            y = np.sin(y)
        kept.append(y)
        return np.sum(y * y)

    gradient(f, x)
    with pytest.raises(RuntimeError, match="no longer known"):
        gradient(lambda a: np.sum(a * kept[0]), x)


def test_many_values_that_are_kept(x: Tensor) -> None:
    kept: list[Tensor] = []

    def f(a: Tensor) -> Tensor:
        for _ in range(2000):
            a = np.sin(a)
            kept.append(a)
        return np.sum(a)

    first = collect(gradient(f, x)[0])
    last = kept[-1]
    kept.clear()
    np.testing.assert_allclose(collect(gradient(lambda _: np.sum(last), x)[0]), first)
