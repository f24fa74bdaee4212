"""``out=`` of functions that are not ufuncs: the result must have the output's shape exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.assign import assign

__all__ = ["into"]


def into(result: Tensor, out: Any, function: str, casting: Any = "same_kind") -> Any:
    """
    Writes `result` into `out` and returns `out`.

    An ndarray takes the values of an untracked Tensor on the CPU; any other raises, as a conversion would.
    """
    if not isinstance(out, (Tensor, np.ndarray)):
        raise TypeError(f"{function}: out must be a Tensor or an ndarray, not {type(out).__name__}")
    if out.shape != result.shape:
        raise ValueError(f"{function}: output array has shape {out.shape}, and the result {result.shape}")
    if isinstance(out, np.ndarray):
        np.copyto(out, np.asarray(result), casting=casting)
        return out
    return assign(out, result, function, casting=casting)
