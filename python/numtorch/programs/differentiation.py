"""Compiled functions under a gradient: their way back is a program too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from numtorch import _core
from numtorch._core import Node, Tensor
from numtorch.autograd import nests
from numtorch.autograd.attaching import attach
from numtorch.autograd.nodes import Custom
from numtorch.autograd.recording import Recording
from numtorch.autograd.replay import Buffers, RandomNumbers
from numtorch.autograd.scopes import ignore, marked, untracked
from numtorch.programs.inputs import Arguments, edges
from numtorch.structure import fmap

if TYPE_CHECKING:
    from numtorch.programs.compiled import Compiled


class Pull:
    """The way back through a function, which runs it once more, with a record; to be compiled.

    Parameters
    ----------
    function : callable
    wanted : tuple of int
        Of the Tensors among the arguments, those whose gradients are asked for.
    held : list of Tensor
        The Tensors that the function holds whose gradients are asked for.
    """

    def __init__(self, function: Callable[..., Any], wanted: tuple[int, ...], held: list[Tensor]) -> None:
        self.function = function
        self.wanted = wanted
        self.held = held

    def __call__(self, args: Any, kwargs: Any, seeds: Sequence[Tensor | None]) -> list[Tensor | None]:
        given = Arguments(args, kwargs).tensors
        inputs = tuple(given[i] for i in self.wanted)

        def again(*xs: Tensor) -> Any:
            places = {id(value): x for value, x in zip(inputs, xs, strict=True)}
            replaced = replace((args, kwargs), places)
            return self.function(*replaced[0], **replaced[1])

        run = Recording(again, inputs, nest=True, marks=self.held)
        each = iter(seeds)
        found = [next(each) if isinstance(output, Tensor) else None for output in run.outputs]
        return run.gradients(found)


def replace(nest: Any, by: dict[int, Any]) -> Any:
    """The nest with other Tensors for some, which are found by their identity."""
    return fmap(lambda leaf: by.get(id(leaf), leaf), nest, is_leaf=lambda part: isinstance(part, Tensor))


class _Call:
    """One recorded call of a compiled function."""

    def __init__(self, compiled: Compiled, arguments: Arguments) -> None:
        self.compiled = compiled
        held = [edge.value for edge in edges(compiled.function, *arguments.others)]
        self.random = RandomNumbers(held)
        self.buffers = Buffers(held + arguments.tensors)
        nodes = [(value, _core.node_of(value)) for value in arguments.tensors]
        self.wanted = tuple(i for i, (_, node) in enumerate(nodes) if node is not None)
        self.inputs: list[tuple[Tensor, Node]] = [(untracked(value), node) for value, node in nodes if node is not None]
        by = {id(nodes[i][0]): value for i, (value, _) in zip(self.wanted, self.inputs, strict=True)}
        given: tuple[tuple[Any, ...], dict[str, Any]] = (arguments.args, arguments.kwargs)
        self.args: tuple[Any, ...] = given[0]
        self.kwargs: dict[str, Any] = given[1]
        if by:
            self.args, self.kwargs = replace(given, by)
        self.others: list[tuple[Tensor, Node]] = []
        for value in {id(value): value for value in held if isinstance(value, Tensor)}.values():
            node = _core.node_of(value)
            if node is not None and id(value) not in by:
                self.others.append((value, node))
        self.kept = [(untracked(value), value) for value, _ in self.others]

    def value(self) -> Any:
        """What the function returns, with the history that this is."""
        with ignore():
            y = self.compiled(*self.args, **self.kwargs)
        if not all(_core.is_unchanged(before, value) for before, value in self.kept):
            raise NotImplementedError(
                f"compile: {self.compiled.function!r} writes to a Tensor that a gradient being taken depends on; take "
                "the gradient inside of the compiled function, or write into a copy"
            )
        if not any(isinstance(leaf, Tensor) for leaf in nests.leaves(y)):
            return y
        return attach(y, [node for _, node in self.inputs + self.others], self.back)

    def back(self, node: Custom, g: Any) -> list[Tensor | None]:
        """The gradients of arguments and of what else the function used."""
        del node
        if not all(_core.is_unchanged(before, value) for before, value in self.kept):
            raise RuntimeError(
                f"compile: a Tensor that {self.compiled.function!r} uses was written to since: it cannot be run again"
            )
        pull = self.compiled.pull(self.wanted, [value for value, _ in self.others])
        recording = _core.recording()
        with self.random.again(), self.buffers.again(), marked(self.others if recording else ()):
            args, kwargs = self.args, self.kwargs
            if recording:
                by = {id(value): _core.track(value, history) for value, history in self.inputs}
                args, kwargs = replace((args, kwargs), by)
            return list(pull(args, kwargs, g if isinstance(g, list) else [g]))


def differentiated(compiled: Compiled, arguments: Arguments) -> Any:
    """A call while a gradient is taken that depends on it: its way back is a program too."""
    return _Call(compiled, arguments).value()
