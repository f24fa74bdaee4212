"""How wide the bins of a histogram should be: the rules that NumPy knows by name, each a function of flat data.

The widths are numbers on the device, which nobody has waited for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import cast, xp
from numtorch.functions.calls.warning import warn_where
from numtorch.functions.reductions.bins import count_between

__all__ = ["WIDTHS", "bins_of_width", "distance"]

# The data, and the edges of a given number of bins for them.
Edges = Callable[[int], Tensor]
Width = Callable[[Tensor, Edges], Any]

UNSIGNED = {np.dtype(f"i{size}"): np.dtype(f"u{size}") for size in (1, 2, 4, 8)}


def distance(high: Any, low: Any) -> Any:
    """The difference; of signed integers as an unsigned one, which it fits into."""
    dtype = UNSIGNED.get(np.result_type(high.dtype, low.dtype))
    return high - low if dtype is None else high.astype(dtype) - low.astype(dtype)


def _spread(x: Tensor) -> Any:
    return distance(xp.max(x), xp.min(x))


def _square_root(x: Tensor, edges: Edges) -> Any:
    del edges
    return _spread(x) / np.sqrt(x.size)


def _sturges(x: Tensor, edges: Edges) -> Any:
    del edges
    return _spread(x) / (np.log2(x.size) + 1.0)


def _rice(x: Tensor, edges: Edges) -> Any:
    del edges
    return _spread(x) / (2.0 * x.size ** (1.0 / 3))


def _scott(x: Tensor, edges: Edges) -> Any:
    """Scott (1979)."""
    del edges
    return (24.0 * math.pi**0.5 / x.size) ** (1.0 / 3.0) * xp.std(x)


def _stone(x: Tensor, edges: Edges) -> Any:
    """Stone (1984): the number of bins with the least estimated squared error."""
    n, spread = x.size, _spread(x)
    most = max(100, int(np.sqrt(n)))
    risks = []
    for bins in range(1, most + 1):
        parts = count_between(x, edges(bins), None) / n
        risks.append((2 - (n + 1) * xp.dot(parts, parts)) / (spread / bins))
    best = xp.argmin(xp.stack(risks)) + 1
    warn_where(best == most, "The number of bins estimated may be suboptimal.")
    return spread / (cast(best, spread.dtype) if spread.dtype.kind == "f" else best)


def _doane(x: Tensor, edges: Edges) -> Any:
    """Doane (1976): Sturges' rule, corrected for skewness."""
    del edges
    n = x.size
    if n <= 2:
        return _spread(x) * 0.0
    usual = np.sqrt(6.0 * (n - 2) / ((n + 1.0) * (n + 3)))
    sigma = xp.std(x)
    skewness = xp.mean(((x - xp.mean(x)) / xp.where(sigma > 0, sigma, 1)) ** 3)
    return xp.where(sigma > 0, _spread(x) / (1.0 + np.log2(n) + xp.log2(1.0 + abs(skewness) / usual)), 0.0)


def _freedman_diaconis(x: Tensor, edges: Edges) -> Any:
    """Freedman and Diaconis (1981)."""
    del edges
    high, low = xp.percentile(x, [75, 25])
    return 2.0 * (high - low) * x.size ** (-1.0 / 3.0)


def _auto(x: Tensor, edges: Edges) -> Any:
    robust = xp.maximum(_freedman_diaconis(x, edges), _square_root(x, edges) / 2)
    return xp.minimum(robust, _sturges(x, edges))


def _auto_before_2_2(x: Tensor, edges: Edges) -> Any:
    robust, usual = _freedman_diaconis(x, edges), _sturges(x, edges)
    return xp.where(robust == 0, usual, xp.minimum(robust, usual))


WIDTHS: dict[str, Width] = {
    "auto": _auto if np.lib.NumpyVersion(np.__version__) >= "2.2.0" else _auto_before_2_2,
    "doane": _doane,
    "fd": _freedman_diaconis,
    "rice": _rice,
    "scott": _scott,
    "sqrt": _square_root,
    "stone": _stone,
    "sturges": _sturges,
}


def bins_of_width(x: Tensor, width: Any, extent: Any) -> Any:
    """How many bins of that width there are in `extent`; one if the width is 0."""
    if x.dtype.kind in "iu":
        width = xp.where((width > 0) & (width < 1), 1.0, width)
    return xp.where(width == 0, 1.0, xp.ceil(extent / xp.where(width == 0, 1.0, width)))
