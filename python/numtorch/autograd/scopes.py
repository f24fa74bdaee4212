"""Where recording begins, pauses and ends; values that count as constants."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, ParamSpec, TypeVar

from numtorch import _core
from numtorch._core import Node, Run, Tensor
from numtorch.structure import fmap, leaves

P = ParamSpec("P")
T = TypeVar("T")

_marks: dict[Node, Tensor] = {}


class scope:
    """Records what runs inside, and gives the number from which on the nodes are its own.

    Parameters
    ----------
    run : Run, optional
        A gradient of another thread that the work belongs to.
    """

    __slots__ = ("_run",)

    def __init__(self, run: Run | None = None) -> None:
        self._run = run

    def __enter__(self) -> int:
        return _core.enter_scope(self._run)

    def __exit__(self, *error: object) -> None:
        _core.exit_scope()


@contextmanager
def marked(pairs: Iterable[tuple[Tensor, Node]]) -> Generator[None, None, None]:
    """Inside the block each of these Tensors is the leaf that its node describes."""
    done: list[tuple[Tensor, Node]] = []
    try:
        for value, node in pairs:
            _core.mark(value, node)
            _marks[node] = value
            done.append((value, node))
        yield
    finally:
        for value, node in done:
            _core.unmark(value, node)
            _marks.pop(node, None)


def tensors_marked() -> dict[Node, Tensor]:
    """The Tensors that are marked, by their nodes."""
    return dict(_marks)


def untracked(value: Tensor) -> Tensor:
    """The value as a Tensor that nothing depends on; what is written to `value` under the tape does not reach it."""
    return _core.untracked(value)


_GENERATORS = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def _is_entering(code: CodeType) -> bool:
    """Whether it enters a block for somebody else: contextlib's code, or a context manager's own `__enter__`."""
    return code.co_filename == contextlib.__file__ or code.co_name in ("__enter__", "__aenter__")


def _generator_around(frame: FrameType | None) -> FrameType | None:
    """The generator that a block in `frame` waits in whenever that does, None if it is a function.

    A generator under `contextlib.contextmanager` waits while the block of whoever entered it runs.
    """
    while frame is not None:
        if not _is_entering(frame.f_code):
            if not frame.f_code.co_flags & _GENERATORS:
                return None
            if frame.f_back is None or not _is_entering(frame.f_back.f_code):
                return frame
        frame = frame.f_back
    return None


class ignore:
    """Do not record what runs inside: a ``with`` block whose results count as constants.

    The block belongs to the context that it stands in (`contextvars`): another thread or `asyncio` task goes on
    recording, but for those that this context is handed on to (`asyncio.to_thread`). In a generator it covers what the
    generator does, and not what its caller does between two values.

    Examples
    --------
    >>> import numtorch as nt
    >>> def f(x):
    ...     with nt.ignore():
    ...         scale = x * 2
    ...     return x * scale
    >>> nt.gradient(f, 3.0)
    (6.0,)
    """

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[Any] = []

    def __enter__(self) -> None:
        self._entries.append(_core.begin_ignore(_generator_around(sys._getframe(1))))

    def __exit__(self, *error: object) -> None:
        _core.end_ignore(self._entries.pop())


def dropgrad(x: T) -> T:
    """The same value as a constant: no gradient flows back through it.

    Parameters
    ----------
    x : Tensor or nest of them
        Anything else is returned as it is.

    Returns
    -------
    Tensor or nest
        A Tensor on the same memory, of the shape and dtype of `x`; `x` itself if no gradient depends on it.

    Examples
    --------
    >>> import numtorch as nt
    >>> nt.gradient(lambda x: x * nt.dropgrad(x), 3.0)
    (3.0,)
    """
    if isinstance(x, Tensor):
        constant: Any = untracked(x) if _core.has_history(x) else x
        return constant
    if not _holds_history(x):
        return x
    return fmap(lambda leaf: untracked(leaf) if _has_history(leaf) else leaf, x)


def _has_history(leaf: Any) -> bool:
    return isinstance(leaf, Tensor) and _core.has_history(leaf)


def _holds_history(nest: Any) -> bool:
    return any(map(_has_history, leaves(nest)))


def nograd(f: Callable[P, T]) -> Callable[P, T]:
    """Decorator: the results of `f` count as constants, and what it does is not recorded.

    Parameters
    ----------
    f : callable
        Any function, generator function, coroutine function or asynchronous generator function.

    Returns
    -------
    callable
        The same function; inside it Tensors convert freely to NumPy and to numbers. Of a generator each value counts
        as a constant, and what its caller does with it is recorded.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> @nt.nograd
    ... def scale(x):
    ...     return float(np.max(np.abs(x)))
    >>> nt.gradient(lambda x: np.sum(x / scale(x)), nt.tensor([2.0, -4.0]))
    (Tensor([0.25, 0.25], dtype=float64, dev=-1),)
    """

    for is_kind, decorated in _KINDS:
        if is_kind(f):
            return decorated(f)

    @functools.wraps(f)
    def constant(*args: P.args, **kwargs: P.kwargs) -> T:
        with _ignore_here():
            value = f(*args, **kwargs)
        return dropgrad(value)

    return constant


class _ignore_here(ignore):
    """The same where no generator waits inside the block."""

    __slots__ = ()

    def __enter__(self) -> None:
        self._entries.append(_core.begin_ignore(None))


def _of_generator(f: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(f)
    def constants(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        generator = f(*args, **kwargs)
        step, given = generator.send, None
        while True:
            try:
                with _ignore_here():
                    value = step(given)
            except StopIteration as end:
                return dropgrad(end.value)
            try:
                given = yield dropgrad(value)
                step = generator.send
            except GeneratorExit:
                with _ignore_here():
                    generator.close()
                raise
            except BaseException as error:
                step, given = generator.throw, error

    return constants


def _of_async_generator(f: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(f)
    async def constants(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        generator = f(*args, **kwargs)
        step, given = generator.asend, None
        while True:
            try:
                with _ignore_here():
                    value = await step(given)
            except StopAsyncIteration:
                return
            try:
                given = yield dropgrad(value)
                step = generator.asend
            except GeneratorExit:
                with _ignore_here():
                    await generator.aclose()
                raise
            except BaseException as error:
                step, given = generator.athrow, error

    return constants


def _of_coroutine(f: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(f)
    async def constant(*args: Any, **kwargs: Any) -> Any:
        with _ignore_here():
            value = await f(*args, **kwargs)
        return dropgrad(value)

    return constant


_KINDS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Any]], ...] = (
    (inspect.isgeneratorfunction, _of_generator),
    (inspect.isasyncgenfunction, _of_async_generator),
    (inspect.iscoroutinefunction, _of_coroutine),
)


def within_gradient() -> bool:
    """Whether a gradient is being taken on this thread, or on the one that this context was handed on from.

    Examples
    --------
    >>> import numtorch as nt
    >>> nt.within_gradient()
    False
    """
    return _core.recording()
