"""One entry of a checkpoint by its name, beside objects of all kinds, none of which is made."""

import argparse
import collections
import datetime
import decimal
import enum
import fractions
import functools
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numtorch.weights import load, read_checkpoint
from tests.weights.checkpoints import Call, Global, Pickler, Storage, X, archive, old, rebuilt, same
from tests.weights.test_hostile import BEGIN, FLOATS, NAME, PICKLES, RUNNING, check_refused, old_start

FLOAT = Storage("Float", "0", 6)


class Colour(enum.Enum):
    """What a program of somebody else's may use as a key."""

    RED = 1


class Slots:
    """State in two parts: BUILD with a tuple."""

    __slots__ = ("a",)

    def __init__(self) -> None:
        self.a = [1]


class New:
    """NEWOBJ_EX."""

    def __new__(cls, **_: Any) -> "New":
        return super().__new__(cls)

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]:
        return (), {"x": 1}


class Fields(dict):  # type: ignore[type-arg]
    """A dict of its own kind: SETITEMS into an unknown object."""


class Items(list):  # type: ignore[type-arg]
    """A list of its own kind: APPENDS into an unknown object."""


BESIDE = {
    "namespace": argparse.Namespace(lr=0.1, deep=[argparse.Namespace()]),
    "class": Slots,
    "slots": Slots(),
    "new": New(),
    "enum": Colour.RED,
    "key": {Colour.RED: 1, (Colour.RED, 2): [3], 4: 5},
    "dict": Fields(a=1, b=[2]),
    "list": Items([1, 2]),
    "set": {1, 2},
    "frozenset": frozenset([1, 2]),
    "counter": collections.Counter("abca"),
    "default": collections.defaultdict(list, a=[1]),
    "deque": collections.deque([1, 2]),
    "date": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    "numbers": [decimal.Decimal("1.5"), fractions.Fraction(1, 2), np.float64(2), np.arange(3), complex(1, 2)],
    "path": Path("a/b"),
    "partial": functools.partial(max, 3),
    "function": os.path.join,
    "method": "abc".upper,
    "slice": slice(3),
    "range": range(4),
    "bytes": b"abc",
    "other call": Call("torch._utils._rebuild_qtensor", FLOAT, 0),
    "subclass": Call("torch._tensor._rebuild_from_type_v2", Global("x.Y"), Global("x.Z"), (FLOAT, 0, (6,), (1,)), {}),
    "other storage": Call(
        "torch._utils._rebuild_parameter", rebuilt(Storage("Float8", "1", 6), (6,), (1,)), True, None
    ),
}


def dumped(value: Any, protocol: int) -> bytes:
    file = io.BytesIO()
    Pickler(file, protocol).dump(value)
    return file.getvalue()


def weights() -> dict[str, Any]:
    return collections.OrderedDict(a=rebuilt(FLOAT, (3, 2), (2, 1)), b=rebuilt(FLOAT, (6,), (1,)))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("case", BESIDE)
def test_an_entry_beside_anything(tmp_path: Path, case: str, protocol: int) -> None:
    path = tmp_path / "a.pth"
    expected = {"a": X.reshape(3, 2), "b": X}
    for value in (
        {"other": BESIDE[case], "state": weights(), "end": 1},
        {"state": weights(), "all": [(BESIDE[case], {"x": BESIDE[case]})]},
    ):
        path.write_bytes(archive(dumped(value, protocol), {"0": X.tobytes()}))
        same(load(path, key="state"), expected)
        same(read_checkpoint(path, key="state"), expected)


@pytest.mark.parametrize("case", [name for name in BESIDE if name != "bytes"])
def test_it_is_refused_in_the_entry_and_without_a_name(tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.pth"
    for inside in (BESIDE[case], [BESIDE[case]], {"x": (BESIDE[case],)}, {"x": {1: weights(), 2: BESIDE[case]}}):
        path.write_bytes(archive(dumped({"state": inside, "end": 1}, 4), {"0": X.tobytes()}))
        with pytest.raises(ValueError, match=r"a\.pth cannot be read: it holds .* in the entry 'state'"):
            read_checkpoint(path, key="state")
        assert read_checkpoint(path, key="end") == 1
    path.write_bytes(archive(dumped({"state": weights(), "x": BESIDE[case]}, 2), {"0": X.tobytes()}))
    with pytest.raises(ValueError, match="refused; an entry beside it is read by its name, with key="):
        load(path)


def test_a_key_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(archive({"state": weights(), "x": Call("argparse.Namespace")}, {"0": X.tobytes()}))
    with pytest.raises(ValueError, match=r"no entry 'model', only \['state', 'x'\]"):
        load(path, key="model")
    path.write_bytes(archive(Call("x.Model"), {}))
    with pytest.raises(ValueError, match=r"it holds a x\.Model, no dict with an entry 'model'"):
        load(path, key="model")
    path.write_bytes(archive([weights()], {"0": X.tobytes()}))
    with pytest.raises(ValueError, match="it holds a list, no dict"):
        load(path, key="model")


def test_an_entry_of_an_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(old({"x": Call("argparse.Namespace"), "state": weights()}, {"0": X}))
    same(load(path, key="state"), {"a": X.reshape(3, 2), "b": X})
    path.write_bytes(old({"x": Storage("Float8", "1", 4), "state": weights()}, {"0": X}))
    with pytest.raises(ValueError, match=r"a storage of torch\.Float8Storage"):  # which may be of any length
        load(path, key="state")


@pytest.mark.parametrize("form", ["zip", "old"])
@pytest.mark.parametrize("case", RUNNING)
def test_nothing_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str, form: str) -> None:
    (tmp_path / f"{NAME}.py").write_text("from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\n")
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "a.pth"
    inside = b"}(\x8c\x01x" + RUNNING[case].removesuffix(b".") + b"\x8c\x01nK\x03u."
    path.write_bytes(archive(BEGIN + inside, FLOATS) if form == "zip" else old_start(BEGIN + inside))
    try:
        assert read_checkpoint(path, key="n") == 3
    except ValueError as error:
        assert "a.pth cannot be read" in str(error)  # noqa: PT017
    assert not (tmp_path / f"{NAME}.ran").exists()


@pytest.mark.parametrize("case", PICKLES)
def test_hostile_files_are_refused_as_ever(tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(PICKLES[case])
    check_refused(lambda path: read_checkpoint(path, key="x"), path)
