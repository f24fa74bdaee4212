"""Gradients of eigenvectors and singular vectors where values are equal: quotients of two things that vanish together.

Between the vectors i and j the gradient is K_ij / (w_j - w_i), where K_ij says what turning one into the other changes.
Where the two values are equal the pair may be turned without changing A, and what does not depend on the choice, as
V f(w) V^H, has K_ij = 0: the quotient then is the limit, the slope of K_ij as the values part. By Taylor's theorem

    K / d = K' / d' - d K'' / (2 d'^2) + ...

where ' is the derivative along a step of the values that tells all of them apart. What does depend on the choice has
no derivative: NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Node, Tensor
from numtorch.autograd.tape import is_recorded_alone, slopes

__all__ = ["Slopes", "are_close", "largest", "quotient"]


class Slopes:
    """The gradients of a decomposition's vectors, and how they change as its values part.

    Parameters
    ----------
    of_values : Tensor or None
        The gradient of the values.
    values : Tensor
        Which they are; `step` is added to them.
    of_vectors : sequence of Tensor or None
        The gradients of the vectors.
    vectors : sequence of Tensor
        Which they are.
    step : Tensor
    """

    def __init__(
        self, of_values: Any, values: Tensor, of_vectors: Sequence[Any], vectors: Sequence[Tensor], step: Tensor
    ) -> None:
        nodes = [_core.node_of(vector) for vector in vectors]
        self.step = step
        self.orders: list[Sequence[Any]] = [of_vectors]
        if of_values is None or all(g is None for g in of_vectors):
            return
        # For no other gradient than this one the first slope is enough, and nobody differentiates it.
        alone = is_recorded_alone()
        sources: list[Node | None] = [_core.node_of(values), *nodes]
        seed = aten._to_copy(aten.expand(step, of_values.shape), dtype=of_values.dtype)
        again, *first = slopes(of_values, seed, sources, not alone)
        self.orders.append(first)
        if not alone and again is not None:
            self.orders.append(slopes(again, seed, nodes, True))

    def through(self, linear: Callable[..., Any]) -> list[Any]:
        """What a linear function makes of the vectors' gradients, and of each of their slopes."""
        return [linear(*parts) if any(part is not None for part in parts) else None for parts in self.orders]


def precision(dtype: np.dtype[Any]) -> float:
    return float(np.finfo(dtype).eps)


def are_close(values: Tensor, from_zero: bool = False) -> bool:
    """Whether some of the values are equal, or 0, up to half of their digits."""
    if not values.size:
        return False
    size = aten.abs(values)
    bound = precision(values.dtype) ** 0.5 * aten.amax(size, [-1], True)
    gaps = aten.abs(aten.unsqueeze(values, -1) - aten.unsqueeze(values, -2))
    # Each value is near itself.
    pairs = aten.sum(aten.le_Tensor(gaps, aten.unsqueeze(bound, -1))) > values.size
    if _core.any_true(pairs, True):  # in any sample, under vmap
        return True
    return from_zero and _core.any_true(aten.le_Tensor(size, bound), True)


def _size(x: Tensor) -> Tensor:
    return aten.abs(_core.untracked(x))


def largest(x: Tensor) -> Tensor:
    """The size of the largest element of each matrix, as a matrix of one element."""
    return aten.amax(_size(x), [-2, -1], True)


def quotient(orders: Sequence[Any], divisor: Tensor, step: Tensor, size: Tensor, scale: Tensor, n: int) -> Any:
    """orders[0] / divisor, by its limit where the divisor vanishes.

    Parameters
    ----------
    orders : sequence of Tensor or None
        The dividend and its slopes.
    divisor, step : Tensor
        What it is divided by, and the divisor's slope, which is nowhere 0.
    size : Tensor
        That of the values of which the divisor is a difference: beside it half of the digits count as nothing.
    scale : Tensor
        That of what the dividend is made of: beside it rounding errors are what they are.
    n : int
        How many numbers each element is a sum of.
    """
    dividend, *further = orders
    eps, gap = precision(divisor.dtype), _size(divisor)
    # A second derivative that is 0 comes as rounding errors, of numbers about as large as 1.
    scale = aten.where_ScalarSelf(aten.lt_Scalar(scale, eps**0.5), 0.1, scale)
    near = aten.le_Tensor(gap, eps**0.5 * size)
    if not _core.any_true(near, True):
        return dividend / divisor
    limit: Any = dividend * 0.0
    if further and further[0] is not None:
        limit = further[0] / step
        if len(further) > 1 and further[1] is not None:
            limit = limit - 0.5 * (divisor / step) * (further[1] / step)
    noise = 100 * n * eps
    vanishes = aten.le_Tensor(_size(dividend - divisor * limit), noise * scale)
    known = near & vanishes
    nowhere = aten.le_Tensor(gap, noise * size) & ~vanishes
    plain = dividend / aten.where_ScalarSelf(known | nowhere, 1.0, divisor)
    return aten.where_self(known, limit, aten.where_ScalarSelf(nowhere, np.nan, plain))
