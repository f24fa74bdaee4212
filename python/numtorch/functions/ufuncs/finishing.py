"""Where the result of a ufunc goes: back as it is, or into what the caller gave."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.assign import assign
from numtorch.functions.dtypes.storage import Dtype

_constants: dict[tuple[Any, Dtype, int], Tensor] = {}
_CONSTANTS = 1024


def constant(number: Any, dtype: Dtype, dev: int) -> Tensor:
    """A Python number as a 0-d Tensor; OverflowError, in NumPy's words, for an integer that does not fit."""
    if _core.is_tracing():  # a constant belongs to one loop of a program
        return _core.call_concretely(lambda: tensor(np.array(number, dtype), dev=dev))
    # As text where equal numbers differ: 0.0 and -0.0, in a complex number too.
    key = (number if number and type(number) is not complex else repr(number), dtype, dev)
    found = _constants.get(key)
    if found is None:
        if len(_constants) >= _CONSTANTS:
            _constants.clear()
        found = _constants[key] = _core.call_concretely(lambda: tensor(np.array(number, dtype), dev=dev))
    return found


def finish(function: np.ufunc, result: Tensor, out: Any, mask: Tensor | None, casting: str) -> Any:
    """The result where the caller wants it: as it is, or in `out`."""
    if out is None:
        # Where the mask is False NumPy leaves what the memory held: here zeros.
        return result if mask is None else aten.where_self(mask, result, constant(0, result.dtype, result.dev))
    if isinstance(out, Tensor):
        return assign(out, result, function.__name__, mask, casting)
    return write_back(function, result, out, mask, casting)


def write_back(function: np.ufunc, result: Tensor, out: Any, mask: Tensor | None, casting: str) -> Any:
    """Write a result into an ndarray: what ``ndarray += Tensor`` asks for."""
    if result.dev != -1 or result.tracked:
        reason = (
            "a gradient being taken depends on the result" if result.tracked else f"the result is on dev={result.dev}"
        )
        raise TypeError(
            f"{function.__name__}: the output is an ndarray, and {reason}; "
            "write `x = x + y` instead of `x += y`, or make the output a Tensor"
        )
    np.copyto(out, np.asarray(result), casting=casting, where=True if mask is None else np.asarray(mask))  # type: ignore[arg-type]
    return out
