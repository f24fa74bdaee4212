"""``ufunc.reduce`` and ``ufunc.accumulate``, which NumPy's sum, max, all, cumsum and their like are."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import NoValue, kept, reduced_axes
from numtorch.functions.calls.host_loops import ufunc_answer
from numtorch.functions.calls.layout import ordered_like, reduced_like
from numtorch.functions.dtypes.storage import Dtype, cast
from numtorch.functions.ufuncs import folding
from numtorch.functions.ufuncs.call import find_dev, make_plan
from numtorch.functions.ufuncs.finishing import constant, finish
from numtorch.functions.ufuncs.folding import NONE, OWN, REDUCTIONS, Axes, Fold, kept_shape, truth, unreduced
from numtorch.functions.ufuncs.options import read_mask
from numtorch.functions.ufuncs.table import ROWS

_CHANGED_BY_IDENTITY = {np.gcd, np.hypot}  # gcd(0, -4) is 4; others than NumPy's may be
_OF_NONE = {np.add, np.multiply}  # their kernels know what they make of no elements
_TRUTH = {np.logical_and, np.logical_or}


# ---- What reduce, accumulate and reduceat share ----


def check_reducible(function: np.ufunc, method: str) -> None:
    if function.signature is not None:
        raise RuntimeError("Reduction not defined on ufunc with signature")
    if function.nin != 2:
        raise ValueError(f"{method} only supported for binary functions")
    if function.nout != 1:
        raise ValueError(f"{method} only supported for functions returning a single value")


def single(out: Any) -> Any:
    """The one output of `out`; None for none."""
    out = out[0] if isinstance(out, tuple) else out
    if out is not None and not isinstance(out, (Tensor, np.ndarray)):
        raise TypeError("return arrays must be of ArrayType")
    return out


_folds: dict[Any, tuple[Fold, Dtype]] = {}


def _find_fold(function: np.ufunc, dtype: Dtype, out: Any, asked: Any) -> tuple[Fold, Dtype]:
    """The binary operation in the dtype that NumPy reduces in, and that of its second operand."""
    key = (function, dtype, None if out is None else out.dtype, None if asked is None else np.dtype(asked))
    found = _folds.get(key)
    if found is None:
        options: dict[str, Any] = {} if asked is None else {"signature": (key[3], None, None)}
        plan = make_plan(function, (key[2], dtype), reduction=True, casting="unsafe", **options)
        found = _folds[key] = Fold(function, plan.compute, plan.outputs[0]), plan.inputs[1]
    return found


def operand(function: np.ufunc, array: Any, *others: Any) -> Tensor:
    """`array` as a Tensor, on the device of the others."""
    dev = find_dev(function, (array, *others))
    return array if isinstance(array, Tensor) else tensor(array, dev=dev, copy=_core.recording())


def prepare(function: np.ufunc, x: Tensor, dtype: Any, out: Any) -> tuple[Fold, Tensor]:
    """The binary operation, and the array cast to its dtype."""
    fold, needed = _find_fold(function, x.dtype, out, dtype)
    return fold, x if x.dtype == needed else cast(x, needed)


def prepare_same(function: np.ufunc, x: Tensor, dtype: Any, out: Any, method: str) -> tuple[Fold, Tensor]:
    fold, x = prepare(function, x, dtype, out)
    if fold.dtype != x.dtype:
        raise TypeError(f"the resolved dtypes are not compatible with {function.__name__}.{method}")
    return fold, x


# ---- reduce ----


def reduce(
    function: np.ufunc,
    array: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NoValue,
    where: Any = True,
) -> Any:
    """``function.reduce``, of which a kernel alone does not make everything."""
    keep = kept(keepdims)
    where = True if where is NoValue else where
    is_plain = out is None and where is True and initial is NoValue
    is_plainest = is_plain and dtype is None and not keep
    arguments = (array, axis) if is_plainest else (array, axis, dtype, out, keep, initial, where)
    answer = ufunc_answer(function, "reduce", arguments, None)
    if answer is not None:
        return answer
    row = REDUCTIONS.get(function)
    if row is None:
        check_reducible(function, "reduce")
    out = None if out is None else single(out)
    x = array if is_plain and type(array) is Tensor else operand(function, array, out, where, initial)
    mask = None if where is True else read_mask(where, x.dev)
    axes = reduced_axes(axis, x.ndim)
    fold, x = prepare(function, x, dtype, out)
    if function in _TRUTH:
        x = truth(x)
    if len(axes) > 1 and row is None:
        raise ValueError(
            f"reduction operation '{function.__name__}' is not reorderable, so at most one axis may be specified"
        )
    start = None if initial is NoValue or initial is None else _read_initial(fold, initial, x.dev)
    has_identity = initial is not None and function.identity is not None
    if mask is not None and not (row is None and start is not None and axes and x.size):
        x, mask = _mask_out(fold, x, mask, start, has_identity), None
    if mask is not None and start is not None:
        result = _fold_masked(fold, x, mask, start, axes[0], keep)
    elif x.size == 0 and not (has_identity and function in _OF_NONE) and any(x.shape[i] == 0 for i in axes):
        result = _fold_none(fold, x, axes, keep, start, has_identity)
    else:
        result = _folded(fold, x, axes, keep, start, has_identity)
    if out is None:
        return _core.owned(reduced_like(result, x, axes))
    _check_output(function, out, result)
    return finish(function, result, out, None, "unsafe")


def _check_output(function: np.ufunc, out: Any, result: Tensor) -> None:
    name = f"output parameter for reduction operation {function.__name__}"
    if out.ndim != result.ndim:
        raise ValueError(f"{name} has the wrong number of dimensions: Found {out.ndim} but expected {result.ndim}")
    if out.shape != result.shape:
        raise ValueError(f"{name} has the wrong shape: found {out.shape} but expected {result.shape}")


def _read_initial(fold: Fold, initial: Any, dev: int) -> Tensor:
    if isinstance(initial, Tensor):
        if initial.ndim:
            raise ValueError("setting an array element with a sequence.")
        return cast(initial, fold.dtype)
    if isinstance(initial, (int, float, complex)):
        return constant(initial, fold.dtype, dev)
    return constant(np.fromiter((initial,), fold.dtype, 1)[0].item(), fold.dtype, dev)  # NumPy reads it as an element


def _identity(fold: Fold, dev: int) -> Tensor:
    # -1, the identity of bitwise_and, stands for all bits.
    return constant(np.array(fold.function.identity).astype(fold.dtype).item(), fold.dtype, dev)


def _neutral(fold: Fold, dev: int) -> Tensor:
    """What changes nothing: of sums -0.0, for 0.0 makes 0.0 of a -0.0."""
    if fold.function is np.add and fold.dtype.kind in "fc":
        return constant(-0.0 if fold.dtype.kind == "f" else complex(-0.0, -0.0), fold.dtype, dev)
    return _identity(fold, dev)


def _mask_out(fold: Fold, x: Tensor, mask: Tensor, initial: Tensor | None, has_identity: bool) -> Tensor:
    """`x` with what changes nothing where `mask` is False."""
    if mask.ndim > x.ndim:
        raise ValueError("input operand has more dimensions than allowed by the axis remapping")
    if has_identity:
        neutral = _neutral(fold, x.dev)
    elif initial is not None:
        neutral = initial
    else:
        raise ValueError(
            f"reduction operation '{fold.function.__name__}' does not have an identity, "
            "so to use a where mask one has to specify 'initial'"
        )
    if np.broadcast_shapes(x.shape, mask.shape) != x.shape:
        x = aten.expand(x, np.broadcast_shapes(x.shape, mask.shape))
    return aten.where_self(mask, x, neutral)


def _fold_masked(fold: Fold, x: Tensor, mask: Tensor, initial: Tensor, axis: int, keepdims: bool) -> Tensor:
    """One after the other, because order matters; masked elements are left out."""
    mask = aten.expand(mask, x.shape)
    result = aten.expand(initial, (*x.shape[:axis], *x.shape[axis + 1 :]))
    for i in range(x.shape[axis]):
        result = aten.where_self(
            aten.select_int(mask, axis, i), fold.combine(result, aten.select_int(x, axis, i)), result
        )
    return aten.reshape(result, kept_shape(x.shape, (axis,))) if keepdims else result


def _fold_none(fold: Fold, x: Tensor, axes: Axes, keepdims: bool, start: Tensor | None, has_identity: bool) -> Tensor:
    """What no elements give: where the reduction starts, everywhere."""
    if start is None:
        if not has_identity:
            raise ValueError(f"zero-size array to reduction operation {fold.function.__name__} which has no identity")
        start = _identity(fold, x.dev)
    shape = kept_shape(x.shape, axes)
    shape = shape if keepdims else tuple(length for axis, length in enumerate(shape) if axis not in axes)
    return aten.clone(aten.expand(start, shape), memory_format="contiguous_format")


def _folded(fold: Fold, x: Tensor, axes: Axes, keepdims: bool, start: Tensor | None, has_identity: bool) -> Tensor:
    from_identity = start is None and has_identity
    if from_identity and (fold.function in _CHANGED_BY_IDENTITY or fold.function not in ROWS):
        start = _identity(fold, x.dev)
    if not axes:
        result = unreduced(x if x.dtype == fold.dtype else cast(x, fold.dtype))
    elif start is not None and fold.function not in REDUCTIONS:
        first = aten.expand(start, kept_shape(x.shape, axes))
        return folding.fold(fold, folding.join(first, x, axes[0]), axes, keepdims)
    else:
        result = folding.fold(fold, x, axes, keepdims, from_identity)
    return result if start is None else fold.combine(start, result)


# ---- accumulate ----


def single_axis(axis: Any, ndim: int, method: str) -> int:
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


def deliver(function: np.ufunc, result: Tensor, out: Any, method: str) -> Any:
    if out is None:
        return result
    if out.shape != result.shape:
        raise ValueError(f"provided out is the wrong size for the {method}.")
    return finish(function, result, out, None, "unsafe")


def accumulate(function: np.ufunc, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Any:
    """``function.accumulate``."""
    row = REDUCTIONS.get(function, NONE)
    if row.scan is not None and type(array) is Tensor and array.dtype in OWN and array.dtype.kind in row.scanned:
        if dtype is None and out is None and type(axis) is int and -(ndim := array.ndim) <= axis < ndim:
            result = row.scan(array, axis % ndim)
            return result if _core.is_contiguous(array) else ordered_like(result, array)
    check_reducible(function, "accumulate")
    out = single(out)
    x = array if type(array) is Tensor and out is None else operand(function, array, out)
    axis = single_axis(axis, x.ndim, "accumulate")
    fold, x = prepare_same(function, x, dtype, out, "accumulate")
    result = folding.scan(fold, x, axis) if x.size else cast(x, fold.dtype)
    return deliver(function, result if out is not None else ordered_like(result, x), out, "accumulation")
