"""PyTorch's checkpoints (.pth, .pt), read without running what is pickled in them."""

from __future__ import annotations

import math
import os
import reprlib
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from numtorch.weights.memory import EndOfData, fill, fill_bfloat16, native, truths
from numtorch.weights.npz import entries_of, malformed_is_value_error
from numtorch.weights.opcodes import Names, Reference, Refused, Unknown, check_key, read_pickle, refused, unknown_in

Array = np.ndarray[Any, Any]
_STORAGES = {
    "torch.FloatStorage": "f4",
    "torch.DoubleStorage": "f8",
    "torch.HalfStorage": "f2",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "i8",
    "torch.IntStorage": "i4",
    "torch.ShortStorage": "i2",
    "torch.CharStorage": "i1",
    "torch.ByteStorage": "u1",
    "torch.BoolStorage": "bool",
    "torch.ComplexFloatStorage": "c8",
    "torch.ComplexDoubleStorage": "c16",
}
_MAGIC = 0x1950A86A20F9469CFC6C  # begins files of PyTorch before 1.6
Fetch = Callable[[str, str, int], Array]  # the numbers of a storage, by key, dtype and count


def read_checkpoint(path: str | os.PathLike[str], *, key: str | None = None) -> Any:
    """What `torch.save` wrote: tensors and containers only, and no code is run.

    Parameters
    ----------
    path : path
        A zip file of PyTorch 1.6 and later, or one of the format before it.
    key : str, optional
        One entry of the dict in the file, which is all that is returned. What is beside it may be anything, and is
        neither run nor made.

    Returns
    -------
    object
        dicts, lists, tuples, texts and numbers as they were written, and ndarrays for tensors; bfloat16 as float32.
        Tensors that shared memory share it.

    Raises
    ------
    ValueError
        The file is malformed, has no such entry, or holds anything else: the error names it.
    """
    with open(path, "rb") as file, malformed_is_value_error(f"checkpoint: {os.fspath(path)} cannot be read"):
        if key is not None:
            return _entry(_read(file, partly=True), key)
        try:
            return _read(file, partly=False)
        except Refused as error:
            raise ValueError(f"{error}; an entry beside it is read by its name, with key=") from None


def _read(file: BinaryIO, partly: bool) -> Any:
    size = os.fstat(file.fileno()).st_size
    zipped = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    if not zipped:
        return _read_old(_Bounded(file, size), partly)
    with zipfile.ZipFile(file) as archive:
        return _read_zip(archive, size, partly)


def _entry(found: Any, key: str) -> Any:
    if not isinstance(found, dict):
        what = found.name if isinstance(found, Unknown) else type(found).__name__
        raise ValueError(f"it holds a {what[:200]}, no dict with an entry {key!r}")
    if key not in found:
        raise ValueError(f"there is no entry {key!r}, only {reprlib.repr(list(found))}")
    other = unknown_in(found[key])
    if other is not None:
        refused(f"{other.name} in the entry {key!r}")
    return found[key]


def _read_zip(archive: zipfile.ZipFile, size: int, partly: bool) -> Any:
    files = entries_of(archive, size)
    pickles = [name for name in files if name == "data.pkl" or name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise ValueError("the archive has no data.pkl: not written by torch.save")
    root = pickles[0].removesuffix("data.pkl")

    def content(name: str) -> zipfile.ZipInfo:
        info = files.get(root + name)
        if info is None:
            raise ValueError(f"the archive has no {name}")
        if info.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{name} is compressed, which torch.save does not do")
        if info.file_size != info.compress_size:
            raise ValueError(f"{name} is said to have {info.file_size} bytes, and has {info.compress_size}")
        return info

    order = archive.read(content("byteorder")).strip() if f"{root}byteorder" in files else b"little"
    if order not in (b"little", b"big"):
        raise ValueError(f"the byte order {order[:20]!r} is not known")
    sign = "<" if order == b"little" else ">"

    def fetch(key: str, dtype: str, count: int) -> Array:
        info = content(f"data/{key}")
        if info.file_size != count * _width(dtype):
            raise ValueError(f"the storage {key} has {info.file_size} bytes, not {count * _width(dtype)}")
        with archive.open(info) as entry:
            return _numbers(entry, dtype, count, sign, key)

    return read_pickle(archive.read(content("data.pkl")), _known(), _storages(fetch, partly, apart=True), partly)


class _Storage(np.ndarray[Any, Any]):
    """The numbers of a storage: what tensors are views of. A tensor itself is none, however its memory lies."""


class _Bounded:
    """A file that is asked for no more than it has: what a pickle says of a length may not be true."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.size = size
        self.seek, self.tell, self.readline = file.seek, file.tell, file.readline
        self._file = file

    def read(self, count: int) -> bytes:
        """`count` bytes, or an error."""
        if count > self.size - self.tell():
            raise ValueError(f"{count} bytes are asked for where {self.size - self.tell()} are left")
        return self._file.read(count)

    def readinto(self, buffer: Any, /) -> int:
        """Fills a buffer, or as much of it as there is for."""
        return self._file.readinto(buffer)  # type: ignore[attr-defined]


def _read_old(file: _Bounded, partly: bool) -> Any:
    """Four pickles, the last of which is the object; the keys of the storages; their numbers."""
    nothing = _storages(_no_storage)
    try:
        magic = read_pickle(file, {}, nothing)
    except ValueError:
        magic = None
    if magic != _MAGIC:
        raise ValueError("this is neither a zip file nor an older file of torch.save")
    read_pickle(file, {}, nothing)  # the version
    system = read_pickle(file, {}, nothing)
    sign = "<" if isinstance(system, dict) and system.get("little_endian", True) else ">"
    start = file.tell()
    # The numbers come last, but the tensors are views of them: the object is read twice.
    wanted: dict[str, tuple[str, int]] = {}
    total = 0

    def note(key: str, dtype: str, count: int) -> Array:
        nonlocal total
        wanted[key] = (dtype, count)
        total += count * _width(dtype)
        if total > file.size:
            raise ValueError(f"the storages up to {key} are larger than the file")
        return np.zeros(count, "f4" if dtype == "bfloat16" else dtype)

    read_pickle(file, _known(), _storages(note, partly), partly)
    keys = read_pickle(file, {}, nothing)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys) or sorted(keys) != sorted(wanted):
        raise ValueError("the storages are not those that the tensors name")
    numbers = {}
    for key in keys:
        dtype, count = wanted[key]
        length = int.from_bytes(file.read(8), "little" if sign == "<" else "big")
        if length != count:
            raise ValueError(f"the storage {key} has {length} numbers, not {count}")
        numbers[key] = _numbers(file, dtype, count, sign, key)
    file.seek(start)
    return read_pickle(file, _known(), _storages(lambda key, *_: numbers[key], partly), partly)


def _no_storage(key: str, dtype: str, count: int) -> Array:  # noqa: ARG001
    raise ValueError(f"the storage {key} is where none is expected")


def _width(dtype: str) -> int:
    return 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize


def _numbers(file: Any, dtype: str, count: int, sign: str, key: str) -> Array:
    try:
        if dtype == "bfloat16":
            return fill_bfloat16(file, count, sign)
        if dtype == "bool":
            return truths(fill(file, np.empty(count, np.uint8)))
        return native(fill(file, np.empty(count, f"{sign}{dtype}")))
    except EndOfData as error:
        raise ValueError(f"the storage {key} has {error}") from None


def _storages(fetch: Fetch, partly: bool = False, apart: bool = False) -> Callable[[Any], Array | Unknown]:
    """
    What a persistent id stands for: a storage's numbers, the same array each time.

    What is not known is passed over if `partly`; storages only where they lie `apart`, as their length is not known.
    """
    found: dict[str, Array] = {}
    kinds: dict[str, str] = {}

    def persistent(pid: Any) -> Array | Unknown:
        if partly and isinstance(pid, Names) and pid[0] == "module":
            return Unknown("a module")
        if not isinstance(pid, Names) or len(pid) < 5 or pid[0] != "storage" or not isinstance(pid[1], Reference):
            refused("a persistent id that is no storage")
        _, kind, key, _, count = pid[:5]
        if partly and apart and kind.name not in _STORAGES:
            return Unknown(f"a storage of {kind.name}")
        if kind.name not in _STORAGES or not isinstance(key, str) or type(count) is not int or count < 0:
            refused(f"a storage of {kind.name}")
        if len(pid) > 5 and pid[5] is not None:
            refused("a storage that is a part of another")
        if kinds.setdefault(key, kind.name) != kind.name:
            raise ValueError(f"the storage {key} is named as {kinds[key]} and as {kind.name}")
        if key not in found:
            found[key] = fetch(key, _STORAGES[kind.name], count).view(_Storage)
        if len(found[key]) != count:
            raise ValueError(f"the storage {key} is named with different lengths")
        return found[key]

    return persistent


def _known() -> dict[str, Callable[..., Any]]:
    return {
        "collections.OrderedDict": _dict,
        "torch.Size": _size,
        "torch._utils._rebuild_tensor_v2": _tensor,
        "torch._utils._rebuild_parameter": _parameter,
        "torch.nn.parameter.Parameter": _parameter,
        **{name: _no_call for name in _STORAGES},
    }


def _no_call(*_: Any) -> Any:
    refused("a storage that is called")


def _dict(pairs: Any = ()) -> dict[Any, Any]:
    if not isinstance(pairs, list | tuple):
        refused(f"an OrderedDict of a {type(pairs).__name__}")
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError("an OrderedDict of what are no pairs")
        check_key(pair[0])
    return dict(pairs)


def _size(sides: Any) -> tuple[int, ...]:
    if not _are_counts(sides):
        raise ValueError("a torch.Size of what are no sizes")
    return tuple(sides)


def _parameter(data: Any, *_: Any) -> Array:
    if type(data) is not np.ndarray:
        refused(f"a Parameter of a {type(data).__name__}")
    return data


def _are_counts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(type(item) is int and 0 <= item < 2**62 for item in value)


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Array:
    if not isinstance(storage, _Storage):
        refused("a tensor without a storage")
    if not (_are_counts([offset]) and _are_counts(shape) and _are_counts(strides)) or len(shape) != len(strides):
        said = (reprlib.repr(each) for each in (shape, strides, offset))  # what is nested would be endless to print
        raise ValueError("a tensor of shape {} with strides {} from {}".format(*said))
    if len(shape) > 64 or math.prod(shape) > storage.size:
        raise ValueError(f"a tensor of shape {reprlib.repr(tuple(shape))} has a storage of {storage.size} numbers")
    if math.prod(shape) == 0:
        return np.zeros(shape, storage.dtype)
    last = offset + sum((side - 1) * stride for side, stride in zip(shape, strides, strict=True))
    if last >= storage.size:
        raise ValueError(f"a tensor of shape {tuple(shape)} ends behind its storage")
    width = storage.itemsize
    steps = [stride * width if side > 1 else width for side, stride in zip(shape, strides, strict=True)]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps)
