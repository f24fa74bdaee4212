"""NumPy's .npz files: a zip archive with a .npy file for each array."""

from __future__ import annotations

import contextlib
import errno
import io
import math
import os
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np

from numtorch.atomic import replacing
from numtorch.weights.memory import EndOfData, fill, native

Array = np.ndarray[Any, Any]
_LONGEST = 10_000  # bytes of a header, as NumPy takes them
# Without a limit given, arrays may unpack to so many bytes, or to so many times the file.
_UNPACKED, _TIMES = 1 << 30, 100
# The bytes that one compressed byte can become. Other ways of compressing have no bound, and NumPy writes none.
_EXPANSION = {zipfile.ZIP_STORED: 1, zipfile.ZIP_DEFLATED: 1032}


@contextlib.contextmanager
def malformed_is_value_error(what: str) -> Iterator[None]:
    """The errors of zipfile and NumPy for broken files are of many kinds, and become one; failures of the disk stay."""
    try:
        yield
    except Exception as error:
        # A position before the start of the file is one that the file itself gave.
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno != errno.EINVAL):
            raise
        raise ValueError(f"{what}: {error}") from error


def write_npz(path: str | os.PathLike[str], arrays: Mapping[str, Any]) -> None:
    """Writes arrays by name into an .npz file; any names, unlike `numpy.savez`.

    Parameters
    ----------
    path : path
        What is there is replaced when all is written.
    arrays : mapping of str to ndarray
        Arrays of numbers.
    """
    found = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in found.items():
        if not isinstance(name, str):
            raise ValueError(f"npz: {name!r} cannot be the name of an array")
        if array.dtype.hasobject:
            raise ValueError(f"npz: {name} holds objects, not numbers")
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in found.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def read_npz(path: str | os.PathLike[str], *, limit: int | None = None) -> dict[str, Array]:
    """The arrays of an .npz file, by name.

    Parameters
    ----------
    path : path
        The file. Objects in it are refused.
    limit : int, optional
        How many bytes all arrays together may have. By default 1 GiB, or a hundred times the size of the file where
        that is more: a small file that is compressed could unpack to anything.

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    ValueError
        The file is not what the format says, holds objects, or unpacks to more than the limit.
    """
    with open(path, "rb") as file, malformed_is_value_error(f"npz: {os.fspath(path)} cannot be read"):
        size = os.fstat(file.fileno()).st_size
        most = max(_UNPACKED, _TIMES * size) if limit is None else limit
        with zipfile.ZipFile(file) as archive:
            named = _arrays_of(entries_of(archive, size))
            found = {}
            for name, info in named.items():
                found[name] = _array(archive, info, most)
                most -= found[name].nbytes
            return found
    raise AssertionError("unreachable")


def entries_of(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The entries of an archive of `size` bytes by name, each name once and no byte in two of them."""
    infos = archive.infolist()
    found = {info.filename: info for info in infos}
    if len(found) < len(infos):
        raise ValueError("a name is twice in the archive")
    if sum(info.compress_size for info in infos) > size:
        raise ValueError("the entries of the archive overlap")
    return found


def _arrays_of(entries: Mapping[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The entries by the names of their arrays; folders are none."""
    infos = [info for info in entries.values() if not info.is_dir()]
    named = {info.filename.removesuffix(".npy"): info for info in infos}
    if len(named) < len(infos):
        raise ValueError("a name is there with and without .npy")
    return named


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> Array:
    if info.compress_type not in _EXPANSION:
        raise ValueError(f"{info.filename} is compressed in a way that NumPy does not")
    with archive.open(info) as entry:
        shape, fortran, dtype = _header(entry, info.filename)
        if dtype.hasobject or dtype.kind not in "biufc":
            raise ValueError(f"{info.filename} holds {dtype}, not numbers")
        size = math.prod(shape) * dtype.itemsize
        there = min(info.file_size, info.compress_size * _EXPANSION[info.compress_type])
        if any(side < 0 for side in shape) or size > there:
            raise ValueError(f"{info.filename} is too short for the shape {shape}")
        if size > most:
            raise ValueError(
                f"{info.filename} unpacks to {size} bytes, where {max(most, 0)} are left of what all arrays may have: "
                "read_npz(path, limit=...) sets it"
            )
        try:
            array = native(fill(entry, np.empty(math.prod(shape), dtype)))
        except EndOfData:
            raise ValueError(f"{info.filename} is too short for the shape {shape}") from None
    return array.reshape(shape, order="F" if fortran else "C")


def _header(entry: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether Fortran's order, and dtype: what NumPy reads at the beginning of an entry, if it is not long."""
    version = np.lib.format.read_magic(entry)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"{name} is of version {version}")
    length = entry.read(2 if version == (1, 0) else 4)
    count = int.from_bytes(length, "little")
    if count > _LONGEST:
        raise ValueError(f"the header of {name} has {count} bytes, more than {_LONGEST}")
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        return read(io.BytesIO(length + entry.read(count)))
    except (MemoryError, RecursionError):  # from Python's parser
        raise ValueError(f"the header of {name} is nested too deeply") from None
