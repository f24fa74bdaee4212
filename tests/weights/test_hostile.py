"""Files made to do harm: each is a ValueError that names the file, soon and without much memory, and runs nothing."""

import itertools
import json
import math
import struct
import sys
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numtorch.weights import read_checkpoint, read_metadata, read_npz, read_safetensors
from tests.weights.checkpoints import Call, Storage, X, archive, old, pickled, rebuilt

FLOAT = Storage("Float", "0", 6)
HUGE = 2**33
# A tuple of two times the tuple of two times ...: small in a file, endless to print or to hash.
ENDLESS = b"K\x01\x85" + b"q\x00h\x00\x86" * 60
DEEP = b")" + b"\x85" * 100_000
BEGIN = b"\x80\x04"
REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n("
FLOATS = {"0": X.tobytes()}


def old_start(rest: bytes) -> bytes:
    return b"".join(map(pickled, (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}))) + rest


PICKLES = {
    "deep key": archive(BEGIN + b"}" + DEEP + b"K\x01s.", {}),
    "endless key": archive(BEGIN + b"}" + ENDLESS + b"K\x01s.", {}),
    "deep key of pairs": archive(BEGIN + b"ccollections\nOrderedDict\n]](" + DEEP + b"K\x01ea\x85R.", {}),
    "pair of three": archive(BEGIN + b"ccollections\nOrderedDict\n]](K\x01K\x01K\x01ea\x85R.", {}),
    "endless shape": archive(
        BEGIN + REBUILD + pickled(FLOAT)[2:-1] + b"K\x00" + ENDLESS + ENDLESS + b"tR.",
        FLOATS,
    ),
    "endless size": archive(BEGIN + b"ctorch\nSize\n" + ENDLESS + b"\x85R.", {}),
    "endless name": archive(BEGIN + ENDLESS + b"K\x01\x93.", {}),
    "name of numbers": archive(BEGIN + b"K\x01K\x02\x93.", {}),
    "endless key of a storage": archive(BEGIN + b"(\x8c\x07storagectorch\nFloatStorage\n" + ENDLESS + b"NK\x01tQ.", {}),
    "endless keys": old_start(pickled({}) + BEGIN + b"]" + ENDLESS + b"a."),
    "name in a list": archive(BEGIN + b"]ctorch\nSize\na.", {}),
    "name in a tuple": archive(BEGIN + b"ctorch\nSize\n\x85.", {}),
    "name in a tuple in a list": archive(BEGIN + b"]ctorch\nSize\n\x85a.", {}),
    "name in a tuple in a tuple": archive(BEGIN + b"ctorch\nSize\n\x85\x85.", {}),
    "name as an argument": archive(BEGIN + b"ctorch.nn.parameter\nParameter\nctorch\nSize\n\x85R.", {}),
    "name with attributes": archive(BEGIN + b"ctorch\nSize\n}b.", {}),
    "array with attributes": archive(BEGIN + pickled(rebuilt(FLOAT, (6,), (1,)))[2:-1] + b"}b.", FLOATS),
    "called storage": archive(BEGIN + b"ctorch\nFloatStorage\nK\x01\x85R.", {}),
    "tensor as a storage": archive(rebuilt(rebuilt(FLOAT, (6,), (0,), 5), (6,), (1,)), FLOATS),
    "parameter as a storage": archive(
        rebuilt(Call("torch._utils._rebuild_parameter", rebuilt(FLOAT, (6,), (0,), 5), True, None), (6,), (1,)), FLOATS
    ),
    "two kinds of one storage": archive([FLOAT, Storage("Int", "0", 6)], FLOATS),
    "long text": old_start(BEGIN + b"\x8d" + struct.pack("<Q", HUGE) + b"a."),
    "longest text": old_start(BEGIN + b"\x8d" + struct.pack("<Q", 2**60) + b"a."),
    "long integer": old_start(BEGIN + b"\x8b" + struct.pack("<i", 2**31 - 1) + b"a."),
    "long storage": old([Storage("Byte", "0", HUGE)], {}),
    "many storages": old([Storage("Byte", str(i), 90_000) for i in range(2000)], {}) + bytes(100_000),
    "long storage in a zip": archive([Storage("Byte", "0", HUGE)], FLOATS),
    "negative count": archive([Storage("Float", "0", -6)], FLOATS),
    "flag as a count": archive([Storage("Byte", "0", True)], {"0": b"1"}),
    "text as a kind": archive(BEGIN + b"(\x8c\x07storage\x8c\x05Float\x8c\x010NK\x01tQ.", {"0": b"1234"}),
    "kind that is no storage": archive(BEGIN + b"(\x8c\x07storagectorch\nSize\n\x8c\x010NK\x01tQ.", FLOATS),
    "view of a storage": archive(BEGIN + b"(\x8c\x07storagectorch\nFloatStorage\n\x8c\x010NK\x06K\x01tQ.", FLOATS),
    "other persistent id": archive(BEGIN + b"(\x8c\x06modulectorch\nFloatStorage\n\x8c\x010NK\x06tQ.", FLOATS),
    "text as persistent id": archive(b"(Pstorage\n.", FLOATS),
    "key out of the archive": archive([Storage("Float", "../../../etc/passwd", 6)], FLOATS),
    "empty but huge": archive(rebuilt(FLOAT, (0, 2**61, 2**61), (1, 1, 1)), FLOATS),
    "shape past 64 bits": archive(rebuilt(FLOAT, (2**32, 2**32), (0, 0)), FLOATS),
    "strides past 64 bits": archive(rebuilt(FLOAT, (2, 2), (2**61, 2**61)), FLOATS),
    "offset past 64 bits": archive(rebuilt(FLOAT, (1,), (1,), 2**64), FLOATS),
    "axes": archive(rebuilt(FLOAT, (1,) * 65, (1,) * 65), FLOATS),
    "extension": archive(BEGIN + b"\x82\x01.", {}),
    "object": archive(b"(ctorch\nSize\no.", {}),
    "get without put": archive(BEGIN + b"j\xff\xff\xff\xff.", {}),
    "mark as a value": archive(BEGIN + b"(q\x00h\x00\x85.", {}),
    "no bytes of a name": archive(BEGIN + b"ctorch", {}),
}


def check_refused(read: Any, path: Path) -> None:
    """A ValueError that names the file, by less than 60 MB."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=path.name) as caught:
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 60e6
        assert len(str(caught.value)) < 2000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("case", PICKLES)
def test_checkpoints(tmp_path: Path, case: str) -> None:
    path = tmp_path / "hostile.pth"
    path.write_bytes(PICKLES[case])
    check_refused(read_checkpoint, path)


NAME = "hostile_module_of_a_checkpoint"
MODULE, ATTRIBUTE = NAME.encode(), b"run"
SHORT = b"\x8c" + bytes([len(MODULE)]) + MODULE + b"\x8c\x03run"
RUNNING = {
    "GLOBAL": b"c" + MODULE + b"\nrun\n.",
    "REDUCE": b"c" + MODULE + b"\nrun\n(tR.",
    "STACK_GLOBAL": SHORT + b"\x93)R.",
    "NEWOBJ": SHORT + b"\x93)\x81.",
    "NEWOBJ_EX": SHORT + b"\x93)}\x92.",
    "INST": b"(i" + MODULE + b"\nrun\n.",
    "OBJ": b"(c" + MODULE + b"\nrun\no.",
    "BUILD": SHORT + b"\x93)\x81}\x8c\x01aK\x01sb.",
    "in a dict": b"}\x8c\x01a" + SHORT + b"\x93)Rs.",
    "persistent": b"(\x8c\x07storage" + SHORT + b"\x93\x8c\x010NK\x06tQ.",
    "as an argument": b"ccollections\nOrderedDict\n" + SHORT + b"\x93\x85R.",
}


@pytest.mark.parametrize("form", ["zip", "old"])
@pytest.mark.parametrize("case", RUNNING)
def test_nothing_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str, form: str) -> None:
    """What a pickle names is refused by its name, and its module is not imported."""
    (tmp_path / f"{NAME}.py").write_text("from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\n")
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "hostile.pth"
    path.write_bytes(archive(BEGIN + RUNNING[case], FLOATS) if form == "zip" else old_start(BEGIN + RUNNING[case]))
    with pytest.raises(ValueError, match=f"hostile.pth cannot be read: it holds {NAME}.run, which is no tensor"):
        read_checkpoint(path)
    assert NAME not in sys.modules
    assert not (tmp_path / f"{NAME}.ran").exists()


def safetensors(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(shape: list[Any], start: Any = 0, end: Any = 0, dtype: Any = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


HEADERS = {
    "empty but huge": safetensors({"a": entry([0, 2**62, 2**62])}),
    "negative offsets": safetensors({"a": entry([2], -8, 0)}, bytes(8)),
    "offsets past 64 bits": safetensors({"a": entry([2], 2**64, 2**64 + 8)}, bytes(8)),
    "product past 64 bits": safetensors({"a": entry([2**32, 2**32], 0, 0)}),
    "digits": safetensors(b'{"a":{"dtype":"F32","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,0]}}'),
    "infinity": safetensors(b'{"a":{"dtype":"F32","shape":[Infinity],"data_offsets":[0,0]}}'),
    "nested shape": safetensors(b'{"a":{"dtype":"F32","shape":' + b"[" * 900 + b"]" * 900 + b',"data_offsets":[0,0]}}'),
    "nested": safetensors(b'{"a":' + b"[" * 100_000),
    "two objects": safetensors(b"{}{}"),
    "header of all": struct.pack("<Q", 2**64 - 1) + bytes(100),
    "twice inside": safetensors(b'{"a":{"dtype":"F32","dtype":"F64","shape":[0],"data_offsets":[0,0]}}'),
    "nested metadata": safetensors({"__metadata__": {"a": {"b": "c"}}}),
    "axes": safetensors({"a": entry([1] * 65, 0, 4)}, bytes(4)),
    "one inside another": safetensors({"a": entry([4], 0, 16), "b": entry([1], 4, 8)}, bytes(16)),
}


@pytest.mark.parametrize("case", HEADERS)
def test_safetensors(tmp_path: Path, case: str) -> None:
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(HEADERS[case])
    check_refused(read_safetensors, path)


def test_metadata_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(b"\x01")
    check_refused(read_metadata, path)


def npy(header: str, data: bytes = b"") -> bytes:
    text = header.encode("latin1")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def zipped(entries: list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as written:
        for name, data in entries:
            written.writestr(name, data)
    return file.getvalue()


def described(descr: str = "'<f4'", shape: str = "(2,)") -> bytes:
    return npy(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n", bytes(8))


def overlapping(count: int) -> bytes:
    """An archive whose directory names the same bytes many times, each under a name of its own."""
    single = zipped([("0000.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (100000,)}\n", bytes(10**5)))])
    start = single.index(b"PK\x01\x02")
    directory = single[start : single.index(b"PK\x05\x06")]
    many = b"".join(directory.replace(b"0000.npy", b"%04d.npy" % i) for i in range(count))
    return single[:start] + many + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(many), start, 0)


ARCHIVES = {
    "objects": zipped([("a.npy", described("'|O'"))]),
    "records": zipped([("a.npy", described("[('a', '<f4')]"))]),
    "texts": zipped([("a.npy", described("'<U2'"))]),
    "sub-arrays": zipped([("a.npy", described("('<f4', (2,))"))]),
    "large": zipped([("a.npy", described(shape=f"({2**40},)"))]),
    "past 64 bits": zipped([("a.npy", described(shape=f"({2**32}, {2**32})"))]),
    "negative": zipped([("a.npy", described(shape="(-1, -2)"))]),
    "empty but huge": zipped([("a.npy", described(shape=f"(0, {2**62}, {2**62})"))]),
    "flags": zipped([("a.npy", described(shape="(True, 2.0)"))]),
    "axes": zipped([("a.npy", described(shape=f"({'1,' * 65})"))]),
    "signs": zipped([("a.npy", npy("-" * 9000 + "1"))]),
    "brackets": zipped([("a.npy", npy("(" * 9000))]),
    "code": zipped([("a.npy", npy("__import__('os').system('true')"))]),
    "long header": zipped([("a.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{}")]),
    "version": zipped([("a.npy", b"\x93NUMPY\x09\x09" + bytes(20))]),
    "cut off": zipped([("a.npy", described()[:-3])]),
    "two names": zipped([("a.npy", described()), ("a", described())]),
    "pickle": zipped([("a.npy", b"\x80\x04N.")]),
    "overlapping": overlapping(2000),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_npz(tmp_path: Path, case: str) -> None:
    path = tmp_path / "hostile.npz"
    path.write_bytes(ARCHIVES[case])
    check_refused(read_npz, path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_in_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "hostile.npz"
    path.write_bytes(zipped([("a.npy", described())] * 2))
    check_refused(read_npz, path)
    path.write_bytes(zipped([("m/data.pkl", pickled({"a": 1})), ("m/data.pkl", pickled({"a": 2}))]))
    check_refused(read_checkpoint, path)


def test_a_bomb_inflates_to_no_more_than_its_header_says(tmp_path: Path) -> None:
    path = tmp_path / "hostile.npz"
    path.write_bytes(zipped([("a.npy", described() + bytes(200_000_000))], zipfile.ZIP_DEFLATED))
    tracemalloc.start()
    try:
        np.testing.assert_array_equal(read_npz(path)["a"], [0, 0])
        assert tracemalloc.get_traced_memory()[1] < 60e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["../../a", "/etc/passwd", "é/\u4e2d", "a\\b", "__proto__"])
def test_names_are_only_names(tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.parent.iterdir())
    (tmp_path / "a.npz").write_bytes(zipped([(f"{name}.npy", described())]))
    (tmp_path / "a.safetensors").write_bytes(safetensors({name: entry([2], 0, 8)}, bytes(8)))
    (tmp_path / "a.pth").write_bytes(archive({name: rebuilt(FLOAT, (6,), (1,))}, FLOATS))
    assert list(read_safetensors(tmp_path / "a.safetensors")) == list(read_checkpoint(tmp_path / "a.pth")) == [name]
    assert len(read_npz(tmp_path / "a.npz")) == 1
    assert sorted(tmp_path.parent.iterdir()) == before
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".safetensors", ".pth"}


def expected(shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> np.ndarray | None:
    """The tensor's numbers one by one from the storage X; None if any lies outside, or there are more than in X."""
    if math.prod(shape) > X.size or min((0, offset, *shape, *strides)) < 0:
        return None
    if 0 in shape:
        return X[:0]
    indices = [
        offset + sum(i * stride for i, stride in zip(index, strides, strict=True))
        for index in itertools.product(*map(range, shape))
    ]
    if any(index >= X.size for index in indices):
        return None
    return X[indices].reshape(shape)


SIDES = [0, 1, 1, 2, 2, 3, 6, 7, -1, 2**31, 2**61 - 1]
STEPS = [0, 1, 1, 2, 3, 5, -1, 2**31, 2**60, 2**61, 2**62 - 1]


@pytest.mark.parametrize("seed", range(4))
def test_no_number_comes_from_outside_its_storage(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    path = tmp_path / "a.pth"
    accepted = 0
    for _ in range(150):
        ndim = int(rng.integers(4))
        shape = tuple(int(rng.choice(SIDES)) for _ in range(ndim))
        strides = tuple(int(rng.choice(STEPS)) for _ in range(ndim))
        offset = int(rng.choice([0, 0, 0, 1, 5, 6, -1, 2**61]))
        path.write_bytes(archive(rebuilt(FLOAT, shape, strides, offset), FLOATS))
        numbers = expected(shape, strides, offset)
        if numbers is None or 0 in shape:
            try:
                found = read_checkpoint(path)
            except ValueError as error:
                assert "a.pth" in str(error)  # noqa: PT017
            else:
                assert numbers is not None
                assert found.shape == shape
            continue
        np.testing.assert_array_equal(read_checkpoint(path), numbers)
        accepted += 1
    assert accepted > 10
