"""The sign of zero in sums: -0.0 + -0.0 is -0.0, where libtorch starts from 0.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.standing import recorded_as

Parts = Callable[[Tensor, Tensor], Tensor]


def _negative_zeros(x: Tensor) -> Tensor:
    return aten.logical_and(aten.signbit(x), aten.eq_Scalar(x, 0))


def _by_parts(fix: Parts, total: Tensor, x: Tensor) -> Tensor:
    """`fix` of a real sum and its terms, of a complex one by its parts."""
    if x.dtype.kind == "f":
        return fix(total, x)
    return aten.complex(fix(aten.real(total), aten.real(x)), fix(aten.imag(total), aten.imag(x)))


def signed_sum(add: Any, x: Tensor, axes: tuple[int, ...], keepdims: bool = False) -> Tensor:
    """The sum of floats by the kernel `add`, -0.0 where every term is."""

    def fix(total: Tensor, terms: Tensor) -> Tensor:
        return aten.masked_fill_Scalar(total, aten.all_dims(_negative_zeros(terms), axes, keepdims), -0.0)

    return recorded_as(add, lambda *arguments: _by_parts(fix, add(*arguments), x), x, axes, keepdims)


def running_sum(x: Tensor, axis: int) -> Tensor:
    """The running sum of floats, -0.0 as long as every term is."""
    # A look at the first terms is cheap where nobody has to be waited for, and seldom finds -0.0.
    if x.dev == -1 and (x.shape[axis] == 0 or not _core.starts_negative_zero(x, axis)):
        return aten.cumsum(x, axis)

    def fix(total: Tensor, terms: Tensor) -> Tensor:
        return aten.masked_fill_Scalar(total, aten.eq_Scalar(aten.cumprod(_negative_zeros(terms), axis), 1), -0.0)

    return recorded_as(aten.cumsum, lambda *arguments: _by_parts(fix, aten.cumsum(*arguments), x), x, axis)
