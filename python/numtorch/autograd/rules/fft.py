"""Rules of the Fourier transforms: each is linear, so its rule is the adjoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.autograd.rule import define

define("_fft_c2c", self=lambda g, dim, normalization, forward: aten._fft_c2c(g, dim, normalization, not forward))


def _from_half(g: Tensor, self_spec: Any, dim: Sequence[int], normalization: int, onesided: bool) -> Tensor:
    if onesided:
        last = dim[-1] % g.ndim
        g = aten.constant_pad_nd(g, (0, 0) * (g.ndim - 1 - last) + (0, self_spec.shape[last] - g.shape[last]))
    return aten.real(aten._fft_c2c(g, dim, normalization, False))


define("_fft_r2c", self=_from_half)


def _to_half(g: Tensor, dim: Sequence[int], normalization: int, last_dim_size: int) -> Tensor:
    """All but the first (and, of an even number, the middle) stand for two conjugate elements."""
    half = aten._fft_r2c(g, dim, normalization, True)
    last = dim[-1] % g.ndim
    twice = np.ones(half.shape[last], g.dtype)
    twice[1 : last_dim_size - half.shape[last] + 1] = 2
    return half * tensor(twice.reshape(-1, *(1,) * (g.ndim - 1 - last)), dev=g.dev)


define("_fft_c2r", self=_to_half)
