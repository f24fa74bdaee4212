"""Rules of sampling at places: libtorch's kernel for the way back, and a formula where that is recorded."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, kernel
from numtorch.autograd.rule import define_jointly, refuse
from numtorch.autograd.rules.nn_norm import BY_FORMULA
from numtorch.autograd.tape import zeros_like

__all__: list[str] = []

_cast = kernel("_to_copy")
_clamp = kernel("clamp")
_detach = kernel("detach")
_expand = kernel("expand")
_floor = kernel("floor")
_gather = kernel("gather")
_gt = kernel("gt.Scalar")
_lt = kernel("lt.Scalar")
_masked_fill = kernel("masked_fill.Scalar")
_remainder = kernel("remainder.Scalar")
_reshape = kernel("reshape")
_round = kernel("round")
_scatter_add = kernel("scatter_add")
_select = kernel("select.int")
_stack = kernel("stack")
_sum = kernel("sum.dim_IntList")
_where = kernel("where.self")

BILINEAR, BICUBIC, ZEROS, REFLECTION = 0, 2, 0, 2  # libtorch's numbers for them


def _place(coordinate: Tensor, length: int, padding: int, align_corners: bool) -> tuple[Tensor, Any]:
    """Where a coordinate is among the elements of an axis, and the derivative of that, which is flat."""
    slope: Any = (length - 1) / 2 if align_corners else length / 2
    at = coordinate * slope + (length - 1) / 2
    if padding == ZEROS:
        return at, slope
    value = plain = _detach(at)
    turn: Any = 1.0
    if padding == REFLECTION:
        first, span = (0.0, length - 1.0) if align_corners else (-0.5, float(length))
        if span == 0:
            return 0.0 * at, 0.0 * plain
        along = _remainder(value - first, 2 * span)
        mirrored = _gt(along, span)
        value = _where(mirrored, 2 * span - along, along) + first
        turn = 1 - 2 * _cast(mirrored, dtype=at.dtype)
    turn = turn * _cast(_gt(value, 0) & _lt(value, length - 1), dtype=at.dtype)
    return _clamp(value, 0, length - 1) + turn * (at - plain), turn * slope


class _Corner:
    """One element beside each place: where it is in the channel, and whether there is one."""

    def __init__(self, places: list[Tensor], lengths: tuple[int, ...], channels: int) -> None:
        flat: Any = 0
        missing: Any = False
        for place, length in zip(places, lengths, strict=True):
            flat = flat * length + _clamp(place, 0, length - 1)
            missing = _lt(place, 0) | _gt(place, length - 1) | missing
        shape = (flat.shape[0], channels, flat.size // flat.shape[0])
        self.index = _expand(_reshape(_cast(flat, dtype=np.dtype(np.int64)), [shape[0], 1, -1]), shape)
        self.missing = _reshape(missing, [shape[0], 1, -1])

    def read(self, x: Tensor) -> Tensor:
        return _masked_fill(_gather(x, 2, self.index), self.missing, 0.0)

    def add(self, y: Tensor, g: Tensor) -> Tensor:
        return _scatter_add(y, 2, self.index, _masked_fill(g, self.missing, 0.0))


def _by_formula(
    g: Tensor, x: Tensor, grid: Tensor, mode: int, padding: int, align_corners: bool
) -> tuple[Tensor, Tensor]:
    """The gradients of the array and of the places."""
    n, lengths = x.ndim - 2, x.shape[2:]
    batch, channels = x.shape[:2]
    if not x.size or not grid.size:
        return zeros_like(x), zeros_like(grid)
    # The grid names the last axis first.
    found = [_place(_select(grid, -1, n - 1 - i), length, padding, align_corners) for i, length in enumerate(lengths)]
    flat_g, flat_x = _reshape(g, [batch, channels, -1]), _reshape(x, [batch, channels, -1])
    of_x = zeros_like(flat_x)
    if mode == BICUBIC:
        raise NotImplementedError("gradient: grid_sampler in bicubic mode is differentiable once")
    if mode != BILINEAR:
        of_x = _Corner([_round(_detach(at)) for at, _ in found], lengths, channels).add(of_x, flat_g)
        return _reshape(of_x, x.shape), zeros_like(grid)
    bases = [_floor(_detach(at)) for at, _ in found]
    beyond = [_reshape(at - base, [batch, 1, -1]) for (at, _), base in zip(found, bases, strict=True)]
    of_places: list[Any] = [0.0] * n
    for sides in product((0, 1), repeat=n):
        corner = _Corner([base + side for base, side in zip(bases, sides, strict=True)], lengths, channels)
        weights = [t if side else 1 - t for t, side in zip(beyond, sides, strict=True)]
        of_x = corner.add(of_x, flat_g * _product(weights))
        met = _sum(flat_g * corner.read(flat_x), [1], True)
        for i, side in enumerate(sides):
            others = _product(weights[:i] + weights[i + 1 :])
            of_places[i] = of_places[i] + (met * others if side else -met * others)
    shape = grid.shape[:-1]
    parts = [_reshape(part, shape) * slope for part, (_, slope) in zip(of_places, found, strict=True)]
    return _reshape(of_x, x.shape), _stack(parts[::-1], -1)


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
