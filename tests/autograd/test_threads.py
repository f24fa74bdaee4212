"""Work of other threads inside a gradient belongs to it; gradients of two threads stay apart."""

import asyncio
import contextvars
import functools
import operator
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dask
import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, collect, gradient, params, tensor
from numtorch.nn.layers import BatchNorm, Dropout

Runner = Callable[..., Any]


def on_a_new_thread(f: Callable[..., Any], *args: Any) -> Any:
    results: list[Any] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(f(*args))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def in_a_pool(f: Callable[..., Any], *args: Any) -> Any:
    with ThreadPoolExecutor(2) as pool:
        return pool.submit(f, *args).result()


def by_asyncio(f: Callable[..., Any], *args: Any) -> Any:
    return asyncio.run(asyncio.to_thread(f, *args))


def by_dask(f: Callable[..., Any], *args: Any) -> Any:
    holder = functools.partial(f, *args)
    return dask.delayed(lambda: holder(), pure=False)().compute(scheduler="threads")


RUNNERS = [on_a_new_thread, in_a_pool, by_asyncio, by_dask]


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor([0.5, 1.0, 2.0], dev=dev)


def total(a: Tensor) -> Tensor:
    return np.sum(a**3)


def writes(a: Tensor) -> Tensor:
    b = a * 1
    row = b[1:]
    row *= a[:2]
    b[0] = row[1] * 2
    b[1:] += a[1:]
    return np.sum(b * b)


def swish(a: Tensor) -> Tensor:
    return np.sum(nt.checkpointed(lambda t: t / (1 + np.exp(-t)), a))


@nt.adjoint
def cube(a: Tensor) -> Any:
    return a**3, lambda g: 3 * g * a * a


def halved(a: Tensor) -> Tensor:
    return np.sum(nt.hook(lambda g: g / 2, a) ** 3)


PROGRAMS = [total, writes, swish, lambda a: np.sum(cube(a)), halved, lambda a: np.sum(np.sort(a)[::2] * a[0])]


@pytest.mark.parametrize("run", RUNNERS)
@pytest.mark.parametrize("f", PROGRAMS)
def test_work_of_a_thread_belongs_to_the_gradient(f: Callable[[Tensor], Tensor], run: Runner, x: Tensor) -> None:
    (alone,) = gradient(f, x)
    (whole,) = gradient(lambda a: run(f, a), x)
    np.testing.assert_array_equal(collect(whole), collect(alone))
    (partly,) = gradient(lambda a: np.sum(a) * run(f, a * 1), x)
    (wanted,) = gradient(lambda a: np.sum(a) * f(a * 1), x)
    np.testing.assert_array_equal(collect(partly), collect(wanted))


@pytest.mark.parametrize("run", RUNNERS)
def test_every_transform_sees_it(run: Runner, x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        return run(lambda t: t**3, a)

    slope = 3 * collect(x) ** 2
    np.testing.assert_allclose(collect(nt.jacobian(f, x)[0]), np.diag(slope))
    np.testing.assert_allclose(collect(nt.jvp(f, (x,), (np.ones(3),))[1]), slope)
    y, back = nt.pullback(f, x)
    np.testing.assert_allclose(collect(back(np.ones(3))[0]), slope)
    np.testing.assert_allclose(collect(nt.hessian(lambda a: np.sum(f(a)), x)), np.diag(6 * collect(x)))
    assert y.tracked is False


@pytest.mark.parametrize("run", RUNNERS)
def test_parameters(run: Runner, x: Tensor) -> None:
    gs = gradient(lambda: np.sum(x) + run(lambda: np.sum(x * x)), params(x))
    np.testing.assert_allclose(collect(gs[x]), 1 + 2 * collect(x))


@pytest.mark.parametrize("run", RUNNERS)
def test_a_gradient_inside_the_thread_is_part_of_the_one_outside(run: Runner, x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        def inner() -> Tensor:
            (g,) = gradient(lambda t: np.sum(t**3 * a), a)  # 3 a^2 a, and a is another t outside
            return np.sum(g * a)

        return run(inner)

    (wanted,) = gradient(lambda a: np.sum(gradient(lambda t: np.sum(t**3 * a), a)[0] * a), x)
    np.testing.assert_allclose(collect(gradient(f, x)[0]), collect(wanted))
    np.testing.assert_allclose(collect(wanted), 12 * collect(x) ** 3)


@pytest.mark.parametrize("run", RUNNERS)
def test_second_derivatives_all_on_a_thread(run: Runner, x: Tensor) -> None:
    h = run(lambda: nt.hessian(lambda a: run(total, a), x))
    np.testing.assert_allclose(collect(h), np.diag(6 * collect(x)))


@pytest.mark.parametrize("lose", [float, np.asarray, hash, lambda t: np.zeros(1).__setitem__(0, t)])
@pytest.mark.parametrize("run", RUNNERS)
def test_nothing_is_lost_there_either(run: Runner, lose: Callable[[Tensor], Any], x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        with pytest.raises((TypeError, ValueError), match=r"would be lost|unhashable|array element"):
            run(lose, np.sum(a))
        return np.sum(a)

    gradient(f, x)


def test_a_write_into_an_array_of_the_main_thread(x: Tensor, dev: int) -> None:
    def f(a: Tensor) -> Tensor:
        b = tensor([0.0, 0.0, 0.0], dev=dev)
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda i: b.__setitem__(i, a[i] ** 2), range(3)))
        return np.sum(b * b)

    np.testing.assert_allclose(collect(gradient(f, x)[0]), 4 * collect(x) ** 3)


def test_a_write_that_never_arrives(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        b = a * 1
        in_a_pool(lambda: operator.iadd(b[1:], a[1:]))
        return np.sum(b)

    with pytest.raises(NotImplementedError, match="never reached"):
        gradient(f, x)


@pytest.mark.parametrize("run", RUNNERS)
def test_layers_train_there(run: Runner, x: Tensor, dev: int) -> None:
    dropped: list[Tensor] = []
    gradient(lambda a: run(lambda: (dropped.append(Dropout(0.5, rng=0)(np.ones(100) * a[0])), np.sum(a))[1]), x)
    assert np.any(collect(dropped[0]) == 0)
    norm = nt.torch(BatchNorm(2), dev=dev)
    before = collect(norm.running_mean)
    images = tensor(np.random.default_rng(0).normal(size=(4, 2, 3, 3)), dev=dev)
    gradient(lambda: run(lambda: np.sum(norm(images))), params(norm))
    assert not np.allclose(collect(norm.running_mean), before)


def test_gradients_of_two_threads_stay_apart(x: Tensor, dev: int) -> None:
    failures: list[Any] = []
    other = tensor([1.0, 2.0, 3.0], dev=dev)

    def work(power: int, owned: Tensor) -> None:
        for _ in range(100):
            gs = gradient(lambda: np.sum(x**power * other), params(owned))
            base = collect(other) * power * collect(x) ** (power - 1) if owned is x else collect(x) ** power
            if gs[owned].tracked or not np.allclose(collect(gs[owned]), base):
                failures.append((power, gs[owned]))

    threads = [threading.Thread(target=work, args=args) for args in [(2, x), (3, x), (2, other), (3, other)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


class _Meeting:
    """Two gradients under way on two threads, with `at` run on a third while they are."""

    def __init__(self, first: Callable[..., Any], second: Callable[..., Any], at: Callable[[], Any]) -> None:
        self.inside, self.done = threading.Barrier(3), threading.Barrier(3)
        threads = [threading.Thread(target=self.take, args=(f,)) for f in (first, second)]
        for thread in threads:
            thread.start()
        self.inside.wait(10)
        try:
            self.value = at()
        finally:
            self.done.wait(10)
            for thread in threads:
                thread.join()

    def take(self, f: Callable[..., Any]) -> None:
        def waiting(*args: Any) -> Any:
            y = f(*args)
            self.inside.wait(10)
            self.done.wait(10)
            return y

        gradient(waiting, *([tensor([1.0, 2.0])] if f.__code__.co_argcount else [self.params]))

    params: Any = None


def test_values_of_two_gradients_do_not_mix() -> None:
    seen: list[Tensor] = []

    def first(a: Tensor) -> Tensor:
        seen.append(a * 2)
        return np.sum(a)

    def second(a: Tensor) -> Tensor:
        seen.append(a * 3)
        return np.sum(a)

    def mix() -> None:
        assert seen[0].tracked
        assert seen[1].tracked
        with pytest.raises(RuntimeError, match="two gradients that are being taken on different threads"):
            np.add(*seen)
        assert not np.add(nt.dropgrad(seen[0]), seen[1] * 0 + 1).is_value

    _Meeting(first, second, mix)
    assert not seen[0].tracked


def test_whose_a_parameter_is_must_be_known(x: Tensor) -> None:
    contexts: list[contextvars.Context] = []
    meeting = _Meeting.__new__(_Meeting)
    meeting.params = params(x)

    def loss() -> Tensor:
        contexts.append(contextvars.copy_context())
        return np.sum(x * x)

    def third() -> None:
        with pytest.raises(RuntimeError, match=r"ignore\(\)"):
            np.sum(x)
        with nt.ignore():
            assert not np.sum(x).tracked
        assert contexts[0].run(lambda: np.sum(x).tracked)

    meeting.__init__(loss, loss, third)  # type: ignore[misc]
    assert not np.sum(x).tracked


def test_a_thread_that_outlives_the_gradient(x: Tensor) -> None:
    over = threading.Event()
    late: list[bool] = []

    def work(a: Tensor) -> None:
        over.wait(10)
        late.append((a * 2).tracked)

    threads: list[threading.Thread] = []

    def f(a: Tensor) -> Tensor:
        threads.append(threading.Thread(target=work, args=(a,)))
        threads[0].start()
        return np.sum(a)

    gradient(f, x)
    over.set()
    threads[0].join()
    assert late == [False]


def test_many_threads_in_one_gradient(x: Tensor) -> None:
    def piece(a: Tensor, i: int) -> Tensor:
        b = a * (i + 1)
        view = b[1:]
        view *= a[0]
        return np.sum(np.tanh(b))

    def f(a: Tensor) -> Tensor:
        with ThreadPoolExecutor(4) as pool:
            return sum(pool.map(functools.partial(piece, a), range(16)))  # type: ignore[return-value]

    (wanted,) = gradient(lambda a: sum(piece(a, i) for i in range(16)), x)
    for _ in range(10):
        np.testing.assert_allclose(collect(gradient(f, x)[0]), collect(wanted), rtol=1e-12)
