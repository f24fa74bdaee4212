"""The ufuncs with a signature: matmul, vecdot, matvec, vecmat, for any number of axes and any dtype."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.exceptions import AxisError
from numpy.lib.array_utils import normalize_axis_index

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.dtypes import FLOAT32
from numtorch.functions.dtypes.storage import cast

Product = Callable[[Tensor, Tensor], Tensor]


# ---- On the last axes ----


def _check(function: np.ufunc, a: Tensor, b: Tensor, core: tuple[int, int], shared: tuple[int, int]) -> None:
    """Raise NumPy's ValueError unless the operands have `core` axes, equal along `shared`, and the others broadcast."""
    if a.ndim >= core[0] and b.ndim >= core[1] and a.shape[shared[0]] == b.shape[shared[1]]:
        try:
            np.broadcast_shapes(a.shape[: a.ndim - core[0]], b.shape[: b.ndim - core[1]])
            return
        except ValueError:
            pass
    zero = np.zeros((), np.int8)
    function(np.broadcast_to(zero, a.shape), np.broadcast_to(zero, b.shape))
    raise ValueError(f"{function.__name__}: operands of shapes {a.shape} and {b.shape} do not fit")


def _matrix_product(a: Tensor, b: Tensor) -> Tensor:
    """a @ b of Tensors with at least two axes, whose shapes fit."""
    if a.dtype.kind in "iu" and a.dev != -1:
        # libtorch has no integer matrices on a GPU.
        return aten.sum_dim_IntList(aten.mul_Tensor(aten.unsqueeze(a, -1), aten.unsqueeze(b, -3)), [-2], dtype=a.dtype)
    if a.ndim == 2 and b.ndim == 2:
        return aten.mm(a, b)
    if b.ndim == 2:
        rows = aten.reshape(a, (math.prod(a.shape[:-1]), a.shape[-1]))
        return aten.reshape(aten.mm(rows, b), (*a.shape[:-1], b.shape[-1]))
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    flat = [aten.reshape(aten.expand(x, (*batch, *x.shape[-2:])), (math.prod(batch), *x.shape[-2:])) for x in (a, b)]
    return aten.reshape(aten.bmm(*flat), (*batch, a.shape[-2], b.shape[-1]))


def _matmul(a: Tensor, b: Tensor) -> Tensor:
    _check(np.matmul, a, b, (min(max(a.ndim, 1), 2), min(max(b.ndim, 1), 2)), (-1, -2 if b.ndim > 1 else -1))
    if a.dtype.kind in "fc" or a.dev == -1:
        if a.ndim == 1 and b.ndim == 1:
            return aten.dot(a, b)
        if a.ndim == 2 and b.ndim == 1:
            return aten.mv(a, b)
    rows, columns = a.shape[-2:-1], b.shape[-1:] if b.ndim > 1 else ()
    product = _matrix_product(a if a.ndim > 1 else aten.unsqueeze(a, 0), b if b.ndim > 1 else aten.unsqueeze(b, -1))
    if a.ndim > 1 and b.ndim > 1:
        return product
    batch = product.shape[:-2]
    return aten.reshape(product, (*batch, *rows, *columns))


def _conjugate(x: Tensor) -> Tensor:
    return aten.conj_physical(x) if x.dtype.kind == "c" else x


def _vecdot(a: Tensor, b: Tensor) -> Tensor:
    _check(np.vecdot, a, b, (1, 1), (-1, -1))
    return aten.sum_dim_IntList(aten.mul_Tensor(_conjugate(a), b), [-1], dtype=a.dtype)


def _any_vecdot(a: Tensor, b: Tensor) -> Tensor:
    _check(np.vecdot, a, b, (1, 1), (-1, -1))
    return aten.any_dim(aten.logical_and(a, b), -1)


def _matvec(a: Tensor, b: Tensor) -> Tensor:
    _check(np.matvec, a, b, (2, 1), (-1, -1))
    product = _matrix_product(a, aten.unsqueeze(b, -1))
    return aten.reshape(product, product.shape[:-1])


def _vecmat(a: Tensor, b: Tensor) -> Tensor:
    _check(np.vecmat, a, b, (1, 2), (-1, -2))
    product = _matrix_product(aten.unsqueeze(_conjugate(a), -2), b)
    return aten.reshape(product, (*product.shape[:-2], product.shape[-1]))


def _of_bools(product: Product) -> Product:
    """Whether any pair is True: a product of 0 and 1 that is not 0."""

    def compute(a: Tensor, b: Tensor) -> Tensor:
        return aten.ne_Scalar(product(cast(a, FLOAT32), cast(b, FLOAT32)), 0)

    return compute


# ---- On any axes ----


# How many axes of each operand, and of the result, a product itself is about; matmul's are fewer for vectors.
_CORE = {"matmul": (2, 2, 2), "vecdot": (1, 1, 0), "matvec": (2, 1, 1), "vecmat": (1, 2, 1)}


def _core_of(function: str, a: Tensor, b: Tensor, keepdims: bool) -> tuple[int, int, int]:
    first, second, last = _CORE[function]
    if function == "matmul":
        first, second = min(a.ndim, 2), min(b.ndim, 2)
        last = (first > 1) + (second > 1)
    return first, second, last + keepdims


def _axes_of(entry: Any, ndim: int, core: int, operand: str) -> tuple[int, ...]:
    entries = entry if isinstance(entry, tuple) else (entry,)
    if any(isinstance(axis, bool) for axis in entries):
        raise TypeError("an integer is required")
    entries = tuple(map(operator.index, entries))
    if len(entries) != core or (not isinstance(entry, tuple) and core != 1):
        given = f"{len(entries)} dimensions are specified by axes tuple"
        text = given if isinstance(entry, tuple) else "the axes item is a single integer"
        raise AxisError(f"{operand} has {core} core dimensions, but {text}.")
    return tuple(normalize_axis_index(axis, ndim) for axis in entries)


def _to_end(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    order = (*(i for i in range(x.ndim) if i not in axes), *axes)
    return x if order == tuple(range(x.ndim)) else aten.permute(x, order)


def _from_end(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    order = list(range(x.ndim - len(axes)))
    for source, target in sorted(zip(range(x.ndim - len(axes), x.ndim), axes, strict=True), key=lambda pair: pair[1]):
        order.insert(target, source)
    return x if order == list(range(x.ndim)) else aten.permute(x, order)


def _read_axes(axes: Any, count: int, kept: Any) -> list[Any]:
    if not isinstance(axes, list):
        raise TypeError("axes should be a list.")
    if len(axes) not in (2, 3) or (len(axes) == 2 and count > 0):
        raise ValueError(
            "axes should be a list with an entry for all 3 inputs and outputs; entries for outputs can only be omitted "
            "if none of them has core axes."
        )
    return [*axes, kept] if len(axes) == 2 else axes


def _on_axes(function: str, product: Product, result_axes: int) -> Callable[..., Tensor]:
    """`product`, which works on the last axes, with ``axes=``, ``axis=`` and ``keepdims=``."""

    def compute(a: Tensor, b: Tensor, axes: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
        if axes is None and axis is None and not keepdims:
            return product(a, b)
        if function != "vecdot" and (axis is not None or keepdims):
            name = "axis" if axis is not None else "keepdims"
            raise TypeError(f"{function} does not support {name}: its operands have several core axes")
        if axes is not None and axis is not None:
            raise TypeError("cannot specify both 'axis' and 'axes'")
        if axes is None:
            along = -1 if axis is None else operator.index(axis)
            axes = [along, along, along if keepdims else ()]
        first, second, last = _read_axes(axes, result_axes, -1 if keepdims else ())
        core = _core_of(function, a, b, keepdims)
        names = [f"{function}: operand {i}" for i in range(3)]
        own, others = _axes_of(first, a.ndim, core[0], names[0]), _axes_of(second, b.ndim, core[1], names[1])
        ndim = max(a.ndim - core[0], b.ndim - core[1]) + core[2]
        wanted = _axes_of(last, ndim, core[2], names[2])
        result = product(_to_end(a, own), _to_end(b, others))
        return _from_end(aten.unsqueeze(result, -1) if keepdims else result, wanted)

    return compute


matmul = _on_axes("matmul", _matmul, 2)
vecdot = _on_axes("vecdot", _vecdot, 0)
matvec = _on_axes("matvec", _matvec, 1)
vecmat = _on_axes("vecmat", _vecmat, 1)
any_matmul = _on_axes("matmul", _of_bools(_matmul), 2)
any_vecdot = _on_axes("vecdot", _any_vecdot, 0)
any_matvec = _on_axes("matvec", _of_bools(_matvec), 1)
any_vecmat = _on_axes("vecmat", _of_bools(_vecmat), 1)
