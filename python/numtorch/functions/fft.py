"""Discrete Fourier transforms: `numpy.fft` in libtorch's three kernels, of complex, real and Hermitian data."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, Dtype, as_shape, as_tensor, axis_of, cast, dev_of, xp
from numtorch.functions.calls.devices import new_dev
from numtorch.functions.calls.layout import ordered_like
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import implements
from numtorch.functions.creation.arange import arange
from numtorch.functions.manipulation.rearranging import roll

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]


# libtorch's normalization: 0 none, 1 by the root of the length, 2 by the length.
_FORWARD = {None: 0, "backward": 0, "ortho": 1, "forward": 2}
_INVERSE = {None: 2, "backward": 2, "ortho": 1, "forward": 0}

_MOST_AXES = 3  # that libtorch's libraries transform at once

Lengths = Sequence[int] | None


def _scale(norm: Any, forward: bool) -> int:
    try:
        return (_FORWARD if forward else _INVERSE)[norm]
    except (KeyError, TypeError):
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".') from None


def _length(n: Any) -> int:
    length = operator.index(n)
    if length < 1:
        raise ValueError(f"Invalid number of FFT data points ({length}) specified.")
    return length


def _single(x: Tensor) -> bool:
    """Whether NumPy transforms `x` in single precision."""
    return x.dtype in (np.float16, np.float32, np.complex64)


def _as_complex(x: Tensor) -> Tensor:
    return cast(x, np.complex64 if _single(x) else np.complex128)


def _as_real(x: Tensor, function: str) -> Tensor:
    if x.dtype.kind == "c":
        raise TypeError(f"{function}: a real array is needed, not one of {x.dtype}")
    return cast(x, np.float32 if _single(x) else np.float64)


def _resized(x: Tensor, length: int, axis: int) -> Tensor:
    """`x` cut off, or continued with zeros, to `length` along `axis`."""
    if x.shape[axis] > length:
        return aten.slice_Tensor(x, axis, 0, length)
    if x.shape[axis] < length:
        return aten.constant_pad_nd(x, (0, 0) * (x.ndim - 1 - axis) + (0, length - x.shape[axis]))
    return x


def _complex_transform(x: Tensor, lengths: Sequence[int], axes: Sequence[int], scale: int, forward: bool) -> Tensor:
    """Along `axes`, the last first, of complex `x`; an axis may come twice."""
    for length, axis in zip(lengths, axes, strict=True):
        _length(length)
        if axes.count(axis) == 1:
            x = _resized(x, length, axis)
    if not axes:
        return x
    if len(set(axes)) == len(axes):
        for first in range(0, len(axes) if x.size else 0, _MOST_AXES):
            x = aten._fft_c2c(x, axes[first : first + _MOST_AXES], scale, forward)
        return x
    for length, axis in reversed(list(zip(lengths, axes, strict=True))):
        x = aten._fft_c2c(_resized(x, length, axis), (axis,), scale, forward)
    return x


def _one_axis(x: Tensor, n: Any, axis: int) -> tuple[int, int]:
    axis = axis_of(axis, x.ndim)
    return (x.shape[axis] if n is None else operator.index(n)), axis


def _written(result: Tensor, x: Tensor, out: Any, function: str) -> Any:
    """The result, with its axes in memory as those of `x`, or in `out`."""
    if out is not None:
        return into(result, out, function)
    return result if result is x else ordered_like(result, x)


@implements(np.fft.fft)
def fft(a: Array, n: int | None = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.fft`."""
    x = as_tensor(a, dev_of(a, out))
    length, axis = _one_axis(x, n, axis)
    return _written(_complex_transform(_as_complex(x), [length], [axis], _scale(norm, True), True), x, out, "fft")


@implements(np.fft.ifft)
def ifft(a: Array, n: int | None = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.ifft`."""
    x = as_tensor(a, dev_of(a, out))
    length, axis = _one_axis(x, n, axis)
    return _written(_complex_transform(_as_complex(x), [length], [axis], _scale(norm, False), False), x, out, "ifft")


def _of_real(x: Tensor, length: int, axis: int, scale: int, function: str) -> Tensor:
    """The first half of the transform of real `x`."""
    x = _resized(_as_real(x, function), _length(length), axis)
    if x.size:
        return aten._fft_r2c(x, (axis,), scale, True)
    return _resized(_as_complex(x), length // 2 + 1, axis)


def _to_real(x: Tensor, length: int, axis: int, scale: int) -> Tensor:
    """The inverse of the transform whose first half is `x`."""
    x = _resized(x, _length(length) // 2 + 1, axis)
    if x.size:
        return aten._fft_c2r(x, (axis,), scale, length)
    return _resized(x.real, length, axis)


@implements(np.fft.rfft)
def rfft(a: Array, n: int | None = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.rfft`."""
    x = as_tensor(a, dev_of(a, out))
    length, axis = _one_axis(x, n, axis)
    return _written(_of_real(x, length, axis, _scale(norm, True), "rfft"), x, out, "rfft")


def _inverse_length(x: Tensor, n: Any, axis: int) -> tuple[int, int]:
    axis = axis_of(axis, x.ndim)
    return (2 * (x.shape[axis] - 1) if n is None else operator.index(n)), axis


def _like_half(result: Tensor, x: Tensor) -> Tensor:
    """NumPy gives float16 for float16 here, alone among the transforms."""
    return cast(result, x.dtype) if x.dtype == np.float16 else result


@implements(np.fft.irfft)
def irfft(a: Array, n: int | None = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.irfft`."""
    x = as_tensor(a, dev_of(a, out))
    length, axis = _inverse_length(x, n, axis)
    result = _to_real(_as_complex(x), length, axis, _scale(norm, False))
    return _written(_like_half(result, x), x, out, "irfft")


@implements(np.fft.hfft)
def hfft(a: Array, n: int | None = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.hfft`."""
    x = as_tensor(a, dev_of(a, out))
    length, axis = _inverse_length(x, n, axis)
    result = _to_real(xp.conjugate(_as_complex(x)), length, axis, _scale(norm, True))
    return _written(_like_half(result, x), x, out, "hfft")


@implements(np.fft.ihfft)
def ihfft(a: Array, n: int | None = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.ihfft`."""
    x = as_tensor(a, dev_of(a, out))
    length, axis = _one_axis(x, n, axis)
    half = _of_real(x, length, axis, _scale(norm, False), "ihfft")
    return _written(xp.conjugate(half), x, out, "ihfft")


def _several_axes(x: Tensor, s: Lengths, axes: Any, inverse_real: bool = False) -> tuple[list[int], list[int]]:
    """The lengths and axes that `s` and `axes` mean."""
    if s is not None and axes is None:
        message = (
            "`axes` should not be `None` if `s` is not `None` (Deprecated in NumPy 2.0). "
            "In a future version of NumPy, this will raise an error and `s[i]` will correspond to the size along the "
            "transformed axis specified by `axes[i]`. To retain current behaviour, pass a sequence [0, ..., k-1] to "
            "`axes` for an array of dimension k."
        )
        warnings.warn(message, DeprecationWarning, stacklevel=4)
    count = x.ndim if s is None else len(s)
    wanted = list(range(-count, 0)) if axes is None else [operator.index(axis) for axis in axes]
    if s is not None and len(s) != len(wanted):
        raise ValueError("Shape and axes have different lengths.")
    axes = [axis_of(axis, x.ndim) for axis in wanted]
    if s is None:
        lengths = [x.shape[axis] for axis in axes]
        if inverse_real and axes:
            lengths[-1] = 2 * (x.shape[axes[-1]] - 1)
        return lengths, axes
    return [x.shape[p] if n in (None, -1) else operator.index(n) for n, p in zip(s, axes, strict=True)], axes


def _fftn(a: Array, s: Lengths, axes: Any, norm: Any, out: Any, forward: bool, function: str) -> Any:
    x = as_tensor(a, dev_of(a, out))
    lengths, axes = _several_axes(x, s, axes)
    scale = _scale(norm, forward)
    if not axes:
        return _written(x, x, out, function)  # as NumPy: nothing is transformed, and nothing made complex
    return _written(_complex_transform(_as_complex(x), lengths, axes, scale, forward), x, out, function)


@implements(np.fft.fftn)
def fftn(a: Array, s: Lengths = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.fftn`."""
    return _fftn(a, s, axes, norm, out, True, "fftn")


@implements(np.fft.ifftn)
def ifftn(a: Array, s: Lengths = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.ifftn`."""
    return _fftn(a, s, axes, norm, out, False, "ifftn")


@implements(np.fft.fft2)
def fft2(a: Array, s: Lengths = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.fft2`."""
    return _fftn(a, s, axes, norm, out, True, "fft2")


@implements(np.fft.ifft2)
def ifft2(a: Array, s: Lengths = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.ifft2`."""
    return _fftn(a, s, axes, norm, out, False, "ifft2")


@implements(np.fft.rfftn)
def rfftn(a: Array, s: Lengths = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.rfftn`."""
    x = as_tensor(a, dev_of(a, out))
    lengths, axes = _several_axes(x, s, axes)
    scale = _scale(norm, True)
    half = _of_real(x, lengths[-1], axes[-1], scale, "rfftn")
    result = _complex_transform(half, lengths[:-1], axes[:-1], scale, True) if axes[1:] else half
    return _written(result, x, out, "rfftn")


@implements(np.fft.irfftn)
def irfftn(a: Array, s: Lengths = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.irfftn`."""
    x = as_tensor(a, dev_of(a, out))
    lengths, axes = _several_axes(x, s, axes, inverse_real=True)
    scale = _scale(norm, False)
    y = _as_complex(x)
    if axes[1:]:
        y = _complex_transform(y, lengths[:-1], axes[:-1], scale, False)
    result = _to_real(y, lengths[-1], axes[-1], scale)
    return _written(result if axes[1:] else _like_half(result, x), x, out, "irfftn")


@implements(np.fft.rfft2)
def rfft2(a: Array, s: Lengths = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.rfft2`."""
    return rfftn(a, s, axes, norm, out)


@implements(np.fft.irfft2)
def irfft2(a: Array, s: Lengths = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """NumPy's `fft.irfft2`."""
    return irfftn(a, s, axes, norm, out)


def _shifted(x: Array, axes: Any, back: bool) -> Tensor:
    a = as_tensor(x)
    wanted = range(a.ndim) if axes is None else as_shape(axes)
    axes = tuple(axis_of(axis, a.ndim) for axis in wanted)
    steps = [a.shape[axis] // 2 for axis in axes]
    return roll(a, [-step for step in steps] if back else steps, axes)


@implements(np.fft.fftshift)
def fftshift(x: Array, axes: Any = None) -> Tensor:
    """NumPy's `fft.fftshift`."""
    return _shifted(x, axes, back=False)


@implements(np.fft.ifftshift)
def ifftshift(x: Array, axes: Any = None) -> Tensor:
    """NumPy's `fft.ifftshift`."""
    return _shifted(x, axes, back=True)


def _frequencies(n: int, d: float, dtype: Dtype, dev: int, half: bool) -> Tensor:
    try:
        n = operator.index(n)
    except TypeError:
        raise ValueError("n should be an integer") from None
    numbers = arange(n // 2 + 1 if half else n, dev=dev)
    if not half:
        numbers = xp.where(numbers < (n + 1) // 2, numbers, numbers - n)
    return cast(numbers * (1.0 / (n * d)), np.dtype(dtype))


def fftfreq(n: int, d: float = 1.0, device: Any = None, *, dtype: Dtype = None, dev: int | None = None) -> Tensor:
    """NumPy's `fft.fftfreq`, with the `dtype` of the array API standard: the frequencies of `fft`'s results."""
    return _frequencies(n, d, dtype, new_dev(device, dev), half=False)


def rfftfreq(n: int, d: float = 1.0, device: Any = None, *, dtype: Dtype = None, dev: int | None = None) -> Tensor:
    """NumPy's `fft.rfftfreq`, with the `dtype` of the array API standard: the frequencies of `rfft`'s results."""
    return _frequencies(n, d, dtype, new_dev(device, dev), half=True)
