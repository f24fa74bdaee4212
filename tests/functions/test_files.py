"""Files written of Tensors hold their values; what NumPy reads from files and buffers goes to the device."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.functions.io import files

VALUES = np.array([[1.0, -2.5, 3.25], [np.pi, 1e-9, -0.0]])


def test_save(dev: int, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", nt.tensor(VALUES, dev=dev))
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), VALUES, strict=True)


def test_save_of_a_list(dev: int, tmp_path: Path) -> None:
    files.save(tmp_path / "x.npy", [nt.tensor(VALUES, dev=dev), nt.tensor(2 * VALUES, dev=dev)])
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), [VALUES, 2 * VALUES], strict=True)


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_savez(write: Callable[..., None], dev: int, tmp_path: Path) -> None:
    write(tmp_path / "x.npz", nt.tensor(VALUES, dev=dev), VALUES[0], named=nt.tensor(VALUES > 1, dev=dev))
    with np.load(tmp_path / "x.npz") as read:
        assert sorted(read) == ["arr_0", "arr_1", "named"]
        np.testing.assert_array_equal(read["arr_0"], VALUES, strict=True)
        np.testing.assert_array_equal(read["arr_1"], VALUES[0], strict=True)
        np.testing.assert_array_equal(read["named"], VALUES > 1, strict=True)


@pytest.mark.parametrize(
    "keywords",
    [{}, {"fmt": "%.3f", "delimiter": ",", "header": "a,b,c"}, {"newline": ";", "footer": "end", "comments": "%"}],
)
def test_savetxt(keywords: dict[str, Any], dev: int) -> None:
    expected, actual = io.StringIO(), io.StringIO()
    np.savetxt(expected, VALUES, **keywords)
    np.savetxt(actual, nt.tensor(VALUES, dev=dev), **keywords)
    assert actual.getvalue() == expected.getvalue()


READERS: dict[str, Callable[..., Any]] = {
    "fromiter": lambda _, **like: np.fromiter((i * i for i in range(5)), float, **like),
    "fromiter count": lambda _, **like: np.fromiter(iter(range(5)), np.int8, 3, **like),
    "frombuffer": lambda _, **like: np.frombuffer(b"abcdefgh", np.uint8, **like),
    "frombuffer offset": lambda _, **like: np.frombuffer(b"abcdefgh", np.int16, count=2, offset=2, **like),
    "fromstring": lambda _, **like: np.fromstring("1 2 3.5", sep=" ", **like),
    "fromstring dtype": lambda _, **like: np.fromstring("1,2,3", np.int32, 2, sep=",", **like),
    "fromfile": lambda path, **like: np.fromfile(path, np.float32, **like),
    "fromfile count": lambda path, **like: np.fromfile(path, dtype=np.float32, count=2, offset=4, **like),
    "loadtxt": lambda _, **like: np.loadtxt(["1 2", "3 4"], **like),
    "loadtxt columns": lambda _, **like: np.loadtxt(["1,2", "3,4"], int, delimiter=",", usecols=1, **like),
    "loadtxt unpack": lambda _, **like: np.loadtxt(["1 2", "3 4"], unpack=True, ndmin=2, **like),
    "genfromtxt": lambda _, **like: np.genfromtxt(["1 2", "3 nan"], **like),
    "genfromtxt missing": lambda _, **like: np.genfromtxt(
        ["1,,3"], delimiter=",", filling_values=7, dtype=np.float32, **like
    ),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_reading(read: Callable[..., Any], dev: int, tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    np.arange(5, dtype=np.float32).tofile(path)
    expected, actual = read(path), read(path, like=nt.Tensor(1, dev=dev))
    assert actual.dev == dev
    np.testing.assert_array_equal(np.asarray(nt.collect(actual)), expected, strict=True)


def test_a_buffer_is_copied(dev: int) -> None:
    memory = bytearray(8)
    made = np.frombuffer(memory, np.uint8, like=nt.Tensor(1, dev=dev))
    memory[0] = 1
    assert int(made[0]) == 0
    made[1] = 1
    assert memory[1] == 0


def test_without_a_tensor(dev: int) -> None:
    assert files.fromiter(iter([1, 2]), int, dev=dev).dev == dev
    assert files.loadtxt(["1 2"], dev=dev).tolist() == [1.0, 2.0]
    with nt.device(dev):
        assert files.genfromtxt(["1 2"]).dev == dev
