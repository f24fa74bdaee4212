"""Data along their first axis, in parts and in batches."""

import threading
import time
from collections import UserDict
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.train import (
    DataLoader,
    batch,
    chunk,
    getobs,
    kfolds,
    leavepout,
    nobs,
    oversample,
    randobs,
    shuffleobs,
    slidingwindow,
    splitobs,
    unbatch,
    undersample,
)

X = np.arange(20).reshape(10, 2)
Y = [f"{i}" for i in range(10)]


class Squares:
    """Any sequence will do."""

    def __len__(self) -> int:
        return 7

    def __getitem__(self, i: int) -> tuple[Any, int]:
        return np.full(2, i), i * i


def test_observations() -> None:
    assert nobs(X) == nobs((X, Y)) == nobs({"x": X, "y": Y}) == 10
    assert nobs(nt.tensor(X)) == 10
    assert getobs({"x": X, "y": Y}, 3)["y"] == "3"
    assert getobs(Y, slice(2, 9, 3)) == ["2", "5", "8"]
    assert getobs(nt.tensor(X), np.array([1, 0])).tolist() == [[2, 3], [0, 1]]
    with pytest.raises(ValueError, match="different numbers of observations"):
        nobs((X, Y[:3]))
    with pytest.raises(ValueError, match="0-d"):
        nobs(np.array(1))


def test_batch_and_unbatch() -> None:
    items = [{"x": np.ones(2) * i, "y": i, "name": str(i)} for i in range(3)]
    made = batch(items)
    assert made["x"].shape == (3, 2)
    assert made["y"].tolist() == [0, 1, 2]
    assert made["name"] == ["0", "1", "2"]
    assert isinstance(batch([nt.tensor([1.0]), nt.tensor([2.0])]), nt.Tensor)
    assert [one["y"] for one in unbatch(made)] == [0, 1, 2]


def test_parts() -> None:
    assert [len(part) for part in chunk(X, 4)] == [3, 3, 3, 1]
    assert [nobs(part) for part in chunk((X, Y), size=4)] == [4, 4, 2]
    assert [nobs(part) for part in splitobs((X, Y), (0.5, 0.3))] == [5, 3, 2]
    (x, y), _ = splitobs((X, Y), 0.7, shuffle=True, rng=0)
    assert [str(row[0] // 2) for row in x] == y != sorted(y)
    assert sorted(shuffleobs(Y, np.random.default_rng(1))) == Y
    folds = list(kfolds((X, Y), 3, shuffle=True, rng=0))
    assert sorted(name for _, (_, names) in folds for name in names) == Y
    assert all(nobs(train) + nobs(test) == 10 for train, test in folds)
    for wrong in (lambda: kfolds(X, 11), lambda: chunk(X, 0), lambda: splitobs(X, 1.5), lambda: splitobs(X, -0.1)):
        with pytest.raises(ValueError, match=r"must be|can be"):
            wrong()
    with pytest.raises(TypeError, match="either"):
        chunk(X)


def test_samples(dev: int) -> None:
    labels = np.array([0] * 7 + [1] * 2 + [2])
    for given in (labels, nt.tensor(labels, dev=dev), labels.tolist()):
        kept, names = oversample((labels, Y), given, rng=0)
        assert np.bincount(kept).tolist() == [7, 7, 7]
        assert set(names) == set(Y)
        assert np.bincount(oversample(labels, given, 0.5)).tolist() == [7, 4, 4]
        assert np.bincount(undersample(labels, given, shuffle=False)).tolist() == [1, 1, 1]
    assert len(randobs((X, Y), 15, rng=0)[1]) == 15
    assert randobs(Y, rng=0) in Y
    assert len(list(leavepout(X, 2))) == 45
    assert all(nobs(a) == 8 and nobs(b) == 2 for a, b in leavepout((X, Y), 2))
    assert slidingwindow(Y, 4, 3) == [Y[:4], Y[3:7], Y[6:]]
    assert slidingwindow(X, 11) == []
    for wrong in (lambda: list(leavepout(X, 10)), lambda: slidingwindow(X, 0)):
        with pytest.raises(ValueError, match=r"can be|must be"):
            wrong()


# --------------------------------------------------------------------------------------------------------- batches


def test_batches_in_order() -> None:
    loader = DataLoader((X, Y), batchsize=4)
    assert len(loader) == len(list(loader)) == 3
    assert np.concatenate([x for x, _ in loader]).tolist() == X.tolist()
    assert [len(y) for _, y in loader] == [4, 4, 2]
    assert len(list(DataLoader(X, 4, partial=False))) == len(DataLoader(X, 4, partial=False)) == 2
    assert len(DataLoader(np.zeros((0, 2)))) == len(list(DataLoader(np.zeros((0, 2))))) == 0


def test_each_pass_has_another_order_and_the_same_seed_the_same() -> None:
    one, other = (DataLoader({"x": X}, 3, shuffle=True, rng=5) for _ in range(2))
    passes = [[part["x"].tolist() for part in one] for _ in range(2)]
    assert passes[0] != passes[1]
    assert passes == [[part["x"].tolist() for part in other] for _ in range(2)]
    assert sorted(row for part in passes[0] for row in part) == X.tolist()


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_any_sequence_and_any_number_of_threads(workers: int) -> None:
    made = list(DataLoader(Squares(), 3, workers=workers))
    assert [y.tolist() for _, y in made] == [[0, 1, 4], [9, 16, 25], [36]]
    assert made[0][0].shape == (3, 2)
    lengths = list(DataLoader(X, 4, collate=len, workers=workers))
    assert lengths == [4, 4, 2]


def test_threads_are_ahead_but_not_by_far_and_end() -> None:
    asked: list[int] = []

    class Slow(Squares):
        def __len__(self) -> int:
            return 100

        def __getitem__(self, i: int) -> tuple[Any, int]:
            asked.append(i)
            return super().__getitem__(i)

    before = threading.active_count()
    batches = iter(DataLoader(Slow(), 1, workers=2))
    next(batches)
    deadline = time.monotonic() + 10
    while len(asked) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert 5 <= len(asked) <= 6
    batches.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_an_error_in_a_thread_arrives() -> None:
    def fails(_: Any) -> Any:
        raise KeyError("no such image")

    with pytest.raises(KeyError, match="no such image"):
        list(DataLoader(X, 2, collate=fails, workers=1))


def test_batches_come_to_a_device(dev: int) -> None:
    for workers in (0, 1):
        x, y = next(iter(DataLoader((X, np.arange(10)), 4, shuffle=True, workers=workers).to(dev)))
        assert isinstance(x, nt.Tensor)
        assert x.dev == y.dev == dev


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("after", [0, 1, 3, 4, 6])
def test_going_on_from_a_state(after: int, workers: int) -> None:
    def loader() -> DataLoader:
        return DataLoader(X, 3, shuffle=True, rng=1, workers=workers)

    whole = loader()
    want = [part.tolist() for _ in range(3) for part in whole]
    first, got, state = loader(), [], None
    for i in range(3 * len(first)):
        if i % len(first) == 0:
            batches = iter(first)
        if i == after:
            break
        got.append(next(batches).tolist())
        state = first.state()
    second = loader()
    if state is not None:
        second.load_state(state)
    while len(got) < len(want):
        got += [part.tolist() for part in second]
    assert got == want


@pytest.mark.parametrize("at", [2, 4])
def test_going_on_when_others_draw_from_the_same_generator(at: int) -> None:
    def passes(loader: DataLoader, rng: np.random.Generator, states: list[Any]) -> list[Any]:
        found = []
        for part in loader:
            found.append((part.tolist(), rng.random()))
            states.append((loader.state(), rng.bit_generator.state))
        return found

    rng = np.random.default_rng(0)
    loader, states = DataLoader(X, 3, shuffle=True, rng=rng), []
    want = passes(loader, rng, states) + passes(loader, rng, states)
    again = np.random.default_rng(9)
    other = DataLoader(X, 3, shuffle=True, rng=again)
    again.bit_generator.state = states[at - 1][1]
    other.load_state(states[at - 1][0])
    assert other.state() == states[at - 1][0]
    got = passes(other, again, []) + passes(other, again, [])
    assert got[: len(want) - at] == want[at:]


def test_a_loader_checks_its_arguments() -> None:
    for wrong in (0, 2.5, True):
        with pytest.raises(ValueError, match="batchsize"):
            DataLoader(X, wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="workers"):
        DataLoader(X, workers=-1)
    assert repr(DataLoader(X, 4)) == "DataLoader(10 observations, 3 batches of 4)"


@pytest.mark.parametrize("make", [dict, UserDict, MappingProxyType])
@pytest.mark.parametrize("shuffle", [False, True])
def test_any_mapping_of_arrays(make: Any, shuffle: bool) -> None:
    loader = DataLoader(make({"x": np.arange(4), "y": np.arange(4) * 2}), batchsize=2, shuffle=shuffle, rng=0)
    batches = list(loader)
    assert [list(made) for made in batches] == [["x", "y"]] * 2
    for made in batches:
        np.testing.assert_array_equal(made["y"], 2 * made["x"])
