"""ignore and nograd in generators, coroutines and what is built of them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, collect, gradient, tensor


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor([3.0, 4.0], dev=dev)


def slope(f: Callable[[Tensor], Any], x: Tensor) -> list[float]:
    return collect(gradient(f, x)[0]).tolist()


def weights(a: Tensor) -> Iterator[Tensor]:
    with nt.ignore():
        for k in (1.0, 2.0):
            yield k * np.max(a)


def test_a_generator_keeps_ignore_to_itself(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        total = 0.0
        for k in weights(a):
            assert not k.tracked
            assert nt.within_gradient()
            total = total + k * np.sum(a * a)
        return total

    assert slope(f, x) == [(4 + 8) * 2 * 3.0, (4 + 8) * 2 * 4.0]


def test_two_generators_that_take_turns(x: Tensor) -> None:
    def recorded(a: Tensor) -> Iterator[Tensor]:
        for _ in range(2):
            yield np.sum(a * a)

    def f(a: Tensor) -> Tensor:
        return sum(k * s for k, s in zip(weights(a), recorded(a), strict=True))

    assert slope(f, x) == [(4 + 8) * 2 * 3.0, (4 + 8) * 2 * 4.0]


def test_a_generator_that_is_never_finished(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        waiting = weights(a)
        k = next(waiting)
        y = k * np.sum(a)
        del waiting
        assert nt.within_gradient()
        return y

    assert slope(f, x) == [4.0, 4.0]
    kept = weights(x)
    next(kept)
    assert slope(lambda a: np.sum(a), x) == [1.0, 1.0]
    kept.close()
    assert slope(lambda a: np.sum(a), x) == [1.0, 1.0]


def test_a_generator_inside_a_generator(x: Tensor) -> None:
    def outer(a: Tensor) -> Iterator[Tensor]:
        with nt.ignore():
            yield from (k * np.sum(a) for k in weights(a))

    def f(a: Tensor) -> Tensor:
        return sum(k * np.sum(a) for k in outer(a))

    assert slope(f, x) == [4 * 7.0 + 8 * 7.0] * 2


@contextlib.contextmanager
def frozen() -> Iterator[None]:
    with nt.ignore():
        yield


def test_context_managers_made_of_generators_cover_their_block(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        with frozen():
            k = np.sum(a)
        with contextlib.ExitStack() as stack:
            stack.enter_context(frozen())
            stack.enter_context(nt.ignore())
            k = k + np.sum(a)
        assert nt.within_gradient()
        return k * np.sum(a)

    assert slope(f, x) == [14.0, 14.0]


def test_one_in_a_generator(x: Tensor) -> None:
    def parts(a: Tensor) -> Iterator[Tensor]:
        with frozen():
            yield np.sum(a)

    assert slope(lambda a: sum(k * np.sum(a) for k in parts(a)), x) == [7.0, 7.0]


def test_blocks_within_blocks(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        block = nt.ignore()
        with block:
            with block:
                k = np.sum(a)
            k = k * np.sum(a)
            inner = gradient(lambda b: np.sum(b * b), a)[0]  # a gradient of its own
            assert not nt.within_gradient()
        return (k + np.sum(inner)) * np.sum(a)

    assert slope(f, x) == [49.0 + 14.0] * 2


def test_an_error_leaves_the_block(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        with contextlib.suppress(ValueError), nt.ignore():
            raise ValueError("on purpose")
        return np.sum(a * a)

    assert slope(f, x) == [6.0, 8.0]


@nt.nograd
def constants(a: Tensor) -> Iterator[Tensor]:
    """Constants."""
    assert not nt.within_gradient()
    got = yield np.max(a)
    assert got is None or not nt.within_gradient()
    try:
        yield np.min(a)
    except KeyError:
        yield np.sum(a)
    return np.max(a)


def test_a_generator_function_under_nograd(x: Tensor) -> None:
    assert constants.__doc__ == "Constants."
    assert slope(lambda a: sum(k * np.sum(a) for k in constants(a)), x) == [7.0, 7.0]

    def driven(a: Tensor) -> Tensor:
        steps = constants(a)
        y = next(steps) * np.sum(a)
        y = y + steps.send("something") * np.sum(a)
        y = y + steps.throw(KeyError("on purpose")) * np.sum(a)
        with pytest.raises(StopIteration) as end:
            next(steps)
        assert not end.value.value.tracked
        return y + end.value.value * np.sum(a)

    assert slope(driven, x) == [4.0 + 3.0 + 7.0 + 4.0] * 2

    def returned(a: Tensor) -> Tensor:
        def collecting() -> Iterator[Tensor]:
            k = yield from constants(a)
            yield k

        return list(collecting())[-1] * np.sum(a)

    assert slope(returned, x) == [4.0, 4.0]


def test_it_closes_what_it_wraps(x: Tensor) -> None:
    closed: list[bool] = []

    @nt.nograd
    def parts(a: Tensor) -> Iterator[Tensor]:
        try:
            yield np.max(a)
        finally:
            closed.append(nt.within_gradient())

    def f(a: Tensor) -> Tensor:
        for k in parts(a):
            return k * np.sum(a)
        raise AssertionError

    assert slope(f, x) == [4.0, 4.0]
    assert closed == [False]


def test_coroutines_and_asynchronous_generators_under_nograd(x: Tensor) -> None:
    @nt.nograd
    async def largest(a: Tensor) -> Tensor:
        await asyncio.sleep(0)
        return np.max(a)

    @nt.nograd
    async def parts(a: Tensor) -> AsyncIterator[Tensor]:
        for value in a:
            await asyncio.sleep(0)
            yield value

    async def both(a: Tensor) -> Tensor:
        y = await largest(a) * np.sum(a)
        async for k in parts(a):
            y = y + k * np.sum(a)
        return y

    assert slope(lambda a: asyncio.run(both(a)), x) == [4.0 + 7.0] * 2


def test_an_asynchronous_generator_keeps_ignore_to_itself(x: Tensor) -> None:
    async def parts(a: Tensor) -> AsyncIterator[Tensor]:
        with nt.ignore():
            for value in a:
                await asyncio.sleep(0)
                yield value

    async def whole(a: Tensor) -> Tensor:
        y = 0.0
        async for k in parts(a):
            y = y + k * np.sum(a)
        return y

    assert slope(lambda a: asyncio.run(whole(a)), x) == [7.0, 7.0]


def test_a_task_pauses_itself_alone(x: Tensor) -> None:
    async def idle(started: asyncio.Event, over: asyncio.Event) -> None:
        with nt.ignore():
            started.set()
            await over.wait()

    async def work(a: Tensor) -> Tensor:
        started, over = asyncio.Event(), asyncio.Event()
        waiting = asyncio.ensure_future(idle(started, over))
        await started.wait()
        y = np.sum(a**2)
        over.set()
        await waiting
        return y + np.sum(a)

    assert slope(lambda a: asyncio.run(work(a)), x) == [7.0, 9.0]


def test_ignore_is_handed_on_with_the_context(x: Tensor) -> None:
    async def f(a: Tensor) -> Tensor:
        with nt.ignore():
            k = await asyncio.to_thread(np.sum, a)
        return k * await asyncio.to_thread(np.sum, a)

    assert slope(lambda a: asyncio.run(f(a)), x) == [7.0, 7.0]


class Quiet:
    def __enter__(self) -> None:
        self.block = nt.ignore()
        self.block.__enter__()

    def __exit__(self, *error: object) -> None:
        self.block.__exit__(*error)


def test_a_context_manager_of_ones_own(x: Tensor) -> None:
    def parts(a: Tensor) -> Iterator[Tensor]:
        with Quiet():
            yield np.sum(a)

    def f(a: Tensor) -> Tensor:
        with Quiet():
            k = np.max(a)
        return k * np.sum(a) + sum(k * np.sum(a) for k in parts(a))

    assert slope(f, x) == [11.0, 11.0]
