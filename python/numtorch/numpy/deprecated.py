"""Names that NumPy is about to drop."""

from __future__ import annotations

import warnings
from typing import Any

from numtorch._core import Tensor
from numtorch.functions.arguments import Dtype
from numtorch.functions.joining import vstack

__all__ = ["row_stack"]


def row_stack(tup: Any, *, dtype: Dtype = None, casting: Any = "same_kind") -> Tensor:
    """NumPy's `row_stack`, which is `vstack`."""
    warnings.warn("`row_stack` alias is deprecated. Use `np.vstack` directly.", DeprecationWarning, stacklevel=2)
    return vstack(tup, dtype=dtype, casting=casting)
