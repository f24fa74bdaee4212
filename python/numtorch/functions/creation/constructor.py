"""``ndarray(shape, dtype, buffer, offset, strides, order)``: NumPy's class called, with Tensors."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Dtype, as_shape
from numtorch.functions.calls.layout import is_contiguous
from numtorch.functions.creation.creation import empty
from numtorch.functions.dtypes import UINT8
from numtorch.functions.manipulation.sliding import as_strided

__all__ = ["ndarray"]


def _steps(lengths: tuple[int, ...], itemsize: int, order: str | None) -> tuple[int, ...]:
    """The strides of an array without gaps."""
    in_memory = lengths if str(order or "C").upper() == "F" else lengths[::-1]
    steps = [itemsize * math.prod(in_memory[:position]) for position in range(len(in_memory))]
    return tuple(steps if in_memory is lengths else steps[::-1])


def _on_tensor(
    lengths: tuple[int, ...], dtype: np.dtype[Any], buffer: Tensor, offset: int, strides: Any, order: str | None
) -> Tensor:
    """A view of the memory of a contiguous Tensor."""
    if not is_contiguous(buffer):
        raise ValueError("ndarray is not contiguous")
    steps = _steps(lengths, dtype.itemsize, order) if strides is None else as_shape(strides)
    last = 0 if 0 in lengths else dtype.itemsize + sum((n - 1) * step for n, step in zip(lengths, steps, strict=True))
    if min(steps, default=0) < 0 or offset < 0 or offset + last > buffer.nbytes:
        raise TypeError("buffer is too small for requested array")
    if offset % dtype.itemsize:
        raise ValueError(f"ndarray: offset must be a multiple of the {dtype.itemsize} bytes of {dtype}, not {offset}")
    seen = buffer.reshape(-1)
    if buffer.dtype != dtype:
        whole = buffer.nbytes // dtype.itemsize * dtype.itemsize
        seen = aten.view_dtype(aten.view_dtype(seen, UINT8)[:whole], dtype)
    return as_strided(seen[offset // dtype.itemsize :], lengths, steps)


def ndarray(
    shape: Any,
    dtype: Dtype = float,
    buffer: Any = None,
    offset: int = 0,
    strides: Any = None,
    order: str | None = None,
    *,
    dev: int | None = None,
) -> Tensor:
    """NumPy's `ndarray(...)`: new memory, or a view of `buffer`, a Tensor or an object with the buffer protocol."""
    lengths, wanted = as_shape(shape), np.dtype(dtype)
    if wanted not in _core.dtypes:
        raise TypeError(
            f"ndarray: a Tensor cannot hold dtype {wanted!r}; numpy.ndarray can, and numtorch.numpy.empty gives it"
        )
    if buffer is None:
        if strides is not None and tuple(as_shape(strides)) != _steps(lengths, wanted.itemsize, order):
            raise ValueError("ndarray: strides of new memory can only be those of an array without gaps")
        return empty(lengths, wanted, order, dev=dev)
    if isinstance(buffer, Tensor):
        return _on_tensor(lengths, wanted, buffer, operator.index(offset), strides, order)
    made: np.ndarray[Any, Any] = np.ndarray(lengths, wanted, buffer, offset, strides, order)  # type: ignore[arg-type]
    return tensor(made, dev=-1 if dev is None else dev, copy=False)


_core.set_constructor(ndarray)
