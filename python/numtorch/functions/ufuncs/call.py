"""NumPy's ufuncs on Tensors: which dtypes, devices and shapes a call computes in, and where its result goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls import host_loops
from numtorch.functions.calls.assign import assign, check_fits
from numtorch.functions.calls.layout import in_order
from numtorch.functions.dtypes import BOOL, complex_power
from numtorch.functions.dtypes.integers import within
from numtorch.functions.dtypes.storage import Compute, Dtype
from numtorch.functions.ufuncs.finishing import constant, finish
from numtorch.functions.ufuncs.folding import NONE, REDUCTIONS
from numtorch.functions.ufuncs.options import Options, read_mask, read_options
from numtorch.functions.ufuncs.scipy_special import find_row
from numtorch.functions.ufuncs.table import ROWS, Row, computation

# Of integers these warn or raise; not for what where= leaves out.
_CHECKED = {np.floor_divide, np.remainder, np.fmod, np.divmod, np.power, np.reciprocal}
_COMPARISONS = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal}
_WEAK = (int, float, complex)
_DTYPES = frozenset(_core.dtypes)

Key = Any  # a Tensor's dtype, or int, float or complex for a Python number


class Plan(NamedTuple):
    """What NumPy's rules make of a ufunc and its operands' dtypes."""

    inputs: tuple[Dtype, ...]
    outputs: tuple[Dtype, ...]
    compute: Compute


_plans: dict[tuple[Any, ...], Plan] = {}


def row_of(function: np.ufunc) -> Row:
    """The row of a ufunc, NumPy's or SciPy's; TypeError, with its name, if there is none."""
    row = ROWS.get(function) or find_row(function)
    if row is None:
        raise TypeError(f"numpy ufunc '{function.__name__}' is not supported on Tensors")
    return row


# The dtypes that Python numbers have on their own.
_STRONG: dict[Any, Dtype] = {int: np.dtype(np.int64), float: np.dtype(np.float64), complex: np.dtype(np.complex128)}


def resolve_dtypes(function: np.ufunc, dtypes: tuple[Any, ...], **options: Any) -> tuple[Dtype, ...]:
    """``function.resolve_dtypes``, which ends the process for casting "equiv" and a Python number of another dtype."""
    if options.get("casting") != "equiv" or not any(isinstance(key, type) for key in dtypes):
        return function.resolve_dtypes(dtypes, **options)
    loop = function.resolve_dtypes(dtypes, **{**options, "casting": "unsafe"})
    for key, dtype in zip(dtypes, loop, strict=True):
        as_it_is = function in _COMPARISONS and dtype.kind in "iu"  # these take any Python integer
        if isinstance(key, type) and not as_it_is and dtype not in (_STRONG[key], BOOL):
            raise TypeError(f"cannot cast Python {key.__name__} to {dtype} under the casting rule 'equiv'")
    try:
        return function.resolve_dtypes(dtypes, **{**options, "casting": "no"})
    except TypeError as error:
        if hasattr(error, "casting"):
            error.casting = "equiv"
        raise


def make_plan(function: np.ufunc, keys: tuple[Key, ...], **options: Any) -> Plan:
    """Resolve the dtypes as NumPy does, with its errors; `options` are those of ``ufunc.resolve_dtypes``."""
    count = function.nin
    outputs = options.pop("outputs", None) or (None,) * function.nout
    loop = resolve_dtypes(function, (*keys, *outputs), **options)
    for dtype in loop:
        if dtype not in _DTYPES:
            raise TypeError(f"{function.__name__}: a Tensor cannot hold {dtype!r}, which these arguments ask for")
    compute = computation(row_of(function), loop[:count])
    if compute is None:
        raise TypeError(f"numpy ufunc '{function.__name__}' is not supported on Tensors of {loop[0]!r}")
    return Plan(loop[:count], loop[count:], compute)


# ---- Operands ----


def find_dev(function: np.ufunc, operands: tuple[Any, ...]) -> int:
    """The one device that the Tensors among `operands` are on; ValueError if they are on two."""
    dev = None
    for x in operands:
        if isinstance(x, Tensor):
            if dev is None:
                dev = x.dev
            elif dev != x.dev:
                raise ValueError(
                    f"{function.__name__}: the arguments are on two devices, dev={dev} and dev={x.dev}; "
                    "move one with .to(dev=...)"
                )
    return _core.default_dev() if dev is None else dev


def read_operand(x: Any, dev: int) -> tuple[Any, Key]:
    """An operand as a Tensor and its dtype, or as the Python number that it is and its type.

    Python's own int, float and complex are weak, as in NumPy; what derives from them is not.
    """
    if isinstance(x, Tensor):
        return x, x.dtype
    kind = type(x)
    if kind in _WEAK:
        return x, kind
    if kind is bool:
        return constant(x, BOOL, dev), BOOL
    if isinstance(x, np.generic):
        if x.dtype in _DTYPES:
            return constant(x.item(), x.dtype, dev), x.dtype
    # A copy while a gradient is taken: the tape cannot see who writes to an ndarray.
    x = tensor(x, dev=dev, copy=_core.recording())
    return x, x.dtype


def fit_operands(plan: Plan, operands: Sequence[Any], dev: int) -> list[Any]:
    """The operands in the dtypes that `plan` computes in; a number that complex numbers are raised to stays one."""
    fitted: list[Any] = []
    for x, dtype in zip(operands, plan.inputs, strict=True):
        if not isinstance(x, Tensor):
            is_exponent = plan.compute is complex_power.power and len(fitted) == 1
            fitted.append(x if is_exponent else constant(x, dtype, dev))
        elif x.dtype is dtype or x.dtype == dtype:
            fitted.append(x)
        else:
            fitted.append(aten._to_copy(x, dtype=dtype))
    return fitted


def check_broadcast(operands: Sequence[Any], outputs: tuple[Any, ...] = ()) -> tuple[int, ...]:
    """The common shape of the operands; ValueError in NumPy's words if there is none."""
    shapes = [np.shape(x) if not isinstance(x, Tensor) else x.shape for x in operands]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        shape = None
    outs = [out.shape for out in outputs if out is not None]
    if shape is not None:
        for out in outs:
            if not _could_broadcast(shape, out):
                shape = None
                break
    if shape is None:
        text = " ".join(str(s).replace(" ", "") for s in shapes + outs)
        raise ValueError(f"operands could not be broadcast together with shapes {text} ") from None
    for out in outs:
        check_fits(shape, out)
    return shape


def _could_broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(reversed(a), reversed(b), strict=False))


# ---- Calls ----


def call_plain(function: np.ufunc, inputs: tuple[Any, ...]) -> Any:
    """A call without keywords."""
    if len(inputs) == 2:
        a, b = inputs
        if type(a) is Tensor and type(b) is Tensor:
            x, y = a.dtype, b.dtype
            plan = _plans.get((function, x, y)) or find_plan(function, (x, y))
            if a.dev != b.dev:
                find_dev(function, inputs)
            first, second = plan.inputs
            if x is not first:
                a = aten._to_copy(a, dtype=first)
            if y is not second:
                b = aten._to_copy(b, dtype=second)
            return compute(plan, [a, b])
    dev = find_dev(function, inputs)
    operands, keys = zip(*[read_operand(x, dev) for x in inputs], strict=True)
    plan = _plans.get((function, *keys)) or find_plan(function, keys)
    try:
        fitted = fit_operands(plan, operands, dev)
    except OverflowError:
        return _compare_with_large(function, plan, operands, dev)
    return compute(plan, fitted)


def find_plan(function: np.ufunc, keys: tuple[Key, ...]) -> Plan:
    plan = _plans[function, *keys] = make_plan(function, keys)
    return plan


_NUMPYS_WORDS = ("operands could not be broadcast", "mismatch in its core dimension")


def compute(plan: Plan, fitted: list[Any], outputs: tuple[Any, ...] = ()) -> Any:
    try:
        return plan.compute(*fitted)
    except ValueError as error:
        if not any(words in str(error) for words in _NUMPYS_WORDS):
            check_broadcast(fitted, outputs)  # raises NumPy's error if that is the reason
        raise


def _compare_with_large(function: np.ufunc, plan: Plan, operands: Any, dev: int) -> Tensor:
    """A comparison of integers with one that their dtype cannot hold: the same for all of them."""
    if function not in _COMPARISONS or plan.inputs[0].kind not in "iu":
        fit_operands(plan, operands, dev)
    shape = check_broadcast(operands)
    outcome = function(*[0 if isinstance(x, Tensor) else (1 if x > 0 else -1) for x in operands])
    return aten.full(shape, bool(outcome), dtype=BOOL, device=dev)


def _is_text(x: Any) -> bool:
    return x is None or isinstance(x, (str, bytes))


def _call_with_text(function: np.ufunc, inputs: tuple[Any, ...]) -> Any:
    """None and strings: equal to no number; else NumPy says what it thinks of them."""
    if function in (np.equal, np.not_equal):
        x = next(x for x in inputs if isinstance(x, Tensor))
        return aten.full(x.shape, function is np.not_equal, dtype=BOOL, device=x.dev)
    function(*[np.zeros(1, x.dtype) if isinstance(x, Tensor) else x for x in inputs])
    raise TypeError(f"{function.__name__}: a Tensor cannot be combined with {inputs!r:.100}")


# ---- Calls with keywords ----


def call_with(function: np.ufunc, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """A call with keywords."""
    out = keywords.get("out")
    if len(keywords) == 1 and type(out) is tuple and len(out) == 1 and type(out[0]) is Tensor:
        if function.signature is None:
            return _call_into(function, inputs, out[0])
    options = read_options(function, keywords)
    dev = find_dev(function, (*inputs, *options.out, options.where))
    operands, keys = zip(*[read_operand(x, dev) for x in inputs], strict=True)
    plan = find_plan_with(function, keys, options)
    mask = read_mask(options.where, dev)
    if function.signature is None and (mask is not None or any(out is not None for out in options.out)):
        check_broadcast([*operands, *([] if mask is None else [mask])], options.out)
    try:
        fitted = fit_operands(plan, operands, dev)
        if mask is not None and function in _CHECKED and plan.inputs[-1].kind in "iu":
            fitted[-1] = aten.where_self(mask, fitted[-1], constant(1, plan.inputs[-1], dev))
        if mask is not None and any(isinstance(x, Tensor) and x.tracked for x in fitted):
            result = _compute_chosen(plan, fitted, mask)
        else:
            result = plan.compute(*fitted, **options.gufunc) if options.gufunc else compute(plan, fitted, options.out)
    except OverflowError:
        result = _compare_with_large(function, plan, operands, dev)
    results = result if type(result) is tuple else (result,)
    if function.signature is not None and options.out[0] is not None:
        _check_core(function, fitted, results[0], options.out[0])
    if function.signature is None or options.order != "K":
        results = tuple(in_order(one, options.order, operands) for one in results)
    finished = tuple(
        finish(function, one, out, mask, options.casting) for one, out in zip(results, options.out, strict=True)
    )
    return finished if function.nout > 1 else finished[0]


def _check_core(function: np.ufunc, operands: Sequence[Tensor], result: Tensor, out: Any) -> None:
    """Raise unless the output has the axes that a product makes itself: it is broadcast along others only."""
    core = {"matmul": sum(x.ndim > 1 for x in operands), "vecdot": 0}.get(function.__name__, 1)
    if core and result.shape[-core:] != out.shape[-core:]:
        raise ValueError(
            f"{function.__name__}: the output operand of shape {out.shape} has a mismatch in its core dimensions: "
            f"the result has shape {result.shape}"
        )


def _compute_chosen(plan: Plan, fitted: list[Any], mask: Tensor) -> Any:
    """Of what `mask` chooses alone: a gradient passes nothing to the rest, where the formula may give NaN."""
    shape = check_broadcast([*fitted, mask])
    mask = aten.expand(mask, shape)
    if any(map(_core.is_abstract, (*fitted, mask))):
        return _compute_masked(plan, fitted, mask)

    def whole(part: Tensor) -> Tensor:
        return aten.masked_scatter(aten.zeros(shape, dtype=part.dtype, device=part.dev), mask, part)

    def choose(x: Any) -> Any:
        return aten.masked_select(aten.expand(x, shape), mask) if isinstance(x, Tensor) else x

    chosen = plan.compute(*map(choose, fitted))
    return tuple(map(whole, chosen)) if type(chosen) is tuple else whole(chosen)


def _compute_masked(plan: Plan, fitted: list[Any], mask: Tensor) -> Any:
    """The same where the mask is not known: elsewhere the formula gets ones, and what it gives is not taken."""

    def whole(part: Tensor) -> Tensor:
        return aten.where_ScalarOther(mask, part, 0)

    def choose(x: Any) -> Any:
        return aten.where_ScalarOther(mask, x, 1) if isinstance(x, Tensor) else x

    chosen = plan.compute(*map(choose, fitted))
    return tuple(map(whole, chosen)) if type(chosen) is tuple else whole(chosen)


def _call_into(function: np.ufunc, inputs: tuple[Any, ...], out: Tensor) -> Tensor:
    """What in-place operators ask for: a result written into one Tensor, and nothing else to decide."""
    dev = find_dev(function, (*inputs, out))
    operands, keys = zip(*[read_operand(x, dev) for x in inputs], strict=True)
    name = (function, *keys, out.dtype, "out")
    plan = _plans.get(name)
    if plan is None:
        plan = _plans[name] = make_plan(function, keys, outputs=(out.dtype,), casting="same_kind")
    try:
        result = compute(plan, fit_operands(plan, operands, dev), (out,))
    except OverflowError:
        result = _compare_with_large(function, plan, operands, dev)
    if result.shape != out.shape:
        check_broadcast(operands, (out,))
    return assign(out, result, function.__name__)


def find_plan_with(function: np.ufunc, keys: tuple[Key, ...], options: Options) -> Plan:
    outputs = tuple(None if out is None else out.dtype for out in options.out)
    name = (function, *keys, outputs, options.casting, options.signature)
    plan = _plans.get(name)
    if plan is None:
        extra = {} if options.signature is None else {"signature": options.signature}
        plan = _plans[name] = make_plan(function, keys, outputs=outputs, casting=options.casting, **extra)
    return plan


# ---- Answers ----


_AXES = {"axis", "keepdims"}


def _reduced_at_once(function: np.ufunc, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Tensor | None:
    """What a kernel alone gives, before NumPy's own loop is asked."""
    row = REDUCTIONS.get(function, NONE)
    if not keywords:
        return row.at_once(inputs[0], 0, False)
    if not keywords.keys() <= _AXES:
        return None
    return row.at_once(inputs[0], keywords.get("axis", 0), keywords.get("keepdims", False))


def call(function: np.ufunc, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Any:
    """Answer ``Tensor.__array_ufunc__`` and the operators, where C++ has no direct answer."""
    row_of(function)
    answer = _reduced_at_once(function, inputs, keywords) if method == "reduce" else None
    if answer is None:
        answer = host_loops.ufunc_answer(function, method, inputs, keywords)
    if answer is not None:
        return answer
    if method == "__call__":
        if any(map(_is_text, inputs)):
            return _call_with_text(function, inputs)
        return call_with(function, inputs, keywords) if keywords else call_plain(function, inputs)
    if function in _CHECKED:
        with within(method):
            return METHODS[method](function, *inputs, **(keywords or {}))
    return METHODS[method](function, *inputs, **(keywords or {}))


METHODS: dict[str, Any] = {}  # filled by ufunc_methods.py

_KINDS = {
    "b": (np.bool_,),
    "i": (np.int8, np.int16, np.int32, np.int64, np.uint8),
    "f": (np.float16, np.float32, np.float64),
    "c": (np.complex64, np.complex128),
}


def register() -> None:
    """Tell the extension which ufuncs it may answer itself, and to ask here for the rest."""
    _core.set_fallback(call)
    for row in ROWS.values():
        dtypes = [dtype for kind in row.direct for dtype in _KINDS[kind]]
        _core.register_ufunc(row.ufunc, row.kernel, dtypes, row.scalar, row.limit)


register()
