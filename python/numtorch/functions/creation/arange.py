"""`arange`, by NumPy's arithmetic on the device."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Dtype, as_dtype, cast, xp
from numtorch.functions.calls.devices import new_dev
from numtorch.functions.dtypes import INT64

__all__ = ["arange"]


def _scalar(bound: Any) -> Any:
    """A bound of `arange` as a number of the host: that of a 0-d Tensor waits for the device."""
    if not isinstance(bound, Tensor):
        return bound
    if bound.ndim:
        raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
    return bound.dtype.type(bound.item())


def _length(start: Any, stop: Any, step: Any) -> int:
    """How many numbers there are from `start` to `stop`, by NumPy's arithmetic."""
    distance = stop - start
    quotient = distance / step
    if quotient == 0 and distance != 0:  # the step is infinite, or the quotient too small
        return 0 if math.copysign(1.0, quotient) < 0 else 1
    parts = (quotient.real, quotient.imag) if isinstance(quotient, complex) else (quotient,)
    counts = []
    for part in parts:
        if math.isnan(part):
            raise ValueError("arange: cannot compute length")
        if math.isinf(part) or not -(2.0**63) <= float(part) < 2.0**63:
            raise ValueError("Maximum allowed size exceeded")
        counts.append(math.ceil(part))
    return max(min(counts), 0)


def _multiples(count: int, pair: np.ndarray[Any, Any], dev: int) -> Tensor:
    """The first `count` of the numbers that start with `pair` and are equally far apart, computed in its dtype."""
    dtype = pair.dtype
    if dtype.kind == "c":
        parts = [_multiples(count, part, dev) for part in (pair.real, pair.imag)]
        made: Tensor = aten.complex(*parts)
        return made
    compute_dtype = {"f2": np.dtype(np.float32)}.get(dtype.str[1:], dtype) if dtype.kind == "f" else INT64
    first, second = pair.astype(compute_dtype)  # integers wrap here, as they do where they are cast back
    with np.errstate(all="ignore"):
        step = (second - first).item()
    numbers = aten.arange(count, dtype=compute_dtype, device=dev)
    if step != 1:
        numbers = numbers * step
    return cast(numbers + first.item() if first else numbers, dtype)


def _spaced(begin: Any, end: Any, step: Any, dtype: np.dtype[Any], dev: int) -> Tensor:
    """The numbers from `begin` to `end`: what NumPy's two first ones, in `dtype`, say of all."""
    with np.errstate(all="ignore"):
        count = _length(begin, end, step)
        if dtype.kind == "b" and count > 2:
            raise TypeError("arange() is only supported for booleans when the result has at most length 2.")
        pair = np.empty(2, dtype)
        for i in range(min(count, 2)):
            pair[i] = begin + step if i else begin
    return tensor(pair[:count], dev=dev) if count <= 2 else _multiples(count, pair, dev)


def arange(
    start_or_stop: Any = None,
    stop: Any = None,
    step: Any = 1,
    dtype: Dtype = None,
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
    start: Any = None,
) -> Tensor:
    """NumPy's `arange`, which goes on as the two first numbers begin. Tensors as bounds wait for the device."""
    target_dev = new_dev(device, dev, like)
    if start is not None and start_or_stop is not None:
        raise TypeError("arange() got multiple values for argument 'start'")
    first = start_or_stop if start is None else start
    if stop is None and (first is None or start is not None):
        raise TypeError("arange() requires stop to be specified.")
    bounds: tuple[Any, ...] = (None, first) if stop is None else (first, stop)
    begin, end, stride = (_scalar(bound) for bound in (*bounds, step))
    stride = 1 if stride is None else stride
    if dtype is not None and np.dtype(dtype) not in _core.dtypes and device is None and dev is None and like is None:
        bounds = (end,) if begin is None else (begin, end, stride)
        return xp.arange(*bounds, dtype=dtype)  # objects, dates
    begin = 0 if begin is None else begin
    wanted = as_dtype(dtype)
    if wanted is None:
        wanted = np.result_type(INT64, *(np.asarray(bound).dtype for bound in (begin, end, stride)))
    numbers = _spaced(begin, end, stride, wanted, target_dev)
    if _core.recording() and wanted.kind in "fc":
        for bound, factor in ((bounds[0], 1), (step, aten.arange(numbers.shape[0], dtype=INT64, device=target_dev))):
            if isinstance(bound, Tensor):  # adds 0, with the gradient of the first number or of the step
                numbers = numbers + factor * (bound - _core.untracked(bound)).to(dtype=wanted, dev=target_dev)
    return numbers


def _shown(function: Any) -> inspect.Signature:
    """The signature that NumPy shows; its compiled function takes ``start=`` and a dtype as a fourth argument."""
    first, *others = inspect.signature(function).parameters.values()
    alone = first.replace(default=first.empty, kind=first.POSITIONAL_ONLY)
    named = [p.replace(kind=p.KEYWORD_ONLY) if p.name == "dtype" else p for p in others if p.name != "start"]
    return inspect.Signature([alone, *named])


arange.__signature__ = _shown(arange)  # type: ignore[attr-defined]
