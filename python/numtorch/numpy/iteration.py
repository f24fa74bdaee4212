"""Walks over elements: one 0-d Tensor at a time, without copies to the host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import MOST_AXES, Array, as_tensor, as_tensors, xp
from numtorch.functions.calls.layout import is_fortran

__all__ = ["broadcast", "ndenumerate", "nditer"]


class ndenumerate:
    """
    Pairs of an index and the element there: see `numpy.ndenumerate`.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> [(index, int(element)) for index, element in np.ndenumerate([[5, 6]])]
    [((0, 0), 5), ((0, 1), 6)]
    """

    def __init__(self, arr: Array) -> None:
        self._array = as_tensor(arr)
        self._indices = np.ndindex(self._array.shape)

    def __iter__(self) -> ndenumerate:
        return self

    def __next__(self) -> tuple[tuple[int, ...], Tensor]:
        index = next(self._indices)
        return index, self._array[index]


class broadcast:
    """
    Arrays walked together as they broadcast: see `numpy.broadcast`.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> pairs = np.broadcast([[1], [2]], [3, 4])
    >>> pairs.shape, [int(a * b) for a, b in pairs]
    ((2, 2), [3, 4, 6, 8])
    """

    def __init__(self, *args: Array) -> None:
        if len(args) > MOST_AXES:
            raise ValueError(f"Need at least 0 and at most {MOST_AXES} array objects.")
        self._arrays = xp.broadcast_arrays(*as_tensors(*args))
        self.shape: tuple[int, ...] = self._arrays[0].shape if args else ()
        self.ndim = self.nd = len(self.shape)
        self.numiter = len(args)
        self.size = int(np.prod(self.shape, dtype=np.int64))
        self.reset()

    def reset(self) -> None:
        """Back to the first elements."""
        self.index = 0
        self._indices = np.ndindex(self.shape)

    @property
    def iters(self) -> tuple[Any, ...]:
        """An iterator over the elements of each array."""
        return tuple(array.flat for array in self._arrays)

    def __iter__(self) -> broadcast:
        return self

    def __next__(self) -> tuple[Tensor, ...]:
        index = next(self._indices)
        self.index += 1
        return tuple(array[index] for array in self._arrays)


HARMLESS = {"multi_index", "c_index", "refs_ok", "zerosize_ok", "common_dtype", "delay_bufalloc", "grow_inner"}


class nditer:
    """
    Walks over arrays as they broadcast, one element of each at a time: see `numpy.nditer`.

    The elements are 0-d views, so ``element[...] = value`` writes to an operand that the caller calls "readwrite" or
    "writeonly". What NumPy's iterator does with buffers, casts, outer loops and operands of its own raises TypeError.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> x = np.array([[1, 2], [3, 4]])
    >>> with np.nditer(x, flags=["multi_index"], op_flags=["readwrite"]) as walk:
    ...     for element in walk:
    ...         element[...] = 10 * element + walk.multi_index[1]
    >>> x
    Tensor([[10, 21],
            [30, 41]], dtype=int64, dev=-1)
    """

    def __init__(
        self,
        op: Any,
        flags: Sequence[str] | None = None,
        op_flags: Any = None,
        op_dtypes: Any = None,
        order: str = "K",
        casting: str = "safe",  # noqa: ARG002
        op_axes: Any = None,
        itershape: Any = None,
        buffersize: int = 0,  # noqa: ARG002
    ) -> None:
        refused = sorted(set(flags or ()) - HARMLESS)
        if refused or any(given is not None for given in (op_dtypes, op_axes, itershape)):
            raise TypeError(f"nditer: not supported on Tensors: {refused or 'op_dtypes, op_axes and itershape'}")
        several = isinstance(op, (list, tuple))
        given = list(op) if several else [op]
        if not given:
            raise ValueError("Must provide at least one operand")
        if any(one is None for one in given):
            raise TypeError("nditer: not supported on Tensors: operands of None, which it would make")
        self.operands = tuple(self._views(as_tensors(*given), op_flags))
        self._several = several
        self._flags = set(flags or ())
        self.nop = len(given)
        self.shape: tuple[int, ...] = self.operands[0].shape
        self.ndim = len(self.shape)
        self.itersize = int(np.prod(self.shape, dtype=np.int64))
        self._axes = _axes(self.operands, order)
        self._turned = _turned_axes(self.operands) if order == "K" else ()
        if self.itersize == 0 and "zerosize_ok" not in self._flags:
            raise ValueError("Iteration of zero-sized operands is not enabled")
        self.reset()

    def _views(self, arrays: list[Tensor], op_flags: Any) -> Iterator[Tensor]:
        """The operands as they broadcast; one to write to must not be."""
        each = op_flags if op_flags and not isinstance(op_flags[0], str) else [op_flags] * len(arrays)
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        for array, own in zip(arrays, each, strict=True):
            if not {"readwrite", "writeonly"} & set(own or ()):
                yield xp.broadcast_to(array, shape)
            elif array.shape == shape:
                yield array
            else:
                raise ValueError("output operand requires a reduction along dimension, but reduction is not enabled")

    def reset(self) -> None:
        """Back to the first elements."""
        self.iterindex = 0
        self.finished = self.itersize == 0
        self._started = False

    @property
    def multi_index(self) -> tuple[int, ...]:
        """Where the current elements are."""
        if "multi_index" not in self._flags:
            raise ValueError("Iterator is not tracking a multi-index")
        return self._multi_index()

    @property
    def index(self) -> int:
        """The same counted in C order."""
        if "c_index" not in self._flags:
            raise ValueError("Iterator does not have an index")
        return int(np.ravel_multi_index(self._multi_index(), self.shape)) if self.ndim else 0

    def _multi_index(self) -> tuple[int, ...]:
        if self.finished:
            raise ValueError("Iterator is past the end")
        walked = np.unravel_index(self.iterindex, [self.shape[axis] for axis in self._axes])
        index = dict(zip(self._axes, map(int, walked), strict=True))
        for axis in self._turned:
            index[axis] = self.shape[axis] - 1 - index[axis]
        return tuple(index[axis] for axis in range(self.ndim))

    @property
    def value(self) -> Any:
        """The current elements: one, or a tuple of them if the operands came in a list."""
        index = (*self._multi_index(), ...)
        elements = tuple(operand[index] for operand in self.operands)
        return elements if self._several else elements[0]

    def __getitem__(self, operand: int) -> Tensor:
        return self.operands[operand][(*self._multi_index(), ...)]

    def __setitem__(self, operand: int, value: Any) -> None:
        self.operands[operand][(*self._multi_index(), ...)] = value

    def iternext(self) -> bool:
        """One step on; whether there is another element."""
        self.iterindex += 1
        self.finished = self.iterindex >= self.itersize
        return not self.finished

    def __iter__(self) -> nditer:
        return self

    def __next__(self) -> Any:
        if self.finished or (self._started and not self.iternext()):
            raise StopIteration
        self._started = True
        return self.value

    def __len__(self) -> int:
        return self.nop

    def close(self) -> None:
        """Nothing is buffered, so there is nothing to write back."""

    def __enter__(self) -> nditer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _axes(operands: Sequence[Tensor], order: str) -> tuple[int, ...]:
    """The axes from the slowest to the fastest, in the order that `order` asks for."""
    ndim = operands[0].ndim
    if order == "A":
        order = "F" if all(is_fortran(operand) for operand in operands) else "C"
    if order == "C":
        return tuple(range(ndim))
    if order == "F":
        return tuple(range(ndim))[::-1]
    return tuple(sorted(range(ndim), key=lambda axis: -max(abs(operand.strides[axis]) for operand in operands)))


def _turned_axes(operands: Sequence[Tensor]) -> tuple[int, ...]:
    """The axes along which memory is walked forward by walking backward: no operand says otherwise."""
    strides = [[operand.strides[axis] for operand in operands] for axis in range(operands[0].ndim)]
    return tuple(axis for axis, steps in enumerate(strides) if min(steps) < 0 and max(steps) <= 0)
