"""The safetensors format: the length of a header, the header in JSON, and the arrays' bytes."""

from __future__ import annotations

import contextlib
import json
import math
import os
import reprlib
import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NoReturn

import numpy as np

from numtorch.atomic import replacing
from numtorch.weights.memory import EndOfData, fill, fill_bfloat16, native, truths
from numtorch.weights.npz import malformed_is_value_error

Array = np.ndarray[Any, Any]
_LONGEST = 100_000_000  # bytes of header, as in the format's own library
_DTYPES = {
    "BOOL": "?",
    "U8": "u1",
    "I8": "i1",
    "U16": "<u2",
    "I16": "<i2",
    "U32": "<u4",
    "I32": "<i4",
    "U64": "<u8",
    "I64": "<i8",
    "F16": "<f2",
    "BF16": "<u2",
    "F32": "<f4",
    "F64": "<f8",
    "C64": "<c8",
}
_NAMES = {np.dtype(code): name for name, code in _DTYPES.items() if name != "BF16"}


def write_safetensors(
    path: str | os.PathLike[str], arrays: Mapping[str, Any], metadata: Mapping[str, str] | None = None
) -> None:
    """Writes arrays by name into a safetensors file.

    Parameters
    ----------
    path : path
        What is there is replaced when all is written.
    arrays : mapping of str to ndarray
        Booleans, integers, floats and complex64.
    metadata : mapping of str to str, optional
        Texts for the header.

    Raises
    ------
    ValueError
        A dtype that the format does not have, or a name that it keeps for itself.
    """
    texts = dict(metadata or {})
    if any(not isinstance(text, str) for pair in texts.items() for text in pair):
        raise ValueError("safetensors: metadata are texts by texts")
    header: dict[str, Any] = {"__metadata__": texts} if texts else {}
    found = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in found.items():
        if not isinstance(name, str) or name == "__metadata__":
            raise ValueError(f"safetensors: {name!r} cannot be the name of an array")
        if array.dtype.newbyteorder("<") not in _NAMES:
            raise ValueError(f"safetensors: {name} is of {array.dtype}, which the format does not have")
    # The widest first, so that each begins at a multiple of its item's size.
    order = sorted(found, key=lambda name: -found[name].itemsize)
    end = 0
    for name in order:
        array = found[name]
        start, end = end, end + array.nbytes
        dtype = _NAMES[array.dtype.newbyteorder("<")]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > _LONGEST:
        raise ValueError(f"safetensors: a header of {len(text)} bytes is too long")
    with replacing(path) as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for name in order:
            array = found[name]
            file.write(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8).data)


def read_safetensors(path: str | os.PathLike[str]) -> dict[str, Array]:
    """The arrays of a safetensors file, by name.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    dict of str to ndarray
        In the order of the header; bfloat16 as float32.

    Raises
    ------
    ValueError
        The file is not what the format says, with what is wrong in it.
    """
    with _reading(path) as file:
        size = os.fstat(file.fileno()).st_size
        header, start = _header(file.read(8), file, size)
        entries = {name: _entry(name, entry) for name, entry in header.items() if name != "__metadata__"}
        _covered(entries, size - start)
        return {name: _array(file, start, *entry[:3]) for name, entry in entries.items()}


def read_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """The texts in the header of a safetensors file."""
    with _reading(path) as file:
        header, _ = _header(file.read(8), file, os.fstat(file.fileno()).st_size)
    return dict(header.get("__metadata__", {}))


@contextlib.contextmanager
def _reading(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    with open(path, "rb") as file, malformed_is_value_error(f"safetensors: {os.fspath(path)} cannot be read"):
        yield file


def _wrong(what: str) -> NoReturn:
    raise ValueError(what)


def _header(length: bytes, file: Any, size: int) -> tuple[dict[str, Any], int]:
    if len(length) < 8:
        _wrong(f"a file of {size} bytes is too short")
    (count,) = struct.unpack("<Q", length)
    if count > _LONGEST or count > size - 8:
        _wrong(f"a header of {count} bytes does not fit into a file of {size}")
    text = file.read(count)
    if not text.startswith(b"{"):
        _wrong("the header does not begin with {")
    try:
        header = json.loads(text.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the header is no JSON: {error}") from None
    texts = header.get("__metadata__", {})
    if not isinstance(texts, dict) or any(not isinstance(text, str) for text in texts.values()):
        _wrong("the metadata are not texts")
    return header, 8 + count


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _entry(name: str, entry: Any) -> tuple[str, tuple[int, ...], int, int]:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        _wrong(f"the entry of {name!r} has not dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        _wrong(f"{name!r} is of dtype {reprlib.repr(dtype)}, which is not known here")
    if not _are_counts(shape) or len(shape) > 64:
        _wrong(f"{name!r} has the shape {reprlib.repr(shape)}")
    if not _are_counts(offsets) or len(offsets) != 2:
        _wrong(f"{name!r} has the data_offsets {reprlib.repr(offsets)}")
    start, end = offsets
    needed = math.prod(shape) * np.dtype(_DTYPES[dtype]).itemsize
    if end - start != needed:
        _wrong(f"{name!r} needs {needed} bytes, and has {end - start}")
    return dtype, tuple(shape), start, end


def _are_counts(value: Any) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 2**63 for item in value)


def _covered(entries: Mapping[str, tuple[str, tuple[int, ...], int, int]], size: int) -> None:
    """Every byte belongs to one array."""
    at = 0
    for name, (_, _, start, end) in sorted(entries.items(), key=lambda item: item[1][2:]):
        if start != at:
            _wrong(f"{name!r} begins at byte {start}, where {at} is expected")
        at = end
    if at != size:
        _wrong(f"the arrays have {at} bytes, and the file has {size} for them")


def _array(file: Any, origin: int, dtype: str, shape: tuple[int, ...], start: int) -> Array:
    file.seek(origin + start)
    count = math.prod(shape)
    try:
        if dtype == "BF16":
            return fill_bfloat16(file, count, "<").reshape(shape)
        if dtype == "BOOL":
            return truths(fill(file, np.empty(count, np.uint8))).reshape(shape)
        return native(fill(file, np.empty(count, _DTYPES[dtype]))).reshape(shape)
    except EndOfData:
        raise ValueError("the file became shorter while it was read") from None
