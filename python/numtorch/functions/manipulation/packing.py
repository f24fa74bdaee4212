"""Bits packed into bytes."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, as_tensor, axis_of, cast, xp
from numtorch.functions.calls.layout import in_c_order
from numtorch.functions.calls.registry import implements
from numtorch.functions.manipulation.shape import moveaxis, ravel

__all__ = ["packbits", "unpackbits"]


WEIGHTS = {"big": tuple(2**bit for bit in range(7, -1, -1)), "little": tuple(2**bit for bit in range(8))}


def _along_last(a: Tensor, axis: Any) -> tuple[Tensor, int]:
    """`a` with the axis of the bits last, and where that axis was; flat without an axis."""
    if axis is None or a.ndim == 0:
        if axis is not None:
            axis_of(axis, 1)
        return ravel(a), 0
    axis = axis_of(axis, a.ndim)
    return moveaxis(a, axis, -1), axis


def _weights(bitorder: Any, dev: int) -> Tensor:
    if not isinstance(bitorder, str):
        raise TypeError(f"bitorder must be str, not {type(bitorder).__name__}")
    if bitorder not in WEIGHTS:
        raise ValueError("'order' must be either 'little' or 'big'")
    return tensor(WEIGHTS[bitorder], dev=dev, dtype=np.uint8)


@implements(np.packbits)
def packbits(a: Array, /, axis: int | None = None, bitorder: str = "big") -> Tensor:
    """NumPy's `packbits`."""
    x = as_tensor(a)
    if x.dtype.kind not in "biu":
        raise TypeError("Expected an input array of integer or boolean data type")
    bits, bits_axis = _along_last(x, axis)
    weights = _weights(bitorder, x.dev)
    length = bits.shape[-1]
    count = -(-length // 8)
    if count * 8 != length:
        bits = aten.constant_pad_nd(cast(bits != 0, np.uint8), (0, count * 8 - length))
    ones = cast(bits != 0, np.uint8).reshape((*bits.shape[:-1], count, 8))
    return moveaxis(xp.sum(ones * weights, axis=-1, dtype=np.uint8), -1, bits_axis)


@implements(np.unpackbits)
def unpackbits(a: Array, /, axis: int | None = None, count: int | None = None, bitorder: str = "big") -> Tensor:
    """NumPy's `unpackbits`."""
    x = as_tensor(a)
    if x.dtype != np.uint8:
        raise TypeError("Expected an input array of unsigned byte data type")
    packed, bits_axis = _along_last(x, axis)
    weights = _weights(bitorder, x.dev)
    length = packed.shape[-1] * 8
    bits = cast((packed.reshape((*packed.shape, 1)) & weights) != 0, np.uint8)
    bits = bits.reshape((*packed.shape[:-1], length))
    if count is not None:
        wanted = operator.index(count)
        if wanted < -length:
            raise ValueError("-count larger than number of elements")
        wanted = wanted + length if wanted < 0 else wanted
        bits = bits[..., :wanted] if wanted <= length else aten.constant_pad_nd(bits, (0, wanted - length))
    return in_c_order(moveaxis(bits, -1, bits_axis))
