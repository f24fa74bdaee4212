"""Reading takes no more memory than the arrays, and small files do not become anything."""

import math
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numtorch.weights import load, read_checkpoint, read_npz, read_safetensors, save, write_npz, write_safetensors
from tests.weights.checkpoints import Storage, archive, old, rebuilt

COUNT = 4_000_000


def header(shape: tuple[int, ...], dtype: str = "<f8") -> bytes:
    text = str({"descr": dtype, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def bomb(path: Path, *shapes: tuple[int, ...], how: int = zipfile.ZIP_DEFLATED) -> None:
    """An .npz file of zeros, compressed."""
    with zipfile.ZipFile(path, "w", how) as zipped:
        for i, shape in enumerate(shapes):
            with zipped.open(f"{i}.npy", "w") as entry:
                entry.write(header(shape))
                for _ in range(8):
                    entry.write(bytes(math.prod(shape)))


def swapped(path: Path) -> None:
    np.savez(path, x=np.arange(COUNT, dtype=">f8"))


def fortran(path: Path) -> None:
    np.savez(path, x=np.asfortranarray(np.arange(float(COUNT)).reshape(-1, 8)))


def bfloat16(path: Path) -> None:
    text = b'{"x":{"dtype":"BF16","shape":[%d],"data_offsets":[0,%d]}}' % (2 * COUNT, 4 * COUNT)
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(4 * COUNT))


def torch_file(kind: str, data: Any, order: bytes = b"little") -> Callable[[Path], None]:
    value = {"x": rebuilt(Storage(kind, "0", len(data)), (len(data),), (1,))}
    return lambda path: path.write_bytes(archive(value, {"0": data.tobytes()}, byteorder=order)) and None


def old_file(path: Path) -> None:
    value = {"x": rebuilt(Storage("Double", "0", COUNT), (COUNT,), (1,))}
    path.write_bytes(old(value, {"0": np.arange(float(COUNT))}))


FILES = {
    "a.npz": lambda path: write_npz(path, {"x": np.arange(float(COUNT))}),
    "compressed.npz": lambda path: bomb(path, (COUNT,)),
    "swapped.npz": swapped,
    "fortran.npz": fortran,
    "a.safetensors": lambda path: write_safetensors(path, {"x": np.arange(float(COUNT))}),
    "flags.safetensors": lambda path: write_safetensors(path, {"x": np.ones(8 * COUNT, bool)}),
    "bfloat16.safetensors": bfloat16,
    "a.pth": torch_file("Double", np.arange(float(COUNT))),
    "flags.pth": torch_file("Bool", np.ones(8 * COUNT, bool)),
    "bfloat16.pth": torch_file("BFloat16", np.ones(2 * COUNT, "u2")),
    "old.pth": old_file,
    "swapped.pth": torch_file("Double", np.arange(COUNT, dtype=">f8"), b"big"),
}


@pytest.mark.parametrize("name", FILES)
def test_reading_takes_no_more_than_the_arrays(tmp_path: Path, name: str) -> None:
    FILES[name](tmp_path / name)
    tracemalloc.start()
    try:
        arrays = load(tmp_path / name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    size = sum(array.nbytes for array in arrays.values())
    assert size == 8 * COUNT
    assert peak < size + 4e6


def test_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    bomb(path, (2**17,), (2**17,), (2**17,))
    assert len(read_npz(path)) == len(read_npz(path, limit=3 << 20)) == 3
    with pytest.raises(ValueError, match=r"2\.npy unpacks to 1048576 bytes, where 1048575 are left.*limit"):
        read_npz(path, limit=(3 << 20) - 1)


def test_without_a_limit_a_small_file_unpacks_to_a_gigabyte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.npz"
    bomb(path, (2**20,))
    monkeypatch.setattr("numtorch.weights.npz._UNPACKED", 1 << 20)
    with pytest.raises(ValueError, match=r"unpacks to 8388608 bytes"):
        read_npz(path)
    assert read_npz(path, limit=8 << 20)["0"].shape == (2**20,)
    save(path, {"x": np.arange(2.0**20)})  # as large as the file
    assert load(path)["x"].shape == (2**20,)


def refused(path: Path, match: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=match):
            read_npz(path)
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_ways_of_compressing_without_a_bound(tmp_path: Path, how: int) -> None:
    bomb(tmp_path / "a.npz", (2**22,), how=how)
    refused(tmp_path / "a.npz", "compressed in a way that NumPy does not")


def test_a_size_that_is_not_true(tmp_path: Path) -> None:
    """The archive says that an entry has so many bytes as no compression could have made of it."""
    path = tmp_path / "a.npz"
    bomb(path, (2**10,))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 2**31)
    path.write_bytes(data)
    found = read_npz(path)["0"]  # what its header says is there
    assert found.shape == (2**10,)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("0.npy", header((2**28,)))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 2**31 + 200)
    path.write_bytes(data)
    refused(path, "0.npy is too short for the shape")


def test_a_header_that_unpacks_to_anything(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as zipped, zipped.open("a.npy", "w") as entry:
        entry.write(b"\x93NUMPY\x02\x00" + struct.pack("<I", 200 << 20))
        for _ in range(200):
            entry.write(b" " * (1 << 20))
    refused(tmp_path / "a.npz", "the header of a.npy has 209715200 bytes")


def test_a_storage_that_is_said_to_be_longer_than_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(archive({"x": rebuilt(Storage("Double", "0", 2), (2,), (1,))}, {"0": bytes(16)}))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1) + 24
    data[at : at + 4] = struct.pack("<I", 2**31)
    path.write_bytes(data)
    with pytest.raises(ValueError, match="is said to have 2147483648 bytes, and has 16"):
        read_checkpoint(path)


def test_links_and_folders_in_an_archive_are_entries_as_others(tmp_path: Path) -> None:
    """Nothing is unpacked to a disk: a link is a short text, and no array."""
    path = tmp_path / "a.npz"
    link = zipfile.ZipInfo("a.npy")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(link, "/etc/passwd")
    with pytest.raises(ValueError, match=r"a\.npz cannot be read"):
        read_npz(path)
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("folder/", "")
        zipped.writestr("x.npy", header((1,)) + bytes(8))
    assert list(read_npz(path)) == ["x"]
    assert {"a.npz"} == {each.name for each in tmp_path.iterdir()}


def test_reading_through_a_link(tmp_path: Path) -> None:
    write_safetensors(tmp_path / "a.safetensors", {"x": np.ones(2)})
    (tmp_path / "b.safetensors").symlink_to(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(read_safetensors(tmp_path / "b.safetensors")["x"], [1, 1])
