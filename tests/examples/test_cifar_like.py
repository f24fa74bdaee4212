"""ResNet-18 on small images: it learns, and goes on after an interruption as if there had been none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from examples import cifar_like
from numtorch import collect, get_num_threads, set_num_threads, tensor
from numtorch.nn.layers import trainmode


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests share the processors with each other, and threads that wait for each other there are slow."""
    before = get_num_threads()
    set_num_threads(1)
    yield
    set_num_threads(before)


def result_of(dev: int, folder: Path, *more: str) -> dict[str, Any]:
    told = ["--quick", "--dev", str(dev), "--no-progress", "--out", str(folder / "curves.png"), *more]
    return cifar_like.run(cifar_like.parse(told))


def test_it_learns_and_goes_on_exactly(dev: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = result_of(dev, tmp_path)
    assert whole["accuracies"][-1] > 0.8
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")

    calls = 0

    def interrupted(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 50:
            raise KeyboardInterrupt
        return loss(*args)

    loss = cifar_like.loss
    file = str(tmp_path / "run.npz")
    with monkeypatch.context() as patch:
        patch.setattr(cifar_like, "loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            result_of(dev, tmp_path, "--checkpoint", file)
    resumed = result_of(dev, tmp_path, "--checkpoint", file)
    if dev < 0:
        assert resumed == whole
    else:  # where sums in the gradients of convolutions have no fixed order
        assert len(resumed["losses"]) == len(whole["losses"])
        assert resumed["accuracies"][-1] > 0.8


def test_shifted_images(dev: int) -> None:
    image = np.arange(16.0).reshape(4, 4)
    batch = np.broadcast_to(image, (50, 2, 4, 4)) + np.array([0, 100]).reshape(1, 2, 1, 1)
    layer = cifar_like.RandomShift(1, 0)
    assert layer(batch) is batch
    shifted = trainmode(layer)(batch)
    padded = np.pad(image, 1, mode="edge")
    possible = [padded[i : i + 4, j : j + 4] for i in range(3) for j in range(3)]
    found = {next(i for i, one in enumerate(possible) if np.array_equal(one, x)) for x in shifted[:, 0]}
    assert found == set(range(9))
    np.testing.assert_array_equal(shifted[:, 1], shifted[:, 0] + 100)
    again = trainmode(cifar_like.RandomShift(1, 0))(tensor(batch, dev=dev))
    np.testing.assert_array_equal(collect(again), shifted)
