"""NumPy's .npz files: a zip archive with a .npy file for each array."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from numtorch.atomic import replacing

Array = np.ndarray[Any, Any]


@contextlib.contextmanager
def malformed_is_value_error(what: str) -> Iterator[None]:
    """What zipfile and NumPy raise for broken files is of many kinds, and becomes one; failures of the disk stay."""
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


def read_npz(path: str | os.PathLike[str]) -> dict[str, Array]:
    """The arrays of an .npz file, by name.

    Parameters
    ----------
    path : path
        The file. Objects in it are refused.

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    ValueError
        The file is not what the format says, or holds objects.
    """
    with open(path, "rb") as file, malformed_is_value_error(f"npz: {os.fspath(path)} cannot be read"):
        with zipfile.ZipFile(file) as archive:
            infos = entries_of(archive, os.fstat(file.fileno()).st_size).values()
            named = {info.filename.removesuffix(".npy"): info for info in infos if not info.is_dir()}
            if len(named) < sum(not info.is_dir() for info in infos):
                raise ValueError("a name is there with and without .npy")
            return {name: _array(archive, info) for name, info in named.items()}
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


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    with archive.open(info) as entry:
        version = np.lib.format.read_magic(entry)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"{info.filename} is of version {version}")
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        try:
            shape, fortran, dtype = read(entry)
        except (MemoryError, RecursionError):  # from Python's parser
            raise ValueError(f"the header of {info.filename} is nested too deeply") from None
        if dtype.hasobject or dtype.kind not in "biufc":
            raise ValueError(f"{info.filename} holds {dtype}, not numbers")
        count = math.prod(shape)
        if any(side < 0 for side in shape) or count * dtype.itemsize > info.file_size:
            raise ValueError(f"{info.filename} is too short for the shape {shape}")
        data = entry.read(count * dtype.itemsize)
    if len(data) != count * dtype.itemsize:
        raise ValueError(f"{info.filename} is too short for the shape {shape}")
    flat: Array = np.frombuffer(bytearray(data), dtype)
    array = flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)
