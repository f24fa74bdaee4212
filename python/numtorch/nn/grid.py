"""Sampling at given positions, between the elements of an array."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch.nn.dispatch import Array, ArrayT, reals, spatial

__all__ = ["grid_sample", "imrotate"]

_SAMPLER = {2: aten.grid_sampler_2d, 3: aten.grid_sampler_3d}
MODES = ("bilinear", "nearest")
PADDINGS = ("zeros", "border", "reflection")


def grid_sample(
    x: ArrayT, grid: Array, *, mode: str = "bilinear", padding: str = "zeros", align_corners: bool = False
) -> ArrayT:
    """`x` at the positions that `grid` names.

    Parameters
    ----------
    x : array, shape (N, C, H, W) or (N, C, D, H, W)
    grid : array, shape (N, h, w, 2) or (N, d, h, w, 3)
        For each element of the result, where in `x` it comes from, the last spatial axis first: (x, y) or (x, y, z),
        from -1 at one end of an axis to 1 at the other.
    mode : {"bilinear", "nearest"}
        Between elements interpolate (linearly along each axis), or take the nearest.
    padding : {"zeros", "border", "reflection"}
        Beyond the ends there are zeros, the outermost elements, or `x` mirrored.
    align_corners : bool
        Whether -1 and 1 mean the middle of the outermost elements, rather than their outer edges.

    Returns
    -------
    array, shape (N, C, h, w) or (N, C, d, h, w)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import grid_sample
    >>> x = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> grid_sample(x, np.array([[[[0.0, 0.0], [1.0, -1.0]]]]), align_corners=True)
    array([[[[2.5, 2. ]]]])
    """
    on_tensors, (x, grid) = reals("grid_sample", x, grid)
    n = spatial("grid_sample", x)
    if n == 1 or grid.ndim != n + 2 or grid.shape[-1] != n or grid.shape[0] != x.shape[0]:
        raise ValueError(
            "grid_sample: x must have shape (N, C, H, W) and grid (N, h, w, 2), or with three spatial axes "
            f"(N, C, D, H, W) and (N, d, h, w, 3), not {x.shape} and {grid.shape}"
        )
    if mode not in MODES or padding not in PADDINGS:
        raise ValueError(
            f"grid_sample: mode must be one of {MODES} and padding one of {PADDINGS}, not {mode!r} and {padding!r}"
        )
    if on_tensors:
        return _SAMPLER[n](x, grid, MODES.index(mode), PADDINGS.index(padding), align_corners)
    at = [
        _inside(_position(grid[..., i], length, align_corners), length, padding, align_corners)
        for i, length in enumerate(x.shape[:1:-1])
    ][::-1]
    if mode == "nearest":
        return _picked(x, [np.rint(a).astype(int) for a in at])
    base = [np.floor(a).astype(int) for a in at]
    y: Any = 0
    for corner in product((0, 1), repeat=n):
        positions = [b + c for b, c in zip(base, corner, strict=True)]
        weight = np.prod([1 - np.abs(a - p) for a, p in zip(at, positions, strict=True)], axis=0)
        y = y + _picked(x, positions) * weight[:, None].astype(x.dtype)
    return y


def imrotate(
    x: ArrayT, angle: float | Array, *, mode: str = "bilinear", center: tuple[float, float] | None = None
) -> ArrayT:
    """Images turned counterclockwise about a point, in the same size; what comes from outside is 0.

    Parameters
    ----------
    x : array, shape (N, C, H, W)
    angle : float
        In radians. A 0-d Tensor has a gradient.
    mode : {"bilinear", "nearest"}
        As for `grid_sample`.
    center : pair of float, optional
        Row and column of the pixel that stays where it is; by default (H // 2, W // 2).

    Returns
    -------
    array, shape (N, C, H, W)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import imrotate
    >>> x = np.array([[[[0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]])
    >>> imrotate(x, np.pi / 2).round(6)
    array([[[[2., 0., 0.],
             [1., 0., 0.],
             [0., 0., 0.]]]])
    """
    _, (x, angle) = reals("imrotate", x, angle)
    if x.ndim != 4 or angle.ndim != 0:
        raise ValueError(f"imrotate: x must have shape (N, C, H, W) and angle (), not {x.shape} and {angle.shape}")
    if mode not in MODES:
        raise ValueError(f"imrotate: mode must be one of {MODES}, not {mode!r}")
    height, width = x.shape[2:]
    if center is not None and (not isinstance(center, tuple | list) or len(center) != 2):
        raise ValueError(f"imrotate: center must be a row and a column, not {center!r}")
    row, column = (height // 2, width // 2) if center is None else center
    down, right = (np.arange(height)[:, None] - row).astype(x.dtype), (np.arange(width) - column).astype(x.dtype)
    cos, sin = np.cos(angle), np.sin(angle)
    across = (right * cos - down * sin + column) * 2 / max(width - 1, 1) - 1
    along = (right * sin + down * cos + row) * 2 / max(height - 1, 1) - 1
    grid: Any = np.stack([across, along], -1)[None]
    return grid_sample(x, np.broadcast_to(grid, (x.shape[0], *grid.shape[1:])), mode=mode, align_corners=True)


def _position(coordinate: Any, length: int, align_corners: bool) -> Any:
    """From -1 ... 1 to 0 ... length - 1."""
    if align_corners:
        return (coordinate + 1) / 2 * (length - 1)
    return ((coordinate + 1) * length - 1) / 2


def _inside(at: Any, length: int, padding: str, align_corners: bool) -> Any:
    if padding == "reflection":
        first, last = (0.0, length - 1.0) if align_corners else (-0.5, length - 0.5)
        span = last - first
        if span == 0:
            return np.zeros_like(at)
        turns = np.mod(at - first, 2 * span)
        at = np.where(turns > span, 2 * span - turns, turns) + first
    return at if padding == "zeros" else np.clip(at, 0, length - 1)


def _picked(x: Any, positions: list[Any]) -> Any:
    """The elements of each sample at positions, and 0 where there are none."""
    lengths = x.shape[2:]
    exists = np.all([(p >= 0) & (p < length) for p, length in zip(positions, lengths, strict=True)], axis=0)
    near = [np.clip(p, 0, length - 1) for p, length in zip(positions, lengths, strict=True)]
    sample = np.arange(x.shape[0]).reshape(-1, *[1] * (near[0].ndim - 1))
    values = np.moveaxis(x[(sample, slice(None), *near)], -1, 1)
    return values * exists[:, None]
