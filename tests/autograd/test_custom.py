"""adjoint, hook, nograd, dropgrad: gradients that the user says."""

from __future__ import annotations

import functools
import gc
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import special

import numtorch as nt
from numtorch import Tensor, adjoint, check_gradient, collect, gradient, params, pullback, tensor


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor(np.array([0.5, 1.0, 2.0]), dev=dev)


@adjoint
def exponential(x: Tensor) -> Any:
    y = np.exp(x)
    return y, lambda g: g * np.conj(y)


@adjoint
def product(a: Tensor, b: Tensor) -> Any:
    return a * b, lambda g: (g * np.conj(b), g * np.conj(a))


@adjoint
def polar(z: Tensor) -> Any:
    """Two results."""
    r, angle = np.abs(z), np.angle(z)
    return (r, angle), lambda g: z / np.abs(z) * g[0] + 1j * z / np.abs(z) ** 2 * g[1]


def test_rules_are_used(x: Tensor) -> None:
    @adjoint
    def odd(a: Tensor) -> Any:
        return a * 2, lambda g: g * 100

    np.testing.assert_array_equal(collect(gradient(lambda a: np.sum(odd(a)), x)[0]), 100)
    assert collect(odd(x)).tolist() == [1.0, 2.0, 4.0]
    assert odd.__name__ == "odd"
    assert isinstance(odd(np.ones(2)), np.ndarray)
    assert odd(1.5) == 3.0


@pytest.mark.parametrize("order", [1, 2, 3])
def test_rules_of_any_order(order: int, dev: int) -> None:
    check_gradient(lambda a: exponential(a) ** 2, np.array([0.3, -0.5]), order=order, dev=dev)
    check_gradient(
        lambda a, b: product(a, exponential(b)), np.array([0.3, -0.5]), np.array([1.5, 2.0]), order=order, dev=dev
    )


def test_broadcasting_and_dtypes_are_undone(dev: int) -> None:
    check_gradient(product, np.ones(3), np.full((2, 1), 2.0), dev=dev)
    row, grid = tensor(np.ones(3, np.float32), dev=dev), tensor(np.ones((2, 3)), dev=dev)
    g_row, g_grid = gradient(lambda a, b: np.sum(product(a, b)), row, grid)
    assert (g_row.shape, g_row.dtype) == ((3,), np.float32)
    assert (g_grid.shape, g_grid.dtype) == ((2, 3), np.float64)


def test_complex_arguments(dev: int) -> None:
    z = np.array([1 + 2j, -0.5 + 0.5j])
    check_gradient(exponential, z, dev=dev)
    check_gradient(product, z, np.array([0.5, 2.0]), dev=dev)


def test_several_results(dev: int) -> None:
    z = np.array([1 + 2j, -0.5 + 0.5j])
    check_gradient(polar, z, dev=dev)
    check_gradient(lambda a: polar(a)[0], z, dev=dev)
    check_gradient(lambda a: polar(a)[1] * polar(a)[0], z, dev=dev)
    _, back = pullback(polar, tensor(z, dev=dev))
    np.testing.assert_allclose(collect(back((np.ones(2), None))[0]), z / np.abs(z))


@dataclass
class Layer:
    weight: Any
    bias: Any
    name: str = "layer"


@adjoint
def affine(layer: Layer, x: Tensor, scale: float = 1.0) -> Any:
    y = scale * (layer.weight * x + layer.bias)
    return {"y": y}, lambda g: (
        {"weight": scale * g["y"] * x, "bias": scale * g["y"]},
        scale * g["y"] * layer.weight,
    )


def test_structures_and_keywords(x: Tensor) -> None:
    def f(layer: Layer, a: Tensor) -> Tensor:
        return np.sum(affine(layer, a, scale=3.0)["y"] ** 2)

    layer = Layer(x + 1, x - 1)
    (g, ga) = gradient(f, layer, x)
    y = 3 * ((x + 1) * x + x - 1)
    np.testing.assert_allclose(collect(g.weight), collect(6 * y * x))
    np.testing.assert_allclose(collect(g.bias), collect(6 * y))
    np.testing.assert_allclose(collect(ga), collect(6 * y * (x + 1)))
    assert g.name is None
    gs = gradient(lambda: f(layer, x), params(layer))
    np.testing.assert_allclose(collect(gs[layer.weight]), collect(6 * y * x))


def test_none_is_zero(x: Tensor) -> None:
    @adjoint
    def first(a: Tensor, b: Tensor) -> Any:
        return a + b, lambda g: (g, None)

    ga, gb = gradient(lambda a, b: np.sum(first(a, b)), x, x)
    np.testing.assert_array_equal(collect(ga), 1)
    assert gb is None
    assert gradient(lambda a, b: np.sum(first(a * 0, b)) + np.sum(b), x, x)[1] is not None


def test_functions_of_the_host_have_gradients(x: Tensor) -> None:
    @adjoint
    def j0(a: Tensor) -> Any:
        return special.j0(collect(a)), lambda g: -g * tensor(special.j1(collect(a)), dev=a.dev)

    @adjoint
    def sine(a: Tensor) -> Any:
        return np.frompyfunc(np.sin, 1, 1)(collect(a)).astype(float), lambda g: collect(g) * np.cos(collect(a))

    assert j0(x).dev == x.dev
    (g,) = gradient(lambda a: np.sum(j0(a)), x)
    np.testing.assert_allclose(collect(g), -special.j1(collect(x)))
    (g,) = gradient(lambda a: np.sum(sine(a)), x)
    np.testing.assert_allclose(collect(g), np.cos(collect(x)))
    with pytest.raises(NotImplementedError, match="sine: its pullback gave a value of the host"):
        nt.hessian(lambda a: np.sum(sine(a)), x)
    # But it is no obstacle to a second derivative with respect to something else.
    h = nt.hessian(lambda s: s**3 * np.sum(sine(nt.dropgrad(x))), 2.0)
    assert h == pytest.approx(12 * np.sin(collect(x)).sum())


def test_what_was_computed_in_between_is_no_silent_constant(x: Tensor) -> None:
    @adjoint
    def cube(a: Tensor) -> Any:
        square = a * a
        return a * square, lambda g: 3 * g * square

    np.testing.assert_allclose(collect(gradient(lambda a: np.sum(cube(a)), x)[0]), collect(3 * x**2))
    with pytest.raises(NotImplementedError, match=r"cube: a second derivative needs square"):
        nt.hessian(lambda a: np.sum(cube(a)), x)
    # Going forward is linear in the gradient and needs no derivative of `square`.
    np.testing.assert_allclose(collect(nt.jvp(cube, (x,), (x,))[1]), collect(3 * x**3))
    # Nor does a gradient by something that `square` does not depend on.
    (g,) = gradient(lambda s: np.sum(s * gradient(lambda a: s * np.sum(cube(a)), x)[0]), 2.0)
    assert g == pytest.approx(2 * 2 * np.sum(3 * collect(x) ** 2))


@pytest.mark.parametrize(
    "hide",
    [
        lambda h: lambda g: 3 * g * h,
        lambda h: lambda g, h=h: 3 * g * h,
        lambda h: functools.partial(lambda h, g: 3 * g * h, h),
        lambda h: functools.partial(lambda g, h: 3 * g * h[0], h=[h]),
    ],
)
def test_wherever_it_is_kept(hide: Any, x: Tensor) -> None:
    @adjoint
    def cube(a: Tensor) -> Any:
        return a**3, hide(a * a)

    np.testing.assert_allclose(collect(gradient(lambda a: np.sum(cube(a)), x)[0]), collect(3 * x**2))
    with pytest.raises(NotImplementedError, match="a second derivative needs"):
        nt.hessian(lambda a: np.sum(cube(a)), x)


def test_constants_are_no_obstacle(x: Tensor) -> None:
    outside = x + 1

    @adjoint
    def f(a: Tensor, c: Tensor, *, k: Tensor) -> Any:
        return a**2 * c * outside * k, lambda g: (2 * g * a * c * outside * k, None)

    h = nt.hessian(lambda a: np.sum(f(a, x, k=CONSTANT)), x)
    np.testing.assert_allclose(collect(h), np.diag(collect(2 * x * outside * 3)))


CONSTANT = tensor(3.0)


def test_hidden_dependences_are_refused(x: Tensor) -> None:
    w = x + 1

    @adjoint
    def scaled(a: Tensor, factor: Any = 1.0) -> Any:
        return a * w * factor, lambda g: g * w * factor

    with pytest.raises(ValueError, match=r"scaled: it uses a Tensor that a gradient depends on"):
        gradient(lambda: np.sum(scaled(x)), params(w))
    with pytest.raises(ValueError, match="positional"):
        gradient(lambda s: np.sum(scaled(x, factor=s)), 2.0)
    np.testing.assert_allclose(collect(gradient(lambda a: np.sum(scaled(a)), x)[0]), collect(w))


def test_wrong_rules_are_explained(x: Tensor) -> None:
    def using(pull: Any) -> Any:
        return lambda a: np.sum(adjoint(lambda b: (b * 1, pull))(a))

    with pytest.raises(TypeError, match=r"one gradient \(or None\) for each of 1 positional arguments, not 2"):
        gradient(using(lambda g: (g, g)), x)
    with pytest.raises(ValueError, match=r"a gradient has shape \(\), its argument \(3,\)"):
        gradient(using(lambda g: np.sum(g)), x)
    with pytest.raises(ValueError, match=r"a gradient has shape \(2,\)"):
        gradient(using(lambda g: g[:2]), x)
    with pytest.raises(TypeError, match="must be an array, a number or None, not str"):
        gradient(using(lambda _: "steep"), x)
    with pytest.raises(TypeError, match=r"must return \(value, pullback\), not Tensor"):
        adjoint(lambda a: a * 2)(x)


def test_methods_and_constants(x: Tensor) -> None:
    class Scale:
        def __init__(self, factor: Tensor) -> None:
            self.factor = factor

        @adjoint
        def __call__(self, a: Tensor) -> Any:
            return self.factor * a, lambda g: ({"factor": g * a}, g * self.factor)

    scale = Scale(x + 1)
    gs = gradient(lambda: np.sum(scale(x)), params(scale))
    np.testing.assert_allclose(collect(gs[scale.factor]), collect(x))
    np.testing.assert_allclose(collect(gradient(lambda a: np.sum(scale(a)), x)[0]), collect(x + 1))
    assert gradient(lambda a: np.sum(scale(x)) + 0 * a, 1.0) == (0.0,)


def test_a_long_chain(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        for _ in range(20_000):
            a = product(a, 1.0)
        return np.sum(a)

    np.testing.assert_array_equal(collect(gradient(f, x)[0]), 1)


def test_nothing_is_kept_alive_by_cycles(x: Tensor) -> None:
    gc.collect()
    gc.disable()
    try:
        gradient(lambda a: np.sum(nt.checkpointed(np.sin, polar(exponential(a) + 1j)[0])), x)
        nt.hessian(lambda a: np.sum(exponential(a)), x)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_two_threads(x: Tensor) -> None:
    failures: list[Any] = []

    def work(power: int) -> None:
        for _ in range(50):
            h = nt.hessian(lambda a: np.sum(exponential(a) ** power), x)
            if not np.allclose(collect(h), np.diag(power**2 * np.exp(power * collect(x)))):
                failures.append(h)

    threads = [threading.Thread(target=work, args=(power,)) for power in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_hook_replaces_the_gradient(x: Tensor) -> None:
    seen: list[Any] = []
    (g,) = gradient(lambda a: np.sum(3 * nt.hook(lambda g: seen.append(g) or g * 2, a * 1)), x)
    np.testing.assert_array_equal(collect(seen[0]), 3)
    np.testing.assert_array_equal(collect(g), 6)
    assert nt.hook(lambda g: g, x) is x
    assert gradient(lambda a: np.sum(nt.hook(lambda _: None, a)), x) == (None,)
    (g,) = gradient(lambda a: np.sum(nt.hook(lambda g: {"b": g["b"]}, {"a": a, "b": a * 2})["b"]), x)
    np.testing.assert_array_equal(collect(g), 2)
    check_gradient(lambda a: nt.hook(lambda g: g * 1, np.sin(a)), collect(x), order=2, dev=x.dev)


def test_nograd_and_dropgrad(x: Tensor) -> None:
    @nt.nograd
    def largest(a: Tensor) -> float:
        return float(np.max(a))

    @nt.nograd
    def itself(a: Any) -> Any:
        return a

    np.testing.assert_array_equal(collect(gradient(lambda a: np.sum(a * largest(a)), x)[0]), 2)
    (g,) = gradient(lambda a: np.sum(a * itself({"a": a})["a"] + a * itself(a)), x)
    np.testing.assert_allclose(collect(g), collect(2 * x))
    (g,) = gradient(lambda a: np.sum(a * nt.dropgrad([a, {"b": 7}])[0]), x)
    np.testing.assert_allclose(collect(g), collect(x))
    assert nt.dropgrad(x) is x
    assert nt.dropgrad("text") == "text"
    ps = params(x)
    np.testing.assert_allclose(collect(gradient(lambda: np.sum(x * nt.dropgrad(x)), ps)[x]), collect(x))
