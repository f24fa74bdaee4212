"""How wide the bins of a histogram should be, by the rules that NumPy knows by name. Each reads one number."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.arguments import xp

__all__ = ["WIDTHS"]

Range = tuple[Any, Any]


def _extent(x: Tensor) -> float:
    return float(xp.max(x)) - float(xp.min(x))


def _sqrt(x: Tensor, _: Range) -> float:
    return _extent(x) / math.sqrt(x.size)


def _sturges(x: Tensor, _: Range) -> float:
    return _extent(x) / (math.log2(x.size) + 1.0)


def _rice(x: Tensor, _: Range) -> float:
    return _extent(x) / (2.0 * x.size ** (1.0 / 3))


def _scott(x: Tensor, _: Range) -> float:
    """Scott (1979)."""
    return (24.0 * math.pi**0.5 / x.size) ** (1.0 / 3.0) * float(xp.std(x))


def _stone(x: Tensor, within: Range) -> float:
    """Stone (1984): the number of bins with the least estimated squared error."""
    extent = _extent(x)
    if x.size <= 1 or extent == 0:
        return 0.0

    def loss(count: int) -> Tensor:
        share = xp.histogram(x, bins=count, range=within)[0] / x.size
        return (2 - (x.size + 1) * (share @ share)) / (extent / count)

    most = max(100, int(math.sqrt(x.size)))
    best = 1 + int(xp.argmin(xp.stack([loss(count) for count in range(1, most + 1)])))
    if best == most:
        warnings.warn("The number of bins estimated may be suboptimal.", RuntimeWarning, stacklevel=5)
    return extent / best


def _doane(x: Tensor, _: Range) -> float:
    """Doane (1976): Sturges' rule, corrected for skewness."""
    if x.size <= 2:
        return 0.0
    spread = float(xp.std(x))
    if spread <= 0:
        return 0.0
    expected = math.sqrt(6.0 * (x.size - 2) / ((x.size + 1.0) * (x.size + 3)))
    skewness = float(xp.mean(((x - xp.mean(x)) / spread) ** 3))
    return _extent(x) / (1.0 + math.log2(x.size) + math.log2(1.0 + abs(skewness) / expected))


def _freedman_diaconis(x: Tensor, _: Range) -> float:
    """Freedman and Diaconis (1981)."""
    upper, lower = (float(q) for q in xp.percentile(x, [75, 25]))
    return 2.0 * (upper - lower) * x.size ** (-1.0 / 3.0)


def _auto(x: Tensor, within: Range) -> float:
    robust = max(_freedman_diaconis(x, within), _sqrt(x, within) / 2)
    return min(robust, _sturges(x, within))


def _auto_before_2_2(x: Tensor, within: Range) -> float:
    robust = _freedman_diaconis(x, within)
    return min(robust, _sturges(x, within)) if robust else _sturges(x, within)


WIDTHS: dict[str, Callable[[Tensor, Range], float]] = {
    "auto": _auto if np.lib.NumpyVersion(np.__version__) >= "2.2.0" else _auto_before_2_2,
    "doane": _doane,
    "fd": _freedman_diaconis,
    "rice": _rice,
    "scott": _scott,
    "sqrt": _sqrt,
    "stone": _stone,
    "sturges": _sturges,
}
