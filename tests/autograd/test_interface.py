"""What surrounds gradients: errors, state after exceptions, threads, generators, sums of gradients, lost gradients."""

from __future__ import annotations

import math
import threading
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from numtorch import Grads, Tensor, accumulate, collect, gradient, params, pullback, tensor, withgradient


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor(np.array([0.5, 1.0, 2.0]), dev=dev)


# ------------------------------------------------------------------------------------------- errors and state


def test_errors_say_what_is_wanted(x: Tensor) -> None:
    for take in (gradient, withgradient):
        name = take.__name__
        with pytest.raises(ValueError, match=rf"{name}: f must return a scalar \(a 0-d Tensor\), not shape \(3,\)"):
            take(lambda a: a, x)
        with pytest.raises(TypeError, match=rf"{name}: .*not complex128; take np.real or np.abs of it"):
            take(lambda a: np.sum(a) * 1j, x)
        with pytest.raises(TypeError, match=f"{name}: f must return a Tensor or a number, not NoneType"):
            take(lambda _: None, x)
    assert gradient(lambda _: 3.0, x) == (None,)
    assert gradient(lambda a: np.sum(np.floor(a)), x) == (None,)


def raising(a: Any) -> Any:
    np.sum(np.exp(a))
    raise OSError("on purpose")


@pytest.mark.parametrize(
    "take",
    [
        lambda x: gradient(raising, x),
        lambda x: gradient(lambda: raising(x), params(x)),
        lambda x: gradient(lambda a: gradient(raising, a)[0], x),
        lambda x: pullback(raising, x),
        lambda x: nt.jacobian(raising, x),
        lambda x: nt.hessian(raising, x),
        lambda x: nt.jvp(raising, (x,), (x,)),
        lambda x: gradient(nt.nograd(raising), x),
        lambda x: gradient(nt.adjoint(raising), x),
        lambda x: gradient(lambda a: nt.checkpointed(raising, a), x),
        lambda x: gradient(lambda: nt.checkpointed(raising, x), params(x)),
        lambda x: gradient(lambda a: np.sum(nt.adjoint(lambda b: (b, raising))(a)), x),
        lambda x: gradient(lambda a: np.sum(nt.hook(raising, a)), x),
    ],
)
def test_an_exception_restores_everything(take: Callable[[Tensor], Any], x: Tensor) -> None:
    with pytest.raises(OSError, match="on purpose"):
        take(x)
    assert not nt.within_gradient()
    assert nt._core.scope_depth() == 0
    assert not (x * 2).tracked
    with nt.device(x.dev):
        np.testing.assert_allclose(collect(gradient(lambda: np.sum(x**2), params(x))[x]), collect(2 * x))

    def outer(a: Tensor) -> Tensor:
        with pytest.raises(OSError, match="on purpose"):
            take(a)
        assert nt.within_gradient()
        return np.sum(a * a)

    np.testing.assert_allclose(collect(gradient(outer, x)[0]), collect(2 * x))


def test_ignore_ends_with_an_exception(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        with pytest.raises(OSError, match="on purpose"), nt.ignore():
            raising(a)
        return np.sum(a * a)

    np.testing.assert_allclose(collect(gradient(f, x)[0]), collect(2 * x))


# ------------------------------------------------------------------------------------------- Python's control flow


def test_generators_recursion_and_closures(x: Tensor) -> None:
    def powers(a: Tensor) -> Iterator[Tensor]:
        p = a
        while True:
            yield p
            p = p * a

    def factorial_like(a: Tensor, n: int) -> Tensor:
        return a if n == 0 else factorial_like(a, n - 1) * (a + n)

    def f(a: Tensor) -> Tensor:
        stream = powers(a)
        first = [next(stream) for _ in range(3)]
        return np.sum(sum(first) + factorial_like(a, 2))

    nt.check_gradient(f, collect(x), dev=x.dev)


def test_a_generator_that_outlives_its_gradient(x: Tensor) -> None:
    kept: list[Iterator[Tensor]] = []

    def stream(a: Tensor) -> Iterator[Tensor]:
        yield a * 2
        yield a * 3

    def f(a: Tensor) -> Tensor:
        kept.append(stream(a))
        return np.sum(next(kept[-1]))

    np.testing.assert_array_equal(collect(gradient(f, x)[0]), 2)
    later = next(kept[0])
    assert not later.tracked
    np.testing.assert_allclose(collect(gradient(lambda b: np.sum(b * later), x)[0]), collect(3 * x))


def test_gradients_as_values_in_between(x: Tensor) -> None:
    """A step of gradient descent is differentiated with respect to its step length."""

    def after(rate: Any) -> Any:
        w = x
        for _ in range(3):
            w = w - rate * gradient(lambda v: np.sum(v**4), w)[0]
        return np.sum(w**2)

    nt.check_gradient(after, 0.01, dev=x.dev)


def test_threads_with_the_same_parameters(x: Tensor) -> None:
    ps = params(x)
    failures: list[Any] = []
    barrier = threading.Barrier(2)

    def work(power: int) -> None:
        barrier.wait()
        for _ in range(40):
            plain = gradient(lambda: np.sum(nt.checkpointed(lambda a: a**power, x)), ps)[x]
            _, push = nt.pushforward(lambda: x**power, ps)
            for found in (plain, push(Grads(ps, [x * 0 + 1]))):
                if not np.allclose(collect(found), power * collect(x) ** (power - 1)):
                    failures.append((power, found))

    threads = [threading.Thread(target=work, args=(power,)) for power in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_an_inner_gradient_at_a_constant() -> None:
    assert gradient(lambda a: a * gradient(lambda b: b**3, 2.0)[0], 3.0) == (12.0,)
    assert gradient(lambda a: gradient(lambda b: a * b**3, 2.0)[0], 3.0) == (12.0,)


# ------------------------------------------------------------------------------------------- nests in, nests out


Pair = namedtuple("Pair", "loss aside")


@dataclass
class Point:
    x: Any
    y: Any


def test_withgradient_takes_the_first_of_several_results(x: Tensor) -> None:
    def loss(a: Tensor) -> Tensor:
        return np.sum(a**2)

    for wrap in (
        lambda a: (loss(a), "aside"),
        lambda a: Pair(loss(a), "aside"),
        lambda a: {"loss": loss(a), "aside": "aside"},
        loss,
    ):
        val, (g,) = withgradient(wrap, x)
        np.testing.assert_allclose(collect(g), collect(2 * x))
        assert type(val) is type(wrap(x))
    with pytest.raises(TypeError, match="withgradient: f must return a Tensor or a number, not NoneType"):
        withgradient(lambda _: (), x)
    val, gs = withgradient(lambda: (loss(x), [x]), params(x))
    assert val[1] == [x]
    np.testing.assert_allclose(collect(gs[x]), collect(2 * x))


def test_pullback_of_nests(x: Tensor) -> None:
    y, back = pullback(lambda a: {"p": Point(a**2, 3 * a), "n": 7, "c": 2.0}, x)
    assert y["n"] == 7
    np.testing.assert_allclose(collect(back({"p": Point(np.ones(3), None)})[0]), collect(2 * x))
    np.testing.assert_allclose(collect(back({"p": {"y": np.ones(3)}, "c": 1.0})[0]), 3)
    assert back({"p": None}) == (None,)
    with pytest.raises(ValueError, match="back: a seed is needed, since f returned several arrays"):
        back()
    with pytest.raises(TypeError, match=r"back: the seed: expected a dict with the keys \['p', 'n', 'c'\]"):
        back({"q": 1.0})
    with pytest.raises(TypeError, match="back: the seed: expected a dict"):
        back([1.0])
    with pytest.raises(ValueError, match=r"back: the seed has shape \(2,\)"):
        back({"p": Point(np.ones(2), None)})
    with pytest.raises(TypeError, match="back: the seed is complex128, what f returned is float64"):
        back({"p": Point(1j * np.ones(3), None)})
    with pytest.raises(TypeError, match="pullback: f must return a Tensor or a number, not str"):
        pullback(lambda _: "text", x)
    y, back = pullback(lambda a: (a, a), x)
    np.testing.assert_array_equal(collect(back((np.ones(3), 2 * np.ones(3)))[0]), 3)


def test_the_same_list_as_two_arguments(x: Tensor) -> None:
    both = [x]
    ga, gb = gradient(lambda a, b: np.sum(a[0] * 2 + b[0] * 3), both, both)
    np.testing.assert_array_equal(collect(ga[0]), 2)
    np.testing.assert_array_equal(collect(gb[0]), 3)
    _, dy = nt.jvp(lambda a, b: a[0] * 2 + b[0] * 3, (both, both), ([x], None))
    np.testing.assert_array_equal(collect(dy), collect(2 * x))


# ------------------------------------------------------------------------------------------- sums of gradients


def test_grads_are_added_and_scaled(x: Tensor) -> None:
    w, unused = x + 1, x + 2
    ps = params([w, unused])
    a = gradient(lambda: np.sum(w * 2), ps)
    b = gradient(lambda: np.sum(w * 3 + unused), ps)
    for gs, expected, other in (
        (a + b, 5, 1), (b - a, 1, 1), (a - b, -1, -1), (2 * b, 6, 2), (b / 2, 1.5, 0.5), (-b, -3, -1),
        (b * np.float64(2), 6, 2), (tensor(2.0, dev=x.dev) * b, 6, 2), (np.float64(2) * b, 6, 2),
        (b.map(lambda g: g + 1), 4, 2), (b.map(lambda g, h: g * h, b), 9, 1),
    ):  # fmt: skip
        np.testing.assert_allclose(collect(gs[w]), expected)
        np.testing.assert_allclose(collect(gs[unused]), other)
    assert (2 * a)[unused] is None
    assert (a + a)[unused] is None
    total = same = a
    before = a[w]
    total += b
    assert total is same
    np.testing.assert_allclose(collect(total[w]), 5)
    np.testing.assert_array_equal(collect(before), 2)
    total *= 2.0
    total -= b
    total /= 7
    np.testing.assert_allclose(collect(total[w]), 1)
    np.testing.assert_allclose(collect(total[unused]), 1 / 7)
    with pytest.raises(ValueError, match="of the same parameters, not Grads of 2 parameters and Grads of 1"):
        a + gradient(lambda: np.sum(w), params(w))
    with pytest.raises(TypeError):
        a * x
    with pytest.raises(TypeError):
        a + 1


def test_gradients_are_accumulated(x: Tensor) -> None:
    ps = params(x)
    a = gradient(lambda: np.sum(x * 2), ps)
    np.testing.assert_array_equal(collect(accumulate(None, a, a, None, a)[x]), 6)
    tree = {"w": x, "p": Point(x, None), "t": (1.0, [None, np.ones(2)])}
    total = accumulate(tree, {"w": None, "p": Point(x, x), "t": (2.0, [x, np.ones(2)])}, None)
    np.testing.assert_allclose(collect(total["p"].x), collect(2 * x))
    assert total["w"] is x
    assert total["p"].y is x
    assert total["t"][0] == 3.0
    assert total["t"][1][0] is x
    np.testing.assert_array_equal(total["t"][1][1], 2)
    assert tree["t"] == (1.0, [None, tree["t"][1][1]])
    with pytest.raises(TypeError, match="accumulate: list and dict have not the same structure"):
        accumulate([x], {"a": x})
    with pytest.raises(TypeError, match="accumulate: Grads and tuple"):
        accumulate(a, (x,))
    with pytest.raises(ValueError, match=r"accumulate: gradients of shapes \(3,\) and \(2,\)"):
        accumulate((x,), (x[:2],))
    with pytest.raises(TypeError, match="accumulate: expected 1 in a tuple, not 2 in a tuple"):
        accumulate((x,), (x, x))


# ------------------------------------------------------------------------------------------- no gradient is lost


LOSING: dict[str, Callable[[Any], Any]] = {
    "np.array([t, t])": lambda t: np.array([t, t]),
    "np.array([t0d, t0d])": lambda t: np.array([t[0], t[1]]),
    "np.asarray(t)": np.asarray,
    "np.array(t, float)": lambda t: np.array(t, float),
    "float(t)": lambda t: float(t[0]),
    "complex(t)": lambda t: complex(t[0]),
    "int(t)": lambda t: int(t[0]),
    "math.sqrt(t)": lambda t: math.sqrt(t[0]),
    "math.fsum(t)": math.fsum,
    "np.float64(t)": lambda t: np.float64(t[0]),
    "np.fromiter(t)": lambda t: np.fromiter(t, float),
    "np.vectorize(f)(t)": lambda t: np.vectorize(lambda v: v * 2)(t),
    "np.frompyfunc(f)(t)": lambda t: np.frompyfunc(lambda v: v * 2, 1, 1)(t),
    "ndarray.dot(t)": lambda t: np.ones((2, 3)).dot(t),  # a method of ndarray knows no protocol
    "memoryview(t)": memoryview,
}


@pytest.mark.parametrize("name", LOSING)
def test_leaving_for_the_host_is_an_error(name: str, x: Tensor) -> None:
    for take in (
        lambda f: gradient(lambda t: np.sum(f(t)) * 1.0, x),
        lambda f: gradient(lambda: np.sum(f(x)) * 1.0, params(x)),
        lambda f: gradient(lambda t: np.sum(nt.checkpointed(f, t)) * 1.0, x),
    ):
        with pytest.raises((TypeError, ValueError, BufferError)):
            take(LOSING[name])


def fill(h: Any, t: Any) -> None:
    h[...] = t


def fill_one(h: Any, t: Any) -> None:
    h[1] = t[1]


def fill_slice(h: Any, t: Any) -> None:
    h[:2] = t[:2]


def fill_mask(h: Any, t: Any) -> None:
    h[h == 0] = t


def fill_list(h: Any, t: Any) -> None:
    h[:] = [t[0], t[1], t[2]]


def add_in_place(h: Any, t: Any) -> None:
    h += t


def add_into_a_slice(h: Any, t: Any) -> None:
    h[1:] += t[1:]


def add_to_one(h: Any, t: Any) -> None:
    h[0] += t[0]


def write_out(h: Any, t: Any) -> None:
    np.multiply(t, t, out=h)


def put(h: Any, t: Any) -> None:
    np.put(h, [0, 1, 2], t)


def copy_to(h: Any, t: Any) -> None:
    np.copyto(h, t)


def add_at(h: Any, t: Any) -> None:
    np.add.at(h, [0, 1, 2], t)


@pytest.mark.parametrize(
    "write",
    [
        fill, fill_one, fill_slice, fill_mask, fill_list, add_in_place, add_into_a_slice, add_to_one, write_out, put,
        copy_to, add_at,
    ],
)  # fmt: skip
def test_writing_into_an_ndarray_is_an_error(write: Callable[[Any, Any], None], x: Tensor) -> None:
    host = np.zeros(3)

    def f(t: Any) -> Any:
        write(host, t)
        return np.sum(t)

    with pytest.raises((TypeError, ValueError)):
        gradient(f, x)
    np.testing.assert_array_equal(host, 0)


def test_products_of_transposes_keep_their_gradient(x: Tensor) -> None:
    w = tensor(np.arange(6.0).reshape(3, 2), dev=x.dev)
    gw, gx = gradient(lambda w, v: np.sum(w.T.dot(v) ** 2), w, x)
    residual = 2 * (collect(w).T @ collect(x))
    np.testing.assert_allclose(collect(gw), np.outer(collect(x), residual))
    np.testing.assert_allclose(collect(gx), collect(w) @ residual)
    host = np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(collect(gradient(lambda v: np.sum(np.dot(host.T, v) ** 2), x)[0]), collect(gx))


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: np.sum(xp.arange(x[1], x[0])), [0, 2]),
        (lambda x: np.sum(xp.arange(0, 10, x[0])), [6, 0]),
        (lambda x: np.sum(xp.r_[x[1] : x[0]]), [0, 2]),
        (lambda x: np.sum(xp.mgrid[x[1] : x[0]]), [0, 2]),
    ],
)
def test_bounds_of_ranges(f: Any, expected: list[float], dev: int) -> None:
    with nt.device(dev):
        (g,) = nt.gradient(f, nt.tensor([3.0, 1.0], dev=dev))
    assert g.tolist() == expected


def test_bytes_of_what_is_tracked_are_refused() -> None:
    with pytest.raises(TypeError, match="a gradient depends on this Tensor"):
        nt.gradient(lambda x: np.sum(np.frombuffer(x.tobytes())) * x[0], nt.tensor([3.0, 1.0]))
