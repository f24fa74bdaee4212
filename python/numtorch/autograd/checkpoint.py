"""checkpointed: time for memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numtorch import _core
from numtorch._core import Node, Tensor
from numtorch.autograd import nests
from numtorch.autograd.attaching import attach
from numtorch.autograd.closures import reachable
from numtorch.autograd.nodes import Custom, Leaf, origins
from numtorch.autograd.recording import Recording
from numtorch.autograd.replay import Buffers, RandomNumbers
from numtorch.autograd.scopes import marked, scope, tensors_marked, untracked

T = TypeVar("T")
Tracked = list[tuple[Tensor, Node]]


class _Checkpoint:
    """What a function needs to run once more, with a record: arguments, what else it used, random numbers, buffers."""

    def __init__(self, f: Callable[..., Any], xs: tuple[Any, ...]) -> None:
        self.f = f
        held = list(reachable(f, xs))
        self.random = RandomNumbers(held)
        self.inputs: Tracked = []  # of the arguments, the leaves that a gradient depends on, without their history
        self.xs = nests.replace_in_arguments(xs, self._save)
        self.buffers = Buffers(held + list(reachable(self.xs)))
        with scope() as start:
            leaves = [Leaf(_core.track(value, node), start) for value, node in self.inputs]
            tracked = [_core.track(value, leaf) for (value, _), leaf in zip(self.inputs, leaves, strict=True)]
            given = [(untracked(value), value) for value in self._arguments(tracked)]
            self.y = self.again(*tracked)
            self._check_arguments(given)
            outputs = [o for o in nests.leaves(self.y) if isinstance(o, Tensor)]
            nodes = [node for node in map(_core.node_of, outputs) if node is not None]
        self.is_tracked = bool(nodes)
        self.others = resolve("checkpointed", f, held, origins(nodes, start, leaves))
        self.kept = [(untracked(value), value) for value, _ in self.others]

    def _arguments(self, tracked: list[Tensor]) -> list[Tensor]:
        """The Tensors that the function is given."""
        found: list[Any] = list(tracked)
        nests.replace_in_arguments(self.xs, found.append)
        return [leaf for leaf in found if isinstance(leaf, Tensor)]

    def _check_arguments(self, given: list[tuple[Tensor, Tensor]]) -> None:
        """The function gets Tensors that stand for the caller's, which would not see what is written to them."""
        if not all(_core.is_unchanged(before, value) for before, value in given):
            raise NotImplementedError(
                f"checkpointed: {self.f!r} writes to an argument, which is not undone before it is run once more; "
                "write into a copy"
            )

    def _save(self, leaf: Any) -> Any:
        node = _core.node_of(leaf) if isinstance(leaf, Tensor) else None
        if node is None:
            return untracked(leaf) if isinstance(leaf, Tensor) else leaf
        self.inputs.append((untracked(leaf), node))
        return self.inputs[-1][0]

    def value(self) -> Any:
        """What the function returned, with the history that this is."""
        y, self.y = self.y, None
        if not self.is_tracked:
            return y
        y = nests.replace(y, lambda leaf: untracked(leaf) if isinstance(leaf, Tensor) else leaf)
        return attach(y, [node for _, node in self.inputs + self.others], self.back)

    def again(self, *inputs: Tensor) -> Any:
        """The function, with these Tensors for those of its arguments that a gradient depends on."""
        inputs_by_id = {id(value): given for (value, _), given in zip(self.inputs, inputs, strict=True)}
        return self.f(*nests.replace_in_arguments(self.xs, lambda leaf: inputs_by_id.get(id(leaf), leaf)))

    def back(self, node: Custom, g: Any) -> list[Tensor | None]:
        """The gradients of arguments and of what else was used."""
        for value, given in [(value, value) for value, _ in self.inputs] + self.kept:
            if not _core.is_unchanged(value, given):
                raise RuntimeError(
                    f"checkpointed: a Tensor that {self.f!r} uses was written to since: it cannot be run once more"
                )
        recording = _core.recording()
        with self.random.again(), self.buffers.again(), marked(self.others if recording else ()):
            inputs = [_core.track(value, history) if recording else value for value, history in self.inputs]
            run = Recording(self.again, tuple(inputs), nest=True, marks=[value for value, _ in self.others])
        gs = g if isinstance(g, list) else [g]
        likes = node.result if isinstance(node.result, tuple) else (node.result,)
        positions = [i for i, output in enumerate(run.outputs) if isinstance(output, Tensor)]
        if [run.outputs[i].shape for i in positions] != [like.shape for like in likes]:
            raise RuntimeError(f"checkpointed: {self.f!r} gave arrays of other shapes when it was run once more")
        seeds: list[Tensor | None] = [None] * len(run.outputs)
        for i, seed in zip(positions, gs, strict=True):
            seeds[i] = seed
        return run.gradients(seeds, once=True)


def resolve(function: str, f: Callable[..., Any], held: list[Any], nodes: set[Node]) -> Tracked:
    """The Tensors that `f` used besides its arguments, with their nodes: parameters, and what it closes over."""
    found = [(value, node) for node, value in tensors_marked().items() if node in nodes]
    known = {id(value) for value, _ in found}
    for value in held:
        node = _core.node_of(value) if isinstance(value, Tensor) and id(value) not in known else None
        if node is not None and node in nodes:  # several Tensors may have one node
            found.append((value, node))
    missing = nodes - {node for _, node in found}
    if missing:
        raise ValueError(
            f"{function}: {f!r} uses {len(missing)} Tensors that a gradient depends on, which are neither arguments "
            "nor in its closure, attributes and globals, so that it cannot be run once more; pass them as arguments"
        )
    return found


def checkpointed(f: Callable[..., T], *xs: Any) -> T:
    """Call ``f(*xs)`` without keeping what its gradient needs: on the way back `f` runs once more.

    Parameters
    ----------
    f : callable
        Returns a Tensor or a nest of them. It may use parameters (see `gradient` and `params`) and close over Tensors
        that a gradient depends on. It must compute the same again: what it uses besides its arguments must not be
        written to before the way back, and what it does besides (printing, counting) happens twice. Running averages
        and other buffers that a class names in `__buffers__` move once.
    *xs : any
        Its arguments: arrays, numbers, nests of them (of which `f` gets copies with the same arrays), anything else.

    Returns
    -------
    Tensor or nest
        ``f(*xs)``.

    Raises
    ------
    ValueError
        `f` uses a Tensor that a gradient depends on and that can be found neither in its arguments nor in its closure.
    RuntimeError
        On the way back: `f` returned other shapes than before, or what it closes over was written to.

    Notes
    -----
    Random numbers are drawn again as they were: those of NumPy's and Python's global state, of `manual_seed`, and of
    generators among the arguments or in the closure, attributes and globals of `f`.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> layer = lambda x: np.tanh(np.sin(x) * 2)
    >>> nt.gradient(lambda x: np.sum(nt.checkpointed(layer, x)), nt.tensor([0.0, 1.0]))
    (Tensor([2.        , 0.13946158], dtype=float64, dev=-1),)
    """
    return _Checkpoint(f, xs).value() if _core.recording_anywhere() else f(*xs)
