"""Functions that come with their own gradient: adjoint and hook."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from numtorch import _core
from numtorch._core import Node, Tensor, tensor
from numtorch.autograd import nests
from numtorch.autograd.attaching import as_gradient, attach, nodes_of, refusing, stand_in
from numtorch.autograd.closures import held_by, reachable
from numtorch.autograd.fitting import zeros_like
from numtorch.autograd.nodes import Custom
from numtorch.autograd.scopes import marked, untracked
from numtorch.structure import fmap

T = TypeVar("T")


class _Call:
    """One recorded call of a function with its own pullback."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function = function
        self.name = getattr(function, "__qualname__", repr(function))
        self.parents: list[Node] = []
        self.inputs: list[weakref.ref[Tensor]] = []  # as the function saw them: its pullback may refer to them
        self.constants = [weakref.ref(value) for value in reachable(kwargs) if isinstance(value, Tensor)]
        self.likes: list[Tensor] = []
        self.are_inputs: list[int] = []  # of the inputs among the leaves of the arguments
        self.takes_tuple = len(args) == 1 and isinstance(args[0], tuple)
        self.args = nests.replace_in_arguments(args, self._input)
        self.outlines = [nests.Outline(None if nests.is_function(arg) else arg) for arg in args]

    def _input(self, leaf: Any) -> Any:
        node = _core.node_of(leaf) if isinstance(leaf, Tensor) else None
        self.are_inputs.append(0 if node is None else 1)
        if node is None:
            if isinstance(leaf, Tensor):
                self.constants.append(weakref.ref(leaf))
            return leaf
        value = untracked(leaf)
        self.parents.append(node)
        self.inputs.append(weakref.ref(value))
        self.likes.append(stand_in(value))
        return value

    def finish(self, value: Any, pull: Callable[..., Any]) -> Any:
        """The function's value with its history."""
        outputs = [leaf for leaf in nests.leaves(value) if isinstance(leaf, Tensor)]
        if not outputs:
            return value
        self.pull = pull
        self.outputs = [weakref.ref(output) for output in outputs]
        self.value = nests.Outline(value)
        self.args = []
        return attach(value, self.parents, self.back)

    def back(self, node: Custom, g: Any) -> list[Tensor | None]:
        """The gradient of each input."""
        gs = g if isinstance(g, list) else [g]
        likes = node.result if isinstance(node.result, tuple) else (node.result,)
        seeds = [zeros_like(like) if g is None else g for g, like in zip(gs, likes, strict=True)]
        recording = _core.recording()
        with marked(self._seen_by_pullback(node) if recording else ()):
            found = self._inputs_of(self.pull(self.value.filled(seeds)))
            grads = [
                None if f is None else self._checked(f, like, seeds) for f, like in zip(found, self.likes, strict=True)
            ]
        return grads

    def _seen_by_pullback(self, node: Custom) -> Iterator[tuple[Tensor, Node]]:
        """What the pullback may refer to, with its history: this makes second derivatives."""
        known = {id(ref()) for ref in self.constants} | {id(value) for value in reachable(self.function)}
        for refs, nodes in ((self.outputs, nodes_of(node)), (self.inputs, self.parents)):
            for ref, history in zip(refs, nodes, strict=True):
                value = ref()
                if value is not None:
                    known.add(id(value))
                    yield value, history
        for name, value in held_by(self.pull):
            if id(value) not in known:
                yield value, refusing(value, self.parents, self._misses(name))

    def _misses(self, name: str) -> str:
        return (
            f"{self.name}: a second derivative needs {name}, which the function computed for its pullback; compute "
            "it in the pullback from the arguments, or return it too; make constants outside"
        )

    def _inputs_of(self, given: Any) -> list[Any]:
        """What the pullback gave, for each input."""
        count = len(self.outlines)
        if given is None:
            return [None] * len(self.parents)
        if count == 1 and not (isinstance(given, tuple) and (len(given) == 1 or not self.takes_tuple)):
            given = (given,)
        what = f"{self.name}: what its pullback gives"
        if not isinstance(given, tuple | list) or len(given) != count:
            came = f"{len(given)}" if isinstance(given, tuple | list) else type(given).__name__
            raise TypeError(
                f"{what}: expected one gradient (or None) for each of {count} positional arguments, not {came}"
            )
        leaves = [g for outline, grad in zip(self.outlines, given, strict=True) for g in outline.along(grad, what)]
        return [g for g, is_input in zip(leaves, self.are_inputs, strict=True) if is_input]

    def _checked(self, given: Any, like: Tensor, seeds: list[Tensor]) -> Tensor:
        g = as_gradient(given, like, f"{self.name}: what its pullback gives")
        if not _core.recording():
            return g
        history = _core.node_of(g)
        if not isinstance(given, Tensor):
            history = refusing(
                g,
                [*self.parents, *(_core.node_of(seed) for seed in seeds)],
                f"{self.name}: its pullback gave a value of the host, which has no derivative itself; write the "
                "pullback with Tensor operations (of functions that have gradients)",
            )
        return g if history is None else _core.track(g, history)


def _as_tensors(value: Any, args: tuple[Any, ...]) -> Any:
    """Arrays and numbers of the host in the value as Tensors, if there is one among the arguments."""
    devs: list[int] = []
    for arg in args:
        if isinstance(arg, Tensor):
            devs.append(arg.dev)
        elif not nests.is_function(arg):
            fmap(lambda leaf: devs.append(leaf.dev) if isinstance(leaf, Tensor) else None, arg)
        if devs:
            return nests.replace(value, lambda leaf: leaf if isinstance(leaf, Tensor) else tensor(leaf, dev=devs[0]))
    return value


def _ran(function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> tuple[Any, Callable[..., Any]]:
    name = getattr(function, "__qualname__", repr(function))
    result = function(*args, **kwargs)
    if not isinstance(result, tuple) or len(result) != 2 or not callable(result[1]):
        raise TypeError(f"{name}: a function under adjoint must return (value, pullback), not {type(result).__name__}")
    value = _as_tensors(result[0], tuple(args))
    if _core.recording_anywhere() and any(isinstance(leaf, Tensor) and leaf.tracked for leaf in nests.leaves(value)):
        raise ValueError(
            f"{name}: it uses a Tensor that a gradient depends on and that is not among its positional arguments, so "
            "that its pullback cannot give that gradient; pass it as one, or use dropgrad"
        )
    return value, result[1]


def adjoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: `f` says itself what its gradient is.

    Parameters
    ----------
    f : callable
        ``f(*args, **kwargs)`` returns ``(value, pullback)``. `value` is a Tensor or a nest (tuple, dict, ...) of them;
        arrays and numbers of the host in it become Tensors on the device of the arguments. ``pullback(g)`` takes the
        gradient of `value`, in the same structure, and returns a tuple with one gradient for each positional argument,
        or that gradient itself if there is one argument. A gradient has the structure of its argument, and None
        anywhere in it is zero. Of a complex argument z = x + iy it is ∂/∂x + i ∂/∂y.

    Returns
    -------
    callable
        Called like `f`, it returns the value alone.

    Raises
    ------
    TypeError
        `f` did not return ``(value, pullback)``, or the pullback not one gradient for each positional argument.
    ValueError
        A gradient has a shape that cannot be summed to that of its argument; or `f` uses a Tensor that a gradient
        depends on and that is not a positional argument. Keyword arguments must be constants.
    NotImplementedError
        A second derivative depends on what the pullback computed on the host, or on a Tensor that `f` computed between
        its arguments and its value.

    Notes
    -----
    What `f` does is not recorded, and its arguments convert freely to NumPy and to numbers: it may compute with
    anything. A gradient is summed over the axes that broadcasting added, and cast to the dtype of its argument, so a
    rule for an elementwise function of several arguments need not care. If the pullback is written with Tensor
    operations in terms of arguments and value, second derivatives are right too. A method's first argument is `self`.
    Nests and objects among the arguments arrive as copies with the same arrays. What the pullback uses must not be
    overwritten.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> @nt.adjoint
    ... def hypotenuse(a, b):
    ...     c = np.sqrt(a**2 + b**2)
    ...     return c, lambda g: (g * a / c, g * b / c)
    >>> nt.gradient(lambda a, b: np.sum(hypotenuse(a, b)), nt.tensor([3.0, 3.0]), 4.0)
    (Tensor([0.6, 0.6], dtype=float64, dev=-1), 1.6)

    A function that only NumPy's host arrays have, and the gradient of which is known:

    >>> logistic = np.frompyfunc(lambda x: 1 / (1 + 2.718281828459045**-x), 1, 1)
    >>> @nt.adjoint
    ... def sigmoid(x):
    ...     y = nt.tensor(logistic(nt.collect(x)).astype(float), dev=x.dev)
    ...     return y, lambda g: g * y * (1 - y)
    >>> nt.gradient(lambda x: np.sum(sigmoid(x)), nt.tensor([0.0]))
    (Tensor([0.25], dtype=float64, dev=-1),)
    """

    @functools.wraps(f)
    def with_adjoint(*args: Any, **kwargs: Any) -> Any:
        if not _core.recording_anywhere():
            return _ran(f, args, kwargs)[0]
        call = _Call(f, args, kwargs)
        value, pull = _ran(f, call.args, kwargs)
        return call.finish(value, pull) if call.parents else value

    return with_adjoint


def hook(f: Callable[[Any], Any], x: T) -> T:
    """Pass `x` on as it is; on the way back ``f(g)`` replaces its gradient `g`.

    Parameters
    ----------
    f : callable
        Takes the gradient of `x`, in the structure of `x`, and returns what to go on with; None for zero.
    x : Tensor or nest of them
        Anything else is returned as it is.

    Returns
    -------
    Tensor or nest
        On the same memory.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> nt.gradient(lambda x: 10 * nt.hook(lambda g: np.clip(g, -1, 1), x), 3.0)
    (1.0,)
    """
    if not _core.recording_anywhere():
        return x
    call = _Call(f, (x,), {})
    return call.finish(call.args[0], lambda g: (f(g),)) if call.parents else x
