"""The shape that a model gives, without computing what is in it."""

from __future__ import annotations

import traceback
from typing import Any

import numpy as np

from numtorch._core import Tensor, tensor
from numtorch.nn.layers.layer import while_testing
from numtorch.structure import leaves, modules, trained_leaves

Shape = tuple[int, ...]
ERRORS = (ValueError, TypeError, IndexError, RuntimeError)


def outputsize(model: Any, *shapes: Shape, padbatch: bool = False, dtype: Any = None) -> Any:
    """The shape of ``model(x)`` for an x of a given shape.

    The model runs on a batch of no samples, which costs next to nothing; where a layer cannot take that (a
    ``reshape(len(x), -1)``, which is then undefined), on a batch of one. So axis 0 has to be the batch, and what the
    model gives for one sample must not depend on others.

    Parameters
    ----------
    model : callable
        A layer, a model or a function.
    *shapes : tuple of int
        Of each input, (N, ...). A single axis is no batch, and such an input is made as it is.
    padbatch : bool
        Whether the shapes lack the axis of the batch: a batch of one is put before them.
    dtype : dtype, optional
        Of the inputs; by default that of the model's parameters. Indices, as of Embedding, need an integer one.

    Returns
    -------
    tuple of int, or a tuple of them
        Of several results, their shapes.

    Raises
    ------
    ValueError
        A layer does not take what comes to it: the message names it.

    Examples
    --------
    >>> from numtorch.nn.layers import Chain, Conv, Dense, Flatten, MaxPool, outputsize
    >>> features = Chain(Conv(3, 3, 8, pad=1), MaxPool(2), Flatten())
    >>> outputsize(features, (16, 3, 32, 32))
    (16, 2048)
    >>> outputsize(Chain(features, fc=Dense(100, 10)), (3, 32, 32), padbatch=True)
    Traceback (most recent call last):
    ...
    ValueError: outputsize: fc does not take its input: Dense(100 => 10)  # 1_010 parameters: the last axis of the ...
    """
    if not shapes or not all(isinstance(shape, tuple) for shape in shapes):
        raise TypeError(f"outputsize: the shapes are tuples of int, one for each input, not {shapes!r}")
    whole = [(1, *shape) if padbatch else shape for shape in shapes]
    batches = {shape[0] for shape in whole if len(shape) > 1}
    if len(batches) > 1 or min((n for shape in whole for n in shape), default=0) < 0:
        raise ValueError(f"outputsize: the shapes must have one length of axis 0 and none below 0, not {shapes!r}")
    batch = next(iter(batches), 0)
    with while_testing(model):
        try:
            return _shape_of(_run(model, whole, 0, dtype), 0, batch)
        except ERRORS as error:
            if batch == 0:
                raise _told(model, error) from error
        try:
            return _shape_of(_run(model, whole, 1, dtype), 1, batch)
        except ERRORS as error:
            raise _told(model, error) from error


def _run(model: Any, shapes: list[Shape], batch: int, dtype: Any) -> Any:
    return model(*(_zeros(model, (batch, *shape[1:]) if len(shape) > 1 else shape, dtype) for shape in shapes))


def _zeros(model: Any, shape: Shape, dtype: Any) -> Any:
    trained = trained_leaves(model)
    if dtype is None:
        dtype = trained[0].dtype if trained else np.float32
    x = np.zeros(shape, dtype)
    like = next((leaf for leaf in leaves(model) if isinstance(leaf, Tensor)), None)
    return x if like is None else tensor(x, dev=like.dev)


def _told(model: Any, error: BaseException) -> ValueError:
    return ValueError(f"outputsize: {_culprit(model, error)} does not take its input: {error}")


def _culprit(model: Any, error: BaseException) -> str:
    """The name of the innermost layer in which an error came up."""
    names = {id(part): name for name, part in modules(model, path=True).items()}
    found = ""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        owner = frame.f_locals.get("self")
        if frame.f_code.co_name == "__call__" and id(owner) in names:
            found = names[id(owner)]
    return found or "the model"


def _shape_of(result: Any, ran: int, batch: int) -> Any:
    """The shape, with the batch that was asked for in the place of the one that ran."""
    if isinstance(result, tuple | list):
        return tuple(_shape_of(part, ran, batch) for part in result)
    shape = np.shape(result)
    if ran == 0:
        return tuple(batch if n == 0 else n for n in shape)
    return (batch, *shape[1:]) if shape[:1] == (1,) else shape
