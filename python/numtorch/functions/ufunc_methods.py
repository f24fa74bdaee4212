"""The methods of ufuncs: reduce, accumulate, reduceat, outer, at."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from numtorch import _core
from numtorch._core import Tensor, kernel, tensor
from numtorch.functions import folding
from numtorch.functions.arguments import MOST_AXES
from numtorch.functions.assign import assign
from numtorch.functions.carriers import CARRIERS, UINT64, Dtype, cast
from numtorch.functions.elementwise import ROWS
from numtorch.functions.folding import Fold
from numtorch.functions.layout import ordered_like, reduced_like
from numtorch.functions.ufunc import (
    METHODS,
    call_plain,
    call_with,
    constant,
    find_dev,
    finish,
    make_plan,
)
from numtorch.functions.ufunc_options import read_mask

_arange = kernel("arange")
_any = kernel("any")
_cat = kernel("cat")
_clamp = kernel("clamp")
_clone = kernel("clone")
_expand = kernel("expand")
_movedim = kernel("movedim.intlist")
_reshape = kernel("reshape")
_select = kernel("select.int")
_slice = kernel("slice.Tensor")
_stack = kernel("stack")
_where = kernel("where.self")

NoValue: Any = np._NoValue
_REORDERABLE = {
    np.add, np.multiply, np.logical_and, np.logical_or, np.logical_xor, np.maximum, np.minimum, np.fmax, np.fmin,
    np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.gcd, np.logaddexp, np.logaddexp2, np.hypot,
}  # fmt: skip

_CHANGED_BY_IDENTITY = (np.gcd, np.hypot)  # gcd(0, -4) is 4; others than NumPy's may be


# ---- What reduce, accumulate and reduceat share ----


def _check_reducible(function: np.ufunc, method: str) -> None:
    if function.signature is not None:
        raise RuntimeError("Reduction not defined on ufunc with signature")
    if function.nin != 2:
        raise ValueError(f"{method} only supported for binary functions")
    if function.nout != 1:
        raise ValueError(f"{method} only supported for functions returning a single value")


def _ndim(array: Any) -> int:
    return array.ndim if isinstance(array, Tensor) else np.ndim(array)


def _single(out: Any) -> Any:
    out = out[0] if isinstance(out, tuple) else out
    if out is not None and not isinstance(out, (Tensor, np.ndarray)):
        raise TypeError("output must be an array")
    return out


def _prepare(function: np.ufunc, array: Any, dtype: Any, out: Any, *others: Any) -> tuple[Fold, Tensor]:
    """The binary operation in the dtype that NumPy reduces in, and the array cast to it."""
    dev = find_dev(function, (array, out, *others))
    x = array if isinstance(array, Tensor) else tensor(array, dev=dev, copy=_core.recording())
    options: dict[str, Any] = {"reduction": True, "casting": "unsafe"}
    if dtype is not None:
        options["signature"] = (np.dtype(dtype), None, None)
    plan = folding.find_plan(function, (None if out is None else out.dtype, x.dtype), options, make_plan)
    return Fold(function, plan.compute, plan.outputs[0]), x if x.dtype == plan.inputs[1] else cast(x, plan.inputs[1])


def _prepare_same(function: np.ufunc, array: Any, dtype: Any, out: Any, method: str) -> tuple[Fold, Tensor]:
    fold, x = _prepare(function, array, dtype, out)
    if fold.dtype != x.dtype:
        raise TypeError(f"the resolved dtypes are not compatible with {function.__name__}.{method}")
    return fold, x


def _identity(fold: Fold, dev: int) -> Tensor:
    # -1, the identity of bitwise_and, stands for all bits.
    return constant(np.array(fold.function.identity).astype(fold.dtype).item(), fold.dtype, dev)


def _neutral(fold: Fold, dev: int) -> Tensor:
    """What changes nothing: of sums -0.0, for 0.0 makes 0.0 of a -0.0."""
    if fold.function is np.add and fold.dtype.kind in "fc":
        return constant(-0.0 if fold.dtype.kind == "f" else complex(-0.0, -0.0), fold.dtype, dev)
    return _identity(fold, dev)


# ---- reduce ----


def _axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    if axis is True or axis is False:
        raise TypeError(f"axis: an integer is required, not {axis}")
    if axis is None:
        axes = tuple(range(ndim))
    elif isinstance(axis, tuple):
        axes = normalize_axis_tuple(axis, ndim, allow_duplicate=True)
        if len(set(axes)) < len(axes):
            raise ValueError("duplicate value in 'axis'")
    else:
        axis = operator.index(axis)
        axes = () if ndim == 0 and axis in (0, -1) else (normalize_axis_index(axis, ndim),)
    return axes


def _read_initial(fold: Fold, initial: Any, dev: int) -> Tensor | None:
    if initial is NoValue or initial is None:
        return None
    if isinstance(initial, Tensor):
        return cast(initial, fold.dtype)
    number = initial.item() if isinstance(initial, (np.generic, np.ndarray)) else initial
    return constant(number, fold.dtype, dev)


def _mask_out(fold: Fold, x: Tensor, mask: Tensor, initial: Tensor | None, has_identity: bool) -> Tensor:
    """`x` with what changes nothing where `mask` is False."""
    if mask.ndim > x.ndim:
        raise ValueError("input operand has more dimensions than allowed by the axis remapping")
    if fold.function.identity is not None and has_identity:
        neutral = _neutral(fold, x.dev)
    elif initial is not None:
        neutral = initial
    else:
        raise ValueError(
            f"reduction operation '{fold.function.__name__}' does not have an identity, "
            "so to use a where mask one has to specify 'initial'"
        )
    if np.broadcast_shapes(x.shape, mask.shape) != x.shape:
        x = _expand(x, np.broadcast_shapes(x.shape, mask.shape))
    return _where(mask, x, neutral)


def _fold_masked(fold: Fold, x: Tensor, mask: Tensor, initial: Tensor, axis: int) -> Tensor:
    """One after the other, because order matters; masked elements are left out."""
    mask = _expand(mask, x.shape)
    result = _expand(initial, (*x.shape[:axis], *x.shape[axis + 1 :]))
    for i in range(x.shape[axis]):
        result = _where(_select(mask, axis, i), fold.combine(result, _select(x, axis, i)), result)
    return result


def reduce(
    function: np.ufunc,
    array: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = NoValue,
    where: Any = True,
) -> Any:
    """``function.reduce``."""
    _check_reducible(function, "reduce")
    out = _single(out)
    axes = _axes_of(axis, _ndim(array))
    fold, x = _prepare(function, array, dtype, out, where, initial)
    if len(axes) > 1 and function not in _REORDERABLE:
        raise ValueError(
            f"reduction operation '{function.__name__}' is not reorderable, so at most one axis may be specified"
        )
    start = _read_initial(fold, initial, x.dev)
    mask = read_mask(where, x.dev)
    has_identity = initial is not None and function.identity is not None
    result = _reduced(fold, x, axes, start, mask, has_identity)
    if keepdims:
        result = _reshape(result, tuple(1 if i in axes else length for i, length in enumerate(x.shape)))
    if out is None:
        return reduced_like(result, x, axes)
    if out.ndim != result.ndim:
        raise ValueError(
            f"output parameter for reduction operation {function.__name__} has the wrong number of dimensions: "
            f"Found {out.ndim} but expected {result.ndim}"
        )
    if out.shape != result.shape:
        raise ValueError(
            f"output parameter for reduction operation {function.__name__} has the wrong shape: "
            f"found {out.shape} but expected {result.shape}"
        )
    return finish(function, result, out, None, "unsafe")


def _reduced(
    fold: Fold, x: Tensor, axes: tuple[int, ...], start: Tensor | None, mask: Tensor | None, has_identity: bool
) -> Tensor:
    is_empty = any(x.shape[i] == 0 for i in axes)
    if mask is not None and start is not None and axes and not is_empty and fold.function not in _REORDERABLE:
        return _fold_masked(fold, x, mask, start, axes[0])
    if mask is not None:
        x = _mask_out(fold, x, mask, start, has_identity)
    rest = tuple(length for i, length in enumerate(x.shape) if i not in axes)
    if is_empty:
        return _reduced_empty(fold, rest, start, x.dev, has_identity)
    if start is None and has_identity and (fold.function in _CHANGED_BY_IDENTITY or fold.function not in ROWS):
        start = _identity(fold, x.dev)
    if not axes:
        result = _clone(x)
        if result.dtype != fold.dtype:
            result = cast(result, fold.dtype)
        return result if start is None else fold.combine(start, result)
    if start is not None and fold.function not in _REORDERABLE:
        lengths = tuple(1 if i in axes else length for i, length in enumerate(x.shape))
        return folding.fold(fold, folding.join(_expand(start, lengths), x, axes[0]), axes)
    result = folding.fold(fold, x, axes, from_identity=start is None and has_identity)
    return result if start is None else fold.combine(start, result)


def _reduced_empty(fold: Fold, rest: tuple[int, ...], start: Tensor | None, dev: int, has_identity: bool) -> Tensor:
    if start is None:
        if not has_identity and 0 not in rest:
            raise ValueError(f"zero-size array to reduction operation {fold.function.__name__} which has no identity")
        start = _identity(fold, dev) if has_identity else constant(0, fold.dtype, dev)
    return _clone(_expand(start, rest), memory_format="contiguous_format")


# ---- accumulate, reduceat ----


def _single_axis(axis: Any, ndim: int, method: str) -> int:
    if axis is None and ndim <= 1:
        axis = 0
    if axis is None or isinstance(axis, tuple):
        if isinstance(axis, tuple) and len(axis) == 1:
            axis = axis[0]
        else:
            raise ValueError(f"{method} does not allow multiple axes")
    if ndim == 0:
        raise TypeError(f"cannot {method} on a scalar")
    return normalize_axis_index(operator.index(axis), ndim)


def _deliver(function: np.ufunc, result: Tensor, out: Any, method: str) -> Any:
    if out is None:
        return result
    if out.shape != result.shape:
        raise ValueError(f"provided out is the wrong size for the {method}.")
    return finish(function, result, out, None, "unsafe")


def accumulate(function: np.ufunc, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Any:
    """``function.accumulate``."""
    _check_reducible(function, "accumulate")
    out = _single(out)
    place = _single_axis(axis, _ndim(array), "accumulate")
    fold, x = _prepare_same(function, array, dtype, out, "accumulate")
    result = folding.scan(fold, x, place) if x.size else cast(x, fold.dtype)
    return _deliver(function, result if out is not None else ordered_like(result, x), out, "accumulation")


def _reduceat_on_device(fold: Fold, x: Tensor, indices: Tensor, place: int) -> Tensor:
    """The same with places on the device, of which the host sees only whether they are in range."""
    length = x.shape[place]
    wrong = (indices < 0) | (indices >= length)
    if bool(_any(wrong)):
        first = int(indices[wrong][0])
        raise IndexError(f"index {first} out-of-bounds in {fold.function.__name__}.reduceat [0, {length})")
    starts = cast(_reshape(indices, (-1,)), np.dtype(np.int64))
    stops = _cat([_slice(starts, 0, 1), constant(length, starts.dtype, x.dev).reshape(1)], 0)
    x = _movedim(x, [place], [0])
    return _movedim(folding.fold_stretches(fold, x, starts, _clamp(stops - starts, 1)), [0], [place])


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
    _check_reducible(function, "reduceat")
    out = _single(out)
    place = _single_axis(axis, _ndim(array), "reduceat")
    length = (array if isinstance(array, Tensor) else np.asarray(array)).shape[place]
    if isinstance(indices, Tensor) and indices.size and folding.is_associative(function):
        if indices.dtype.kind not in "iu":
            raise TypeError(f"{function.__name__}.reduceat: the indices must be integers, not {indices.dtype}")
        fold, x = _prepare_same(function, array, dtype, out, "reduceat")
        return _deliver(function, _reduceat_on_device(fold, x, indices, place), out, "reduceat")
    starts = _read_starts(function, indices, length)
    fold, x = _prepare_same(function, array, dtype, out, "reduceat")
    if not starts:
        shape = (*x.shape[:place], 0, *x.shape[place + 1 :])
        return _deliver(function, cast(_reshape(_slice(x, place, 0, 0), shape), fold.dtype), out, "reduceat")
    parts = []
    for start, stop in zip(starts, [*starts[1:], length], strict=True):
        if start + 1 >= stop:
            parts.append(cast(_select(x, place, start), fold.dtype))
        else:
            parts.append(folding.fold(fold, _slice(x, place, start, stop), (place,)))
    return _deliver(function, _stack(parts, place), out, "reduceat")


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
    operands = (_reshape(first, (*first.shape, *(1,) * second.ndim)), second)
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
    return dtype.kind != "b" and dtype not in CARRIERS and dtype != UINT64


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
    places = _core.getitem(_reshape(_arange(a.size, dtype=np.int64, device=a.dev), a.shape), indices)
    values = [_reshape(_expand_value(value, places.shape), (places.size,)) for value in values]
    places = _reshape(places, (places.size,))
    flat = _clone(_reshape(a, (a.size,)))
    for chosen in folding.rounds(places):
        here = _core.getitem(places, chosen)
        old = cast(_core.getitem(flat, here), plan.inputs[0])
        new = plan.compute(old, *[_core.getitem(value, chosen) for value in values])
        flat = _core.setitem(flat, here, cast(new, a.dtype))
    return _reshape(flat, a.shape)


def _expand_value(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    try:
        return _expand(value, shape)
    except ValueError:
        raise ValueError("array is not broadcastable to correct shape") from None


METHODS.update(reduce=reduce, accumulate=accumulate, reduceat=reduceat, outer=outer, at=at)
