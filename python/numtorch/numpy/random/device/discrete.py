"""Distributions of integers on a device, as float64 counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import xp
from numtorch.numpy.random.device.rejection import accepted, log_factorial, ratio_of_uniforms
from numtorch.numpy.random.device.source import Shape, Source

__all__ = ["DISCRETE", "hypergeometric", "poisson"]

FEW = 64.0  # from here on libtorch's kernel on a GPU approximates a Poisson draw
LARGEST = 2.0**62  # counts that are larger are not drawn: no bit of them would be left
EXACT_ZIPF = 1024.0  # beyond this exponent only 1 has a probability that a float64 can hold


def poisson(s: Source, n: Shape, lam: Any) -> Tensor:
    """Waits for the device if `lam` may be large, until all draws are accepted."""
    few = s.small_poisson(n, xp.fmin(lam, FEW))  # the kernel takes no NaN
    if not isinstance(lam, Tensor) and lam < FEW:
        return few
    rate = s.filled(n, lam)
    settled = xp.logical_not(xp.logical_and(rate >= FEW, rate < LARGEST))
    safe = xp.where(settled, FEW, rate)
    mode, log_rate = xp.floor(safe), xp.log(safe)
    top = mode * log_rate - log_factorial(mode)

    def log_weight(k: Tensor) -> Tensor:
        return k * log_rate - log_factorial(k) - top

    many = ratio_of_uniforms(s, n, safe, safe, np.inf, log_weight, settled)
    return xp.where(rate < FEW, few, xp.where(settled, rate, many))


def _geometric(s: Source, n: Shape, p: Any) -> Tensor:
    # p = 1 gives 0 over infinity.
    with np.errstate(divide="ignore"):
        rate = -xp.log1p(-p)
    return xp.maximum(xp.ceil(s.exponential(n) / s.filled(n, rate)), 1.0)


def _logseries(s: Source, n: Shape, p: Any) -> Tensor:
    # Kemp's LK: a geometric draw whose parameter is drawn.
    q = s.filled(n, p)
    v = 1 - s.uniform(n)
    drawn = -xp.expm1(xp.log1p(-q) * s.uniform(n))
    inside = xp.logical_and(v < q, drawn > 0)
    count = xp.floor(1 + xp.log(xp.where(inside, v, 0.5)) / xp.log(xp.where(inside, drawn, 0.5)))
    return xp.where(inside, xp.maximum(count, 1.0), 1.0)


def _negative_binomial(s: Source, n: Shape, count: Any, p: Any) -> Tensor:
    return poisson(s, n, s.gamma(n, count) * ((1 - p) / p))


def hypergeometric(s: Source, n: Shape, ngood: Any, nbad: Any, nsample: Any) -> Tensor:
    """Waits for the device, until all draws are accepted."""
    good, bad, sample = (s.filled(n, value) for value in (ngood, nbad, nsample))
    total = good + bad
    few, many, drawn = xp.minimum(good, bad), xp.maximum(good, bad), xp.minimum(sample, total - sample)
    share = few / xp.maximum(total, 1.0)
    variance = (total - drawn) * drawn * share * (1 - share) / xp.maximum(total - 1, 1.0)
    most = xp.minimum(drawn, few)

    def log_ways(k: Tensor) -> Tensor:
        return -(log_factorial(k) + log_factorial(few - k) + log_factorial(drawn - k) + log_factorial(many - drawn + k))

    top = log_ways(xp.floor((drawn + 1) * (few + 1) / (total + 2)))
    k = ratio_of_uniforms(s, n, drawn * share, variance, most, lambda k: log_ways(k) - top, False)
    k = xp.where(good > bad, drawn - k, k)
    return xp.where(drawn < sample, good - k, k)


def _zipf(s: Source, n: Shape, a: Any) -> Tensor:
    """Devroye's rejection from a Pareto draw. Waits for the device, until all draws are accepted."""
    power = xp.minimum(s.filled(n, a), EXACT_ZIPF) - 1
    b = 2.0**power
    least = LARGEST**-power  # of the uniforms: below it the count would be too large

    def propose() -> tuple[Tensor, Tensor]:
        u = s.uniform(n)
        x = xp.floor((u * least + (1 - u)) ** (-1 / power))
        t = (1 + 1 / x) ** power
        return x, s.uniform(n) * x * (t - 1) / (b - 1) <= t / b

    return accepted(propose)


DISCRETE: dict[str, Callable[..., Tensor]] = {
    "binomial": lambda s, shape, n, p: s.binomial(shape, n, p),
    "geometric": _geometric,
    "hypergeometric": hypergeometric,
    "logseries": _logseries,
    "negative_binomial": _negative_binomial,
    "poisson": poisson,
    "zipf": _zipf,
}
