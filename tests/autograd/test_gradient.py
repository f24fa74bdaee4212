"""gradient, withgradient, pullback: what they accept, return and refuse."""

from dataclasses import dataclass

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, collect, gradient, params, pullback, tensor, withgradient


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor(np.array([0.5, 1.0, 2.0]), dev=dev)


def test_one_gradient_for_each_argument(x: Tensor) -> None:
    gx, gy = gradient(lambda a, b: np.sum(a * a * b), x, x + 1)
    np.testing.assert_allclose(collect(gx), collect(2 * x * (x + 1)))
    np.testing.assert_allclose(collect(gy), collect(x * x))
    assert gx.dev == x.dev
    assert not gx.tracked


def test_an_argument_without_influence_has_no_gradient(x: Tensor) -> None:
    assert gradient(lambda a, _: np.sum(a), x, x)[1] is None
    assert gradient(lambda _: 3.0, x) == (None,)


def test_gradients_come_in_the_form_of_their_arguments() -> None:
    (from_array,) = gradient(lambda a: np.sum(a**2), np.array([1.0, 2.0]))
    assert isinstance(from_array, np.ndarray)
    np.testing.assert_array_equal(from_array, [2.0, 4.0])
    (from_float,) = gradient(lambda a: a**3, 2.0)
    assert type(from_float) is float
    assert from_float == 12.0
    (from_complex,) = gradient(lambda z: np.abs(z) ** 2, 1.0 + 2.0j)
    assert type(from_complex) is complex
    assert from_complex == pytest.approx(2.0 + 4.0j)


@dataclass
class Layer:
    weight: Tensor
    bias: Tensor
    name: str


def test_gradients_have_the_structure_of_their_arguments(x: Tensor) -> None:
    model = {"layer": Layer(x, x + 1, "first"), "rest": [x, (x, 7)], "steps": 3}
    (g,) = gradient(lambda m: np.sum(m["layer"].weight * m["layer"].bias + m["rest"][1][0]), model)
    assert isinstance(g["layer"], Layer)
    np.testing.assert_allclose(collect(g["layer"].weight), collect(x + 1))
    np.testing.assert_allclose(collect(g["layer"].bias), collect(x))
    assert g["layer"].name is None
    assert g["rest"][0] is None
    np.testing.assert_array_equal(collect(g["rest"][1][0]), 1.0)
    assert model["layer"].weight is x  # type: ignore[attr-defined]


def test_params_are_found_once_and_in_order(x: Tensor) -> None:
    bias = x + 1
    found = params({"a": x, "b": [bias, x], "count": tensor([1, 2])})
    assert len(found) == 2
    assert found[0] is x
    assert found[1] is bias
    assert bias in found
    assert (x + 1) not in found


def test_gradient_with_respect_to_params(x: Tensor) -> None:
    unused = x + 1
    ps = params([x, unused])
    gs = gradient(lambda: np.sum(x * x), ps)
    np.testing.assert_allclose(collect(gs[x]), collect(2 * x))
    assert gs[unused] is None
    assert list(gs) == list(ps)
    with pytest.raises(KeyError, match="parameters"):
        gs[x * 1]


def test_withgradient_carries_other_results_along(x: Tensor) -> None:
    (loss, extra), (g,) = withgradient(lambda a: (np.sum(a**2), "aside"), x)
    assert extra == "aside"
    assert loss.item() == pytest.approx(5.25)
    np.testing.assert_allclose(collect(g), collect(2 * x))


def test_pullback_may_be_called_again(x: Tensor) -> None:
    y, back = pullback(lambda a: np.exp(a), x)
    for seed in (np.ones(3), np.array([0.0, 2.0, 0.0])):
        np.testing.assert_allclose(collect(back(tensor(seed, dev=x.dev))[0]), collect(y) * seed)
    with pytest.raises(ValueError, match=r"seed has shape \(2,\)"):
        back(np.ones(2))
    with pytest.raises(ValueError, match="a seed is needed"):
        back()


def test_losses_must_be_real_scalars(x: Tensor) -> None:
    with pytest.raises(ValueError, match=r"scalar.*shape \(3,\)"):
        gradient(lambda a: a * 2, x)
    with pytest.raises(TypeError, match="real floating-point number, not complex128"):
        gradient(lambda a: np.sum(a * 1j), x)
    with pytest.raises(TypeError, match="not int64"):
        gradient(lambda a: np.argmax(a), x)
    with pytest.raises(TypeError, match="must return a Tensor or a number, not str"):
        gradient(lambda _: "loss", x)


def test_second_order(x: Tensor) -> None:
    (h,) = gradient(lambda a: np.sum(gradient(lambda b: np.sum(b**3), a)[0]), x)
    np.testing.assert_allclose(collect(h), collect(6 * x))


def test_nested_gradients_are_not_confused() -> None:
    # d/dx (x * d/dy (x + y)) = d/dx x = 1: the inner derivative is 1, not 2.
    assert gradient(lambda x: x * gradient(lambda y: x + y, 1.0)[0], 1.0) == (1.0,)
    assert gradient(lambda x: x * gradient(lambda y: x * y, 2.0)[0], 3.0) == (6.0,)


def test_nested_gradients_of_the_same_params(x: Tensor) -> None:
    ps = params(x)
    gs = gradient(lambda: np.sum(gradient(lambda: np.sum(x**3), ps)[x] ** 2), ps)
    np.testing.assert_allclose(collect(gs[x]), collect(36 * x**3))


def test_ignore_makes_constants(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        with nt.ignore():
            scale = a * 2
        return np.sum(a * scale)

    np.testing.assert_allclose(collect(gradient(f, x)[0]), collect(2 * x))


def test_an_exception_leaves_nothing_behind(x: Tensor) -> None:
    def broken() -> Tensor:
        np.sum(x * x)
        raise OSError("on purpose")

    with pytest.raises(OSError, match="on purpose"):
        gradient(broken, params(x))
    assert not nt.within_gradient()
    assert not (x * 2).tracked
    np.testing.assert_allclose(collect(gradient(lambda: np.sum(x * x), params(x))[x]), collect(2 * x))


def test_what_a_finished_gradient_tracked_is_a_constant(x: Tensor) -> None:
    kept: list[Tensor] = []

    def f(a: Tensor) -> Tensor:
        kept.append(a * 2)
        return np.sum(kept[-1])

    gradient(f, x)
    assert not kept[0].tracked
    assert not (kept[0] * x).tracked


def test_control_flow_recursion_and_generators(x: Tensor) -> None:
    def power(a: Tensor, n: int) -> Tensor:
        return a if n == 1 else a * power(a, n - 1)

    def f(a: Tensor) -> Tensor:
        total = sum(np.sum(power(a, n)) for n in (1, 2, 3))
        return total if total > 0 else -total

    np.testing.assert_allclose(collect(gradient(f, x)[0]), collect(1 + 2 * x + 3 * x**2))


def test_a_deep_graph_runs_back_and_is_freed(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        for _ in range(100_000):
            a = a * 1.00001
        return np.sum(a)

    np.testing.assert_allclose(collect(gradient(f, x)[0]), np.exp(1.0), rtol=1e-4)


def test_broadcasting_and_dtypes_are_undone(dev: int) -> None:
    row = tensor(np.ones(3, np.float32), dev=dev)
    grid = tensor(np.ones((2, 3)), dev=dev)
    g_row, g_grid = gradient(lambda a, b: np.sum(a * b), row, grid)
    assert (g_row.shape, g_row.dtype) == ((3,), np.float32)
    assert (g_grid.shape, g_grid.dtype) == ((2, 3), np.float64)
    np.testing.assert_array_equal(collect(g_row), 2.0)


def test_complex_gradients_point_uphill(dev: int) -> None:
    z = tensor(np.array([1 + 2j, -0.5j]), dev=dev)
    (g,) = gradient(lambda a: np.sum(np.abs(a) ** 2), z)
    np.testing.assert_allclose(collect(g), 2 * collect(z))
    (g,) = gradient(lambda a: np.sum(np.real(a * a)), z)
    np.testing.assert_allclose(collect(g), 2 * np.conj(collect(z)))


def test_ties_are_shared_evenly_among_all_axes(dev: int) -> None:
    """Also where the extreme is found axis by axis."""
    ones = tensor(np.ones((2, 3, 2)), dev=dev)
    ones[0, 0, 0] = 0
    for axis in ((0, 2), (2, 0)):
        (g,) = gradient(lambda a, axis=axis: np.sum(np.max(a, axis=axis)), ones)
        expected = np.full((2, 3, 2), 1 / 4)
        expected[:, 0, :] = [[0, 1 / 3], [1 / 3, 1 / 3]]
        np.testing.assert_allclose(collect(g), expected)
