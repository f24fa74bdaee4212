"""Weights in files: what is written is read, the formats' own libraries agree, and broken files are ValueErrors."""

import collections
import io
import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numtorch import collect, state, torch
from numtorch.weights import (
    load,
    read_checkpoint,
    read_metadata,
    read_npz,
    read_safetensors,
    save,
    write_npz,
    write_safetensors,
)
from tests.weights.checkpoints import Storage, X, archive, rebuilt, same

DTYPES = ["bool", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "c8"]
READ = {".safetensors": read_safetensors, ".npz": read_npz, ".pth": read_checkpoint}


def arrays() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    found: dict[str, Any] = {dtype: (rng.normal(size=(2, 3)) * 50).astype(dtype) for dtype in DTYPES}
    return found | {"empty": np.zeros((0, 3)), "file": np.array(2.5), "a/b.c é": np.arange(6.0).reshape(2, 3).T}


@pytest.mark.parametrize("end", [".safetensors", ".npz"])
def test_what_is_written_is_read(tmp_path: Path, end: str) -> None:
    path = tmp_path / f"weights{end}"
    save(path, arrays())
    same(load(path), arrays())
    assert os.listdir(tmp_path) == [path.name]


def test_numpy_reads_npz_and_it_numpys(tmp_path: Path) -> None:
    write_npz(tmp_path / "a.npz", {"x.y": np.arange(3)})
    with np.load(tmp_path / "a.npz") as found:
        np.testing.assert_array_equal(found["x.y"], np.arange(3))
    np.savez_compressed(tmp_path / "b.npz", z=np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    same(read_npz(tmp_path / "b.npz"), {"z": np.arange(6.0).reshape(2, 3)})


def test_metadata_and_bfloat16(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_safetensors(path, {"x": np.ones(2)}, {"format": "pt"})
    assert read_metadata(path) == {"format": "pt"}
    bits = (np.array([1.0, -2.5], "f4").view("u4") >> 16).astype("<u2").tobytes()
    path.write_bytes(safe({"x": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}, bits))
    same(read_safetensors(path), {"x": np.array([1.0, -2.5], "f4")})


def test_dtypes_that_a_format_lacks(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x is of complex128"):
        save(tmp_path / "a.safetensors", {"x": np.ones(2, "c16")})
    with pytest.raises(ValueError, match=r"ends with \.safetensors or \.npz"):
        save(tmp_path / "a.txt", {"x": np.ones(2)})
    with pytest.raises(ValueError, match=r"ends with \.safetensors"):
        load(tmp_path / "a.txt")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("end", [".safetensors", ".npz"])
def test_a_failure_leaves_the_old_file(tmp_path: Path, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"weights{end}"
    save(path, {"x": np.ones(3)})

    def fail(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        save(path, {"x": np.zeros(3)})
    same(load(path), {"x": np.ones(3)})
    assert os.listdir(tmp_path) == [path.name]


class Model:
    def __init__(self, value: float) -> None:
        self.weight = np.full((2, 2), value, np.float32)
        self.parts = [{"tied": self.weight}, np.full(3, value)]


@pytest.mark.parametrize("end", [".safetensors", ".npz"])
def test_a_model_of_tensors(tmp_path: Path, end: str, dev: int) -> None:
    path = tmp_path / f"weights{end}"
    save(path, torch(Model(2.0), dev=dev))
    model = torch(Model(1.0), dev=dev)
    assert load(path, model) is model
    assert model.parts[0]["tied"] is model.weight
    assert {name: float(collect(array).min()) for name, array in state(model).items()} == {
        "weight": 2.0,
        "parts.0.tied": 2.0,
        "parts.1": 2.0,
    }


def safe(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
MALFORMED = {
    "empty": b"",
    "short": b"\x01\0\0",
    "long header": struct.pack("<Q", 2**63) + b"{}",
    "header behind the end": struct.pack("<Q", 50) + b"{}",
    "no brace": safe(b"[]"),
    "no JSON": safe(b"{"),
    "no text": safe(b"{\xff}"),
    "deep": safe(b'{"a":' * 5000 + b"1" + b"}" * 5000),
    "twice": safe(b'{"a":1,"a":2}'),
    "metadata": safe({"__metadata__": {"a": 1}}),
    "no entry": safe({"a": 3}),
    "keys": safe({"a": {"dtype": "F32"}}),
    "dtype": safe({"a": {**ENTRY, "dtype": "F99"}}, bytes(8)),
    "dtype's type": safe({"a": {**ENTRY, "dtype": [1]}}, bytes(8)),
    "shape": safe({"a": {**ENTRY, "shape": [-2]}}, bytes(8)),
    "floats": safe({"a": {**ENTRY, "shape": [2.0]}}, bytes(8)),
    "flags": safe({"a": {**ENTRY, "shape": [True, 2]}}, bytes(8)),
    "large": safe({"a": {**ENTRY, "shape": [2**62, 2**62]}}, bytes(8)),
    "offsets": safe({"a": {**ENTRY, "data_offsets": [8, 0]}}, bytes(8)),
    "three offsets": safe({"a": {**ENTRY, "data_offsets": [0, 4, 8]}}, bytes(8)),
    "hole": safe({"a": {**ENTRY, "data_offsets": [4, 12]}}, bytes(12)),
    "overlap": safe({"a": ENTRY, "b": ENTRY}, bytes(8)),
    "rest": safe({"a": ENTRY}, bytes(9)),
    "cut off": safe({"a": ENTRY}, bytes(7)),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_safetensors(tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(MALFORMED[case])
    with pytest.raises(ValueError, match=r"^safetensors: "):
        read_safetensors(path)


def whole(end: str) -> bytes:
    if end == ".pth":
        value = collections.OrderedDict(a=rebuilt(Storage("Float", "0", 6), (3, 2), (2, 1)), n=[1, 2.5, "text", None])
        return archive(value, {"0": X.tobytes()}, byteorder=b"little")
    if end == ".safetensors":
        return safe({"a": ENTRY, "b": {"dtype": "BOOL", "shape": [3, 1], "data_offsets": [8, 11]}}, bytes(11))
    file = io.BytesIO()
    np.savez(file, a=X, b=np.array(True))
    return file.getvalue()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("end", READ)
@pytest.mark.parametrize("seed", range(4))
def test_broken_files_never_do_more_than_raise(tmp_path: Path, end: str, seed: int) -> None:
    """Bytes changed, cut out, doubled at random: a ValueError, or arrays."""
    rng = np.random.default_rng(seed)
    path = tmp_path / f"a{end}"
    for _ in range(400):
        data = bytearray(whole(end))
        for _ in range(rng.integers(1, 4)):
            at = int(rng.integers(len(data)))
            length = int(rng.integers(1, 20))
            match int(rng.integers(4)):
                case 0:
                    data[at] = int(rng.integers(256))
                case 1:
                    del data[at : at + length]
                case 2:
                    data[at:at] = data[at : at + length]
                case _:
                    del data[at + 1 :]
        path.write_bytes(data)
        try:
            READ[end](path)
        except ValueError as error:
            assert path.name in str(error)  # noqa: PT017
