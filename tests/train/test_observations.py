"""Observations as sequences that copy nothing, their groups, and sequences of different lengths."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.train import (
    DataLoader,
    batchseq,
    filterobs,
    group_counts,
    group_indices,
    groupobs,
    joinobs,
    kfolds,
    mapobs,
    nobs,
    obsview,
    randobs,
    rescale,
    rpad_constant,
    shuffleobs,
    splitobs,
    throttle,
    throttling,
)

X = np.arange(20).reshape(10, 2)
Y = [f"{i}" for i in range(10)]


def test_views_copy_nothing(dev: int) -> None:
    view = obsview(X, slice(2, None, 3))
    assert [row.tolist() for row in view] == [[4, 5], [10, 11], [16, 17]]
    assert np.shares_memory(view[0], X)
    assert view[-1].tolist() == [16, 17]
    assert view[1:][0].tolist() == view[np.array([1])][0].tolist() == [10, 11]
    assert len(obsview((X, Y))) == 10
    assert obsview((X, Y), [3])[0][1] == "3"
    on_device = obsview(nt.tensor(X, dev=dev), [1])[0]
    assert isinstance(on_device, nt.Tensor)
    assert on_device.tolist() == [2, 3]
    for wrong in (3, -4):
        with pytest.raises(IndexError, match=f"observation {wrong} of 3"):
            view[wrong]
    with pytest.raises(IndexError):
        obsview(X, [10])


def test_a_function_is_called_when_an_observation_is_asked_for() -> None:
    asked: list[str] = []

    def f(pair: Any) -> Any:
        asked.append(pair[1])
        return pair[0] * 10, pair[1]

    mapped = mapobs(f, (X, Y))
    training, test = splitobs(mapped, 0.8, shuffle=True, rng=0)
    folds = list(kfolds(mapped, 5))
    assert (nobs(training), nobs(test), len(folds[0][0])) == (8, 2, 8)
    assert asked == []
    x, y = next(iter(DataLoader(training, 4)))
    assert x.shape == (4, 2)
    assert asked == y
    assert [int(row[0]) // 20 for row in x] == [int(name) for name in y]
    asked.clear()
    randobs(mapped, rng=0)
    assert len(asked) == 1
    assert shuffleobs(mapped, 0)[0][1] in Y


def test_batches_of_views_in_any_order() -> None:
    whole = [part.tolist() for part in DataLoader(X, 3, shuffle=True, rng=0)]
    assert [part.tolist() for part in DataLoader(obsview(X), 3, shuffle=True, rng=0)] == whole
    parts = joinobs(X[:3], mapobs(np.copy, X[3:4]), obsview(X, np.arange(4, 10)))
    assert [part.tolist() for part in DataLoader(parts, 3, shuffle=True, rng=0, workers=2)] == whole
    assert [row.tolist() for row in parts[2:5]] == X[2:5].tolist()
    with pytest.raises(TypeError, match="joinobs"):
        joinobs()


def test_chosen_and_grouped(dev: int) -> None:
    even = filterobs(lambda pair: int(pair[1]) % 2 == 0, (X, Y))
    assert [name for _, name in even] == ["0", "2", "4", "6", "8"]
    assert len(filterobs(lambda _: False, X)) == 0
    groups = groupobs(lambda row: row[0] % 3, X)
    assert sorted(groups) == [0, 1, 2]
    assert [row.tolist() for row in groups[2]] == [[2, 3], [8, 9], [14, 15]]
    labels = np.array([2, 0, 2])
    for given in (labels, labels.tolist(), nt.tensor(labels, dev=dev)):
        assert group_counts(given) == {2: 2, 0: 1}
        assert {label: indices.tolist() for label, indices in group_indices(given).items()} == {2: [0, 2], 0: [1]}
    assert group_counts("abb") == {"a": 1, "b": 2}


@pytest.mark.parametrize("tensors", [False, True])
def test_padded_sequences(tensors: bool, dev: int) -> None:
    def array(values: Any) -> Any:
        return nt.tensor(np.array(values), dev=dev) if tensors else np.array(values)

    square = array([[1, 2], [3, 4]])
    assert rpad_constant(array([1, 2, 3]), 2).tolist() == [1, 2, 3]
    assert rpad_constant(square, 3).tolist() == [[1, 2, 0], [3, 4, 0], [0, 0, 0]]
    assert rpad_constant(square, (3, 1), 9).tolist() == [[1, 2], [3, 4], [9, 9]]
    assert rpad_constant(square, 3, 9, axis=-1).tolist() == [[1, 2, 9], [3, 4, 9]]
    steps = batchseq([array([1, 2, 3]), array([4])], 7)
    assert [step.tolist() for step in steps] == [[1, 4], [2, 7], [3, 7]]
    assert isinstance(steps[0], nt.Tensor) == tensors
    assert batchseq([square, square[:1]], n=3)[1].tolist() == [[3, 4], [0, 0]]
    for wrong in (lambda: batchseq([]), lambda: batchseq([array(1)]), lambda: rpad_constant(square, (1, 2, 3))):
        with pytest.raises(ValueError, match=r"batchseq|rpad_constant"):
            wrong()


@pytest.mark.parametrize("tensors", [False, True])
def test_rescaled(tensors: bool, dev: int) -> None:
    x: Any = np.array([[1, 5, 2], [3, 5, 0]])
    x = nt.tensor(x, dev=dev) if tensors else x
    assert rescale(x, axis=0).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert rescale(x).tolist() == [[0.2, 1, 0.4], [0.6, 1, 0]]
    assert rescale(x.astype(np.float32)).dtype == np.float32
    with pytest.raises(TypeError, match="rescale: x must be of real numbers"):
        rescale(x * 1j)


def test_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(throttling.time, "monotonic", lambda: now)
    calls: list[int] = []

    def calls_at(throttled: Callable[[int], Any], times: list[float]) -> list[int]:
        nonlocal now
        calls.clear()
        for i, now in enumerate(times):  # noqa: B007  the clock reads it
            throttled(i)
        return list(calls)

    times = [100.0, 101.0, 102.5, 103.0, 104.5]
    assert calls_at(throttle(calls.append, 2.0), times) == [0, 2, 4]
    now = 100.0
    assert calls_at(throttle(calls.append, 2.0, leading=False), times) == [2, 4]
    assert throttle(lambda: True, 10)() is True
    with pytest.raises(ValueError, match="throttle: seconds"):
        throttle(calls.append, -1)
