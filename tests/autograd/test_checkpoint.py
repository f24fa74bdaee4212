"""checkpointed: the same gradients from less memory."""

from __future__ import annotations

import functools
import random
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as tnp
from numtorch import Tensor, _core, check_gradient, checkpointed, collect, gradient, params, pullback, tensor
from numtorch.nn.layers import BatchNorm, Chain, Dense, Layer


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor(np.array([0.5, 1.0, 2.0]), dev=dev)


def layer(a: Any) -> Any:
    return np.tanh(np.sin(a) * 2) * a


def test_gradients_of_any_order(dev: int) -> None:
    a, b = np.array([0.3, -0.5]), np.array([1.5, 2.0])
    check_gradient(lambda a: checkpointed(layer, a) ** 2, a, order=3, dev=dev)
    check_gradient(lambda a, b: checkpointed(lambda p, q: p * np.exp(q), a, b * b), a, b, dev=dev)
    check_gradient(lambda z: checkpointed(layer, z), a + 1j * b, dev=dev)


def test_the_function_runs_again_and_without_a_gradient_once(x: Tensor) -> None:
    runs: list[bool] = []

    def f(a: Tensor) -> Tensor:
        runs.append(nt.within_gradient())
        return np.sin(a)

    checkpointed(f, x)
    assert runs == [False]
    y, back = pullback(lambda a: checkpointed(f, a), x)
    assert runs == [False, True]
    for _ in range(2):
        np.testing.assert_allclose(collect(back(np.ones(3))[0]), np.cos(collect(x)))
    assert runs == [False, True, True, True]
    np.testing.assert_array_equal(collect(y), np.sin(collect(x)))


def test_nests_in_and_out(x: Tensor) -> None:
    def f(m: dict[str, Any], flag: str, power: float) -> Any:
        assert flag == "yes"
        assert type(power) is float
        assert m["steps"] == 3
        a, b = m["ab"]
        return {"p": a * b, "q": (b**power, 7)}

    def loss(ab: Any) -> Any:
        out = checkpointed(f, {"ab": ab, "steps": 3}, "yes", 2.0)
        assert out["q"][1] == 7
        return np.sum(out["p"]) + np.sum(out["q"][0])

    ((ga, gb),) = gradient(loss, (x, x + 1))
    np.testing.assert_allclose(collect(ga), collect(x + 1))
    np.testing.assert_allclose(collect(gb), collect(x + 2 * (x + 1)))
    (g,) = gradient(lambda a: np.sum(checkpointed(lambda b: (b * 2, b * 3), a)[1]), x)
    np.testing.assert_array_equal(collect(g), 3)


class Model:
    def __init__(self, w: Tensor) -> None:
        self.w = w

    def __call__(self, a: Tensor) -> Tensor:
        return np.tanh(self.w * a)


def test_parameters_that_are_not_arguments(x: Tensor) -> None:
    model, other = Model(x + 1), Model(x - 1)
    ps = params([model, other])
    plain = gradient(lambda: np.sum(model(model(x) * other.w)), ps)
    saved = gradient(lambda: np.sum(checkpointed(model, checkpointed(lambda a: model(a) * other.w, x))), ps)
    for p in ps:
        np.testing.assert_allclose(collect(saved[p]), collect(plain[p]))
    both = gradient(lambda: np.sum(checkpointed(lambda a: a * model.w, model.w)), ps)
    np.testing.assert_allclose(collect(both[model.w]), collect(2 * model.w))
    assert both[other.w] is None

    def penalty(call: Any) -> Any:
        gs = gradient(lambda: np.sum(call(model, x) ** 2), ps)
        return np.sum(gs[model.w] ** 2)

    second = gradient(lambda: penalty(checkpointed), ps)
    expected = gradient(lambda: penalty(lambda f, a: f(a)), ps)
    np.testing.assert_allclose(collect(second[model.w]), collect(expected[model.w]))


def test_what_is_closed_over(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        b = np.exp(a)
        return np.sum(checkpointed(lambda c: c * b * a, a * 2))

    check_gradient(f, collect(x), order=2, dev=x.dev)


def test_two_tensors_with_one_history(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        b = np.exp(a)
        twin = _core.track(b, _core.node_of(b))
        return np.sum(checkpointed(lambda c: c * b * twin, a))

    check_gradient(f, collect(x), order=2, dev=x.dev)


def test_what_is_needed_again_cannot_be_written_to(x: Tensor) -> None:
    def argument(a: Tensor) -> Tensor:
        b = np.exp(a)
        y = checkpointed(np.sin, b)
        b += 1
        return np.sum(y)

    def closure(a: Tensor) -> Tensor:
        b = np.exp(a)
        y = checkpointed(lambda c: c * b, a)
        b += 1
        return np.sum(y)

    def result(a: Tensor) -> Tensor:
        y = checkpointed(layer, a)
        y *= a
        y[1:] += a[1:]
        return np.sum(y)

    check_gradient(argument, collect(x), dev=x.dev)  # what it was called with is kept
    check_gradient(result, collect(x), dev=x.dev)
    with pytest.raises(RuntimeError, match="was written to since"):
        gradient(closure, x)


def test_writes_outside_of_the_tape_are_noticed(x: Tensor) -> None:
    y, back = nt.pullback(lambda a: checkpointed(np.sin, a), x)
    x += 1
    with pytest.raises(RuntimeError, match="was written to since"):
        back(y)


def test_what_cannot_be_found_is_refused(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        hidden = iter([a * 2])
        return np.sum(checkpointed(lambda b: b * next(hidden), a))

    with pytest.raises(ValueError, match="uses 1 Tensors that a gradient depends on, which are neither arguments"):
        gradient(f, x)


def test_other_shapes_the_second_time_are_noticed(x: Tensor) -> None:
    sizes = [3, 2]
    with pytest.raises(RuntimeError, match="arrays of other shapes"):
        gradient(lambda a: np.sum(checkpointed(lambda b: b[: sizes.pop(0)], a)), x)


def kept(g: Any) -> list[bool]:
    return [bool(v) for v in collect(g) != 0]


def test_random_numbers_are_the_same_again(x: Tensor) -> None:
    """NumPy's, ours and Python's; and what is drawn afterwards is what would have been drawn."""
    for rng in (np.random.default_rng(1), tnp.random.default_rng(1, dev=-1), np.random.RandomState(1), np.random):
        np.random.seed(1)  # noqa: NPY002
        masks: list[Any] = []

        def f(a: Tensor, rng: Any = rng, masks: list[Any] = masks) -> Tensor:
            masks.append([float(v) for v in rng.random(3)] + [random.random()])
            return a * tensor(np.array(masks[-1][:3]), dev=a.dev)

        (g,) = gradient(lambda a: np.sum(checkpointed(f, a)), x)
        assert masks[0] == masks[1]
        np.testing.assert_allclose(collect(g), masks[0][:3])
        following = [float(v) for v in rng.random(3)]
        assert following != masks[0][:3]
    np.random.seed(1)  # noqa: NPY002
    np.random.random(3)  # noqa: NPY002
    np.testing.assert_array_equal(following, np.random.random(3))  # noqa: NPY002


def test_generators_on_the_device(x: Tensor, dev: int) -> None:
    rng = tnp.random.default_rng(3, dev=dev)
    (g,) = gradient(lambda a: np.sum(checkpointed(lambda b: b**2 * (rng.random(3) < 0.5), a)), x)
    expected = tnp.random.default_rng(3, dev=dev)
    assert kept(g) == [bool(v) for v in collect(expected.random(3) < 0.5)]
    np.testing.assert_array_equal(collect(rng.random(3)), collect(expected.random(3)))


def test_libtorchs_generators(x: Tensor, dev: int) -> None:
    uniform = _core.kernel("rand.generator")
    source = nt.Generator(dev)

    def run(seed: int) -> tuple[list[Any], Any]:
        nt.manual_seed(seed)
        source.manual_seed(seed)
        drawn: list[Any] = []

        def f(a: Tensor) -> Tensor:
            mask = uniform((3,), generator=None, device=dev) + 2 * uniform((3,), generator=source, device=dev)
            drawn.append(collect(mask))
            return a * mask

        (g,) = gradient(lambda a: np.sum(checkpointed(f, checkpointed(f, a))), x)
        np.testing.assert_allclose(collect(g), drawn[0] * drawn[1], rtol=1e-6)
        nt.manual_seed(seed)
        source.manual_seed(seed)
        np.testing.assert_array_equal(collect(f(x)), collect(x) * drawn[0])  # as if it were not checkpointed
        drawn.pop()
        return [*drawn, collect(uniform((3,), generator=None, device=dev))], g

    first, _ = run(5)
    np.testing.assert_array_equal(first[0], first[3])
    np.testing.assert_array_equal(first[1], first[2])
    assert len({float(values[0]) for values in first}) == 3
    again, _ = run(5)
    np.testing.assert_array_equal(first, again)
    other, _ = run(6)
    assert not np.array_equal(first[0], other[0])


def test_nested_checkpoints(x: Tensor) -> None:
    def deep(a: Tensor, n: int) -> Tensor:
        return layer(a) if n == 0 else checkpointed(deep, checkpointed(deep, a, n - 1), n - 1)

    def flat(a: Tensor) -> Tensor:
        for _ in range(8):
            a = layer(a)
        return a

    np.testing.assert_allclose(
        collect(gradient(lambda a: np.sum(deep(a, 3)), x)[0]), collect(gradient(lambda a: np.sum(flat(a)), x)[0])
    )


def test_an_error_on_the_way_back_leaves_nothing_behind(x: Tensor) -> None:
    errors = [None, OSError("on purpose")]

    def f(a: Tensor) -> Tensor:
        error = errors.pop(0)
        if error is not None:
            raise error
        return np.sin(a) * np.random.random()  # noqa: NPY002

    np.random.seed(3)  # noqa: NPY002
    with pytest.raises(OSError, match="on purpose"):
        gradient(lambda a: np.sum(checkpointed(f, a)), x)
    assert not nt.within_gradient()
    assert not (x * 2).tracked
    after = np.random.random()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    assert [np.random.random(), np.random.random()][1] == after  # noqa: NPY002


def test_memory_is_freed(dev: int) -> None:
    """Of ten long segments, one at a time is kept."""
    n = 64 * 1024
    x = tensor(np.full(n, 0.5), dev=dev)
    alive: list[int] = []

    def segment(a: Tensor) -> Tensor:
        for _ in range(10):
            a = np.sin(a)
        return a

    def run(call: Any) -> int:
        def f(a: Tensor) -> Tensor:
            for _ in range(10):
                a = call(segment, a)
            alive.append(bytes_in_use(dev))
            return np.sum(a)

        gradient(f, x)
        return alive[-1]

    run(lambda f, a: f(a))
    before = bytes_in_use(dev)
    plain, saved = run(lambda f, a: f(a)) - before, run(checkpointed) - before
    assert plain > 90 * n * 8
    assert saved < 25 * n * 8


def bytes_in_use(dev: int) -> int:
    from tests.autograd.test_memory import host_bytes

    return nt.memory_allocated(dev) if dev >= 0 else host_bytes()


def test_forward_mode_and_jacobians(x: Tensor) -> None:
    v = np.array([1.0, -1.0, 2.0])
    for call in (lambda a: checkpointed(layer, a), lambda a: checkpointed(lambda b: checkpointed(layer, b) * a, a)):
        j = collect(nt.jacobian(call, x)[0])
        np.testing.assert_allclose(collect(nt.jvp(call, (x,), (v,))[1]), j @ v)
    h = collect(nt.hessian(lambda a: np.sum(layer(a) ** 2), x))
    np.testing.assert_allclose(collect(nt.hessian(lambda a: np.sum(checkpointed(layer, a) ** 2), x)), h)
    product = nt.jvp(lambda a: gradient(lambda b: np.sum(checkpointed(layer, b) ** 2), a)[0], (x,), (v,))[1]
    np.testing.assert_allclose(collect(product), h @ v)


def test_partials_methods_and_rules_of_ones_own(x: Tensor) -> None:
    @nt.adjoint
    def square(a: Tensor) -> Any:
        return a * a, lambda g: 2 * g * a

    def f(a: Tensor) -> Tensor:
        scale = np.exp(a)
        model = Model(a + 1)
        y = checkpointed(functools.partial(lambda s, b, k: square(b) * s * k, scale, k=a), a * 2)
        return np.sum(checkpointed(model.__call__, y) + checkpointed(np.multiply, y, scale))

    check_gradient(f, collect(x), order=2, dev=x.dev)


def normalised(dev: int) -> Any:
    model = nt.f64(Chain(Dense(3, 4, rng=0), BatchNorm(4), np.tanh, Counting(), Dense(4, 2, rng=1)))
    return nt.torch(model, dev=dev)


class Counting(Layer):
    """Counts its calls, and draws on what it counted."""

    __buffers__ = ("seen", "mean")

    def __init__(self) -> None:
        self.seen = 0
        self.mean = np.zeros(4)

    def __call__(self, x: Any) -> Any:
        if nt.within_gradient():
            self.seen += 1
            self.mean += 1.0
        return x * (1 + self.mean)


@pytest.mark.parametrize("how", ["closure", "layer", "method", "argument"])
def test_running_averages_move_once(how: str, dev: int) -> None:
    x = tensor(np.random.default_rng(0).normal(size=(6, 3)), dev=dev)
    plain, model = normalised(dev), normalised(dev)
    run = {
        "closure": lambda: checkpointed(lambda a: model(a), x),
        "layer": lambda: checkpointed(model, x),
        "method": lambda: checkpointed(model.__call__, x),
        "argument": lambda: checkpointed(lambda m, a: m(a), model, x),
    }[how]
    for _ in range(2):
        expected = gradient(lambda: np.sum(plain(x) ** 2), params(plain))
        held = {name: array for name, array in nt.state(model).items() if "running" in name}
        found = gradient(lambda: np.sum(run() ** 2), params(model))
        for p, q in zip(params(plain), params(model), strict=True):
            np.testing.assert_allclose(collect(found[q]), collect(expected[p]), rtol=1e-10, atol=1e-12)
        assert all(nt.state(model)[name] is array for name, array in held.items())
        for (name, a), b in zip(nt.state(plain).items(), nt.state(model).values(), strict=True):
            np.testing.assert_allclose(collect(b), collect(a), rtol=1e-12, err_msg=name)
        assert model[3].seen == (0 if how == "argument" else plain[3].seen)  # f has a copy of its arguments


@pytest.mark.parametrize("write", [lambda y: y.__imul__(3), lambda y: np.multiply(y, 3, out=y), lambda y: y.fill(2.0)])
def test_a_function_that_writes_to_its_arguments_is_refused(write: Any) -> None:
    def f(x: Any) -> Any:
        y = x * 1
        return np.sum(nt.checkpointed(lambda t: (write(t), t**2)[1], y)) + np.sum(y)

    with pytest.raises(NotImplementedError, match="writes to an argument"):
        nt.gradient(f, nt.tensor([1.0, 2.0]))
