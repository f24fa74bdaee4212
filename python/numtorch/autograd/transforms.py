"""gradient and its kin: functions of functions."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, collect, kernel, tensor
from numtorch.autograd.tape import Leaf, backward
from numtorch.structure import Params, fmap, is_differentiable

_ones_like = kernel("ones_like")


class Grads(Mapping[Any, "Tensor | None"]):
    """Gradients by parameter: ``grads[p]``; None for a parameter that the function did not depend on.

    Parameters are told apart by identity, so `p` is the Tensor object that was in the `Params`.
    """

    def __init__(self, params: Params, values: Sequence[Tensor | None]) -> None:
        self.params = params
        self._values = {id(p): value for p, value in zip(params, values, strict=True)}

    def __getitem__(self, param: Any) -> Tensor | None:
        if id(param) not in self._values:
            raise KeyError("Grads: this is not one of the parameters that the gradient was taken with respect to")
        return self._values[id(param)]

    def __contains__(self, param: object) -> bool:
        return id(param) in self._values

    def __iter__(self) -> Iterator[Any]:
        return iter(self.params)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Grads of {len(self)} parameters"


class ValueAndGrad(NamedTuple):
    """What `withgradient` returns."""

    val: Any
    grad: Any


@contextmanager
def _scope() -> Generator[int, None, None]:
    start = _core.enter_scope()
    paused = _core.set_paused(False)
    try:
        yield start
    finally:
        _core.set_paused(paused)
        _core.exit_scope()


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


def within_gradient() -> bool:
    """Whether a gradient is being taken on this thread.

    Examples
    --------
    >>> import numtorch as nt
    >>> nt.within_gradient()
    False
    """
    return _core.recording()


def _leaf_of(value: Any, start: int, leaves: list[tuple[Leaf, Any]]) -> Any:
    """A tracked Tensor in the place of one array or number of an argument."""
    source = value if isinstance(value, Tensor) else tensor(value)
    leaf = Leaf(source, start)
    leaves.append((leaf, value))
    return _core.track(source, leaf)


def _like_source(g: Tensor, source: Any) -> Any:
    """A gradient in the form in which its argument came: a Tensor, an ndarray or a number.

    Inside another gradient it stays a Tensor, since only a Tensor can carry the dependence on the outer arguments.
    """
    if isinstance(source, Tensor) or g.tracked:
        return g
    if isinstance(source, np.ndarray):
        return collect(g)
    return g.item()


def _check_output(y: Any, function: str) -> Tensor:
    if isinstance(y, int | float | complex | np.generic | np.ndarray):
        y = tensor(y)
    if not isinstance(y, Tensor):
        raise TypeError(f"{function}: f must return a Tensor or a number, not {type(y).__name__}")
    return y


def _check_loss(y: Any, function: str) -> Tensor:
    y = _check_output(y, function)
    if y.ndim != 0:
        raise ValueError(
            f"{function}: f must return a scalar (a 0-d Tensor), not shape {y.shape}; np.sum it, or use pullback"
        )
    if y.dtype.kind != "f":
        raise TypeError(f"{function}: f must return a real floating-point number, not {y.dtype}")
    return y


def _seed_for(y: Tensor, seed: Any) -> Tensor:
    if seed is None:
        if y.ndim != 0 or y.dtype.kind != "f":
            raise ValueError(f"back: a seed is needed, since f returned shape {y.shape} and dtype {y.dtype}")
        return _ones_like(y)
    seed = seed if isinstance(seed, Tensor) else tensor(seed, dev=y.dev)
    if seed.shape != y.shape:
        raise ValueError(f"back: the seed has shape {seed.shape}, what f returned has {y.shape}")
    return seed if seed.dtype == y.dtype else seed.to(dtype=y.dtype)


def _track_all(arg: Any, start: int, leaves: list[tuple[Leaf, Any]]) -> Any:
    return fmap(lambda leaf: _leaf_of(leaf, start, leaves), arg, is_leaf=is_differentiable, shared=False)


class _Run(NamedTuple):
    """A function's value, its node, and the leaves it was called with."""

    y: Any
    node: Any
    leaves: list[Leaf]
    inner: bool  # inside another gradient


def _run(f: Callable[..., Any], args: tuple[Any, ...], sources: list[tuple[Leaf, Any]]) -> _Run:
    with _scope() as start:
        tracked = [_track_all(arg, start, sources) for arg in args]
        y = f(*tracked)
        _core.check_writes()
        node = _core.node_of(y) if isinstance(y, Tensor) else None
        inner = _core.scope_depth() > 1
    return _Run(y, node, [leaf for leaf, _ in sources], inner)


def _run_params(f: Callable[[], Any], params: Params) -> _Run:
    with _scope() as start:
        leaves = [Leaf(p, start) for p in params]
        marked: list[Tensor] = []
        try:
            for p, leaf in zip(params, leaves, strict=True):
                _core.mark(p, leaf)
                marked.append(p)
            y = f()
            _core.check_writes()
            node = _core.node_of(y) if isinstance(y, Tensor) else None
        finally:
            for p in marked:
                _core.unmark(p)
        inner = _core.scope_depth() > 1
    return _Run(y, node, leaves, inner)


def _gradients(run: _Run, seed: Tensor, once: bool) -> list[Tensor | None]:
    if run.node is None:
        return [None] * len(run.leaves)
    found = backward(run.node, seed, run.leaves, run.inner, once and not run.inner)
    return [found.get(leaf) for leaf in run.leaves]


def _structured(args: tuple[Any, ...], sources: list[tuple[Leaf, Any]], values: list[Tensor | None]) -> tuple[Any, ...]:
    """The gradients in the structure of the arguments, None where an array or number had no influence."""
    parts = iter([None if g is None else _like_source(g, s) for g, (_, s) in zip(values, sources, strict=True)])
    return tuple(
        fmap(lambda _: next(parts), arg, is_leaf=is_differentiable, others=lambda _: None, shared=False) for arg in args
    )


def _pullback(f: Callable[..., Any], args: tuple[Any, ...], once: bool) -> tuple[Any, Callable[[Any], Any]]:
    if len(args) == 1 and isinstance(args[0], Params):
        run = _run_params(f, args[0])
        return run.y, lambda seed: Grads(args[0], _gradients(run, seed, once))
    sources: list[tuple[Leaf, Any]] = []
    run = _run(f, args, sources)
    return run.y, lambda seed: _structured(args, sources, _gradients(run, seed, once))


def pullback(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[..., Any]]:
    """Value of ``f(*args)``, and the function that carries a gradient of the value back to the arguments.

    Parameters
    ----------
    f : callable
        Returns one Tensor, of any shape.
    *args : array, number or nest of them; or one Params
        As for `gradient`.

    Returns
    -------
    y : Tensor
        ``f(*args)``.
    back : callable
        ``back(seed)``, with a seed of the shape of `y` (ones for a real scalar if left out), gives what `gradient`
        would. It may be called any number of times.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> y, back = nt.pullback(lambda x: x**2, nt.tensor([1.0, 2.0]))
    >>> back(np.array([1.0, 10.0]))
    (Tensor([ 2., 40.], dtype=float64, dev=-1),)
    """
    y, back = _pullback(f, args, once=False)
    return y, lambda seed=None: back(_seed_for(_check_output(y, "pullback"), seed))


def withgradient(f: Callable[..., Any], *args: Any) -> ValueAndGrad:
    """Value and gradient at once, as the named tuple ``(val, grad)``.

    If `f` returns a tuple, its first element is differentiated and the rest is carried along in `val`.

    Examples
    --------
    >>> import numtorch as nt
    >>> nt.withgradient(lambda x: x * x, 3.0).grad
    (6.0,)
    """
    whole: list[Any] = []

    def first(*inputs: Any) -> Any:
        y = f(*inputs)
        whole.append(y)
        return y[0] if isinstance(y, tuple) else y

    y, back = _pullback(first, args, once=True)
    loss = _check_loss(y, "withgradient")
    return ValueAndGrad(whole[0], back(_ones_like(loss)))


def gradient(f: Callable[..., Any], *args: Any) -> Any:
    """Gradient of a function that returns one real number.

    Parameters
    ----------
    f : callable
        Called once: ``f(*args)``, or ``f()`` if the gradient is taken with respect to a `Params`. It returns a 0-d
        Tensor (or a number) of a real floating-point dtype.
    *args : array, number or nest of them; or one Params
        The point. Tensors, ndarrays and Python floats are differentiated, also inside dicts, lists, tuples,
        dataclasses and plain objects.

    Returns
    -------
    tuple or Grads
        One gradient for each argument, in the argument's own form: a Tensor for a Tensor, an ndarray for an ndarray, a
        float for a float, the same structure for a nest; None where `f` does not depend on it. For a `Params` a
        `Grads`, indexed by the parameter. Of a complex argument z = x + iy it is ∂f/∂x + i ∂f/∂y.

    Raises
    ------
    ValueError
        `f` returned an array with axes.
    TypeError
        `f` returned something that is not a real floating-point number.
    NotImplementedError
        A kernel in between has no gradient rule.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import gradient, params, tensor
    >>> gradient(lambda x: np.sum(np.sin(x)), tensor([0.0, np.pi]))
    (Tensor([ 1., -1.], dtype=float64, dev=-1),)
    >>> w = tensor([1.0, 2.0])
    >>> gradient(lambda: np.sum(w**2), params(w))[w]
    Tensor([2., 4.], dtype=float64, dev=-1)
    """
    y, back = _pullback(f, args, once=True)
    return back(_ones_like(_check_loss(y, "gradient")))
