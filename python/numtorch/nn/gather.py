"""Reading rows by number, and collecting what goes to the same row."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.knowing import happens
from numtorch.nn.dispatch import Array, ArrayT, integer, is_on_tensors, joined

__all__ = ["embedding", "gather", "scatter"]


# What names an operation: its sign, or a function that does it.
OPERATIONS: dict[Any, str] = {
    operator.add: "+",
    np.add: "+",
    operator.sub: "-",
    np.subtract: "-",
    operator.mul: "*",
    np.multiply: "*",
    operator.truediv: "/",
    np.true_divide: "/",
    max: "max",
    np.maximum: "max",
    np.max: "max",
    min: "min",
    np.minimum: "min",
    np.min: "min",
    np.mean: "mean",
}
NAMES = ("+", "-", "*", "/", "max", "min", "mean")


def _operands(function: str, source: Array, idx: Array) -> tuple[bool, Any, Any]:
    on_tensors = is_on_tensors(source, idx)
    if on_tensors:
        like = source if isinstance(source, Tensor) else idx
        source, idx = joined(source, like), joined(idx, like)
    else:
        source, idx = np.asarray(source), np.asarray(idx)
    if idx.dtype.kind not in "iu":
        raise TypeError(f"{function}: idx must be integers, not {idx.dtype}")
    return on_tensors, source, idx


def gather(src: ArrayT, idx: Array) -> ArrayT:
    """The rows ``src[idx]``.

    Parameters
    ----------
    src : array, shape (n, ...)
    idx : integer array or tuple of them
        Which rows; of a tuple, numbers for the first axis, the second, ....

    Returns
    -------
    array, shape (*idx.shape, ...)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import gather
    >>> gather(np.array([[1, 2], [3, 4]]), np.array([1, 1, 0]))
    array([[3, 4],
           [3, 4],
           [1, 2]])
    """
    if isinstance(idx, tuple):
        parts = [_operands("gather", src, part) for part in idx]
        return parts[0][1][tuple(part[2] for part in parts)]
    _, src, idx = _operands("gather", src, idx)
    return src[idx]


def embedding(w: ArrayT, idx: Array, *, padding_idx: int | None = None) -> ArrayT:
    """The vectors with the numbers `idx`: `gather` with libtorch's kernel for it.

    Parameters
    ----------
    w : array, shape (n, D)
    idx : integer array
        From 0 to n - 1.
    padding_idx : int, optional
        A vector that gets no gradient.

    Returns
    -------
    array, shape (*idx.shape, D)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import embedding
    >>> embedding(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0]))
    array([[3., 4.],
           [1., 2.]])
    """
    on_tensors, w, idx = _operands("embedding", w, idx)
    if w.ndim != 2:
        raise ValueError(f"embedding: w must have shape (n, D), not {w.shape}")
    if padding_idx is not None and not isinstance(padding_idx, int | np.integer):
        raise TypeError(f"embedding: padding_idx must be an integer, not {padding_idx!r}")
    if padding_idx is not None and not 0 <= padding_idx < w.shape[0]:
        raise ValueError(f"embedding: padding_idx must be from 0 to {w.shape[0] - 1}, not {padding_idx!r}")
    if on_tensors:
        try:
            return aten.embedding(w, idx, -1 if padding_idx is None else padding_idx)
        except IndexError:
            check_range("embedding", "idx", idx, w.shape[0])
            raise
    check_range("embedding", "idx", idx, w.shape[0])
    return w[idx]


def check_range(function: str, argument: str, numbers: Any, count: int) -> None:
    """IndexError unless all numbers are from 0 to count - 1."""
    if numbers.size and happens((numbers < 0) | (numbers >= count)):
        low, high = int(np.min(numbers)), int(np.max(numbers))
        raise IndexError(f"{function}: {argument} must be from 0 to {count - 1}, not from {low} to {high}")


def scatter(op: str | Callable[..., Any], src: Array, idx: Array, *, size: int | None = None, init: Any = None) -> Any:
    """What goes to the same row, taken together: ``y[idx[i]] = op(y[idx[i]], src[i])`` for all i, one after another.

    Parameters
    ----------
    op : {"+", "-", "*", "/", "max", "min", "mean"} or a function that does it
        As `operator.add`, `numpy.maximum`, `numpy.mean`.
    src : array, shape (*idx.shape, ...)
    idx : integer array
        Where each row of `src` goes, from 0.
    size : int, optional
        How many rows there are. By default as many as `idx` asks for (of a Tensor on a GPU this waits for it).
    init : number, optional
        What the rows hold at first: by default what changes nothing, 0 or 1 or ∓inf.

    Returns
    -------
    array, shape (size, ...)
        The gradient of an extreme goes in equal parts to what is equal to it.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import scatter
    >>> scatter("+", np.array([1.0, 10.0, 100.0]), np.array([0, 2, 0]))
    array([101.,   0.,  10.])
    >>> scatter(np.maximum, np.array([[1, 7], [3, 2]]), np.array([0, 0]), size=1)
    array([[3, 7]])
    """
    try:
        name = op if isinstance(op, str) else OPERATIONS.get(op)
    except TypeError:
        name = None
    if name not in NAMES:
        raise ValueError(f"scatter: op must be one of {', '.join(NAMES)} or a function that does it, not {op!r}")
    on_tensors, src, idx = _operands("scatter", src, idx)
    if src.shape[: idx.ndim] != idx.shape:
        raise ValueError(f"scatter: src must have shape {(*idx.shape, '...')}, as idx has, not {src.shape}")
    if name in ("max", "min") and src.dtype.kind in "bc":
        raise TypeError(f"scatter: {name} takes real numbers, not {src.dtype}")
    if name in ("/", "mean") and src.dtype.kind not in "fc":
        src = src.astype(np.float64)
    rows = integer("scatter", "size", size, 0) if size is not None else int(idx.max()) + 1 if idx.size else 0
    if not on_tensors or idx.dev < 0:
        check_range("scatter", "idx", idx, rows)
    shape = (rows, *src.shape[idx.ndim :])
    flat, idx = src.reshape(math.prod(idx.shape), *shape[1:]), idx.reshape(-1)
    collect = _collected if on_tensors else _reference
    if init is not None and not isinstance(init, int | float | complex | np.generic):
        raise TypeError(f"scatter: init must be a number, not {init!r}")
    start = _neutral(name, src.dtype) if init is None else init
    if name in ("+", "*", "max", "min"):
        return collect(name, flat, idx, shape, start)
    if name == "mean":
        count = collect("+", np.ones_like(flat, shape=idx.shape), idx, (rows,), 0).reshape(-1, *[1] * (len(shape) - 1))
        return start + collect("+", flat, idx, shape, 0) / np.maximum(count, 1)
    return start - collect("+", flat, idx, shape, 0) if name == "-" else start / collect("*", flat, idx, shape, 1)


def _neutral(name: str, dtype: np.dtype[Any]) -> Any:
    if name in ("max", "min"):
        if dtype.kind == "f":
            return -np.inf if name == "max" else np.inf
        limits = np.iinfo(dtype)
        return limits.min if name == "max" else limits.max
    return 1 if name in "*/" else 0


def _collected(name: str, src: Tensor, idx: Tensor, shape: tuple[int, ...], start: Any) -> Tensor:
    y = aten.full(shape, start, dtype=src.dtype, device=src.dev)
    if name == "+":
        return aten.index_add(y, 0, idx, src)
    indices = aten.expand(idx.reshape(-1, *[1] * (src.ndim - 1)), src.shape)
    return aten.scatter_reduce_two(y, 0, indices, src, {"*": "prod", "max": "amax", "min": "amin"}[name])


def _reference(name: str, src: Any, idx: Any, shape: tuple[int, ...], start: Any) -> Any:
    y = np.full(shape, start, src.dtype)
    {"+": np.add, "*": np.multiply, "max": np.maximum, "min": np.minimum}[name].at(y, idx, src)
    return y
