"""Pickles of Tensors: from protocol 5 on, whoever asks for buffers gets the memory itself, as of ndarrays."""

from __future__ import annotations

from pickle import PickleBuffer
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor

__all__ = ["from_buffer", "reduce_ex", "size_of"]


def reduce_ex(self: Tensor, protocol: Any, /) -> tuple[Any, ...]:
    """See `object.__reduce_ex__`."""
    order = "C" if self.flags.c_contiguous else "F" if self.flags.f_contiguous else None
    if protocol < 5 or type(self) is not Tensor or self.is_value or self.tracked or self.dev != -1 or order is None:
        return self.__reduce__()
    # Of another Tensor: the memory counts as shared for as long as somebody has the buffer, and no longer.
    other: Any = aten.alias(self) if order == "C" else self.T
    try:
        memory = PickleBuffer(other)
    except BufferError:  # complex conjugates
        return self.__reduce__()
    return from_buffer, (memory, self.dtype, self.shape, order)


def from_buffer(buffer: Any, dtype: np.dtype[Any], shape: tuple[int, ...], order: Any) -> Tensor:
    """A Tensor of a pickle: on the memory of a buffer that came beside it, or on its own."""
    flat: Any = np.frombuffer(buffer, dtype) if memoryview(buffer).nbytes else np.empty(0, dtype)
    # What was in the pickle itself comes as bytes, which nobody else has; a Tensor of its own can be written to.
    return _core.tensor(flat.reshape(shape, order=order), dev=-1, copy=isinstance(buffer, bytes | bytearray))


def size_of(self: Tensor, /) -> int:
    """See `object.__sizeof__`: with the memory of its own that it has on the host."""
    return type(self).__basicsize__ + (self.nbytes if self.dev == -1 and self.flags.owndata else 0)
