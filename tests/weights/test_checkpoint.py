"""PyTorch's checkpoints are read without running them; anything but tensors and containers is refused by name."""

import collections
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numtorch.weights import load, read_checkpoint
from tests.weights.checkpoints import Call, Storage, X, archive, old, pickled, rebuilt, same


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
