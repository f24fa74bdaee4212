"""numtorch.vmap."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.closures import reachable
from numtorch.autograd.replay import RandomNumbers
from numtorch.batching.batch import RANDOMNESS, Batch
from numtorch.batching.recorded import RecordedBatch
from numtorch.batching.slots import Axes


def vmap(
    f: Callable[..., Any],
    in_axes: Axes = 0,
    out_axes: Axes = 0,
    *,
    randomness: str = "error",
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """A function that computes for many samples what `f` computes for one.

    `f` runs once. In it each mapped array looks as one sample does, without the axis of the samples, and stands for all
    of them: every kernel computes all samples at once.

    Parameters
    ----------
    f : callable
        Takes one sample, and returns an array, a number, or a nest of them. It must not ask for values (``if x > 0``,
        ``float(x)``, ``x[x > 0]``), which each sample may have others of; `np.where` chooses without asking.
    in_axes : int, None or tuple
        Which axis of an array counts the samples; None for what is the same for all. In a tuple, one entry for each
        positional argument: for a nest (dict, list, tuple, dataclass, model) one axis for all arrays in it, or a nest
        of axes of the same structure. Arguments by keyword are mapped along axis 0.
    out_axes : int, None or nest
        Where the results have the axis of the samples; None for what is the same for all. One for all, or a nest of the
        structure of what `f` returns.
    randomness : {"error", "different", "same"}
        What drawing random numbers in `f` does: raise, draw others for each sample, or the same for all.
    chunk_size : int, optional
        How many samples are computed at a time, to save memory; by default all.

    Returns
    -------
    callable
        Takes the arguments of `f` with the axes of the samples. ndarrays become Tensors; the results are Tensors. What
        is the same for all samples is repeated.

    Raises
    ------
    ValueError
        No argument is mapped, an axis is not there, the numbers of samples differ, or there are none.
    RuntimeError
        `f` asks for values, or writes to a Tensor from outside that has no room for all samples.

    Notes
    -----
    Gradients go both ways: `f` may take gradients, and `vmap` may be part of what a gradient is taken of. On the way
    back `f` then runs once more, as under `checkpointed`.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> def distance(x, y):
    ...     return np.sqrt(np.sum((x - y) ** 2))
    >>> xs = nt.tensor([[0.0, 0.0], [3.0, 4.0]])
    >>> nt.vmap(distance, in_axes=(0, None))(xs, nt.tensor([0.0, 0.0]))
    Tensor([0., 5.], dtype=float64, dev=-1)
    >>> nt.vmap(lambda x: nt.gradient(lambda x: np.sum(x**3), x)[0])(xs)
    Tensor([[ 0.,  0.],
            [27., 48.]], dtype=float64, dev=-1)
    """
    _check_options(f, randomness, chunk_size)

    @functools.wraps(f, updated=())
    def mapped(*args: Any, **kwargs: Any) -> Any:
        batch = Batch(f, args, kwargs, in_axes, out_axes, randomness)
        if chunk_size is None or chunk_size >= batch.size:
            return batch.filled(_computed(batch))
        return batch.filled(_in_chunks(batch, chunk_size))

    return mapped


def _check_options(f: Any, randomness: Any, chunk_size: Any) -> None:
    if not callable(f):
        raise TypeError(f"vmap: f must be callable, not a {type(f).__name__}")
    if randomness not in RANDOMNESS:
        raise ValueError(f'vmap: randomness must be "error", "different" or "same", not {randomness!r}')
    if chunk_size is not None and (not isinstance(chunk_size, int) or chunk_size < 1):
        raise ValueError(f"vmap: chunk_size must be a positive int or None, not {chunk_size!r}")


def _computed(batch: Batch) -> list[Tensor]:
    """The arrays of all samples, with their history where a gradient is being taken."""
    return RecordedBatch(batch).values() if _core.recording_anywhere() else batch.all(batch.values)


def _in_chunks(batch: Batch, chunk_size: int) -> list[Tensor]:
    whole, size = batch.values, batch.size
    random = RandomNumbers(list(reachable(batch.f, batch.args, batch.kwargs)))
    pieces: list[list[Tensor]] = []
    for start, count in _chunks(size, chunk_size):
        piece = copy.copy(batch)
        piece.size = count
        piece.values = [
            value if axis is None else aten.narrow(value, axis, start, count)
            for value, axis in zip(whole, batch.axes, strict=True)
        ]
        with random.again() if pieces and batch.randomness == "same" else nullcontext():
            pieces.append(_computed(piece))
    batch.results, batch.form = piece.results, piece.form
    assert batch.results is not None
    return [_joined(column, axis) for column, axis in zip(zip(*pieces, strict=True), batch.results.axes, strict=True)]


def _chunks(size: int, chunk_size: int) -> Iterator[tuple[int, int]]:
    for start in range(0, size, chunk_size):
        yield start, min(chunk_size, size - start)


def _joined(pieces: Sequence[Tensor], axis: int | None) -> Tensor:
    return pieces[0] if axis is None else aten.cat(pieces, axis)
