"""jacobian, hessian, diaghessian, pushforward and jvp, against PyTorch, finite differences and formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import numtorch as nt
from numtorch import Tensor, check_gradient, collect, gradient, params, tensor


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor(np.array([0.5, 1.0, 2.0]), dev=dev)


@pytest.fixture
def w(dev: int) -> Tensor:
    return tensor(np.arange(6.0).reshape(2, 3) / 7 + 0.1, dev=dev)


def layer(w: Any, x: Any) -> Any:
    return np.tanh(w @ x)


def test_shapes_and_values_are_those_of_pytorch(w: Tensor, x: Tensor) -> None:
    jw, jx = nt.jacobian(layer, w, x)
    expected = torch.autograd.functional.jacobian(
        lambda w, x: torch.tanh(w @ x), (torch.tensor(collect(w)), torch.tensor(collect(x)))
    )
    assert (jw.shape, jx.shape) == ((2, 2, 3), (2, 3))
    for ours, theirs in zip((jw, jx), expected, strict=True):
        np.testing.assert_allclose(collect(ours), theirs.numpy())
    val, grad = nt.withjacobian(layer, w, x)
    np.testing.assert_allclose(collect(val), collect(layer(w, x)))
    np.testing.assert_allclose(collect(grad[1]), collect(jx))


def test_jacobians_of_nests_and_params(w: Tensor, x: Tensor) -> None:
    (j,) = nt.jacobian(lambda m: layer(m["w"], m["x"][0]), {"w": w, "x": [x, 3]})
    assert j["w"].shape == (2, 2, 3)
    assert j["x"][1] is None
    gs = nt.jacobian(lambda: layer(w, x), params([w, x]))
    assert isinstance(gs, nt.Grads)
    np.testing.assert_allclose(collect(gs[w]), collect(j["w"]))


def test_jacobians_of_numbers_and_constants(x: Tensor) -> None:
    assert nt.jacobian(lambda a: a**2, 3.0) == (6.0,)
    (j,) = nt.jacobian(lambda a: a * x, 3.0)
    np.testing.assert_array_equal(j, collect(x))
    j0, j1 = nt.jacobian(lambda a, _: a * 2, x, x)
    np.testing.assert_array_equal(collect(j0), 2 * np.eye(3))
    np.testing.assert_array_equal(collect(j1), np.zeros((3, 3)))
    (j,) = nt.jacobian(lambda a: a[:0], x)
    assert j.shape == (0, 3)
    (j,) = nt.jacobian(lambda a: np.sum(a), collect(x))
    assert isinstance(j, np.ndarray)
    with pytest.raises(TypeError, match="jacobian: f must return floating-point numbers, not int64"):
        nt.jacobian(np.argmax, x)
    with pytest.raises(TypeError, match="withjacobian: f must return a Tensor or a number, not tuple"):
        nt.withjacobian(lambda a: (a, a), x)


def test_complex_jacobians(dev: int) -> None:
    z = np.array([1 + 2j, -0.5 + 0.5j])
    t = tensor(z, dev=dev)
    np.testing.assert_allclose(collect(nt.jacobian(lambda a: a**3, t)[0]), np.diag(3 * z**2))
    np.testing.assert_allclose(collect(nt.jacobian(np.conj, t)[0]), np.zeros((2, 2)))
    np.testing.assert_allclose(collect(nt.jacobian(lambda a: np.abs(a) ** 2, t)[0]), np.diag(2 * z))
    np.testing.assert_allclose(collect(nt.jacobian(lambda a: np.abs(a) ** 2 + 0j, t)[0]), np.diag(np.conj(z)))
    np.testing.assert_allclose(collect(nt.jacobian(lambda a: a * z, tensor([2.0, 3.0], dev=dev))[0]), np.diag(z))


def test_hessians(x: Tensor) -> None:
    def f(a: Any) -> Any:
        return np.sum(np.sin(a) * a[::-1]) + np.prod(a)

    h = nt.hessian(f, x)
    expected = torch.autograd.functional.hessian(
        lambda a: torch.sum(torch.sin(a) * torch.flip(a, (0,))) + torch.prod(a), torch.tensor(collect(x))
    )
    np.testing.assert_allclose(collect(h), expected.numpy(), atol=1e-14)
    np.testing.assert_allclose(collect(nt.diaghessian(f, x)[0]), np.diag(expected.numpy()), atol=1e-14)
    assert nt.hessian(lambda a: a**3, 2.0) == 12.0
    assert nt.diaghessian(lambda a, b: a**3 * b, 2.0, 5.0) == (60.0, 0.0)
    np.testing.assert_array_equal(collect(nt.hessian(np.sum, x)), np.zeros((3, 3)))
    assert nt.hessian(lambda a: np.sum(a**2), collect(x).reshape(3, 1)).shape == (3, 1, 3, 1)
    gs = nt.diaghessian(lambda: np.sum(x**3), params([x]))
    np.testing.assert_allclose(collect(gs[x]), collect(6 * x))


def test_hessians_are_of_real_scalars(x: Tensor) -> None:
    with pytest.raises(TypeError, match=r"hessian: x must be an array of real floating-point numbers.*not complex128"):
        nt.hessian(lambda a: np.sum(np.abs(a)), x * 1j)
    with pytest.raises(TypeError, match=r"hessian: x must be .* not list"):
        nt.hessian(lambda a: a[0], [x])
    with pytest.raises(ValueError, match="scalar"):
        nt.hessian(lambda a: a, x)
    with pytest.raises(TypeError, match="diaghessian: x must be"):
        nt.diaghessian(lambda a: np.sum(np.abs(a)), x * 1j)
    with pytest.raises(ValueError, match="diaghessian: f must return a scalar"):
        nt.diaghessian(lambda a: a, x)


def test_jvp_is_the_jacobian_times_a_vector(w: Tensor, x: Tensor) -> None:
    dw, dx = np.cos(collect(w)), np.array([1.0, -2.0, 0.5])
    y, dy = nt.jvp(layer, (w, x), (dw, dx))
    jw, jx = nt.jacobian(layer, w, x)
    np.testing.assert_allclose(collect(y), collect(layer(w, x)))
    np.testing.assert_allclose(collect(dy), np.tensordot(collect(jw), dw, 2) + collect(jx) @ dx)
    _, expected = torch.autograd.functional.jvp(
        lambda w, x: torch.tanh(w @ x),
        (torch.tensor(collect(w)), torch.tensor(collect(x))),
        (torch.tensor(dw), torch.tensor(dx)),
    )
    np.testing.assert_allclose(collect(dy), expected.numpy())


def test_push_may_be_called_again_and_is_linear(w: Tensor, x: Tensor) -> None:
    y, push = nt.pushforward(lambda a: layer(w, a) ** 2, x)
    j = collect(nt.jacobian(lambda a: layer(w, a) ** 2, x)[0])
    assert y.shape == (2,)
    for tangent in (np.ones(3), np.array([0.0, 3.0, -1.0])):
        np.testing.assert_allclose(collect(push(tangent)), j @ tangent)
    np.testing.assert_array_equal(collect(push(None)), 0)


def test_structures_and_constants_forward(x: Tensor) -> None:
    model = {"a": x, "b": [x + 1, 7]}
    _, push = nt.pushforward(lambda m: {"p": m["a"] * m["b"][0], "c": x, "n": 2.5, "i": 3}, model)
    dy = push({"a": x, "b": None})
    np.testing.assert_allclose(collect(dy["p"]), collect(x * (x + 1)))
    np.testing.assert_array_equal(collect(dy["c"]), 0)
    assert dy["n"] == 0.0
    assert dy["i"] is None
    assert nt.jvp(lambda a: 3.0, (2.0,), (1.0,)) == (3.0, 0.0)  # noqa: ARG005
    ps = params(x)
    gs = gradient(lambda: np.sum(x**2), ps)
    _, push = nt.pushforward(lambda: x**2, ps)
    np.testing.assert_allclose(collect(push(gs)), collect(4 * x**2))


def test_complex_directions(dev: int) -> None:
    """The derivative with respect to a real step along the tangent, holomorphic or not."""
    z, dz = np.array([1 + 2j, -0.5 + 0.5j]), np.array([0.3 - 1j, 2 + 0.1j])

    def f(a: Any) -> Any:
        return a**2 * np.conj(a) + np.abs(a)

    _, dy = nt.jvp(f, (tensor(z, dev=dev),), (dz,))
    h = 1e-6
    np.testing.assert_allclose(collect(dy), (f(z + h * dz) - f(z - h * dz)) / (2 * h), rtol=1e-8)
    _, dy = nt.jvp(lambda a: a * z, (tensor([2.0, 3.0], dev=dev),), (np.ones(2),))
    np.testing.assert_allclose(collect(dy), z)


def test_tangents_must_fit(x: Tensor) -> None:
    _, push = nt.pushforward(np.sin, x)
    with pytest.raises(ValueError, match=r"push: a tangent has shape \(2,\), its argument has \(3,\)"):
        push(np.ones(2))
    with pytest.raises(TypeError, match="push: a tangent is complex128, its argument is float64"):
        push(np.ones(3) * 1j)
    with pytest.raises(TypeError, match="push: the tangents: expected one for each of 1 arguments, not 2"):
        push(x, x)
    with pytest.raises(TypeError, match="jvp: args and tangents"):
        nt.jvp(np.sin, (x,), ())


def test_forward_within_gradients(x: Tensor) -> None:
    def along(a: Any) -> Any:
        return nt.jvp(lambda b: np.sin(b) * b**2, (a,), (a**2,))[1]

    check_gradient(along, collect(x), order=2, dev=x.dev)
    # Forward over reverse, reverse over forward, and forward twice.
    f = lambda a: np.sum(np.exp(a) * a[::-1])  # noqa: E731
    h = collect(nt.hessian(f, x))
    v = np.array([1.0, -1.0, 0.5])
    np.testing.assert_allclose(collect(nt.jvp(lambda a: gradient(f, a)[0], (x,), (v,))[1]), h @ v)
    np.testing.assert_allclose(collect(gradient(lambda a: nt.jvp(f, (a,), (v,))[1], x)[0]), h @ v)
    twice = nt.jvp(lambda a: nt.jvp(f, (a,), (v,))[1], (x,), (v,))[1]
    np.testing.assert_allclose(collect(twice), v @ h @ v)
    assert nt.jvp(lambda a: nt.jvp(lambda b: nt.jvp(lambda c: c**4, (b,), (1.0,))[1], (a,), (1.0,))[1], (2.0,), (1.0,))[
        1
    ].item() == pytest.approx(48.0)


def test_jacobians_within_gradients(x: Tensor) -> None:
    nt.check_gradient(lambda a: nt.jacobian(lambda b: np.sin(b) * b[::-1], a)[0], collect(x), order=1, dev=x.dev)
    nt.check_gradient(lambda a: nt.hessian(lambda b: np.prod(b) ** 2, a), collect(x), order=1, dev=x.dev)
    nt.check_gradient(lambda a: nt.diaghessian(lambda b: np.prod(b) ** 3, a)[0], collect(x), order=1, dev=x.dev)


def test_perturbations_are_not_confused() -> None:
    # d/dx (x * d/dy (x + y)) = 1, forward in forward, and mixed.
    d = lambda f, a: nt.jvp(f, (a,), (1.0,))[1]  # noqa: E731
    g = lambda f, a: gradient(f, a)[0]  # noqa: E731
    for outer in (d, g):
        for inner in (d, g):
            assert float(collect(outer(lambda x, inner=inner: x * inner(lambda y: x + y, 1.0), 1.0))) == 1.0
            assert float(collect(outer(lambda x, inner=inner: x * inner(lambda y: x * y * y, 2.0), 3.0))) == 24.0


def test_tangents_may_depend_on_an_outer_argument(x: Tensor) -> None:
    (g,) = gradient(lambda s: np.sum(nt.jvp(np.sin, (x,), (s * x,))[1]), 2.0)
    assert g == pytest.approx(np.sum(np.cos(collect(x)) * collect(x)))
