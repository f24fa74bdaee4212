"""`Tensor.flat`: the elements one after another, in C order."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, Dtype, xp
from numtorch.functions.indexing import indexing

__all__ = ["FlatIterator", "set_flat"]


class FlatIterator:
    """
    What `numpy.ndarray.flat` is for an ndarray, for a Tensor: an iterator that can be indexed and assigned to.

    Reading gives copies. What is written reaches the Tensor, whatever its strides; fewer values than elements are
    repeated.

    Examples
    --------
    >>> from numtorch import tensor
    >>> x = tensor([[1, 2], [3, 4]])
    >>> x.T.flat[1]
    Tensor(3, dtype=int64, dev=-1)
    >>> x.T.flat[1:3] = [30, 20]
    >>> x
    Tensor([[ 1, 20],
            [30,  4]], dtype=int64, dev=-1)
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, base: Tensor) -> None:
        self.base = base
        self.index = 0

    @property
    def coords(self) -> tuple[int, ...]:
        """Where the next element is."""
        if self.index >= self.base.size:
            return (self.base.shape[0], *(0 for _ in self.base.shape[1:])) if self.base.ndim else ()
        return tuple(int(i) for i in np.unravel_index(self.index, self.base.shape))

    def __iter__(self) -> FlatIterator:
        return self

    def __next__(self) -> Tensor:
        if self.index >= self.base.size:
            raise StopIteration
        element = self.base[self.coords]
        self.index += 1
        return element

    def __len__(self) -> int:
        return self.base.size

    def __getitem__(self, index: Any) -> Tensor:
        elements = self.base.reshape(-1)
        picked = elements[index]
        return picked if picked.ndim == 0 else picked.copy()

    def __setitem__(self, index: Any, values: Array) -> None:
        indices = xp.arange(self.base.size, like=self.base)[index]
        indexing.put(self.base, indices, values)

    def copy(self) -> Tensor:
        """The elements, in a new Tensor with one axis."""
        return self.base.flatten()

    def __array__(self, dtype: Dtype = None, *, copy: bool | None = None) -> Any:
        return self.copy().__array__(dtype, copy=copy)

    def __eq__(self, other: Any) -> Any:
        return self.copy() == other

    def __ne__(self, other: Any) -> Any:
        return self.copy() != other

    def __lt__(self, other: Any) -> Any:
        return self.copy() < other

    def __le__(self, other: Any) -> Any:
        return self.copy() <= other

    def __gt__(self, other: Any) -> Any:
        return self.copy() > other

    def __ge__(self, other: Any) -> Any:
        return self.copy() >= other


def set_flat(self: Tensor, values: Array) -> None:
    """``x.flat = values``: all elements in order, `values` repeated as often as it takes."""
    FlatIterator(self)[:] = values
