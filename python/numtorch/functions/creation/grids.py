"""Grids, and the indices of triangles and diagonals; ``r_``, ``c_``, ``mgrid``, ``ogrid`` on the device."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_tensor, dev_of, is_weak, xp
from numtorch.functions.calls.devices import new_dev
from numtorch.functions.calls.registry import implements
from numtorch.functions.creation.arange import arange
from numtorch.functions.creation.conversion import array
from numtorch.functions.creation.creation import empty, indices, ones
from numtorch.functions.creation.ranges import linspace
from numtorch.functions.dtypes import INT64
from numtorch.functions.indexing.indexing import nonzero
from numtorch.functions.manipulation.joining import concatenate
from numtorch.functions.manipulation.shape import swapaxes, transpose

__all__ = [
    "c_",
    "diag_indices",
    "diag_indices_from",
    "index_exp",
    "ix_",
    "mask_indices",
    "mgrid",
    "ogrid",
    "r_",
    "s_",
    "tril_indices",
    "tril_indices_from",
    "triu_indices",
    "triu_indices_from",
]


s_ = np.s_
index_exp = np.index_exp


@implements(np.ix_)
def ix_(*args: Array) -> tuple[Tensor, ...]:
    """NumPy's `ix_`: masks become indices, which waits for the device."""
    dev, opened = dev_of(args), []
    for axis, arg in enumerate(args):
        x = as_tensor(arg, dev)
        if x.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if x.size == 0 and not isinstance(arg, (Tensor, np.ndarray)):
            x = x.astype(INT64)
        if x.dtype.kind == "b":
            (x,) = nonzero(x)
        opened.append(x.reshape((1,) * axis + x.shape + (1,) * (len(args) - axis - 1)))
    return tuple(opened)


def _triangle(triangle: Any, n: int, m: int | None, k: int, dev: int) -> tuple[Tensor, ...]:
    height = max(operator.index(n), 0)
    width = height if m is None else max(operator.index(m), 0)
    found = triangle(height, width, operator.index(k), dtype=INT64, device=dev)
    return (aten.select_int(found, 0, 0), aten.select_int(found, 0, 1))


def tril_indices(
    n: int, k: int = 0, m: int | None = None, *, device: Any = None, dev: int | None = None
) -> tuple[Tensor, ...]:
    """NumPy's `tril_indices`."""
    return _triangle(aten.tril_indices, n, m, k, new_dev(device, dev))


def triu_indices(
    n: int, k: int = 0, m: int | None = None, *, device: Any = None, dev: int | None = None
) -> tuple[Tensor, ...]:
    """NumPy's `triu_indices`."""
    return _triangle(aten.triu_indices, n, m, k, new_dev(device, dev))


def _matrix(arr: Array) -> Tensor:
    x = as_tensor(arr)
    if x.ndim != 2:
        raise ValueError("input array must be 2-d")
    return x


@implements(np.tril_indices_from)
def tril_indices_from(arr: Array, k: int = 0) -> tuple[Tensor, ...]:
    """NumPy's `tril_indices_from`."""
    x = _matrix(arr)
    return tril_indices(x.shape[0], k, x.shape[1], dev=x.dev)


@implements(np.triu_indices_from)
def triu_indices_from(arr: Array, k: int = 0) -> tuple[Tensor, ...]:
    """NumPy's `triu_indices_from`."""
    x = _matrix(arr)
    return triu_indices(x.shape[0], k, x.shape[1], dev=x.dev)


def mask_indices(
    n: int, mask_func: Callable[..., Any], k: Any = 0, *, device: Any = None, dev: int | None = None
) -> tuple[Tensor, ...]:
    """NumPy's `mask_indices`. Waits for the device, to learn how many there are."""
    return nonzero(mask_func(ones((n, n), int, device=device, dev=dev), k) != 0)


def diag_indices(n: int, ndim: int = 2, *, device: Any = None, dev: int | None = None) -> tuple[Tensor, ...]:
    """NumPy's `diag_indices`."""
    return (arange(n, device=device, dev=dev),) * ndim


@implements(np.diag_indices_from)
def diag_indices_from(arr: Array) -> tuple[Tensor, ...]:
    """NumPy's `diag_indices_from`."""
    x = as_tensor(arr)
    if x.ndim < 2:
        raise ValueError("input array must be at least 2-d")
    if len(set(x.shape)) != 1:
        raise ValueError("All dimensions of input must be of equal length")
    return diag_indices(x.shape[0], x.ndim, dev=x.dev)


def _is_count(step: Any) -> bool:
    """Whether a slice's step is a number of points, which NumPy writes as ``5j``."""
    return isinstance(step, (complex, np.complexfloating))


def _apart(start: Any, stop: Any, step: Any) -> Any:
    """How far apart the numbers of a slice are."""
    if not _is_count(step):
        return step
    count = int(abs(step))
    return count if count == 1 else (stop - start) / float(count - 1)


class Grid:
    """``mgrid`` and ``ogrid``: the coordinates of a grid, given as slices."""

    def __init__(self, sparse: bool) -> None:
        self.sparse = sparse

    def __getitem__(self, key: slice | tuple[slice, ...]) -> Any:
        if isinstance(key, slice):
            return _line(key)
        starts = [0 if part.start is None else part.start for part in key]
        steps = [1 if part.step is None else part.step for part in key]
        stops = [part.stop for part in key]
        lengths = []
        kinds: list[Any] = [0]
        for start, stop, step in zip(starts, stops, steps, strict=True):
            size = abs(step) if _is_count(step) else step
            lengths.append(int(size) if _is_count(step) else math.ceil((stop - start) / step))
            kinds += [start, stop, size]
        dtype = np.result_type(*kinds)
        if not self.sparse:
            empty((len(lengths), *lengths), dtype)  # raises at once if it is too large
        grids = indices(lengths, dtype, sparse=True)
        scaled = []
        for grid, start, stop, step in zip(grids, starts, stops, steps, strict=True):
            scaled.append((grid * _apart(start, stop, step) + start).astype(dtype, copy=False))
        if self.sparse:
            return tuple(scaled)
        return xp.stack([xp.broadcast_to(grid, lengths) for grid in scaled]) if scaled else indices((), dtype)

    def __repr__(self) -> str:
        return "ogrid" if self.sparse else "mgrid"


def _line(key: slice) -> Tensor:
    """One slice's numbers."""
    start, step = 0 if key.start is None else key.start, key.step
    if not _is_count(step):
        return arange(start, key.stop, 1 if step is None else step)
    dtype = np.result_type(start, key.stop, float(abs(step)))
    return arange(0, int(abs(step)), 1, dtype=dtype) * _apart(start, key.stop, step) + start


class Joiner:
    """``r_`` and ``c_``: slices, numbers and arrays, one after another."""

    def __init__(self, name: str, axis: int, ndmin: int = 1, trans1d: int = -1) -> None:
        self.name = name
        self.how = (axis, ndmin, trans1d)

    def __getitem__(self, key: Any) -> Tensor:
        parts = key if isinstance(key, tuple) else (key,)
        axis, ndmin, trans1d = self.how
        if parts and isinstance(parts[0], str):
            axis, ndmin, trans1d = self._directive(parts[0])
            parts = parts[1:]
        if any(isinstance(part, str) for part in parts):
            raise ValueError("special directives must be the first entry.")
        dev = dev_of(parts)
        members = [_member(part, ndmin, trans1d, dev) for part in parts]
        if not members:
            raise ValueError("need at least one array to concatenate")
        dtype = np.result_type(*(x.dtype if isinstance(x, Tensor) else x for x in members))
        return concatenate([array(x, dtype, copy=None, ndmin=ndmin, dev=dev) for x in members], axis)

    def _directive(self, text: str) -> tuple[int, int, int]:
        if text in ("r", "c"):
            raise TypeError(f"{self.name}: {text!r} asks for a numpy.matrix, which Tensors are not")
        axis, ndmin, trans1d = self.how
        try:
            numbers = [int(number) for number in text.split(",")]
        except ValueError:
            raise ValueError(f"unknown special directive {text!r}") from None
        given = dict(zip(("axis", "ndmin", "trans1d"), numbers, strict=False))
        return given.get("axis", axis), given.get("ndmin", ndmin), given.get("trans1d", trans1d)

    def __len__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return self.name


def _member(part: Any, ndmin: int, trans1d: int, dev: int) -> Any:
    """What `part` adds: a Tensor with at least `ndmin` axes, or a number, which is weak."""
    if isinstance(part, slice):
        start, step = 0 if part.start is None else part.start, part.step
        if _is_count(step):
            made = as_tensor(linspace(start, part.stop, int(abs(step)), device=dev))
        else:
            made = arange(start, part.stop, 1 if step is None else step, dev=dev)
        made = array(made, copy=None, ndmin=ndmin)
        return swapaxes(made, -1, trans1d) if ndmin > 1 and trans1d != -1 else made
    if is_weak(part) or isinstance(part, (bool, np.generic)):
        return part
    x = as_tensor(part, dev)
    wide = array(x, copy=None, ndmin=ndmin)
    if trans1d == -1 or x.ndim >= ndmin:
        return wide
    added = ndmin - x.ndim
    first = trans1d + added + 1 if trans1d < 0 else trans1d
    axes = list(range(ndmin))
    return transpose(wide, axes[:first] + axes[added:] + axes[first:added])


mgrid = Grid(sparse=False)
ogrid = Grid(sparse=True)
r_ = Joiner("r_", 0)
c_ = Joiner("c_", -1, ndmin=2, trans1d=0)
