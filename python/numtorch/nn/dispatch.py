"""Which way a function goes: plain NumPy if all its arrays are ndarrays, libtorch's kernels if one is a Tensor."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np

from numtorch._core import Tensor, tensor

__all__ = [
    "Array",
    "ArrayT",
    "Counts",
    "Pad",
    "counts",
    "integer",
    "is_on_tensors",
    "joined",
    "margins",
    "number",
    "reals",
    "spatial",
    "together",
    "where",
]

Array: TypeAlias = Any  # a Tensor, or what NumPy takes for an array
Counts: TypeAlias = int | tuple[int, ...] | list[int]  # one for all axes or one each
Pad: TypeAlias = Counts | Literal["same"]  # one for all axes, one each, or two each: before and after
ArrayT = TypeVar("ArrayT", Any, Tensor)  # a Tensor gives a Tensor; what an ndarray gives, the other arguments say

# NumPy's stubs say that this gives an ndarray whatever it takes; of Tensors it gives a Tensor.
where: Callable[..., Any] = np.where

_FLOAT64 = np.dtype(np.float64)


def is_on_tensors(*arrays: Array) -> bool:
    """Whether there is a Tensor among the arrays."""
    return any(isinstance(x, Tensor) for x in arrays)


def joined(x: Array, like: Tensor) -> Tensor:
    """`x` as a Tensor, on the device of `like` if it is none yet."""
    return x if isinstance(x, Tensor) else tensor(x, dev=like.dev, copy=False)


def together(function: str, *arrays: Array) -> tuple[bool, list[Any]]:
    """Whether there is a Tensor among `arrays`; and all of them, in their common floating-point or complex dtype.

    They come as Tensors where there is one, on its device, else as ndarrays. None stays None, but the first is needed.
    """
    if _are_ready(arrays, "fc"):
        return True, list(arrays)
    if arrays[0] is None:
        raise TypeError(f"{function}: takes arrays of numbers, not None")
    arrays = tuple(x if x is None or isinstance(x, Tensor) else _numbers(function, x) for x in arrays)
    first = next((x for x in arrays if isinstance(x, Tensor)), None)
    if first is None:
        hosted = list(arrays)
        dtype = _common(hosted)
        return False, [x if x is None or x.dtype == dtype else x.astype(dtype) for x in hosted]
    tensors = [None if x is None else joined(x, first) for x in arrays]
    dtype = first.dtype
    if dtype.kind not in "fc" or any(x is not None and x.dtype != dtype for x in tensors):
        dtype = _common(tensors)
        tensors = [x if x is None or x.dtype == dtype else x.to(dtype=dtype) for x in tensors]
    return True, tensors


def _numbers(function: str, x: Any) -> Any:
    if np.ma.is_masked(x):
        raise TypeError(f"{function}: takes arrays without a mask; give the values, .filled(value)")
    x = np.asarray(x)
    if x.dtype.kind not in "biufc":
        raise TypeError(f"{function}: takes arrays of numbers, not of dtype {x.dtype}")
    return x


def reals(function: str, *arrays: Array) -> tuple[bool, list[Any]]:
    """`together`, for a function that has no meaning for complex numbers: TypeError where there are some."""
    if _are_ready(arrays, "f"):
        return True, list(arrays)
    on_tensors, found = together(function, *arrays)
    for x in found:
        if x is not None and x.dtype.kind == "c":
            raise TypeError(f"{function}: takes real numbers, not {x.dtype}")
    return on_tensors, found


def _are_ready(arrays: tuple[Any, ...], kinds: str) -> bool:
    """Whether all are Tensors of one dtype of these kinds already, as they mostly are."""
    dtype = None
    for x in arrays:
        if x is None:
            continue
        if type(x) is not Tensor:
            return False
        if dtype is None:
            dtype = x.dtype
        elif x.dtype is not dtype:
            return False
    return dtype is not None and dtype.kind in kinds


def _common(arrays: list[Any]) -> np.dtype[Any]:
    dtype = np.result_type(*(x.dtype for x in arrays if x is not None))
    return dtype if dtype.kind in "fc" else _FLOAT64


def integer(function: str, argument: str, value: Any, least: int = 1) -> int:
    """`value` as an int that is not below `least`."""
    if type(value) is int and value >= least:
        return value
    try:
        found = operator.index(value)
    except TypeError:
        found = least - 1
    if found < least:
        raise ValueError(f"{function}: {argument} must be an integer >= {least}, not {value!r}")
    return found


def number(function: str, argument: str, value: Any) -> Any:
    """`value`, if it is a real number."""
    if type(value) is not float and not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{function}: {argument} must be a number, not {value!r}")
    return value


def spatial(function: str, x: Array) -> int:
    """How many spatial axes `x`, of shape (N, C, spatial...), has: 1 to 3."""
    n = len(x.shape) - 2
    if not 1 <= n <= 3:
        raise ValueError(f"{function}: x must have shape (N, C, spatial...) with 1 to 3 spatial axes, not {x.shape}")
    return n


def counts(function: str, argument: str, value: Any, n: int, least: int = 1) -> list[int]:
    """A number for each of `n` axes, of one number for all or a sequence of them."""
    if type(value) is int and value >= least:
        return [value] * n
    try:
        numbers = [operator.index(v) for v in value] if isinstance(value, tuple | list) else [operator.index(value)] * n
    except TypeError:
        numbers = []
    if len(numbers) != n or min(numbers, default=least) < least:
        raise ValueError(f"{function}: {argument} must be an integer >= {least} or {n} of them, not {value!r}")
    return numbers


def margins(function: str, pad: Any, n: int, same: list[int]) -> list[tuple[int, int]]:
    """How much to pad before and after each of `n` axes.

    Of an integer for all, of `n` for the axes, of 2n (before and after the first axis, the second, ...), or of "same",
    which is `same` in all, the odd one after.
    """
    if type(pad) is int and pad >= 0:
        return [(pad, pad)] * n
    if isinstance(pad, str) and pad == "same":
        return [(total // 2, total - total // 2) for total in same]
    try:
        numbers = [operator.index(p) for p in pad] if isinstance(pad, tuple | list) else [operator.index(pad)] * n
    except TypeError:
        numbers = []
    if len(numbers) not in (n, 2 * n) or min(numbers, default=0) < 0:
        raise ValueError(
            f'{function}: pad must be "same", an integer >= 0, {n} of them (one an axis) or {2 * n} (before and after '
            f"each axis), not {pad!r}"
        )
    return [(p, p) for p in numbers] if len(numbers) == n else list(zip(numbers[::2], numbers[1::2], strict=True))
