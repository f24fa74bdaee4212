"""Weights in files: what is written is read, the formats' own libraries agree, and broken files are ValueErrors."""

import collections
import io
import json
import os
import pickle
import struct
import zipfile
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

DTYPES = ["bool", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "c8"]
READ = {".safetensors": read_safetensors, ".npz": read_npz, ".pth": read_checkpoint}


def arrays() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    found: dict[str, Any] = {dtype: (rng.normal(size=(2, 3)) * 50).astype(dtype) for dtype in DTYPES}
    return found | {"empty": np.zeros((0, 3)), "file": np.array(2.5), "a/b.c é": np.arange(6.0).reshape(2, 3).T}


def same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        assert found[name].flags.writeable
        np.testing.assert_array_equal(found[name], array)


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


class Storage:
    """Stands for a storage of PyTorch in the pickles made here."""

    def __init__(self, kind: str, key: str, count: int) -> None:
        self.pid = ("storage", Global(f"torch.{kind}Storage"), key, "cpu", count)


class Global:
    def __init__(self, name: str) -> None:
        self.name = name


class Call:
    def __init__(self, name: str, *args: Any) -> None:
        self.name = name
        self.args = args


class Pickler(pickle._Pickler):  # type: ignore[misc]
    """Writes names without importing them."""

    def persistent_id(self, value: Any) -> Any:
        return value.pid if isinstance(value, Storage) else None

    def save(self, value: Any, save_persistent_id: bool = True) -> None:
        if isinstance(value, Global):
            module, _, name = value.name.rpartition(".")
            self.write(b"c" + module.encode() + b"\n" + name.encode() + b"\n")
        elif isinstance(value, Call):
            self.save(Global(value.name))
            self.save(value.args)
            self.write(b"R")
        else:
            super().save(value, save_persistent_id)


def pickled(value: Any) -> bytes:
    file = io.BytesIO()
    Pickler(file, 2).dump(value)
    return file.getvalue()


def archive(value: Any, storages: dict[str, bytes], **files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("m/data.pkl", value if isinstance(value, bytes) else pickled(value))
        for name, data in {f"data/{key}": data for key, data in storages.items()}.items():
            zipped.writestr(f"m/{name}", data)
        for name, data in files.items():
            zipped.writestr(f"m/{name}", data)
    return file.getvalue()


def rebuilt(storage: Any, shape: Any, strides: Any, offset: Any = 0) -> Call:
    return Call("torch._utils._rebuild_tensor_v2", storage, offset, shape, strides, False, None)


X = np.arange(6.0, dtype=np.float32)


def test_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    storage = Storage("Float", "0", 6)
    value = {
        "model": collections.OrderedDict(
            a=rebuilt(storage, (3, 2), (2, 1)),
            b=Call("torch._utils._rebuild_parameter", rebuilt(storage, (2, 3), (1, 2)), True, None),
            half=rebuilt(Storage("BFloat16", "1", 1), (1,), (1,)),
        ),
        "epoch": 3,
        "lr": [0.1, None, True, (1, "a", 2**70)],
    }
    bits = (np.array([1.5], "f4").view("u4") >> 16).astype("<u2").tobytes()
    path.write_bytes(archive(value, {"0": X.tobytes(), "1": bits}))
    found = read_checkpoint(path)
    assert found["epoch"] == 3
    assert found["lr"] == [0.1, None, True, (1, "a", 2**70)]
    expected = {"a": X.reshape(3, 2), "b": X.reshape(3, 2).T, "half": np.array([1.5], "f4")}
    same(found["model"], expected)
    assert np.shares_memory(found["model"]["a"], found["model"]["b"])
    same(load(path), expected)
    same(load(path, key="model"), expected)
    with pytest.raises(ValueError, match="no arrays by name under 'lr'"):
        load(path, key="lr")
    path.write_bytes(
        archive(
            {"a": {"x": rebuilt(storage, (6,), (1,))}, "b": {"x": rebuilt(storage, (6,), (1,))}}, {"0": X.tobytes()}
        )
    )
    with pytest.raises(ValueError, match="say with key="):
        load(path)


def test_a_checkpoint_of_the_other_byte_order(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    storage = Storage("Float", "0", 6)
    path.write_bytes(archive({"a": rebuilt(storage, (6,), (1,))}, {"0": X.astype(">f4").tobytes()}, byteorder=b"big"))
    same(load(path), {"a": X})


def old(value: Any, storages: dict[str, Any]) -> bytes:
    parts = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, value, list(storages)]
    data = b"".join(struct.pack("<q", len(array)) + array.tobytes() for array in storages.values())
    return b"".join(map(pickled, parts)) + data


def test_a_checkpoint_of_before_the_zip_format(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    value = {"a": rebuilt(Storage("Float", "7", 6), (3, 2), (2, 1)), "n": rebuilt(Storage("Long", "8", 1), (), ())}
    path.write_bytes(old(value, {"8": np.array([5]), "7": X}))
    same(load(path), {"a": X.reshape(3, 2), "n": np.array(5)})
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ValueError, match="the storage 7 has 21 bytes, not 24"):
        load(path)


class Evil:
    def __reduce__(self) -> Any:
        return os.system, ("echo evil > /tmp/evil",)


FLOAT = Storage("Float", "0", 6)
REFUSED = {
    "posix.system": pickle.dumps(Evil(), 2),
    "numpy.core.multiarray.scalar": Call("numpy.core.multiarray.scalar", 1),
    "argparse.Namespace": Call("argparse.Namespace"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_tensor_is_refused_by_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.pth"
    for value in (REFUSED[name], {"ok": rebuilt(FLOAT, (6,), (1,)), "bad": [REFUSED[name]]}):
        if isinstance(value, dict) and isinstance(REFUSED[name], bytes):
            continue
        path.write_bytes(archive(value, {"0": X.tobytes()}))
        with pytest.raises(ValueError, match=f"it holds {name}, which is no tensor"):
            read_checkpoint(path)
    assert not os.path.exists("/tmp/evil")


def test_names_from_the_stack_are_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(archive(pickle.dumps(Evil(), 4), {}))
    with pytest.raises(ValueError, match=r"posix\.system"):
        read_checkpoint(path)


BROKEN = {
    "no pickle": archive(b"", {}),
    "no end": archive(pickled({"a": 1})[:-1], {}),
    "no mark": archive(b"\x80\x02u.", {}),
    "no stack": archive(b"\x80\x02\x85.", {}),
    "memo": archive(b"\x80\x02h\x05.", {}),
    "a reference": archive(b"\x80\x02ctorch\nSize\n.", {}),
    "called number": archive(b"\x80\x02K\x01)R.", {}),
    "list as key": archive(b"\x80\x02}]K\x01s.", {}),
    "appended to a dict": archive(b"\x80\x02}K\x01a.", {}),
    "attributes of a list": archive(b"\x80\x02]}b.", {}),
    "old opcode": archive(b"I1\n.", {}),
    "wrong arguments": archive(Call("torch._utils._rebuild_tensor_v2", 1), {}),
    "no storage": archive({"a": rebuilt(FLOAT, (6,), (1,))}, {}),
    "short storage": archive({"a": rebuilt(FLOAT, (6,), (1,))}, {"0": X.tobytes()[:-1]}),
    "storage of a number": archive({"a": rebuilt(1, (6,), (1,))}, {}),
    "behind the end": archive({"a": rebuilt(FLOAT, (2, 3), (4, 1))}, {"0": X.tobytes()}),
    "offset": archive({"a": rebuilt(FLOAT, (2,), (1,), 5)}, {"0": X.tobytes()}),
    "before the start": archive({"a": rebuilt(FLOAT, (2,), (1,), -1)}, {"0": X.tobytes()}),
    "strides": archive({"a": rebuilt(FLOAT, (2,), (-1,))}, {"0": X.tobytes()}),
    "expanded": archive({"a": rebuilt(FLOAT, (2**40,), (0,))}, {"0": X.tobytes()}),
    "shape": archive({"a": rebuilt(FLOAT, "ab", (1, 2))}, {"0": X.tobytes()}),
    "lengths": archive([FLOAT, Storage("Float", "0", 5)], {"0": X.tobytes()}),
    "size": archive(Call("torch.Size", ("a",)), {}),
    "ordered": archive(Call("collections.OrderedDict", 3), {}),
    "pairs": archive(Call("collections.OrderedDict", [3]), {}),
    "persistent": archive(b"\x80\x02K\x01Q.", {}),
    "byte order": archive({"a": 1}, {}, byteorder=b"middle"),
    "no zip": b"PK\x03\x04" + bytes(50),
    "text": b"hello",
    "empty": b"",
}


@pytest.mark.parametrize("case", BROKEN)
def test_malformed_checkpoints(tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(BROKEN[case])
    with pytest.raises(ValueError, match=r"^checkpoint: "):
        read_checkpoint(path)


def test_compressed_checkpoints_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("m/data.pkl", pickled({"a": 1}))
    with pytest.raises(ValueError, match=r"data\.pkl is compressed"):
        read_checkpoint(path)


def whole(end: str) -> bytes:
    if end == ".pth":
        value = collections.OrderedDict(a=rebuilt(FLOAT, (3, 2), (2, 1)), n=[1, 2.5, "text", None])
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
            assert str(error)  # noqa: PT017
