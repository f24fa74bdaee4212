"""Tensors in another order, and choices from them: places are drawn, and the Tensor is indexed where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.exceptions import AxisError

from numtorch._core import Tensor, as_array
from numtorch.functions.arguments import as_tensor, axis_of, xp

__all__ = ["METHODS", "Places", "counted", "of_tensors"]

SUBJECTS = ("x", "a")


class Places(Protocol):
    """What a stream draws for the functions here."""

    def order(self, length: int, *, of_rows: bool = False) -> Tensor:
        """The numbers below `length` in a random order; `of_rows` as NumPy's shuffle draws it for rows."""

    def orders(self, shape: tuple[int, ...], strides: tuple[int, ...], axis: int | None) -> Tensor:
        """Flat places of an array, for each place the one that its element comes from."""

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


def shuffle(places: Places, x: Tensor, axis: int = 0) -> None:
    """`x` in a random order along `axis`, in place."""
    if x.ndim == 0:
        raise AxisError(0, 0)
    axis = axis_of(axis, x.ndim)
    if x.size:
        order = places.order(x.shape[axis], of_rows=x.ndim > 1)
        x[...] = xp.take(x, order.to(dev=x.dev), axis)


def permutation(places: Places, x: Tensor, axis: int = 0) -> Tensor:
    """A copy of `x` in a random order along `axis`."""
    if x.ndim == 0:
        raise AxisError("x must be an integer or at least 1-dimensional")
    axis = axis_of(axis, x.ndim)
    return xp.take(x, places.order(x.shape[axis]).to(dev=x.dev), axis)


def permuted(places: Places, x: Any, axis: int | None, out: Tensor | None) -> Tensor:
    """A copy of `x` with the elements of each slice along `axis` in its own order, written to `out` if given."""
    source = as_tensor(x, None if out is None else out.dev)
    if out is not None and out.shape != source.shape:
        raise ValueError("out must have the same shape as x")
    if axis is not None:
        axis = axis_of(axis, source.ndim)
    strides = source.strides if out is None else out.strides
    order = places.orders(source.shape, strides, axis).to(dev=source.dev)
    result = as_array(source.reshape(-1)[order])
    if out is None:
        return result
    xp.copyto(out, result, casting="safe")
    return out


def choice(places: Places, a: Tensor, axis: int = 0, **arguments: Any) -> Tensor:
    """Elements of `a` along `axis`, at places that are drawn."""
    if a.ndim == 0:
        raise ValueError("a must be a sequence or an integer, not a 0-d Tensor")
    axis = axis_of(axis, a.ndim)
    drawn = places.choices(a.shape[axis], arguments)
    if not isinstance(drawn, (Tensor, np.ndarray)):
        return xp.take(a, int(drawn), axis)
    return as_array(xp.take(a, as_tensor(drawn, a.dev).to(dev=a.dev), axis))


METHODS: dict[str, Callable[..., Any]] = {
    "choice": choice,
    "permutation": permutation,
    "permuted": permuted,
    "shuffle": shuffle,
}
