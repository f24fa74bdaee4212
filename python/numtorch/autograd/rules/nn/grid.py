"""Rules of sampling at positions: libtorch's kernel for the way back, and a formula where that is recorded."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, kernel
from numtorch.autograd.fitting import zeros_like
from numtorch.autograd.rule import define_jointly, refuse
from numtorch.autograd.rules.nn.norm import BY_FORMULA

__all__: list[str] = []


BILINEAR, BICUBIC, ZEROS, REFLECTION = 0, 2, 0, 2  # libtorch's numbers for them


def _position(coordinate: Tensor, length: int, padding: int, align_corners: bool) -> tuple[Tensor, Any]:
    """Where a coordinate is among the elements of an axis, and the derivative of that, which is flat."""
    slope: Any = (length - 1) / 2 if align_corners else length / 2
    at = coordinate * slope + (length - 1) / 2
    if padding == ZEROS:
        return at, slope
    value = plain = aten.detach(at)
    turn: Any = 1.0
    if padding == REFLECTION:
        first, span = (0.0, length - 1.0) if align_corners else (-0.5, float(length))
        if span == 0:
            return 0.0 * at, 0.0 * plain
        along = aten.remainder_Scalar(value - first, 2 * span)
        mirrored = aten.gt_Scalar(along, span)
        value = aten.where_self(mirrored, 2 * span - along, along) + first
        turn = 1 - 2 * aten._to_copy(mirrored, dtype=at.dtype)
    turn = turn * aten._to_copy(aten.gt_Scalar(value, 0) & aten.lt_Scalar(value, length - 1), dtype=at.dtype)
    return aten.clamp(value, 0, length - 1) + turn * (at - plain), turn * slope


class _Corner:
    """One element beside each position: where it is in the channel, and whether there is one."""

    def __init__(self, indices: list[Tensor], lengths: tuple[int, ...], channels: int) -> None:
        flat: Any = 0
        missing: Any = False
        for index, length in zip(indices, lengths, strict=True):
            flat = flat * length + aten.clamp(index, 0, length - 1)
            missing = aten.lt_Scalar(index, 0) | aten.gt_Scalar(index, length - 1) | missing
        shape = (flat.shape[0], channels, flat.size // flat.shape[0])
        self.index = aten.expand(aten.reshape(aten._to_copy(flat, dtype=np.dtype(np.int64)), [shape[0], 1, -1]), shape)
        self.missing = aten.reshape(missing, [shape[0], 1, -1])

    def read(self, x: Tensor) -> Tensor:
        return aten.masked_fill_Scalar(aten.gather(x, 2, self.index), self.missing, 0.0)

    def add(self, y: Tensor, g: Tensor) -> Tensor:
        return aten.scatter_add(y, 2, self.index, aten.masked_fill_Scalar(g, self.missing, 0.0))


def _by_formula(
    g: Tensor, x: Tensor, grid: Tensor, mode: int, padding: int, align_corners: bool
) -> tuple[Tensor, Tensor]:
    """The gradients of the array and of the positions."""
    n, lengths = x.ndim - 2, x.shape[2:]
    batch, channels = x.shape[:2]
    if not x.size or not grid.size:
        return zeros_like(x), zeros_like(grid)
    # The grid names the last axis first.
    found = [
        _position(aten.select_int(grid, -1, n - 1 - i), length, padding, align_corners)
        for i, length in enumerate(lengths)
    ]
    flat_g, flat_x = aten.reshape(g, [batch, channels, -1]), aten.reshape(x, [batch, channels, -1])
    of_x = zeros_like(flat_x)
    if mode == BICUBIC:
        raise NotImplementedError("gradient: grid_sampler in bicubic mode is differentiable once")
    if mode != BILINEAR:
        of_x = _Corner([aten.round(aten.detach(at)) for at, _ in found], lengths, channels).add(of_x, flat_g)
        return aten.reshape(of_x, x.shape), zeros_like(grid)
    bases = [aten.floor(aten.detach(at)) for at, _ in found]
    beyond = [aten.reshape(at - base, [batch, 1, -1]) for (at, _), base in zip(found, bases, strict=True)]
    of_positions: list[Any] = [0.0] * n
    for sides in product((0, 1), repeat=n):
        corner = _Corner([base + side for base, side in zip(bases, sides, strict=True)], lengths, channels)
        weights = [t if side else 1 - t for t, side in zip(beyond, sides, strict=True)]
        of_x = corner.add(of_x, flat_g * _product(weights))
        met = aten.sum_dim_IntList(flat_g * corner.read(flat_x), [1], True)
        for i, side in enumerate(sides):
            others = _product(weights[:i] + weights[i + 1 :])
            of_positions[i] = of_positions[i] + (met * others if side else -met * others)
    shape = grid.shape[:-1]
    parts = [aten.reshape(part, shape) * slope for part, (_, slope) in zip(of_positions, found, strict=True)]
    return aten.reshape(of_x, x.shape), aten.stack(parts[::-1], -1)


def _product(factors: list[Any]) -> Any:
    made = factors[0]
    for factor in factors[1:]:
        made = made * factor
    return made


def _samples(n: int) -> None:
    name = f"grid_sampler_{n}d"
    back = kernel(name + "_backward")

    def rule(
        wanted: list[bool],
        g: Tensor,
        input: Tensor,
        grid: Tensor,
        interpolation_mode: int,
        padding_mode: int,
        align_corners: bool,
    ) -> Any:
        if _core.recording():
            return _by_formula(g, input, grid, interpolation_mode, padding_mode, align_corners)
        return back(g, input, grid, interpolation_mode, padding_mode, align_corners, wanted)

    define_jointly(name, ("input", "grid"), rule)
    refuse(name + "_backward", BY_FORMULA)


_samples(2)
_samples(3)
