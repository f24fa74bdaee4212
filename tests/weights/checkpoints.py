"""PyTorch's checkpoints, made without PyTorch: names are written, never imported."""

import io
import pickle
import struct
import zipfile
from typing import Any

import numpy as np


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


def old(value: Any, storages: dict[str, Any]) -> bytes:
    parts = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, value, list(storages)]
    data = b"".join(struct.pack("<q", len(array)) + array.tobytes() for array in storages.values())
    return b"".join(map(pickled, parts)) + data


def same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        assert found[name].flags.writeable
        np.testing.assert_array_equal(found[name], array)
