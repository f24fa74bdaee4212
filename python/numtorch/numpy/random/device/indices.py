"""Indices of arrays, drawn on a device: orders and choices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch._core import Tensor, as_array
from numtorch.functions.calls.arguments import as_tensor, cast, xp
from numtorch.functions.creation.creation import arange
from numtorch.numpy.random.device.integers import below
from numtorch.numpy.random.device.parameters import shape_of
from numtorch.numpy.random.device.source import FLOAT64, Shape, Source

__all__ = ["DeviceIndexDraws"]

SUM_TOLERANCE = math.sqrt(np.finfo(float).eps)  # NumPy's, of probabilities


class DeviceIndexDraws:
    """What `permutations` asks of a stream."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def order(self, length: int, *, of_rows: bool = False) -> Tensor:
        """The numbers below `length` in a random order."""
        del of_rows
        return self._source.order(length)

    def orders(self, shape: Shape, strides: tuple[int, ...], axis: int | None) -> Tensor:
        """Flat indices: all in one order, or by sorting a random key for each within its slice."""
        del strides
        size = math.prod(shape)
        if axis is None:
            return self._source.order(size).reshape(shape)
        indices = arange(size, dev=self._source.dev).reshape(shape)
        return xp.take_along_axis(indices, xp.argsort(self._source.uniform(shape), axis=axis), axis)

    def choices(self, count: int, arguments: dict[str, Any]) -> Tensor:
        """Some of the numbers below `count`. With `p`, waits for the device, to see whether these are probabilities."""
        size, p = arguments["size"], arguments["p"]
        shape = shape_of(size, {})
        wanted = math.prod(shape)
        if count <= 0 and wanted:
            raise ValueError("a must be a positive integer, or not empty, unless no samples are taken")
        weights = None if p is None else self._probabilities(p, count)
        if arguments["replace"] or size is None:
            chosen = self._with_replacement(count, shape, weights)
        else:
            chosen = self._without_replacement(count, wanted, weights).reshape(shape)
        return chosen if size is None else as_array(chosen)

    def _probabilities(self, p: Any, count: int) -> Tensor:
        weights = cast(as_tensor(p, self._source.dev), FLOAT64)
        if weights.ndim != 1:
            raise ValueError("p must be 1-dimensional")
        if weights.size != count:
            raise ValueError("a and p must have same size")
        if bool(xp.any(xp.logical_not(weights >= 0))):
            raise ValueError("Probabilities are negative or NaN")
        if abs(float(xp.sum(weights)) - 1) > SUM_TOLERANCE:
            raise ValueError("Probabilities do not sum to 1.")
        return weights

    def _with_replacement(self, count: int, shape: Shape, weights: Tensor | None) -> Tensor:
        if weights is None:
            return below(self._source, shape, max(count, 1))
        sums = xp.cumsum(weights)
        return xp.searchsorted(sums / sums[-1], self._source.uniform(shape), side="right")

    def _without_replacement(self, count: int, wanted: int, weights: Tensor | None) -> Tensor:
        if wanted > count:
            raise ValueError("Cannot take a larger sample than population when replace is False")
        if weights is None:
            return self._source.order(count)[:wanted]
        if int(xp.count_nonzero(weights)) < wanted:
            raise ValueError("Fewer non-zero entries in p than size")
        # The first of exponential clocks to ring, then the next: what drawing one after another comes to.
        rings = self._source.exponential((count,)) / xp.where(weights > 0, weights, 1.0)
        return xp.argsort(xp.where(weights > 0, rings, np.inf))[:wanted]
