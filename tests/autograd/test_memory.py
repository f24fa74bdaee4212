"""Nothing leaks: bytes and objects are counted before and after."""

import ctypes
import gc
import sys
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, _core, dropgrad, gradient, params, tensor, torch
from numtorch.autograd.rule import define


class _Mallinfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


_mallinfo2 = ctypes.CDLL(None).mallinfo2
_mallinfo2.restype = _Mallinfo


def host_bytes() -> int:
    """Bytes that malloc has handed out, in this whole process."""
    info = _mallinfo2()
    return int(info.uordblks + info.hblkhd)


def in_use(dev: int) -> tuple[int, int]:
    """Bytes of arrays and Python blocks in use. A full collection also empties CPython's own free lists."""
    unreachable = gc.collect()
    assert unreachable == 0, f"{unreachable} objects were kept alive by cycles"
    return host_bytes() + (nt.memory_allocated(dev) if dev >= 0 else 0), sys.getallocatedblocks()


def growth(work: Callable[[], object], dev: int) -> tuple[int, int]:
    """Bytes and Python blocks that `work` leaves behind; fails if it leaves cycles."""
    work()
    gc.collect()
    gc.disable()
    try:
        before = in_use(dev)
        work()
        after = in_use(dev)
    finally:
        gc.enable()
    return after[0] - before[0], after[1] - before[1]


KILOBYTE = 1024  # every Tensor below holds 32 of them: one lost shows


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor(np.ones((64, 64)), dev=dev)


def test_ten_thousand_operations(x: Tensor, dev: int) -> None:
    def work() -> None:
        for _ in range(2_000):
            y = x + x
            y = np.exp(y) * 2.0
            y[0] = 1.0
            y = y.T[1:]
            np.sum(y)

    extra_bytes, blocks = growth(work, dev)
    assert extra_bytes < 16 * KILOBYTE
    assert blocks < 100


def test_a_thousand_gradients(x: Tensor, dev: int) -> None:
    w = tensor(np.ones((64, 64)) * 0.01, dev=dev)
    ps = params(w)

    def work() -> None:
        for _ in range(1_000):
            gradient(lambda: np.sum(np.tanh(x @ w) * x), ps)

    extra_bytes, blocks = growth(work, dev)
    assert extra_bytes < 16 * KILOBYTE
    assert blocks < 100


def test_a_state_that_is_carried_from_step_to_step(x: Tensor, dev: int) -> None:
    state = {"mean": x * 1}

    def step(a: Tensor) -> Tensor:
        mean = 0.9 * state["mean"] + 0.1 * a
        state["mean"] = dropgrad(mean)
        return np.sum(a * a + mean)

    def work() -> None:
        for _ in range(200):
            gradient(step, x)

    extra_bytes, blocks = growth(work, dev)
    assert extra_bytes < 64 * KILOBYTE
    assert blocks < 200


def test_moving_a_model_a_hundred_times(dev: int) -> None:
    model = {"layers": [np.ones((64, 64)) for _ in range(10)]}

    def work() -> None:
        for _ in range(100):
            torch(model, dev=dev)

    extra_bytes, blocks = growth(work, dev)
    assert extra_bytes < 16 * KILOBYTE
    assert blocks < 100


def test_an_error_in_between_frees_the_graph(x: Tensor, dev: int) -> None:
    def broken(a: Tensor) -> Tensor:
        np.sum(np.exp(a * a))
        raise OSError

    def work() -> None:
        for _ in range(100):
            with pytest.raises(OSError):  # noqa: PT011
                gradient(broken, x)

    extra_bytes, _ = growth(work, dev)
    assert extra_bytes < 64 * KILOBYTE


def test_backward_frees_what_is_behind_it(dev: int) -> None:
    """Of a chain of saved values, few are alive at once on the way back."""
    n, length = 256 * 1024, 40
    x = tensor(np.full(n, 0.5), dev=dev)
    readings: list[int] = []
    kernel = _core.kernel("special_spherical_bessel_j0")  # which nothing else uses

    def look(g: Tensor) -> Tensor:
        readings.append(in_use(dev)[0])
        return g

    define("special_spherical_bessel_j0", x=look)

    def f(a: Tensor) -> Tensor:
        for _ in range(length):
            a = np.sin(kernel(a))
        return np.sum(a)

    gradient(f, x)
    assert len(readings) == length
    kept = n * 8 * length
    assert readings[-1] < readings[0] - 0.8 * kept


def test_nothing_waits_for_the_collector(x: Tensor, dev: int) -> None:
    """With the collector off, every kind of run is freed as it ends: by counting references alone."""
    ps = params({"w": x * 0.01, "b": x[0] * 0.01})
    w, b = ps

    def model() -> Tensor:
        h = np.maximum(x @ w + b, 0)
        h[0] *= 2.0
        q, r = np.linalg.qr(h + np.eye(64))
        return np.sum(np.sort(h, axis=1) * q) + np.sum(np.split(r, 2)[1] ** 2)

    def second_order() -> object:
        return gradient(lambda a: np.sum(gradient(lambda c: np.sum(np.tanh(c) ** 3), a)[0] ** 2), x)

    def dropped() -> None:
        nt.pullback(lambda a: np.exp(a) * a, x)

    works: list[Callable[[], object]] = [lambda: gradient(model, ps), second_order, dropped]
    for work in works:
        work()
    gc.collect()
    gc.disable()
    try:
        before = host_bytes() + (nt.memory_allocated(dev) if dev >= 0 else 0)
        highest = 0
        for _ in range(50):
            for work in works:
                work()
            highest = max(highest, host_bytes() + (nt.memory_allocated(dev) if dev >= 0 else 0))
        assert highest - before < 64 * KILOBYTE
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_hundred_thousand_operations_are_freed(dev: int) -> None:
    x = tensor(np.ones(3), dev=dev)

    def f(a: Tensor) -> Tensor:
        for _ in range(25_000):
            a = np.sin(a) * 0.5 + a * 0.5
        return np.sum(a)

    extra_bytes, blocks = growth(lambda: gradient(f, x), dev)
    assert extra_bytes < 64 * KILOBYTE
    assert blocks < 100

    def dropped() -> None:
        nt.pullback(f, x)

    extra_bytes, blocks = growth(dropped, dev)
    assert extra_bytes < 64 * KILOBYTE
    assert blocks < 100


def test_parameters_seen_through_views_are_freed(dev: int) -> None:
    def run() -> weakref.ref[Tensor]:
        w = nt.tensor(np.ones((3, 4)), dev=dev)
        gradient(lambda: np.sum(w.T[1:] @ w), params(w))
        gradient(lambda a: np.sum(a.T @ a), w)
        return weakref.ref(w)

    assert run()() is None


def test_no_list_of_views_outlives_its_gradient(dev: int) -> None:
    """Views made in one gradient are, to the next, from before it."""
    kept = []

    def f(x: nt.Tensor) -> Any:
        y = x * 1
        kept.extend([y, y[1:]])
        return np.sum(y)

    gradient(f, nt.tensor([1.0, 2.0], dev=dev))
    y, view = kept

    def g(x: nt.Tensor) -> Any:
        y[0] = x[1]
        return np.sum(y)

    with pytest.raises(NotImplementedError, match="arrays made before it"):
        gradient(g, nt.tensor([3.0, 4.0], dev=dev))
    assert view.tolist() == [2]


def test_a_log_that_is_written_to_in_every_step(x: Tensor, dev: int) -> None:
    log = tensor(np.zeros(7), dev=dev)

    def step(a: Tensor) -> Tensor:
        log[int(np.argmin(_core.untracked(log)))] = np.sum(np.sin(a))
        return np.sum(np.sin(a) * a)

    def work() -> None:
        for _ in range(200):
            gradient(step, x)

    extra_bytes, blocks = growth(work, dev)
    assert extra_bytes < 64 * KILOBYTE
    assert blocks < 200
