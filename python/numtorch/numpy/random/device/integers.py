"""Integers on a device, each as likely as the others.

libtorch's own kernel takes 32 or 64 random bits modulo the number of integers, which favours the lower ones: by 5 % of
2**27.6 integers, to twice as often of 2**63.6. Here that is below 2**-31, or there is rejection.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import as_tensor, cast, xp
from numtorch.numpy.random.device.parameters import placed, shape_of
from numtorch.numpy.random.device.rejection import accepted
from numtorch.numpy.random.device.source import INT64, Shape, Source

__all__ = ["below", "integers", "random_integers", "tomaxint"]


WORD, SIGN = 2**64, 2**63
FEW = 2**32  # of so many, 63 bits modulo their number favour none by more than 2**-31


def _as_signed(word: int) -> int:
    """The int64 of these 64 bits."""
    return (word + SIGN) % WORD - SIGN


def below(s: Source, shape: Shape, count: int) -> Tensor:
    """0, ..., count - 1, in the bits of int64. Waits for the device if there are more than 2**32, to reject some."""
    last = count - 1
    mask = 2 ** last.bit_length() - 1
    if last == mask:
        return s.words(shape) & _as_signed(mask)
    if count <= FEW:
        return aten.remainder_Scalar(s.words(shape) & (SIGN - 1), count)

    def propose() -> tuple[Tensor, Tensor]:
        words = s.words(shape) & _as_signed(mask)
        return words, (words ^ -SIGN) <= _as_signed(last ^ SIGN)  # turning the sign compares without it

    return accepted(propose)


def _to_each(s: Source, shape: Shape, last: Tensor, most: int) -> Tensor:
    """0, ..., last, for each element its own; `most` is the greatest of these."""
    if most < FEW:
        return aten.remainder_Tensor(s.words(shape) & (SIGN - 1), last + 1)
    mask = last
    for bits in (1, 2, 4, 8, 16, 32):
        mask = mask | (mask >> bits)

    def propose() -> tuple[Tensor, Tensor]:
        words = s.words(shape) & mask
        return words, words <= last

    return accepted(propose)


def integers(
    s: Source, low: Any, high: Any = None, size: Any = None, dtype: Any = INT64, endpoint: bool = False
) -> Tensor:
    """
    Bounds that are arrays must lie less than 2**63 apart.

    Waits for the device if they are, to see whether they are in order; and if there are more than 2**32 integers.
    """
    wanted = np.dtype(dtype)
    if wanted.kind not in "biu":
        raise TypeError(f"Unsupported dtype {wanted!r} for integers")
    low, high = (0, low) if high is None else (low, high)
    if all(isinstance(bound, (int, float, np.number, np.bool)) for bound in (low, high)):
        first, end = int(low), int(high) + bool(endpoint)
        _check_bounds(first, end, wanted)
        drawn = below(s, shape_of(size, {}), end - first) + _as_signed(first)
        return drawn.view(wanted) if wanted == np.uint64 else cast(drawn, wanted)
    return _between_arrays(s, low, high, size, wanted, endpoint)


def _between_arrays(s: Source, low: Any, high: Any, size: Any, dtype: np.dtype[Any], endpoint: bool) -> Tensor:
    first, last = (_placed(name, bound, s.dev) for name, bound in (("low", low), ("high", high)))
    last = last - (not endpoint)
    shape = shape_of(size, {"low": first, "high": last})
    span = as_tensor(last - first, s.dev)
    if span.size == 0:
        return cast(s.words(shape), dtype)
    if int(span.min()) < 0:
        raise ValueError("low > high" if endpoint else "low >= high")
    _check_bounds(int(xp.min(first)), int(xp.max(last)) + 1, dtype)
    return cast(first + _to_each(s, shape, span, int(span.max())), dtype)


def _placed(name: str, bound: Any, dev: int) -> Any:
    """`bound` as a Python integer or an int64 Tensor on the device."""
    if not isinstance(placed("integers", name, bound, dev, False), Tensor):
        return int(bound)
    return cast(as_tensor(bound, dev), INT64)


def _check_bounds(first: int, end: int, dtype: np.dtype[Any]) -> None:
    least, most = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    if first < least:
        raise ValueError(f"low is out of bounds for {dtype}")
    if end > int(most) + 1:
        raise ValueError(f"high is out of bounds for {dtype}")
    if first >= end:
        raise ValueError("low >= high")


def random_integers(s: Source, low: Any, high: Any, size: Any) -> Tensor:
    """From `low`, or 1, to the last one; deprecated, as NumPy says of its own."""
    low, high = (1, low) if high is None else (low, high)
    text = f"This function is deprecated. Please call randint({low}, {high} + 1) instead"
    warnings.warn(text, DeprecationWarning, stacklevel=6)
    return integers(s, low, high, size, endpoint=True)


def tomaxint(s: Source, size: Any) -> Tensor:
    """From 0 to the largest int64."""
    return below(s, shape_of(size, {}), SIGN)
