"""ndarray's methods and attributes about the bytes of an array: views of them, copies of them, files of them."""

from __future__ import annotations

import math
import operator
import pickle
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Dtype, xp
from numtorch.functions.calls.layout import as_order
from numtorch.functions.creation import creation
from numtorch.functions.dtypes import UINT8
from numtorch.functions.manipulation import shape

__all__ = [
    "array_interface",
    "byteswap",
    "ctypes",
    "data",
    "dump",
    "dumps",
    "getfield",
    "resize",
    "setfield",
    "tobytes",
    "tofile",
]


def _host_copy(x: Tensor) -> Any:
    return np.asarray(_core.collect(x))


def tobytes(self: Tensor, /, order: str | None = "C") -> bytes:
    """See `numpy.ndarray.tobytes`. The values are copied to the host."""
    if self.tracked:
        np.asarray(self)  # says so
    return _host_copy(self).tobytes(as_order("tobytes", self, order, "CFAK"))


def tofile(self: Tensor, /, fid: Any, sep: str = "", format: str = "%s") -> None:
    """See `numpy.ndarray.tofile`. The values are copied to the host."""
    _host_copy(self).tofile(fid, sep, format)


def dumps(self: Tensor, /) -> bytes:
    """See `numpy.ndarray.dumps`: a pickle of the Tensor. The values are copied to the host."""
    return pickle.dumps(self)


def dump(self: Tensor, /, file: Any) -> None:
    """See `numpy.ndarray.dump`: a pickle of the Tensor, in a file. The values are copied to the host."""
    if hasattr(file, "write"):
        pickle.dump(self, file)
        return
    with open(file, "wb") as opened:
        pickle.dump(self, opened)


def view_as(x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """The same memory as another dtype, where libtorch's strides, which count elements, can express it."""
    if dtype.itemsize == x.itemsize:
        return aten.view_dtype(x, dtype)
    if x.ndim == 0:
        raise ValueError("Changing the dtype of a 0d array is only supported if the itemsize is unchanged")
    if x.strides[-1] != x.itemsize:
        raise ValueError("To change to a dtype of a different size, the last axis must be contiguous")
    if x.shape[-1] * x.itemsize % dtype.itemsize:
        raise ValueError(
            "When changing to a larger dtype, its size must be a divisor of the total size in bytes of the last axis "
            "of the array."
        )
    if aten.storage_offset(x) * x.itemsize % dtype.itemsize:
        raise ValueError(f"view: the memory is not aligned to the {dtype.itemsize} bytes of {dtype}; copy it first")
    if any(stride % dtype.itemsize for stride in x.strides[:-1]):
        raise ValueError(f"view: the strides {x.strides} are no multiples of the size of {dtype}; copy it first")
    return aten.view_dtype(x, dtype)


def _bytes(x: Tensor) -> Tensor:
    """A view with one more axis, which has the bytes of each element."""
    return aten.view_dtype(x[..., np.newaxis], UINT8)


def byteswap(self: Tensor, /, inplace: bool = False) -> Tensor:
    """See `numpy.ndarray.byteswap`: each part of a complex number by itself."""
    size = self.dtype.itemsize
    parts = size // (2 if self.dtype.kind == "c" else 1)
    turned = _bytes(self).reshape(*self.shape, size // parts, parts)[..., ::-1]
    swapped = _core.owned(aten.view_dtype(turned.reshape(*self.shape, size).copy(), self.dtype)[..., 0])
    if not inplace:
        return swapped
    self[...] = swapped
    return self


def getfield(self: Tensor, /, dtype: Dtype, offset: int = 0) -> Tensor:
    """See `numpy.ndarray.getfield`: a view of some of each element's bytes, as another dtype."""
    wanted, start = np.dtype(dtype), operator.index(offset)
    if start < 0 or start + wanted.itemsize > self.itemsize:
        raise ValueError(
            f"getfield: a field of {wanted.itemsize} bytes at offset {start} does not fit into the {self.itemsize} "
            f"bytes of {self.dtype}"
        )
    if start % wanted.itemsize:
        raise ValueError(f"getfield: offset must be a multiple of the {wanted.itemsize} bytes of {wanted}, not {start}")
    field = _bytes(self)[..., start : start + wanted.itemsize]
    return aten.view_dtype(field, wanted)[..., 0]


def setfield(self: Tensor, /, val: Any, dtype: Dtype, offset: int = 0) -> None:
    """See `numpy.ndarray.setfield`: writes into some of each element's bytes."""
    getfield(self, dtype, offset)[...] = val


def resize(self: Tensor, /, *new_shape: Any, refcheck: bool = True) -> None:
    """See `numpy.ndarray.resize`: in place, zeros where there is more room, and only where no view sees the memory."""
    lengths = new_shape[0] if len(new_shape) == 1 else new_shape
    if lengths is None or not new_shape:
        return
    wanted = (operator.index(lengths),) if not isinstance(lengths, (tuple, list)) else tuple(lengths)
    if any(n < 0 for n in wanted):
        raise ValueError("negative dimensions not allowed")
    count = math.prod(wanted)
    kept = min(count, self.size)
    result = creation.zeros(count, self.dtype, like=self)
    result[:kept] = shape.reshape(self, -1 if self.size else 0)[:kept]
    _core.resize(self, shape.reshape(result, wanted), refcheck)


def data(self: Tensor) -> memoryview:
    """A buffer over the memory: of a Tensor on the CPU that no gradient depends on."""
    return memoryview(self)  # type: ignore[arg-type]  # it has the buffer protocol, which Python 3.11 cannot declare


def ctypes(self: Tensor) -> Any:
    """See `numpy.ndarray.ctypes`: of a Tensor on the CPU."""
    return xp.asarray(memoryview(self)).ctypes  # type: ignore[arg-type]


def array_interface(self: Tensor) -> dict[str, Any]:
    """NumPy's array interface: of a Tensor on the CPU that no gradient depends on, and that is not a value.

    Where there is none NumPy asks for ``__array__``, which copies a value and says why it refuses the others.
    """
    if self.dev != -1:
        raise AttributeError(f"__array_interface__: this Tensor is on dev={self.dev}; collect(t) copies it to the host")
    try:
        return dict(xp.asarray(memoryview(self)).__array_interface__)  # type: ignore[arg-type]
    except BufferError as error:
        raise AttributeError(f"__array_interface__: {error}") from error
