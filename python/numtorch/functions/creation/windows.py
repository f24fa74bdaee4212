"""The windows of signal processing: new arrays, with `dev` beside NumPy's arguments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import xp
from numtorch.functions.calls.devices import new_dev
from numtorch.functions.creation.arange import arange
from numtorch.functions.creation.creation import empty, ones

__all__ = ["bartlett", "blackman", "hamming", "hanning", "kaiser"]


def _length(M: Any) -> Any:
    """`M` as the float that NumPy computes with."""
    return np.array([0.0, M])[1]


def _points(M: Any, device: Any, dev: int | None) -> Tensor:
    """The points of a window of more than one, around 0: from ``1 - M`` to ``M - 1``."""
    return arange(1 - M, M, 2, dev=new_dev(device, dev))


def _short(M: Any, device: Any, dev: int | None) -> Tensor | None:
    """The window if it has one point or none."""
    if M < 1:
        return empty(0, M.dtype, device=device, dev=dev)
    return ones(1, M.dtype, device=device, dev=dev) if M == 1 else None


def _cosines(M: Any, weights: tuple[float, ...], device: Any, dev: int | None) -> Tensor:
    """The sum of cosines of growing frequency with these weights."""
    M = _length(M)
    short = _short(M, device, dev)
    if short is not None:
        return short
    angle = math.pi * _points(M, device, dev) / (M - 1)
    window: Tensor = weights[0] + weights[1] * xp.cos(angle)
    return window + weights[2] * xp.cos(2.0 * angle) if len(weights) > 2 else window


def bartlett(M: Any, *, device: Any = None, dev: int | None = None) -> Tensor:
    """NumPy's `bartlett`: a triangle."""
    M = _length(M)
    short = _short(M, device, dev)
    if short is not None:
        return short
    return 1 - abs(_points(M, device, dev)) / (M - 1)


def blackman(M: Any, *, device: Any = None, dev: int | None = None) -> Tensor:
    """NumPy's `blackman`."""
    return _cosines(M, (0.42, 0.5, 0.08), device, dev)


def hamming(M: Any, *, device: Any = None, dev: int | None = None) -> Tensor:
    """NumPy's `hamming`."""
    return _cosines(M, (0.54, 0.46), device, dev)


def hanning(M: Any, *, device: Any = None, dev: int | None = None) -> Tensor:
    """NumPy's `hanning`."""
    return _cosines(M, (0.5, 0.5), device, dev)


def kaiser(M: Any, beta: Any, *, device: Any = None, dev: int | None = None) -> Tensor:
    """NumPy's `kaiser`."""
    M, dev = _length(M), new_dev(device, dev)
    if M == 1:
        return ones(1, M.dtype, dev=dev)
    middle = (M - 1) / 2.0
    distance = (arange(0, M, dev=dev) - middle) / middle
    window: Tensor = aten.i0(float(beta) * xp.sqrt(1 - distance * distance)) / np.i0(float(beta))
    return window
