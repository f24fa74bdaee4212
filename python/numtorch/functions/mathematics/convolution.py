"""Convolution as one matrix product.

It is right for finite numbers, and for integers whose sums float64 holds. Finding out reads the numbers, so only the
CPU does it: a GPU would have to be waited for.
"""

from __future__ import annotations

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import cast
from numtorch.functions.calls.knowing import may_happen
from numtorch.functions.manipulation.joining import concatenate

__all__ = ["convolved_by_blocks"]


BOOL, INT64, FLOAT64 = (np.dtype(t) for t in (np.bool_, np.int64, np.float64))
EXACT = 2.0**53  # float64 holds every integer up to here
SMALL, LARGE = 16, 128  # results in a row: enough to fill the processor, and not much more zeros than numbers


def _padded(x: Tensor, before: int, after: int) -> Tensor:
    """`x` between zeros."""
    if before == after == 0:
        return x
    first, last = (aten.zeros((count,), dtype=x.dtype, device=x.dev) for count in (before, after))
    return concatenate([first, x, last])


def _in_blocks(a: Tensor, w: Tensor, before: int, after: int) -> Tensor:
    """The convolution, `before` and `after` of its sums beyond the two ends.

    Row by row on the left is what one block of results needs, column by column on the right `w`, moved by one each.
    """
    length = w.shape[0]
    count = before + a.shape[0] + after - length + 1
    block = SMALL if length < 4 * SMALL else LARGE
    rows, span = -(-count // block), block + length - 1
    stretches = aten.unfold(_padded(a, before, after + rows * block - count), 0, span, block)
    moved = aten.unfold(_padded(aten.flip(w, (0,)), block - 1, block - 1), 0, span, 1)
    return aten.mm(stretches, aten.flip(moved, (0,)).T).reshape(-1)[:count]


def _fit_float64(a: Tensor, w: Tensor) -> bool:
    """Whether float64 holds all sums of products of these integers."""
    largest, other = (aten.max(aten.abs(cast(x, FLOAT64))) for x in (a, w))
    return not may_happen(largest * other * w.size >= EXACT)


def convolved_by_blocks(a: Tensor, w: Tensor, before: int, after: int) -> Tensor | None:
    """The convolution of `a` with `w`, which is not longer; None of what a matrix product is not right for.

    Half of its products are with zeros: inf and nan would come where they do not belong.
    """
    if a.dtype.kind in "fc":
        finite = aten.logical_and(aten.all(aten.isfinite(a)), aten.all(aten.isfinite(w)))
        infinite = may_happen(aten.logical_not(finite))
        return None if infinite else _in_blocks(a, w, before, after)
    if not _fit_float64(a, w):
        return None
    sums = _in_blocks(cast(a, FLOAT64), cast(w, FLOAT64), before, after)
    return cast(sums if a.dtype == BOOL else cast(sums, INT64), a.dtype)
