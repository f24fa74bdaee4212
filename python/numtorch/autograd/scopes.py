"""Where recording begins, pauses and ends; values that count as constants."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from numtorch import _core
from numtorch._core import Node, Tensor
from numtorch.structure import fmap, leaves

P = ParamSpec("P")
T = TypeVar("T")


class _Marks(threading.local):
    def __init__(self) -> None:
        self.pairs: list[tuple[Tensor, Node]] = []


_marks = _Marks()


@contextmanager
def scope() -> Generator[int, None, None]:
    """Records what runs inside, and gives the number from which on the nodes are its own."""
    start = _core.enter_scope()
    paused = _core.set_paused(False)
    try:
        yield start
    finally:
        _core.set_paused(paused)
        _core.exit_scope()


def next_sequence() -> int:
    """The number of a node that comes now."""
    number = _core.enter_scope()
    _core.exit_scope()
    return number


@contextmanager
def marked(pairs: Iterable[tuple[Tensor, Node]]) -> Generator[None, None, None]:
    """Inside, each of these Tensors itself is what its node says."""
    before = len(_marks.pairs)
    try:
        for value, node in pairs:
            _core.mark(value, node)
            _marks.pairs.append((value, node))
        yield
    finally:
        for value, _ in _marks.pairs[before:]:
            _core.unmark(value)
        del _marks.pairs[before:]


def tensors_marked() -> dict[Node, Tensor]:
    """The Tensors that are marked on this thread, by their nodes."""
    return {node: value for value, node in _marks.pairs}


def untracked(value: Tensor) -> Tensor:
    """The value as a Tensor that nothing depends on; what is written to `value` under the tape does not reach it."""
    return _core.untracked(value)


@contextmanager
def ignore() -> Generator[None, None, None]:
    """Do not record what runs inside: a ``with`` block whose results count as constants.

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
    before = _core.set_paused(True)
    try:
        yield
    finally:
        _core.set_paused(before)


def dropgrad(x: Any) -> Any:
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
        return untracked(x) if x.tracked else x
    if not _core.recording() or not _holds_tracked(x):
        return x
    return fmap(lambda leaf: untracked(leaf) if isinstance(leaf, Tensor) and leaf.tracked else leaf, x)


def _holds_tracked(nest: Any) -> bool:
    return any(isinstance(leaf, Tensor) and leaf.tracked for leaf in leaves(nest))


def nograd(f: Callable[P, T]) -> Callable[P, T]:
    """Decorator: the results of `f` count as constants, and what it does is not recorded.

    Parameters
    ----------
    f : callable
        Any function.

    Returns
    -------
    callable
        The same function; inside it Tensors convert freely to NumPy and to numbers.

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

    @functools.wraps(f)
    def constant(*args: P.args, **kwargs: P.kwargs) -> T:
        with ignore():
            value = f(*args, **kwargs)
        return dropgrad(value)

    return constant


def within_gradient() -> bool:
    """Whether a gradient is being taken on this thread.

    Examples
    --------
    >>> import numtorch as nt
    >>> nt.within_gradient()
    False
    """
    return _core.recording()
