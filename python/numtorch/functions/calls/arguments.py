"""Arguments of NumPy's functions, brought into one form: operands, dtypes, axes, shapes."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from numtorch import _core
from numtorch._core import Tensor, find_dev, tensor

__all__ = [
    "Array",
    "Axis",
    "Dtype",
    "NoValue",
    "as_arranged",
    "as_dtype",
    "as_shape",
    "as_tensor",
    "as_tensors",
    "as_wide_tensor",
    "axes_of",
    "axis_of",
    "cast",
    "check_casting",
    "check_lengths",
    "check_ndim",
    "dev_of",
    "find_dev",
    "given",
    "held",
    "kept",
    "of_class",
    "promoted",
    "promotion",
    "reduced_axes",
    "xp",
]

Array: TypeAlias = Any  # whatever NumPy takes for an array: a Tensor, an ndarray, a number, a nest of lists
Dtype: TypeAlias = Any  # whatever NumPy takes for a dtype
Axis: TypeAlias = int | Sequence[int] | None

xp: Any = np  # NumPy's functions on Tensors; its stubs promise ndarrays

NoValue: Any = np._NoValue

_DTYPES = frozenset(_core.dtypes)


def check_lengths(lengths: Iterable[int]) -> None:
    """ValueError, in NumPy's words, for a shape that no array can have; kernels count on there being none."""
    if math.prod(max(length, 1) for length in lengths) >= 1 << 60:
        raise ValueError("array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.")


def given(value: Any) -> bool:
    """Whether an argument was passed, where NumPy marks its absence with ``np._NoValue``."""
    return value is not NoValue


def kept(keepdims: Any) -> bool:
    """Whether ``keepdims=`` asks for axes of length 1."""
    return keepdims is not NoValue and bool(keepdims)


def dev_of(*operands: Any) -> int:
    """The device for operands that are no Tensors yet: that of the first Tensor, else that of `numtorch.device`."""
    dev = find_dev(operands)
    return _core.default_dev() if dev is None else dev


def as_tensor(operand: Array, dev: int | None = None) -> Tensor:
    """`operand` itself, or its values on the device `dev`; by default where its own Tensors are, or a new one goes."""
    return operand if isinstance(operand, Tensor) else tensor(operand, dev=dev, copy=False)


def as_arranged(operand: Array, dev: int) -> Any:
    """The same where arrays are only put beside each other: one of objects, texts or dates stays NumPy's."""
    try:
        return as_tensor(operand, dev)
    except TypeError:
        foreign = np.asarray(operand)
        if foreign.dtype in _DTYPES:
            raise
        return foreign


def as_wide_tensor(operand: Array, dev: int | None = None) -> Tensor:
    """`as_tensor`, with integers of more than 64 bits, among which others may be, as floats."""
    try:
        return as_tensor(operand, dev)
    except (OverflowError, TypeError):
        wide = np.asarray(operand)
        if wide.dtype != object or not all(isinstance(number, int) for number in wide.flat):
            raise
        return tensor(wide.astype(np.float64), dev=dev)


def as_tensors(*operands: Array) -> list[Tensor]:
    """All `operands` as Tensors."""
    if all(type(operand) is Tensor for operand in operands):
        return list(operands)
    dev = dev_of(*operands)
    return [as_tensor(operand, dev) for operand in operands]


def cast(x: Tensor, dtype: Dtype) -> Tensor:
    """`x` with that dtype: itself if it has it."""
    return x if x.dtype == dtype else x.to(dtype=dtype)


def as_dtype(dtype: Dtype) -> np.dtype[Any] | None:
    """`dtype` as NumPy understands it; None stays None."""
    return None if dtype is None else np.dtype(dtype)


def promotion(*operands: Array) -> np.dtype[Any]:
    """The common dtype of Tensors and Python numbers, which are weak (NEP 50)."""
    return np.result_type(*(x.dtype if isinstance(x, Tensor) else x for x in operands))


def is_weak(operand: Array) -> bool:
    """A Python number, which takes the dtype of what it meets."""
    return type(operand) in (int, float, complex)


def held(number: float, dtype: np.dtype[Any]) -> float:
    """A number as an array of floats holds it: libtorch refuses what is too large, and rounds twice to float16."""
    with np.errstate(over="ignore"):
        result: float = dtype.type(number).item()
    return result


def promoted(*operands: Array) -> list[Tensor]:
    """All `operands` as Tensors of their common dtype."""
    dev = dev_of(*operands)
    strong = [x if is_weak(x) else as_tensor(x, dev) for x in operands]
    dtype = promotion(*strong)
    return [cast(x, dtype) if isinstance(x, Tensor) else tensor(x, dev=dev, dtype=dtype) for x in strong]


def check_casting(function: str, source: np.dtype[Any], target: np.dtype[Any], casting: str) -> None:
    """Raises TypeError if NumPy's rule `casting` forbids the cast."""
    if not np.can_cast(source, target, casting=casting):  # type: ignore[arg-type]
        raise TypeError(
            f"{function}: cannot cast array data from {source!r} to {target!r} according to the rule {casting!r}"
        )


MOST_AXES = 64  # NumPy's


def check_ndim(ndim: int) -> None:
    """Raises NumPy's error where an array would have more axes than an ndarray can."""
    if ndim > MOST_AXES:
        raise ValueError(f"maximum supported dimension for an ndarray is currently {MOST_AXES}, found {ndim}")


def axis_of(axis: Any, ndim: int) -> int:
    """`axis` counted from the front; AxisError if there is none such."""
    return normalize_axis_index(operator.index(axis), ndim)


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """The axes that `axis` means, counted from the front: all for None, one for an int."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, tuple):
        return normalize_axis_tuple(axis, ndim, "axis")
    return (axis_of(axis, ndim),)


def reduced_axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """The same for a ufunc's reduction, which takes a 0-d array to have an axis 0, and no boolean for a number."""
    if axis is True or axis is False:
        raise TypeError("an integer is required")
    if not isinstance(axis, tuple):
        return () if ndim == 0 and axis in (0, -1) else axes_of(axis, ndim)
    axes = tuple([normalize_axis_index(number, ndim) for number in axis])
    if len(set(axes)) < len(axes):
        raise ValueError("duplicate value in 'axis'")
    return axes


def as_shape(shape: Any) -> tuple[int, ...]:
    """A shape as a tuple: one number stands for a 1-d shape."""
    if isinstance(shape, (tuple, list)):
        return tuple(map(_length, shape))
    try:
        return (_length(shape),)
    except TypeError:
        if not isinstance(shape, Iterable):
            raise
        return tuple(map(_length, shape))


def _length(number: Any) -> int:
    if number is True or number is False:
        raise TypeError(f"an integer is required, not {number}")
    length = operator.index(number)
    if not -(2**63) <= length < 2**63:
        raise ValueError("Maximum allowed dimension exceeded")
    return length


def of_class(made: Tensor, prototype: Any, subok: bool = True) -> Tensor:
    """What was made, of the subclass of Tensor that the prototype is of."""
    cls = type(prototype)
    return _core.view_as(made, cls) if subok and cls is not Tensor and isinstance(prototype, Tensor) else made


def as_array(result: Tensor) -> Tensor:
    """A fresh 0-d `result` as NumPy's array rather than its scalar."""
    return _core.as_array(result)
