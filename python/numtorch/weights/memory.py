"""Arrays filled from files, piece by piece: no more memory than the arrays themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
PIECE = 1 << 20  # bytes that are read at once, and all that is held beside an array


class EndOfData(ValueError):
    """There are fewer bytes than an array has."""


def fill(file: Any, array: Array) -> Array:
    """The array, a contiguous one, with the next bytes of a file, which has `readinto`, in its memory."""
    memory: Any = array.reshape(-1).view(np.uint8).data
    at = 0
    while at < len(memory):
        count = file.readinto(memory[at : at + PIECE])
        if not count:
            raise EndOfData(f"{at} bytes, not {len(memory)}")
        at += count
    return array


def native(array: Array) -> Array:
    """The same numbers in the order of bytes of this machine, in the same memory."""
    if array.dtype.isnative:
        return array
    return array.byteswap(inplace=True).view(array.dtype.newbyteorder("="))


def truths(numbers: Array) -> Array:
    """Bytes as booleans, in the same memory: any but 0 is true."""
    found: Array = numbers.view(np.bool_)
    return np.not_equal(numbers, 0, out=found)


def fill_bfloat16(file: Any, count: int, order: str) -> Array:
    """The next numbers of a file as float32, which has them all: their bits are the upper half of it."""
    bits = np.empty(count, np.uint32)
    piece = np.empty(min(count, PIECE), np.dtype(f"{order}u2"))
    for at in range(0, count, PIECE):
        part = fill(file, piece[: count - at])
        np.left_shift(part, 16, out=bits[at : at + len(part)], dtype=np.uint32)
    return bits.view(np.float32)
