"""One recorded call of a function: its value, and the way back from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Node, Tensor, collect, tensor
from numtorch.autograd import nests
from numtorch.autograd.grads import Grads
from numtorch.autograd.nodes import Leaf
from numtorch.autograd.scopes import marked, scope
from numtorch.autograd.tape import Stale, backward

_nothing = nullcontext()


class Recording:
    """What remains of ``f(*args)``, or of ``f()`` if the only argument is a Params.

    Parameters
    ----------
    f, args
        What to call. Each floating-point array or number in `args` becomes a leaf.
    nest : bool
        Whether the way back may start from the arrays in a nest that `f` returns, not only from one Tensor.
    marks : sequence of Tensor
        What `f` uses without being given it, as leaves after those in `args`; the parameters, if there is a Params.

    Attributes
    ----------
    y : Tensor or nest
        What `f` returned.
    outputs : list
        The arrays and numbers in it from which there may be a way back.
    sources : list
        The arrays and numbers among the arguments.
    """

    def __init__(
        self, f: Callable[..., Any], args: tuple[Any, ...], nest: bool, marks: Sequence[Tensor] | None = None
    ) -> None:
        self.args = args
        self.params = nests.sole_params(args)
        self.sources: list[Any] = []
        self.leaves: list[Leaf] = []
        marks = marks or self.params or ()
        with scope() as start:
            taken = args if self.params is None else ()
            inputs = [nests.replace(arg, lambda leaf: self._track(leaf, start)) for arg in taken]
            pairs = [(p, _leaf_of(p, start, marks)) for p in marks]
            for source, leaf in pairs:
                self.sources.append(source)
                self.leaves.append(leaf)
            self.depth = _core.scope_depth()
            if self.depth == 1:
                _core.set_sources(self.sources)
            with marked(pairs) if pairs else _nothing:
                self.y = _called(f, inputs)
                _core.check_writes()
                self._look_at(self.y, nest)
            self.run = _core.current_run()
        assert self.run is not None
        # Its own nodes may lead on to those of a gradient around it, on this thread or another.
        self.inner = self.depth > 1 or self.run.outer is not None

    def _track(self, source: Any, start: int) -> Tensor:
        value = source if isinstance(source, Tensor) else tensor(source)
        self.sources.append(source)
        self.leaves.append(Leaf(value, start, source))
        return _core.track(value, self.leaves[-1])

    def _look_at(self, y: Any, nest: bool) -> None:
        self.outputs: list[Any] = [y] if isinstance(y, Tensor) or not nest else nests.leaves(y)
        self.nodes: list[Node | None] = [_core.node_of(o) if isinstance(o, Tensor) else None for o in self.outputs]

    def gradients(self, seeds: Sequence[Tensor | None], once: bool = False) -> list[Tensor | None]:
        """The gradient of each leaf, given one of each output; None for no influence."""
        roots: dict[Node, Tensor] = {}
        for node, seed in zip(self.nodes, seeds, strict=True):
            if node is not None and seed is not None:
                roots[node] = roots[node] + seed if node in roots else seed
        if not roots:
            return [None] * len(self.leaves)
        with self._around():
            found = backward(roots, self.leaves, self.inner, once and not self.inner)
        return [found.get(leaf) for leaf in self.leaves]

    def _around(self) -> AbstractContextManager[Any]:
        """Where the way back is recorded: the gradient of another thread that this one is part of, if there is one."""
        outer = None if self.run is None or _core.scope_depth() else self.run.outer
        return _nothing if outer is None else scope(outer)

    def released(self) -> Any:
        """What `f` returned; outside of all gradients it is a constant from now on."""
        for output in self.outputs:
            if isinstance(output, Tensor):
                _core.release(output)
        return self.y

    def arranged(self, values: Sequence[Any]) -> Any:
        """One value for each leaf, in the form of the arguments: a tuple of nests, or Grads."""
        if self.params is not None:
            return Grads(self.params, values)
        parts = iter([None if g is None else like_source(g, s) for g, s in zip(values, self.sources, strict=True)])
        return tuple([nests.arrange(arg, parts) for arg in self.args])

    def arguments_along(self, values: Any, what: str) -> list[Any]:
        """What `values`, in the form of the arguments, has for each leaf."""
        if self.params is None:
            if not isinstance(values, tuple | list) or len(values) != len(self.args):
                came = len(values) if isinstance(values, tuple | list) else type(values).__name__
                raise TypeError(f"{what}: expected one for each of {len(self.args)} arguments, not {came}")
            outlines = [nests.Outline(arg) for arg in self.args]
            return [v for outline, value in zip(outlines, values, strict=True) for v in outline.along(value, what)]
        if not isinstance(values, Grads):
            raise TypeError(f"{what}: expected Grads of the same parameters, not {type(values).__name__}")
        return [values[p] for p in self.params]


def _called(f: Callable[..., Any], inputs: Sequence[Any]) -> Any:
    """``f(*inputs)``; where NumPy hides in its own words that a gradient would be lost, those are said that tell."""
    try:
        return f(*inputs)
    except ValueError as error:
        lost = error.__cause__
        if isinstance(lost, TypeError) and "a gradient depends on this Tensor" in str(lost):
            raise TypeError(str(lost)) from error
        raise


def _leaf_of(p: Tensor, start: int, marks: Sequence[Tensor]) -> Leaf:
    """The leaf that stands for a parameter; one that a gradient computed from others leads on to them."""
    before = _core.left_behind(p)
    over = None if before is None else before.run
    if before is None or over is None or over.has_source(p) or not any(map(over.has_source, marks)):
        return Leaf(p, start)
    leaf = Leaf(p, _core.next_sequence())
    leaf.parents = (Stale(p, before),)
    return leaf


def like_source(g: Tensor, source: Any) -> Any:
    """A gradient in the form in which its argument came: a Tensor, an ndarray or a number.

    Inside another gradient it stays a Tensor, since only a Tensor can carry the dependence on the outer arguments; so
    does one whose values are not known.
    """
    if isinstance(source, Tensor) or g.tracked or _core.is_abstract(g):
        return g
    if isinstance(source, np.ndarray) or g.ndim:
        return collect(g)
    return g.item()


def check_output(y: Any, function: str) -> Tensor:
    """What `f` returned as a Tensor; TypeError if it is neither an array nor a number."""
    if isinstance(y, int | float | complex | np.generic | np.ndarray):
        y = tensor(y)
    if not isinstance(y, Tensor):
        raise TypeError(f"{function}: f must return a Tensor or a number, not {type(y).__name__}")
    return y


def check_loss(y: Any, function: str, args: tuple[Any, ...] = ()) -> Tensor:
    """The same for what a gradient is taken of: ValueError or TypeError unless it is one real number."""
    y = check_output(y, function)
    if y.ndim != 0:
        raise ValueError(
            f"{function}: f must return a scalar (a 0-d Tensor), not shape {y.shape}; np.sum it, or use pullback"
        )
    if y.dtype.kind != "f":
        hint = "; take np.real or np.abs of it, or use pullback" if y.dtype.kind == "c" else _integers(args)
        raise TypeError(f"{function}: f must return a real floating-point number, not {y.dtype}{hint}")
    return y


def _integers(args: tuple[Any, ...]) -> str:
    """Which argument is the reason that a result is an integer."""
    for i, arg in enumerate(args):
        kind = str(arg.dtype) if isinstance(arg, Tensor | np.ndarray | np.generic) else type(arg).__name__
        if kind == "bool" or "int" in kind:
            cast = "float(x)" if kind in ("bool", "int") else "x.astype(float)"
            return f"; argument {i} is {kind}, and only floating-point arguments have gradients: {cast} is one"
    return ""


def fitted(value: Any, like: Tensor, what: str, like_what: str) -> Tensor:
    """`value` as a Tensor of the dtype of `like`, whose shape it must have."""
    value = value if isinstance(value, Tensor) else tensor(value, dev=like.dev)
    if value.shape != like.shape:
        raise ValueError(f"{what} has shape {value.shape}, {like_what} has {like.shape}")
    if value.dtype.kind == "c" and like.dtype.kind != "c":
        raise TypeError(f"{what} is {value.dtype}, {like_what} is {like.dtype}")
    return value if value.dtype == like.dtype else value.to(dtype=like.dtype)


def seed_for(y: Any, seed: Any) -> Tensor:
    """A seed as a Tensor of the shape and dtype of `y`; without one, one for a real number."""
    y = check_output(y, "back")
    if seed is not None:
        return fitted(seed, y, "back: the seed", "what f returned")
    if y.ndim != 0 or y.dtype.kind != "f":
        raise ValueError(f"back: a seed is needed, since f returned shape {y.shape} and dtype {y.dtype}")
    return aten.ones_like(y)
