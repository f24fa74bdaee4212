"""Joining arrays, and taking them apart."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, are_alike, tensor
from numtorch.functions.calls.arguments import (
    MOST_AXES,
    Array,
    Dtype,
    as_dtype,
    as_tensor,
    axis_of,
    cast,
    check_casting,
    dev_of,
    is_weak,
    promotion,
)
from numtorch.functions.calls.knowing import happens
from numtorch.functions.calls.layout import joint_axes
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import implements, named
from numtorch.functions.dtypes.bits import moved
from numtorch.functions.manipulation.shape import atleast_1d, atleast_2d, atleast_3d, moveaxis, ravel

__all__ = [
    "array_split",
    "block",
    "column_stack",
    "concatenate",
    "dsplit",
    "dstack",
    "hsplit",
    "hstack",
    "repeat",
    "split",
    "stack",
    "tile",
    "unstack",
    "vsplit",
    "vstack",
]


def _members(arrays: Any, out: Any = None) -> list[Tensor]:
    """The arrays to join; one Tensor is the sequence of its rows."""
    if isinstance(arrays, Tensor):
        if arrays.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return [arrays[i] for i in range(arrays.shape[0])]
    if not hasattr(arrays, "__getitem__"):
        raise TypeError('arrays to stack must be passed as a "sequence" type such as list or tuple.')
    dev = dev_of(list(arrays), out)
    return [as_tensor(x, dev) for x in arrays]


def _joined_dtype(function: str, members: list[Tensor], out: Any, dtype: Dtype, casting: str) -> np.dtype[Any]:
    if out is not None and dtype is not None:
        raise TypeError(f"{function}() only takes `out` or `dtype` as an argument, but both were provided.")
    if dtype is None:
        return promotion(*members)
    target = as_dtype(dtype)
    assert target is not None
    for member in members:
        check_casting(function, member.dtype, target, casting)
    return target


def _check_lengths(members: list[Tensor], axis: int) -> None:
    first = members[0].shape
    for index, member in enumerate(members):
        if member.ndim != len(first):
            raise ValueError(
                f"all the input arrays must have same number of dimensions, but the array at index 0 has {len(first)} "
                f"dimension(s) and the array at index {index} has {member.ndim} dimension(s)"
            )
        for along, (m, n) in enumerate(zip(first, member.shape, strict=True)):
            if m != n and along != axis:
                raise ValueError(
                    f"all the input array dimensions except for the concatenation axis must match exactly, but along "
                    f"dimension {along}, the array at index 0 has size {m} and the array at index {index} has size {n}"
                )


@implements(np.concatenate)
def concatenate(
    arrays: Any, /, axis: int | None = 0, out: Any = None, *, dtype: Dtype = None, casting: str = "same_kind"
) -> Tensor:
    """NumPy's `concatenate`."""
    if out is None and dtype is None and type(axis) is int and are_alike(arrays):
        try:
            return aten.cat(arrays, axis)
        except (ValueError, IndexError):
            pass  # below it is said in NumPy's words
    if axis is None:
        return _concatenated_flat(arrays, out, dtype, casting)
    members = _members(arrays, out)
    if not members:
        raise ValueError("need at least one array to concatenate")
    if members[0].ndim == 0:
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    axis = axis_of(axis, members[0].ndim)
    _check_lengths(members, axis)
    target = _joined_dtype("concatenate", members, out, dtype, casting)
    result = _joined([cast(x, target) for x in members], axis)
    return result if out is None else into(result, out, "concatenate", casting)


def _joined(members: list[Tensor], axis: int) -> Tensor:
    """The axes in memory in the order that they have in the members."""
    if all(map(_core.is_contiguous, members)):
        return aten.cat(members, axis)
    axes = joint_axes(members)
    back = sorted(range(len(axes)), key=axes.__getitem__)
    return aten.permute(aten.cat([aten.permute(x, axes) for x in members], back[axis]), back)


def _concatenated_flat(arrays: Any, out: Any, dtype: Dtype, casting: str) -> Tensor:
    """Flattened, for which Python's numbers keep their weak dtype."""
    numbers = [x for x in arrays if is_weak(x)] if isinstance(arrays, (list, tuple)) else []
    if numbers and dtype is None:
        strong = [x for x in arrays if not is_weak(x)]
        weakly = promotion(*_members(strong, out), *numbers)
        arrays = [tensor(x, dev=dev_of(strong, out), dtype=weakly) if is_weak(x) else x for x in arrays]
    return concatenate([ravel(x) for x in _members(arrays, out)], 0, out, dtype=dtype, casting=casting)


@implements(np.stack)
def stack(arrays: Any, axis: int = 0, out: Any = None, *, dtype: Dtype = None, casting: str = "same_kind") -> Tensor:
    """NumPy's `stack`."""
    if out is None and dtype is None and type(axis) is int and are_alike(arrays):
        try:
            return _within_limit(aten.stack(arrays, axis))
        except (ValueError, IndexError):
            pass  # below it is said in NumPy's words
    members = _members(arrays, out)
    if not members:
        raise ValueError("need at least one array to stack")
    if any(x.shape != members[0].shape for x in members):
        raise ValueError("all input arrays must have the same shape")
    axis = axis_of(axis, members[0].ndim + 1)
    target = _joined_dtype("concatenate", members, out, dtype, casting)
    result = _within_limit(_joined([aten.unsqueeze(cast(x, target), axis) for x in members], axis))
    return result if out is None else into(result, out, "stack", casting)


def _within_limit(x: Tensor) -> Tensor:
    if x.ndim > MOST_AXES:
        raise IndexError(f"number of dimensions must be within [0, {MOST_AXES}], indexing result would have {x.ndim}")
    return x


def _as_tuple(arrays: Any) -> tuple[Tensor, ...]:
    return arrays if isinstance(arrays, tuple) else (arrays,)


@implements(np.vstack)
def vstack(tup: Any, *, dtype: Dtype = None, casting: str = "same_kind") -> Tensor:
    """NumPy's `vstack`."""
    return concatenate(_as_tuple(atleast_2d(*_members(tup))), 0, dtype=dtype, casting=casting)


@implements(np.hstack)
def hstack(tup: Any, *, dtype: Dtype = None, casting: str = "same_kind") -> Tensor:
    """NumPy's `hstack`."""
    members = _as_tuple(atleast_1d(*_members(tup)))
    axis = 0 if members and members[0].ndim == 1 else 1
    return concatenate(members, axis, dtype=dtype, casting=casting)


@implements(np.dstack)
def dstack(tup: Any) -> Tensor:
    """NumPy's `dstack`."""
    return concatenate(_as_tuple(atleast_3d(*_members(tup))), 2)


@implements(np.column_stack)
def column_stack(tup: Any) -> Tensor:
    """NumPy's `column_stack`."""
    return concatenate([x if x.ndim >= 2 else aten.reshape(x, (x.size, 1)) for x in _members(tup)], 1)


def _depth(blocks: Any) -> int:
    """How deep lists are nested in `blocks`, the same everywhere."""
    if isinstance(blocks, tuple):
        raise TypeError("block: only lists can be used to arrange blocks, not tuples")
    if not isinstance(blocks, list):
        return 0
    if not blocks:
        raise ValueError("List at arrays cannot be empty")
    depths = {_depth(inner) for inner in blocks}
    if len(depths) > 1:
        raise ValueError(f"List depths are mismatched: {sorted(depths)}")
    return depths.pop() + 1


def _widest(blocks: Any) -> int:
    return max(map(_widest, blocks)) if isinstance(blocks, list) else np.ndim(blocks)


@implements(np.block)
def block(arrays: Any) -> Tensor:
    """NumPy's `block`."""
    depth = _depth(arrays)
    ndim = max(depth, _widest(arrays))
    dev = dev_of(arrays)

    def join(blocks: Any, level: int) -> Tensor:
        if not isinstance(blocks, list):
            x = as_tensor(blocks, dev)
            return aten.reshape(x, (1,) * (ndim - x.ndim) + x.shape)
        return concatenate([join(inner, level + 1) for inner in blocks], ndim - depth + level)

    result = join(arrays, 0)
    return result.copy() if depth == 0 else result


def _bounds(indices_or_sections: Any, length: int) -> list[tuple[int | None, int | None]]:
    """Where the pieces start and end."""
    try:
        count = len(indices_or_sections) + 1
    except TypeError:
        count = int(indices_or_sections)
        if count <= 0:
            raise ValueError("number sections must be larger than 0.") from None
        small, extra = divmod(length, count)
        ends = [0]
        for i in range(count):
            ends.append(ends[-1] + small + (i < extra))
        return list(itertools.pairwise(ends))
    ends = [operator.index(end) for end in indices_or_sections]
    return list(zip([0, *ends], [*ends, length], strict=True))


@implements(np.array_split)
def array_split(ary: Array, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """NumPy's `array_split`: views."""
    x = as_tensor(ary)
    axis = axis_of(axis, x.ndim)
    before = (slice(None),) * axis
    return [x[(*before, slice(start, stop))] for start, stop in _bounds(indices_or_sections, x.shape[axis])]


@implements(np.split)
def split(ary: Array, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """NumPy's `split`: views."""
    x = as_tensor(ary)
    if np.ndim(indices_or_sections) == 0:
        length = x.shape[axis_of(axis, x.ndim)]
        if length % indices_or_sections:
            raise ValueError("array split does not result in an equal division")
    return array_split(x, indices_or_sections, axis)


def _split_at_least(name: str, x: Tensor, ndim: int, sections: Any, axis: int) -> list[Tensor]:
    if x.ndim < ndim:
        raise ValueError(f"{name} only works on arrays of {ndim} or more dimensions")
    return split(x, sections, axis)


@implements(np.hsplit)
def hsplit(ary: Array, indices_or_sections: Any) -> list[Tensor]:
    """NumPy's `hsplit`: views."""
    x = as_tensor(ary)
    return _split_at_least("hsplit", x, 1, indices_or_sections, 1 if x.ndim > 1 else 0)


@implements(np.vsplit)
def vsplit(ary: Array, indices_or_sections: Any) -> list[Tensor]:
    """NumPy's `vsplit`: views."""
    return _split_at_least("vsplit", as_tensor(ary), 2, indices_or_sections, 0)


@implements(np.dsplit)
def dsplit(ary: Array, indices_or_sections: Any) -> list[Tensor]:
    """NumPy's `dsplit`: views."""
    return _split_at_least("dsplit", as_tensor(ary), 3, indices_or_sections, 2)


@implements(*named("unstack"))
def unstack(x: Array, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    """NumPy's `unstack`: views."""
    x = as_tensor(x)
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    first = moveaxis(x, axis, 0)
    return tuple(first[i] for i in range(first.shape[0]))


@implements(np.tile)
def tile(A: Array, reps: Any) -> Tensor:
    """NumPy's `tile`."""
    x = as_tensor(A)
    counts = tuple(reps) if np.ndim(reps) else (reps,)
    if any(count < 0 for count in counts):
        raise ValueError("negative dimensions are not allowed")
    counts = (1,) * (x.ndim - len(counts)) + tuple(operator.index(count) for count in counts)
    if all(count == 1 for count in counts) and len(counts) == x.ndim:
        return x.copy("K")
    return moved(lambda y: aten.repeat(y, counts), x)


def _repeat_evenly(x: Tensor, count: int, axis: int) -> Tensor:
    """Each element `count` times, by views and one copy."""
    wide = aten.unsqueeze(x, axis + 1)
    wide = aten.expand(wide, (*x.shape[: axis + 1], count, *x.shape[axis + 1 :]))
    return _core.owned(aten.reshape(wide.copy(), (*x.shape[:axis], x.shape[axis] * count, *x.shape[axis + 1 :])))


@implements(np.repeat)
def repeat(a: Array, repeats: Any, axis: int | None = None) -> Tensor:
    """NumPy's `repeat`."""
    x = as_tensor(a, dev_of(a, repeats))
    if axis is None:
        x, axis = ravel(x), 0
    elif x.ndim == 0:
        x = x.reshape(1)
    axis = axis_of(axis, x.ndim)
    if isinstance(repeats, (int, float, np.integer)):  # NumPy truncates a float, too
        if repeats < 0:
            raise ValueError("repeats may not contain negative values.")
        return _repeat_evenly(x, int(repeats), axis)
    counts = as_tensor(repeats, x.dev)
    if counts.ndim > 1:
        raise ValueError("object too deep for desired array")
    if counts.size == 0 and isinstance(repeats, (list, tuple)):
        counts = cast(counts, np.int64)
    if not np.can_cast(counts.dtype, np.int64):
        raise TypeError(f"Cannot cast array data from {counts.dtype!r} to dtype('int64') according to the rule 'safe'")
    if counts.size not in (1, x.shape[axis]):
        raise ValueError(f"operands could not be broadcast together with shape ({x.shape[axis]},) ({counts.size},)")
    # A copy: a kernel adds them up, and then writes as many, so no other thread may change them in between.
    counts = aten.expand(cast(counts, np.int64).reshape(-1), (x.shape[axis],)).copy()
    if happens(counts < 0):
        raise ValueError("repeats may not contain negative values.")
    _core.require_size(counts, "repeat")
    return moved(lambda y: aten.index_select(y, axis, aten.repeat_interleave_Tensor(counts)), x)
