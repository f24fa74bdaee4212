"""The methods of ufuncs: reduce, accumulate, reduceat, outer, at."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import MOST_AXES
from numtorch.functions.calls.assign import assign
from numtorch.functions.calls.knowing import happens
from numtorch.functions.dtypes import UINT64
from numtorch.functions.dtypes.storage import COMPUTE_DTYPES, Dtype, cast
from numtorch.functions.ufuncs import folding
from numtorch.functions.ufuncs.call import (
    METHODS,
    call_plain,
    call_with,
    find_dev,
    make_plan,
)
from numtorch.functions.ufuncs.finishing import constant
from numtorch.functions.ufuncs.folding import Fold
from numtorch.functions.ufuncs.reduce import (
    accumulate,
    check_reducible,
    deliver,
    operand,
    prepare_same,
    reduce,
    single,
    single_axis,
)

# ---- reduceat ----


def _reduceat_on_device(fold: Fold, x: Tensor, indices: Tensor, axis: int) -> Tensor:
    """The same with indices on the device, of which the host sees only whether they are in range."""
    length = x.shape[axis]
    wrong = (indices < 0) | (indices >= length)
    if happens(wrong):
        first = int(indices[wrong][0])
        raise IndexError(f"index {first} out-of-bounds in {fold.function.__name__}.reduceat [0, {length})")
    starts = cast(aten.reshape(indices, (-1,)), np.dtype(np.int64))
    stops = aten.cat([aten.slice_Tensor(starts, 0, 1), constant(length, starts.dtype, x.dev).reshape(1)], 0)
    x = aten.movedim_intlist(x, [axis], [0])
    return aten.movedim_intlist(folding.fold_stretches(fold, x, starts, aten.clamp(stops - starts, 1)), [0], [axis])


def _read_starts(function: np.ufunc, indices: Any, length: int) -> list[int]:
    indices = _core.collect(indices) if isinstance(indices, Tensor) else indices
    starts = [int(i) for i in np.asarray(indices, dtype=np.intp).reshape(-1)]
    for i in starts:
        if not 0 <= i < length:
            raise IndexError(f"index {i} out-of-bounds in {function.__name__}.reduceat [0, {length})")
    return starts


def reduceat(function: np.ufunc, array: Any, indices: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Any:
    """``function.reduceat``: one reduction for each stretch between neighbouring indices.

    Indices that are a Tensor stay on their device; of functions that are not associative they are brought to the host.
    """
    check_reducible(function, "reduceat")
    out = single(out)
    x = operand(function, array, out)
    axis = single_axis(axis, x.ndim, "reduceat")
    length = x.shape[axis]
    if isinstance(indices, Tensor) and indices.size and folding.is_associative(function):
        if indices.dtype.kind not in "iu":
            raise TypeError(f"{function.__name__}.reduceat: the indices must be integers, not {indices.dtype}")
        fold, x = prepare_same(function, x, dtype, out, "reduceat")
        return deliver(function, _reduceat_on_device(fold, x, indices, axis), out, "reduceat")
    starts = _read_starts(function, indices, length)
    fold, x = prepare_same(function, x, dtype, out, "reduceat")
    if not starts:
        shape = (*x.shape[:axis], 0, *x.shape[axis + 1 :])
        return deliver(
            function, cast(aten.reshape(aten.slice_Tensor(x, axis, 0, 0), shape), fold.dtype), out, "reduceat"
        )
    parts = []
    for start, stop in zip(starts, [*starts[1:], length], strict=True):
        if start + 1 >= stop:
            parts.append(cast(aten.select_int(x, axis, start), fold.dtype))
        else:
            parts.append(folding.fold(fold, aten.slice_Tensor(x, axis, start, stop), (axis,)))
    return deliver(function, aten.stack(parts, axis), out, "reduceat")


# ---- outer ----


def outer(function: np.ufunc, a: Any, b: Any, **keywords: Any) -> Any:
    """``function.outer``: every element of `a` with every one of `b`."""
    if function.signature is not None:
        raise TypeError("method outer is not allowed in ufunc with non-trivial signature")
    if function.nin != 2:
        raise ValueError("outer product only supported for binary functions")
    dev = find_dev(function, (a, b))
    # Python numbers have a dtype of their own here, as in NumPy.
    first, second = (x if isinstance(x, Tensor) else tensor(x, dev=dev, copy=_core.recording()) for x in (a, b))
    if first.ndim + second.ndim > MOST_AXES:
        raise ValueError(
            f"maximum supported dimension for an ndarray is {MOST_AXES}, but `{function.__name__}.outer()` result "
            f"would have {first.ndim + second.ndim}."
        )
    operands = (aten.reshape(first, (*first.shape, *(1,) * second.ndim)), second)
    if keywords:
        return call_with(function, operands, keywords)
    return _core.in_order_of(call_plain(function, operands), operands)


# ---- at ----


def at(function: np.ufunc, a: Any, indices: Any, *operands: Any) -> None:
    """``function.at``: in place and unbuffered, an index that comes twice counts twice."""
    _check_at(function, operands)
    if isinstance(a, np.ndarray):
        _at_on_host(function, a, indices, operands)
        return
    if not isinstance(a, Tensor):
        raise TypeError("first operand must be array")
    dev = find_dev(function, (a, *operands))
    # Python numbers too have a dtype of their own here, as in NumPy.
    given = [_as_operand(x, a.dtype, dev) for x in operands]
    plan = make_plan(function, (a.dtype, *(x.dtype for x in given)), outputs=(a.dtype,), casting="unsafe")
    values = [x if x.dtype == plan.inputs[1] else cast(x, plan.inputs[1]) for x in given]
    if function in (np.add, np.subtract) and plan.outputs[0] == a.dtype and _can_add(a.dtype):
        value = values[0] if function is np.add else call_plain(np.negative, (values[0],))
        assign(a, _core.additem(a, indices, value), f"{function.__name__}.at")
        return
    assign(a, _at_in_rounds(plan, a, indices, values), f"{function.__name__}.at")


def _as_operand(x: Any, dtype: Dtype, dev: int) -> Tensor:
    """An operand of `at` as a Tensor; an integer of more than 64 bits as the float that an array of floats takes."""
    if isinstance(x, Tensor):
        return x
    try:
        return tensor(x, dev=dev)
    except OverflowError:
        if dtype.kind not in "fc":
            raise
        return tensor(float(x), dev=dev)


def _can_add(dtype: Dtype) -> bool:
    return dtype.kind != "b" and dtype not in COMPUTE_DTYPES and dtype != UINT64


def _check_at(function: np.ufunc, operands: tuple[Any, ...]) -> None:
    if function.signature is not None:
        raise TypeError(
            f"{function.__name__}.at does not support ufunc with non-trivial signature: "
            f"{function.__name__} has signature {function.signature}."
        )
    if function.nin > 2:
        raise ValueError("Only unary and binary ufuncs supported at this time")
    if function.nout != 1:
        raise ValueError("Only single output ufuncs supported at this time")
    if function.nin == 2 and not operands:
        raise ValueError("second operand needed for ufunc")
    if function.nin == 1 and operands:
        raise ValueError("second operand provided when ufunc is unary")


def _at_on_host(function: np.ufunc, a: Any, indices: Any, operands: tuple[Any, ...]) -> None:
    """An ndarray takes only what an untracked Tensor on the CPU holds, as a conversion would."""
    entries = indices if isinstance(indices, tuple) else (indices,)
    host = tuple(np.asarray(entry) if isinstance(entry, Tensor) else entry for entry in entries)
    values = [np.asarray(x) if isinstance(x, Tensor) else x for x in operands]
    function.at(a, host if isinstance(indices, tuple) else host[0], *values)


def _at_in_rounds(plan: Any, a: Tensor, indices: Any, values: list[Tensor]) -> Tensor:
    """In each round every element at most once: first all first occurrences of an index, then all second ones."""
    positions = _core.getitem(aten.reshape(aten.arange(a.size, dtype=np.int64, device=a.dev), a.shape), indices)
    values = [aten.reshape(_expand_value(value, positions.shape), (positions.size,)) for value in values]
    positions = aten.reshape(positions, (positions.size,))
    flat = aten.clone(aten.reshape(a, (a.size,)))
    for chosen in folding.rounds(positions):
        here = _core.getitem(positions, chosen)
        old = cast(_core.getitem(flat, here), plan.inputs[0])
        new = plan.compute(old, *[_core.getitem(value, chosen) for value in values])
        flat = _core.setitem(flat, here, cast(new, a.dtype))
    return aten.reshape(flat, a.shape)


def _expand_value(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    try:
        return aten.expand(value, shape)
    except ValueError:
        raise ValueError("array is not broadcastable to correct shape") from None


METHODS.update(reduce=reduce, accumulate=accumulate, reduceat=reduceat, outer=outer, at=at)
