"""ndarray's methods on Tensors: the functions of NumPy, attached one by one, and the few that are methods only."""

from __future__ import annotations

import operator
from importlib import import_module
from types import GenericAlias, ModuleType
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, xp
from numtorch.functions.calls.devices import device_name, device_of
from numtorch.functions.calls.layout import as_order, reading_axes, reverse_axes
from numtorch.functions.indexing import indexing, selection
from numtorch.functions.linalg import products as products
from numtorch.functions.manipulation import joining, shape
from numtorch.functions.mathematics import pointwise
from numtorch.functions.reductions import reduction, scan, statistics
from numtorch.functions.sorting import sorting
from numtorch.ndarray import memory as raw
from numtorch.ndarray import pickling, scalars
from numtorch.ndarray.flags import Flags, setflags
from numtorch.ndarray.flat import FlatIterator, set_flat


def reshape(self: Tensor, /, *shape_: Any, order: str | None = "C", copy: bool | None = None) -> Tensor:
    """See `numpy.ndarray.reshape`."""
    lengths = shape_[0] if len(shape_) == 1 else shape_
    return shape.reshape(self, lengths, order, copy=copy)


def transpose(self: Tensor, /, *axes: Any) -> Tensor:
    """See `numpy.ndarray.transpose`."""
    return shape.transpose(self, axes[0] if len(axes) == 1 else axes or None)


def flatten(self: Tensor, /, order: str | None = "C") -> Tensor:
    """See `numpy.ndarray.flatten`: always a copy."""
    letter = as_order("flatten", self, order, "CFAK")
    x = self
    if letter == "F":
        x = reverse_axes(self)
    elif letter == "K":
        x = shape.transpose(self, reading_axes(self))
    return _core.owned(shape.reshape(x.copy(), -1 if x.size else 0))


def clip(self: Tensor, /, min: Any = None, max: Any = None, out: Any = None, **kwargs: Any) -> Tensor:
    """See `numpy.ndarray.clip`."""
    return pointwise.clip(self, min, max, out, **kwargs)


def compress(self: Tensor, /, condition: Array, axis: int | None = None, out: Any = None) -> Tensor:
    """See `numpy.ndarray.compress`."""
    return indexing.compress(condition, self, axis, out)


def conjugate(self: Tensor, out: Any = None, /) -> Tensor:
    """See `numpy.ndarray.conjugate`: a real Tensor is its own."""
    if out is not None:
        return xp.conjugate(self, out=out)
    return xp.conjugate(self) if self.dtype.kind == "c" else self


def fill(self: Tensor, /, value: Any) -> None:
    """See `numpy.ndarray.fill`: in place."""
    self[...] = value


def sort(
    self: Tensor, /, axis: int = -1, kind: str | None = None, order: Any = None, *, stable: bool | None = None
) -> None:
    """See `numpy.ndarray.sort`: in place."""
    self[...] = sorting.sort(self, operator.index(axis), kind, order, stable=stable)


def partition(self: Tensor, /, kth: Any, axis: int = -1, kind: str = "introselect", order: Any = None) -> None:
    """See `numpy.ndarray.partition`: in place."""
    self[...] = sorting.partition(self, kth, operator.index(axis), kind, order)


def view(self: Tensor, /, *args: Any, **kwargs: Any) -> Tensor:
    """See `numpy.ndarray.view`: the same memory, perhaps as another dtype or an object of a subclass."""
    asked = [*args, *(kwargs.pop(name) for name in ("dtype", "type") if name in kwargs)]
    if len(asked) > 2 or kwargs:
        raise TypeError(f"view() takes a dtype and a type, not {len(asked)} arguments and {sorted(kwargs)}")
    types = [one for one in asked if isinstance(one, type) and issubclass(one, (Tensor, np.ndarray))]
    dtypes = [one for one in asked if one not in types and one is not None]
    if len(dtypes) > 1:
        raise TypeError("view() takes one dtype")
    seen = raw.view_as(self, np.dtype(dtypes[0])) if dtypes else self
    cls = next((one for one in types if issubclass(one, Tensor)), Tensor if types else type(self))
    return _core.view_as(seen, Tensor if cls == Tensor else cls)  # which the namespace's `ndarray` equals, and is not


def device(self: Tensor) -> str:
    """Where it is, in the array API standard's words: "cpu", "cuda:0", ..."""
    return device_name(self.dev)


def to_device(self: Tensor, device: Any, /, *, stream: Any = None) -> Tensor:
    """See `numpy.ndarray.to_device`: itself where it is there already, else a copy."""
    if stream is not None:
        raise ValueError("to_device: stream must be None: the copy waits for the work that it depends on")
    dev = device_of(device, self.dev)
    return self if dev == self.dev else self.to(dev=dev)


def to_numpy(self: Tensor, dtype: Any = None, copy: bool = False, na_value: Any = None) -> Any:  # noqa: ARG001
    """What matplotlib and pandas ask for: `np.asarray`, which refuses what it would have to move or to lose."""
    return np.array(self, dtype) if copy else np.asarray(self, dtype)


def __array_namespace__(_: Tensor, /, *, api_version: str | None = None) -> ModuleType:
    """`numtorch.numpy`, which is the array API standard's namespace."""
    if api_version not in (None, "2021.12", "2022.12", "2023.12", "2024.12", "2025.12"):
        raise ValueError(f"__array_namespace__: version {api_version!r} of the array API standard is not supported")
    return import_module("numtorch.numpy")


def __array_finalize__(_: Tensor, obj: Any, /) -> None:
    """See `numpy.ndarray.__array_finalize__`: what a subclass does with what an object of it was made of."""


def __sizeof__(self: Tensor, /) -> int:
    """The bytes of the object, and of its memory unless it is another array's."""
    return object.__sizeof__(self) + (0 if _core.is_view(self) else self.nbytes)


def __round__(self: Tensor, /, ndigits: int | None = None) -> Any:
    """``round(x)`` of a 0-d Tensor: an int, or a Tensor if `ndigits` is given."""
    if self.ndim or self.dtype.kind not in "iuf":
        raise TypeError(f"type {type(self).__name__} doesn't define __round__ method")
    return int(pointwise.round(self)) if ndigits is None else pointwise.round(self, ndigits)


def __contains__(self: Tensor, /, element: Any) -> bool:
    """``element in x``: whether some element equals it. Waits for the device."""
    return bool(reduction.any(self == element))


Tensor.all = reduction.all
Tensor.any = reduction.any
Tensor.argmax = reduction.argmax
Tensor.argmin = reduction.argmin
Tensor.argpartition = sorting.argpartition
Tensor.argsort = sorting.argsort
Tensor.choose = selection.choose
Tensor.clip = clip
Tensor.compress = compress
Tensor.conj = conjugate
Tensor.conjugate = conjugate
Tensor.cumprod = scan.cumprod
Tensor.cumsum = scan.cumsum
Tensor.diagonal = indexing.diagonal
Tensor.dot = products.dot
Tensor.fill = fill
Tensor.flatten = flatten
Tensor.max = reduction.max
Tensor.mean = statistics.mean
Tensor.min = reduction.min
Tensor.nonzero = indexing.nonzero
Tensor.partition = partition
Tensor.prod = reduction.prod
Tensor.put = indexing.put
Tensor.ravel = shape.ravel
Tensor.repeat = joining.repeat
Tensor.reshape = reshape
Tensor.round = pointwise.round
Tensor.searchsorted = sorting.searchsorted
Tensor.sort = sort
Tensor.squeeze = shape.squeeze
Tensor.std = statistics.std
Tensor.sum = reduction.sum
Tensor.swapaxes = shape.swapaxes
Tensor.take = indexing.take
Tensor.trace = products.trace
Tensor.transpose = transpose
Tensor.var = statistics.var
Tensor.view = view
Tensor.__reduce_ex__ = pickling.reduce_ex
Tensor.__round__ = __round__
Tensor.__sizeof__ = pickling.size_of
Tensor.__contains__ = __contains__

Tensor.__class_getitem__ = classmethod(GenericAlias)
# For libraries that ask which of several arrays decides: before ndarrays, 0.0. NumPy itself asks __array_ufunc__.
Tensor.__array_priority__ = 1.0
Tensor.__array_interface__ = property(raw.array_interface)
Tensor.base = property(_core.base, doc="The whole memory behind a view, flat; None of anything but a view.")
Tensor.byteswap = raw.byteswap
Tensor.ctypes = property(raw.ctypes)
Tensor.data = property(raw.data)
Tensor.dump = raw.dump
Tensor.dumps = raw.dumps
Tensor.flags = property(Flags, doc="How the memory lies, and whether it may be written to: see `numpy.ndarray.flags`.")
Tensor.flat = property(FlatIterator, set_flat, doc="The elements one after another: see `numpy.ndarray.flat`.")
Tensor.getfield = raw.getfield
Tensor.resize = raw.resize
Tensor.setfield = raw.setfield
Tensor.setflags = setflags
Tensor.tobytes = raw.tobytes
Tensor.tofile = raw.tofile
Tensor.__array_finalize__ = __array_finalize__
Tensor.__array_namespace__ = __array_namespace__
Tensor.__sizeof__ = __sizeof__
scalars.attach()
Tensor.device = property(device)
Tensor.to_device = to_device
Tensor.to_numpy = to_numpy
