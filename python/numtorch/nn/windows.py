"""Windows of pools: their positions, what kernels do with them, and the same in NumPy."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.dispatch import Counts, Pad, counts, is_on_tensors, margins

__all__ = [
    "Window",
    "adaptive_max",
    "adaptive_max_reference",
    "adaptive_mean",
    "adaptive_mean_reference",
    "largest_reference",
    "max_windows",
    "max_windows_reference",
    "mean_windows",
    "mean_windows_reference",
    "pad_around",
    "within",
]

_MAX = {2: aten.max_pool2d_with_indices, 3: aten.max_pool3d_with_indices}
_MEAN = {2: aten.avg_pool2d, 3: aten.avg_pool3d}
_ADAPTIVE_MAX = {2: aten.adaptive_max_pool2d, 3: aten.adaptive_max_pool3d}
_ADAPTIVE_MEAN = {2: aten._adaptive_avg_pool2d, 3: aten._adaptive_avg_pool3d}

Margins = list[tuple[int, int]]


class Window:
    """How windows lie over the spatial axes of `x`: sizes, steps, margins and dilations, one for each axis."""

    def __init__(
        self, function: str, x: Any, n: int, k: Counts, stride: Counts | None, pad: Pad, dilation: Counts, ceil: bool
    ) -> None:
        self.sizes = counts(function, "k", k, n)
        self.strides = self.sizes if stride is None else counts(function, "stride", stride, n)
        self.dilations = counts(function, "dilation", dilation, n)
        self.spans = [d * (size - 1) + 1 for d, size in zip(self.dilations, self.sizes, strict=True)]
        self.margins = margins(function, pad, n, [span - 1 for span in self.spans])
        self.ceil = ceil
        for axis, (length, (before, after), span) in enumerate(zip(x.shape[2:], self.margins, self.spans, strict=True)):
            if length + before + after < span and not ceil:
                raise ValueError(
                    f"{function}: the window reaches over {span} elements of spatial axis {axis}, which has "
                    f"{length + before + after} with its padding"
                )

    @property
    def is_padded_first(self) -> bool:
        """Whether the margins are other than kernels take: unequal, or more than half the window."""
        return any(
            before != after or before > size // 2
            for (before, after), size in zip(self.margins, self.sizes, strict=True)
        )

    def without_margins(self) -> Window:
        """The same windows over what has its margins already."""
        bare = copy.copy(self)
        bare.margins = [(0, 0)] * len(self.sizes)
        return bare

    def positions(self, lengths: Sequence[int]) -> list[int]:
        """How many windows there are along each axis."""
        found = []
        for length, (before, after), span, step in zip(lengths, self.margins, self.spans, self.strides, strict=True):
            room = length + before + after - span
            count = (-(-room // step) if self.ceil else room // step) + 1
            found.append(count - 1 if self.ceil and (count - 1) * step >= length + before else count)
        return found


def pad_around(x: Any, around: Margins, value: float) -> Any:
    """`x` with its spatial axes padded by a constant."""
    if not is_on_tensors(x):
        return np.pad(x, [(0, 0), (0, 0), *around], constant_values=value)
    return aten.constant_pad_nd(x, [side for pair in reversed(around) for side in pair], value)


def within(indices: Any, lengths: tuple[int, ...], padded: list[int], around: Margins) -> Any:
    """Positions counted over padded axes, counted over those without the padding."""
    position, step = 0, 1
    for length, whole, (before, _) in zip(lengths[::-1], padded[::-1], around[::-1], strict=True):
        position = position + np.clip(indices % whole - before, 0, length - 1) * step
        indices = indices // whole
        step *= length
    return position


# On Tensors.


def _deep(x: Tensor) -> Tensor:
    return aten.unsqueeze(x, 2)


def _flat(x: Tensor) -> Tensor:
    return aten.squeeze_dim(x, 2)


def max_windows(x: Tensor, window: Window) -> tuple[Tensor, Tensor]:
    """The largest element of each window, and its position."""
    before = [p for p, _ in window.margins]
    if len(before) > 1:
        y, indices = _MAX[len(before)](x, window.sizes, window.strides, before, window.dilations, window.ceil)
        return y, indices
    parts = ([1, *window.sizes], [1, *window.strides], [0, *before], [1, *window.dilations], window.ceil)
    y, indices = _MAX[2](_deep(x), *parts)
    return _flat(y), _flat(indices)


def mean_windows(x: Tensor, window: Window, count_include_pad: bool) -> Tensor:
    """The mean of each window."""
    before = [p for p, _ in window.margins]
    if len(before) == 3 and x.dev < 0 and x.dtype == np.float16:  # there is no kernel for that
        return mean_windows(x.astype(np.float32), window, count_include_pad).astype(np.float16)
    if len(before) > 1:
        return _MEAN[len(before)](x, window.sizes, window.strides, before, window.ceil, count_include_pad)
    parts = ([1, *window.sizes], [1, *window.strides], [0, *before], window.ceil, count_include_pad)
    return _flat(_MEAN[2](_deep(x), *parts))


def adaptive_max(x: Tensor, sizes: list[int]) -> tuple[Tensor, Tensor]:
    """The largest element of each of `sizes` windows that cover `x`, and its position."""
    if len(sizes) > 1:
        y, indices = _ADAPTIVE_MAX[len(sizes)](x, sizes)
        return y, indices
    y, indices = _ADAPTIVE_MAX[2](_deep(x), [1, *sizes])
    return _flat(y), _flat(indices)


def adaptive_mean(x: Tensor, sizes: list[int]) -> Tensor:
    """The mean of each of `sizes` windows that cover `x`."""
    return _ADAPTIVE_MEAN[len(sizes)](x, sizes) if len(sizes) > 1 else _flat(_ADAPTIVE_MEAN[2](_deep(x), [1, *sizes]))


# On ndarrays.


def _windows(x: Any, window: Window, value: float, numbers: list[int] | None = None) -> tuple[Any, list[int]]:
    """All windows as a view, the elements of each along the last axes; and the lengths of the padded axes.

    `numbers` says how many windows there are along each axis, if not as many as the window itself finds.
    """
    lengths = x.shape[2:]
    numbers = window.positions(lengths) if numbers is None else numbers
    around = [
        (before, max(after, (number - 1) * step + span - length - before))
        for length, (before, after), number, step, span in zip(
            lengths, window.margins, numbers, window.strides, window.spans, strict=True
        )
    ]
    x = pad_around(x, around, value)
    view = sliding_window_view(x, tuple(window.spans), axis=tuple(range(2, 2 + len(numbers))))
    steps = [slice(None, (number - 1) * step + 1, step) for number, step in zip(numbers, window.strides, strict=True)]
    view = view[(slice(None), slice(None), *steps, *(slice(None, None, d) for d in window.dilations))]
    return view, list(x.shape[2:])


def _inner(window: Window) -> tuple[int, ...]:
    """The axes along which the elements of a window are."""
    return tuple(range(-len(window.sizes), 0))


def largest_reference(x: Any, window: Window) -> Any:
    """The largest element of each window."""
    return _windows(x, window, -math.inf)[0].max(_inner(window))


def max_windows_reference(x: Any, window: Window) -> tuple[Any, Any]:
    """The largest element of each window, and its position."""
    view, padded = _windows(x, window, -math.inf)
    view = view.reshape(*view.shape[: -len(window.sizes)], math.prod(window.sizes))
    best = view.argmax(-1)
    inside = np.unravel_index(best, window.sizes)
    corners = np.indices(best.shape)[2:]
    positions = [c * s + i * d for c, s, i, d in zip(corners, window.strides, inside, window.dilations, strict=True)]
    indices = np.ravel_multi_index(positions, padded)
    return view.max(-1), within(indices, x.shape[2:], padded, window.margins)


def mean_windows_reference(x: Any, window: Window, count_include_pad: bool) -> Any:
    """The mean of each window."""
    total = _windows(x, window, 0.0)[0].sum(_inner(window))
    ones = np.ones((1, 1, *x.shape[2:]), x.dtype)
    numbers = window.positions(x.shape[2:])
    if count_include_pad:
        ones, window = pad_around(ones, window.margins, 1.0), window.without_margins()
    return total / _windows(ones, window, 0.0, numbers)[0].sum(_inner(window))


def _parts(x: Any, axis: int, count: int) -> list[Any]:
    """`count` parts that together cover an axis, each from floor(i * n / count) to ceil((i + 1) * n / count)."""
    length = x.shape[axis]
    index: list[Any] = [slice(None)] * x.ndim
    found = []
    for i in range(count):
        index[axis] = slice(i * length // count, -(-(i + 1) * length // count))
        found.append(x[tuple(index)])
    return found


def adaptive_mean_reference(x: Any, sizes: list[int]) -> Any:
    """The mean of each of `sizes` windows that cover `x`, axis by axis."""
    for axis, count in enumerate(sizes, start=2):
        x = np.stack([part.mean(axis) for part in _parts(x, axis, count)], axis)
    return x


def adaptive_max_reference(x: Any, sizes: list[int]) -> tuple[Any, Any]:
    """The largest element of each of `sizes` windows that cover `x`, axis by axis, and its position."""
    positions = np.broadcast_to(np.arange(math.prod(x.shape[2:])).reshape(x.shape[2:]), x.shape)
    for axis, count in enumerate(sizes, start=2):
        best = [np.argmax(part, axis, keepdims=True) for part in _parts(x, axis, count)]
        x, positions = (
            np.concatenate(
                [np.take_along_axis(p, b, axis) for p, b in zip(_parts(a, axis, count), best, strict=True)], axis
            )
            for a in (x, positions)
        )
    return x, positions
