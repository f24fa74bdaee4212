"""Names that NumPy is about to drop, or has dropped in some of its versions 2."""

from __future__ import annotations

import warnings
from typing import Any

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, Dtype
from numtorch.functions.manipulation.joining import vstack
from numtorch.functions.reductions.scan import trapezoid
from numtorch.functions.sorting import sets

__all__ = ["in1d", "row_stack", "trapz"]


def row_stack(tup: Any, *, dtype: Dtype = None, casting: Any = "same_kind") -> Tensor:
    """NumPy's `row_stack`, which is `vstack`."""
    warnings.warn("`row_stack` alias is deprecated. Use `np.vstack` directly.", DeprecationWarning, stacklevel=2)
    return vstack(tup, dtype=dtype, casting=casting)


def in1d(
    ar1: Array, ar2: Array, assume_unique: bool = False, invert: bool = False, *, kind: str | None = None
) -> Tensor:
    """NumPy's `in1d`, which it had until 2.3: `isin` of `ar1` in one row."""
    warnings.warn("`in1d` is deprecated. Use `np.isin` instead.", DeprecationWarning, stacklevel=2)
    return sets.in1d(ar1, ar2, assume_unique, invert, kind=kind)


def trapz(y: Array, x: Array | None = None, dx: Any = 1.0, axis: int = -1) -> Tensor:
    """NumPy's `trapz`, which it had until 2.3: `trapezoid`."""
    warnings.warn("`trapz` is deprecated. Use `np.trapezoid` instead.", DeprecationWarning, stacklevel=2)
    return trapezoid(y, x, dx, axis)
