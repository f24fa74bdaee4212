"""A batch inside a gradient: the nodes recorded in it end with it, so one node of its own leads back."""

from __future__ import annotations

import copy
import functools
from collections.abc import Sequence
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Node, Tensor
from numtorch.autograd.attaching import attach
from numtorch.autograd.checkpoint import resolve
from numtorch.autograd.closures import reachable
from numtorch.autograd.nodes import Custom, Leaf, origins
from numtorch.autograd.recording import Recording
from numtorch.autograd.replay import Buffers, RandomNumbers
from numtorch.autograd.scopes import marked, scope, untracked
from numtorch.batching.batch import Batch
from numtorch.batching.slots import Results
from numtorch.structure import is_differentiable


class RecordedBatch:
    """What the way back of a batch needs: its arguments, what else `f` used, random numbers and buffers.

    Parameters
    ----------
    batch : Batch
        It runs at once, and once more on the way back, where the gradient of each sample is taken by itself.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        held = list(reachable(batch.f, batch.args, batch.kwargs))
        self.random = RandomNumbers(held)
        self.buffers = Buffers(held)
        self.given = [untracked(value) for value in batch.values]
        nodes = {i: _core.node_of(value) for i, value in enumerate(batch.values)}
        histories = {i: node for i, node in nodes.items() if node is not None}
        self.wanted, self.histories = list(histories), list(histories.values())
        self.roots: list[Node] = []
        with scope() as start:
            leaves = {i: Leaf(_core.track(self.given[i], node), start) for i, node in histories.items()}
            self.ys = batch.all(self.given, lambda values: self._first(values, leaves))
        self.floating = [i for i, y in enumerate(self.ys) if is_differentiable(y)]
        self.others = resolve("vmap", batch.f, held, origins(self.roots, start, leaves.values()))
        self.kept = [untracked(value) for value, _ in self.others]

    def _first(self, values: list[Tensor], leaves: dict[int, Leaf]) -> list[Tensor]:
        """The first run, which finds out on what the results depend."""
        before = [untracked(value) for value in values]
        inputs = [_core.track(value, leaves[i]) if i in leaves else value for i, value in enumerate(values)]
        ys = self.batch.one(inputs)
        self.roots = [node for node in map(_core.node_of, ys) if node is not None]
        changed = {i for i, value in enumerate(inputs) if not _core.is_unchanged(before[i], value)}
        if changed if self.roots else changed & leaves.keys():
            raise NotImplementedError(
                f"vmap: {self.batch.f!r} writes to an argument while a gradient is being taken, which is not undone "
                "before it is run once more; write into a copy"
            )
        return ys

    def values(self) -> list[Tensor]:
        """The arrays of all samples, with the history that this is."""
        ys, self.ys = self.ys, []
        if not self.roots:
            return ys
        parents = self.histories + [node for _, node in self.others]
        return list(attach(ys, parents, self.back))

    def back(self, node: Custom, g: Any) -> list[Tensor | None]:
        """The gradients of the arguments, and of what else was used."""
        del node
        self._check_unchanged()
        recording = _core.recording()
        marks = [value for value, _ in self.others]
        with self.random.again(), self.buffers.again(), marked(self.others if recording else ()):
            values = list(self.given)
            if recording:
                for i, history in zip(self.wanted, self.histories, strict=True):
                    values[i] = _core.track(values[i], history)
            return Pull(self, values, marks, g).gradients()

    def _check_unchanged(self) -> None:
        for kept, (value, _) in zip(self.kept, self.others, strict=True):
            if not _core.is_unchanged(kept, value):
                raise RuntimeError(
                    f"vmap: a Tensor that {self.batch.f!r} uses was written to since: it cannot be run once more"
                )


class Pull(Batch):
    """The way back for each sample by itself, as a batch: from arguments and gradients of results to gradients.

    Parameters
    ----------
    whole : RecordedBatch
        The batch whose way back it is.
    values : list of Tensor
        For the slots of its arguments.
    marks : list of Tensor
        What `f` used besides, which has gradients too.
    g
        The gradients of its results.
    """

    def __init__(self, whole: RecordedBatch, values: list[Tensor], marks: list[Tensor], g: Any) -> None:
        batch = whole.batch
        assert batch.results is not None
        self.batch, self.wanted, self.marks, self.count = batch, whole.wanted, marks, len(values)
        self.f, self.args, self.kwargs, self.out_axes = batch.f, batch.args, batch.kwargs, 0
        self.size, self.randomness, self.results = batch.size, batch.randomness, None
        self.seeds = g if isinstance(g, list) else [g]
        seeded = [(i, seed) for i, seed in zip(whole.floating, self.seeds, strict=True) if seed is not None]
        self.values = values + [seed for _, seed in seeded]
        self.axes = batch.axes + [batch.results.axes[i] for i, _ in seeded]

    def one(self, values: Sequence[Tensor]) -> list[Tensor]:
        recording = Recording(
            functools.partial(self._again, values), tuple(values[i] for i in self.wanted), True, self.marks
        )
        if len(recording.outputs) != len(self.seeds):
            raise RuntimeError(f"vmap: {self.batch.f!r} gave other results when it was run once more")
        seeds = iter(values[self.count :])
        gs = recording.gradients([None if seed is None else next(seeds) for seed in self.seeds])
        axes = [self.batch.axes[i] for i in self.wanted] + [None] * len(self.marks)
        self.summed = [axis is None for axis in axes]
        self.results = Results()
        self.form = [
            None if g is None else self.results(g, 0 if axis is None else axis, "a gradient")
            for g, axis in zip(gs, axes, strict=True)
        ]
        return self.results.arrays

    def _again(self, values: Sequence[Tensor], *wanted: Tensor) -> list[Tensor]:
        inputs = list(values[: self.count])
        for i, value in zip(self.wanted, wanted, strict=True):
            inputs[i] = value
        return [y for y in copy.copy(self.batch).one(inputs) if is_differentiable(y)]

    def gradients(self) -> list[Tensor | None]:
        """One for each argument that has one, and for each of the marks."""
        found = self.filled(RecordedBatch(self).values() if _core.recording() else self.all(self.values))
        return [_summed(g) if sums and g is not None else g for g, sums in zip(found, self.summed, strict=True)]


def _summed(g: Tensor) -> Tensor:
    """The gradient of what is the same for every sample."""
    return aten.sum_dim_IntList(g, [0])
