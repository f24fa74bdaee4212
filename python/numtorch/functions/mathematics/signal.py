"""Signals: convolution and correlation of vectors, sinc and i0, phases without jumps."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_array, as_tensor, as_tensors, axis_of, cast, promotion, xp
from numtorch.functions.calls.layout import ordered_like
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes import FLOAT32, UINT64
from numtorch.functions.dtypes.storage import COMPUTE_DTYPES, on_bits, through
from numtorch.functions.manipulation.joining import concatenate
from numtorch.functions.manipulation.rearranging import flip
from numtorch.functions.mathematics.convolution import convolved_by_blocks

__all__ = ["convolve", "correlate", "i0", "sinc", "unwrap"]


FLOAT16, FLOAT64 = np.dtype(np.float16), np.dtype(np.float64)
MODES = ("valid", "same", "full")
FEW = 16  # so many products are summed at once
AT_ONCE = 2**22  # numbers held in memory at once


def _zeros_like(x: Tensor, *shape: int) -> Tensor:
    result: Tensor = aten.zeros(shape, dtype=x.dtype, device=x.dev)
    return result


# ---- The sums, without products with anything beyond the ends: 0 times inf is nan ----


def _inside(a: Tensor, v: Tensor) -> Tensor:
    """The sums of products of `v` with the windows of `a`, which is not shorter."""
    taps = v.shape[0]
    count = a.shape[0] - taps + 1
    block = math.isqrt(taps)
    most = max(AT_ONCE // block, taps)
    if count > most:
        parts = [(i, min(i + most, count)) for i in range(0, count, most)]
        return concatenate([_inside(a[start : stop + taps - 1], v) for start, stop in parts])
    if taps <= FEW:
        return xp.matmul(aten.unsqueeze(v, 0), aten.unfold(a, 0, count, 1))[0]
    whole = taps // block * block
    result = _in_blocks(a[: count + whole - 1], v[:whole], block)
    return result if whole == taps else xp.add(result, _inside(a[whole:], v[whole:]))


def _in_blocks(a: Tensor, v: Tensor, block: int) -> Tensor:
    """The same for a `v` of whole blocks: one matrix product of all blocks with all windows of a block's length."""
    blocks, width = v.shape[0] // block, a.shape[0] - block + 1
    products = xp.matmul(aten.reshape(v, (blocks, block)), aten.unfold(a, 0, width, 1))
    # Block i meets the window that begins i blocks later: each row moves left by so much.
    rows = concatenate([aten.reshape(products, (-1,)), _zeros_like(v, blocks * block)])
    sheared = aten.reshape(rows, (blocks, width + block))[:, : a.shape[0] - v.shape[0] + 1]
    return xp.sum(sheared, axis=0, dtype=v.dtype)


def _start(a: Tensor, w: Tensor) -> Tensor:
    """The first `n` elements of the convolution of two vectors of length `n`."""
    n = a.shape[0]
    if n > 4 * FEW:
        half = n // 2
        inner = _inside(w[1:], aten.flip(a[:half], (0,)))
        return concatenate([_start(a[:half], w[:half]), xp.add(inner, _start(a[half:], w[: n - half]))])
    # Row k holds w[k], w[k - 1], ..., w[0].
    rows = aten.flip(aten.unfold(concatenate([_zeros_like(w, max(n - 1, 0)), w]), 0, n, 1), (1,))
    indices = aten.arange(n, device=a.dev)
    kept = aten.le_Tensor(aten.unsqueeze(indices, 0), aten.unsqueeze(indices, 1))
    return xp.sum(aten.where_self(kept, rows * a, _zeros_like(a)), axis=1, dtype=a.dtype)


def _convolved(a: Tensor, w: Tensor, mode: str) -> Tensor:
    """The convolution of `a` with `w`, which is not longer."""
    v, n = aten.flip(w, (0,)), w.shape[0] - 1
    if a.dev == -1:
        ends = {"valid": (0, 0), "same": ((n + 1) // 2, n // 2), "full": (n, n)}[mode]
        result = convolved_by_blocks(a, w, *ends)
        if result is not None:
            return result
    inner = _inside(a, v)
    if mode == "valid" or n == 0:
        return inner
    first = _start(a[:n], w[:n])
    last = aten.flip(_start(aten.flip(a[a.shape[0] - n :], (0,)), v[:n]), (0,))
    if mode == "same":
        first, last = first[n // 2 :], last[: n // 2]
    return concatenate([first, inner, last])


def _reversed(a: Tensor, w: Tensor, mode: str) -> Tensor:
    result: Tensor = aten.flip(_convolved(a, w, mode), (0,))
    return result


# ---- NumPy's functions ----


def _read_mode(mode: Any) -> str:
    if isinstance(mode, str):
        if mode in MODES:
            return mode
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    if isinstance(mode, bool) or not hasattr(mode, "__index__"):
        raise TypeError("convolve/correlate mode not understood")
    number = operator.index(mode)
    if not 0 <= number < len(MODES):
        raise ValueError("integer convolve/correlate mode must be 0, 1, or 2")
    return MODES[number]


def _vectors(a: Array, v: Array) -> list[Tensor]:
    """Both as vectors of their common dtype."""
    vectors = as_tensors(a, v)
    for x in vectors:
        if x.ndim != 1:
            raise ValueError(f"object {'too deep' if x.ndim else 'of too small depth'} for desired array")
    dtype = promotion(*vectors)
    return [cast(x, dtype) for x in vectors]


def _carried(compute: Callable[..., Tensor], a: Tensor, w: Tensor, mode: str) -> Tensor:
    """`compute` in a dtype that libtorch multiplies matrices of; in float32 for float16, as in NumPy."""
    compute_dtype = FLOAT32 if a.dtype == FLOAT16 else COMPUTE_DTYPES.get(a.dtype)
    if compute_dtype is not None:
        compute = through(compute, a.dtype, compute_dtype)
    elif a.dtype == UINT64:
        compute = on_bits(compute)
    return compute(a, w, mode=mode)


@implements(np.convolve)
def convolve(a: Array, v: Array, mode: Any = "full") -> Tensor:
    """NumPy's `convolve`: sums of products, of integers exactly. It looks at the numbers, if they are on the CPU."""
    x, y = _vectors(*(xp.atleast_1d(operand) for operand in as_tensors(a, v)))
    if y.shape[0] > x.shape[0]:
        x, y = y, x
    for name, operand in (("a", x), ("v", y)):
        if operand.shape[0] == 0:
            raise ValueError(f"{name} cannot be empty")
    return _carried(_convolved, x, y, _read_mode(mode))


@implements(np.correlate)
def correlate(a: Array, v: Array, mode: Any = "valid") -> Tensor:
    """NumPy's `correlate`: sums of products with the conjugate of `v`, of integers exactly.

    It looks at the numbers, if they are on the CPU.
    """
    wanted = _read_mode(mode)
    x, y = _vectors(a, v)
    for name, operand in (("first", x), ("second", y)):
        if operand.shape[0] == 0:
            raise ValueError(f"{name} array argument cannot be empty")
    y = _conjugate(y)
    if y.shape[0] > x.shape[0]:
        return _carried(_reversed, y, flip(x), wanted)
    return _carried(_convolved, x, flip(y), wanted)


def _conjugate(x: Tensor) -> Tensor:
    return xp.conjugate(x) if x.dtype.kind == "c" else x


# ---- Pointwise and along one axis ----


@implements(np.sinc)
def sinc(x: Array) -> Tensor:
    """NumPy's `sinc`."""
    z = as_tensor(x)
    return aten.sinc(z if z.dtype.kind in "fc" else cast(z, FLOAT64))


@implements(np.i0)
def i0(x: Array) -> Tensor:
    """NumPy's `i0`."""
    z = as_tensor(x)
    if z.dtype.kind == "c":
        raise TypeError("i0 not supported for complex values")
    return as_array(aten.i0(z if z.dtype.kind == "f" else cast(z, FLOAT64)))


@implements(np.unwrap)
def unwrap(p: Array, discont: Any = None, axis: int = -1, *, period: Any = 2 * math.pi) -> Tensor:
    """NumPy's `unwrap`: steps of more than `discont` become steps of less than half a `period`."""
    x = as_tensor(p)
    steps = xp.diff(x, axis=axis)
    dtype = promotion(steps, period)
    if dtype.kind in "iu":
        high, rest = divmod(period, 2)
        ambiguous = rest == 0
    else:
        high, ambiguous = period / 2, True
    low = -high
    small = xp.mod(steps - low, period) + low
    if ambiguous:
        # Half a period up stays up.
        small = xp.where((small == low) & (steps > 0), high, small)
    steady = xp.abs(steps) < (period / 2 if discont is None else discont)  # not where there is NaN
    shifts = xp.cumsum(xp.where(steady, xp.zeros_like(small, shape=()), small - steps), axis=axis)
    ndim, axis = x.ndim, axis_of(axis, x.ndim)
    first = x[(*[slice(None)] * axis, slice(0, 1), *[slice(None)] * (ndim - axis - 1))]
    rest = x[(*[slice(None)] * axis, slice(1, None), *[slice(None)] * (ndim - axis - 1))]
    return ordered_like(concatenate([cast(first, dtype), cast(rest + shifts, dtype)], axis=axis), x)
