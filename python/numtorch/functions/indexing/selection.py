"""Choosing between arrays, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, as_array, as_value, owned
from numtorch.functions.calls.arguments import Array, as_tensor, cast, dev_of, held, promoted, promotion, xp
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes import BOOL
from numtorch.functions.dtypes.bits import moved
from numtorch.functions.indexing.indexing import nonzero
from numtorch.functions.ufuncs.folding import REAL_FLOATS, truth

__all__ = ["choose", "select", "where"]


def check_broadcast(*operands: Tensor) -> tuple[int, ...]:
    """The common shape, or NumPy's ValueError."""
    try:
        return np.broadcast_shapes(*(x.shape for x in operands))
    except ValueError:
        shapes = " ".join(str(x.shape).replace(" ", "") for x in operands)
        raise ValueError(f"operands could not be broadcast together with shapes {shapes}") from None


@implements(np.where)
def where(condition: Array, x: Array = None, y: Array = None, /) -> Any:
    """NumPy's `where`."""
    if type(condition) is Tensor and type(x) is Tensor and condition.dtype == BOOL:
        simple = _simple_where(condition, x, y)
        if simple is not None:
            return simple
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise ValueError("either both or neither of x and y should be given")
    dev = dev_of(condition, x, y)
    mask = truth(as_tensor(bool(condition) if type(condition) is int else condition, dev))
    plain = isinstance(x, Tensor) and isinstance(y, Tensor) and x.dtype == y.dtype
    first, second = (x, y) if plain else _branches(dev, x, y)
    check_broadcast(mask, first, second)
    return as_array(aten.where_self(mask, first, second))


def _simple_where(condition: Tensor, x: Tensor, y: Array) -> Tensor | None:
    """The branches of one dtype, or a number for the second one; None if there is more to decide."""
    try:
        if type(y) is Tensor and y.dtype == x.dtype:
            return as_array(aten.where_self(condition, x, y))
        if type(y) in (float, int) and x.dtype in REAL_FLOATS:
            return as_array(aten.where_ScalarOther(condition, x, y if x.dtype.itemsize > 2 else held(y, x.dtype)))
    except (OverflowError, ValueError):  # shapes that do not fit, or a number too large: NumPy's words shall tell
        return None
    return None


def _branches(dev: int, x: Array, y: Array) -> list[Tensor]:
    weak = (bool, int, float, complex)
    numbers = [value if type(value) in weak else as_tensor(value, dev) for value in (x, y)]
    dtype = promotion(*numbers)
    return [cast(as_tensor(_weak(value, dtype), dev), dtype) for value in numbers]


def _weak(value: Any, dtype: np.dtype[Any]) -> Any:
    """A Python number in the dtype it takes; here NumPy lets it wrap."""
    return value if isinstance(value, Tensor) else np.asarray(value).astype(dtype)


@implements(np.select)
def select(condlist: Any, choicelist: Any, default: Array = 0) -> Tensor:
    """NumPy's `select`."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    dev = dev_of(list(condlist), list(choicelist), default)
    masks = [as_tensor(mask, dev) for mask in condlist]
    for index, mask in enumerate(masks):
        if mask.dtype.kind != "b":
            raise TypeError(f"invalid entry {index} in condlist: should be boolean ndarray")
    *choices, result = promoted(*choicelist, default) if dev == -1 else promoted(*_on(dev, choicelist), default)
    shape = check_broadcast(result, *masks, *choices)
    for mask, choice in zip(reversed(masks), reversed(choices), strict=True):
        result = aten.where_self(mask, choice, result)
    return result if result.shape == shape else aten.expand(result, shape).copy()


def _on(dev: int, choices: Any) -> list[Array]:
    return [x if type(x) in (int, float, complex) else as_tensor(x, dev) for x in choices]


@implements(np.choose)
def choose(a: Array, choices: Any, out: Any = None, mode: str = "raise") -> Tensor:
    """NumPy's `choose`. With ``mode="raise"`` it waits for the device, to check the range."""
    dev = dev_of(a, choices, out)
    index = as_tensor(a, dev)
    members = _on(dev, choices)
    if index.dtype.kind not in "biu":
        raise TypeError(f"Cannot cast array data from {index.dtype!r} to dtype('int64') according to the rule 'safe'")
    index = cast(index, np.int64)
    count = len(members)
    if mode == "wrap":
        index = aten.remainder_Scalar(index, max(count, 1))
    elif mode == "clip":
        index = xp.clip(index, 0, count - 1)
    elif mode != "raise":
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got '{mode}')")
    elif happens((index < 0) | (index >= count)):
        raise ValueError("invalid entry in choice array")
    dtype = promotion(*members)
    members = [cast(as_tensor(_weak(x, dtype), dev), dtype) for x in members]
    shape = check_broadcast(index, *members)
    if out is not None and out.shape != shape:
        raise TypeError(f"choose: the output has shape {out.shape}, and the result {shape}")
    indices = aten.expand(index, (1, *shape))
    stacked = aten.stack([aten.expand(x, shape) for x in members], 0)
    result = moved(lambda x: aten.gather(x, 0, indices), stacked)[0, ...]
    return owned(as_value(result)) if out is None else into(result, out, "choose", "unsafe")
