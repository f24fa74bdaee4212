"""Tensors in another order, and choices from them: indices are drawn, and the Tensor is indexed where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.exceptions import AxisError

from numtorch._core import Tensor, as_array
from numtorch.functions.calls.arguments import as_tensor, axis_of, xp

__all__ = ["METHODS", "IndexDraws", "counted", "of_tensors"]

CPU = -1
SUBJECTS = ("x", "a")


class IndexDraws(Protocol):
    """What a stream draws for the functions here."""

    def order(self, length: int, *, of_rows: bool = False) -> Tensor:
        """The numbers below `length` in a random order; `of_rows` as NumPy's shuffle draws it for rows."""

    def orders(self, shape: tuple[int, ...], strides: tuple[int, ...], axis: int | None) -> Tensor:
        """Flat indices of an array: for each element the index that it comes from."""

    def choices(self, count: int, arguments: dict[str, Any]) -> Any:
        """Some of the numbers below `count`."""


def _count(x: Any) -> Any:
    return int(x) if isinstance(x, Tensor) and x.ndim == 0 and x.is_value and x.dtype.kind in "iu" else x


def counted(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """`arguments` with an integer for a 0-d Tensor that stands for one. Waits for the device, for the number."""
    return {name: _count(value) if name in SUBJECTS else value for name, value in arguments.items()}


def of_tensors(arguments: Mapping[str, Any]) -> bool:
    """Whether a Tensor is to be put in order or chosen from."""
    return any(isinstance(arguments.get(name), Tensor) for name in (*SUBJECTS, "out"))


def shuffle(draws: IndexDraws, x: Tensor, axis: int = 0) -> None:
    """`x` in a random order along `axis`, in place."""
    _check_sized(x)
    axis = axis_of(axis, x.ndim)
    if x.size:
        order = draws.order(x.shape[axis], of_rows=x.ndim > 1)
        x[...] = xp.take(x, order.to(dev=x.dev), axis)


def permutation(draws: IndexDraws, x: Tensor, axis: int = 0) -> Tensor:
    """A copy of `x` in a random order along `axis`."""
    if x.ndim == 0:
        raise AxisError("x must be an integer or at least 1-dimensional")
    axis = axis_of(axis, x.ndim)
    return xp.take(x, draws.order(x.shape[axis]).to(dev=x.dev), axis)


def permuted(draws: IndexDraws, x: Any, axis: int | None, out: Any) -> Any:
    """A copy of `x` with the elements of each slice along `axis` in its own order, written to `out` if given."""
    if not (out is None or isinstance(out, (Tensor, np.ndarray))):
        raise TypeError(f"out must be a Tensor or an ndarray, not {type(out).__name__}")
    target = None if out is None else as_tensor(out, CPU)
    source = as_tensor(x, None if target is None else target.dev)
    _check_sized(source)
    if target is not None and target.shape != source.shape:
        raise ValueError("out must have the same shape as x")
    if axis is not None:
        axis = axis_of(axis, source.ndim)
    order = draws.orders(source.shape, (source if target is None else target).strides, axis)
    result = as_array(source.reshape(-1)[order.to(dev=source.dev)])
    if target is None:
        return result
    xp.copyto(target, result, casting="safe")
    return out


def choice(draws: IndexDraws, a: Tensor, axis: int | None = None, **arguments: Any) -> Tensor:
    """Elements of `a` along `axis`, at indices that are drawn; RandomState, which has no axes, takes vectors only."""
    if a.ndim == 0:
        raise ValueError("a must be a sequence or an integer, not a 0-d Tensor")
    if axis is None and a.ndim != 1:
        raise ValueError("a must be 1-dimensional")
    axis = axis_of(0 if axis is None else axis, a.ndim)
    drawn = draws.choices(a.shape[axis], arguments)
    chosen = xp.take(a, as_tensor(drawn, a.dev).to(dev=a.dev), axis)
    return chosen if arguments["size"] is None else as_array(chosen)


def _check_sized(x: Tensor) -> None:
    if x.ndim == 0:
        raise TypeError("len() of unsized object")


METHODS: dict[str, Callable[..., Any]] = {
    "choice": choice,
    "permutation": permutation,
    "permuted": permuted,
    "shuffle": shuffle,
}
