"""Draws that are proposed until they are accepted: the whole array at once, until nothing in it is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import xp
from numtorch.numpy.random.device.source import Shape, Source

__all__ = ["accepted", "log_factorial", "ratio_of_uniforms"]


# The smallest table mountain over a discrete bell: Stadlober, Ratio of uniforms as a convenient method for sampling
# from classical discrete distributions (1989).
_SLOPE = 2 * math.sqrt(2 / math.e)
_OFFSET = 3 - 2 * math.sqrt(3 / math.e)


def accepted(propose: Callable[[], tuple[Tensor, Tensor]]) -> Tensor:
    """The first proposal of each element that came with True. Waits for the device, to see whether all have one."""
    result, found = propose()
    while not bool(xp.all(found)):
        more, good = propose()
        result = xp.where(found, result, more)
        found = xp.logical_or(found, good)
    return result


def log_factorial(k: Tensor) -> Tensor:
    return aten.lgamma(k + 1.0)


def ratio_of_uniforms(
    s: Source, n: Shape, mean: Tensor, variance: Tensor, most: Any, log_weight: Callable[[Tensor], Tensor], settled: Any
) -> Tensor:
    """
    Counts from 0 to `most` of a bell-shaped distribution.

    `log_weight(k)` is the logarithm of the probability of k, over that of the likeliest. Elements that are `settled`
    are not drawn here.
    """
    center, width = mean + 0.5, _SLOPE * xp.sqrt(variance + 0.5) + _OFFSET

    def propose() -> tuple[Tensor, Tensor]:
        u = 1 - s.uniform(n)
        w = center + width * (s.uniform(n) - 0.5) / u
        inside = xp.logical_and(w >= 0, w < most + 1)
        k = xp.floor(xp.where(inside, w, 0.0))
        good = xp.logical_and(inside, 2 * xp.log(u) <= log_weight(k))
        return k, xp.logical_or(good, settled)

    return accepted(propose)
