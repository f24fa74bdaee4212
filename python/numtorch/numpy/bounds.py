"""`clip` with the array API standard's defaults, which NumPy's has not."""

from __future__ import annotations

from typing import Any

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, NoValue
from numtorch.functions.mathematics import pointwise

__all__ = ["clip"]


def clip(
    a: Array,
    a_min: Any = NoValue,
    a_max: Any = NoValue,
    out: Any = None,
    *,
    min: Any = NoValue,
    max: Any = NoValue,
    **kwargs: Any,
) -> Tensor:
    """NumPy's `clip`; of the bounds either may be left out, as in the standard."""
    if a_min is not NoValue and a_max is NoValue and min is NoValue and max is NoValue:
        a_max = None
    return pointwise.clip(a, a_min, a_max, out, min=min, max=max, **kwargs)
