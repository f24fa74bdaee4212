"""Transfer: old features serve for new classes, stay as they are, and the result can be kept in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from examples import transfer
from numtorch import get_num_threads, set_num_threads
from numtorch.weights import load


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests share the processors with each other, and threads that wait for each other there are slow."""
    before = get_num_threads()
    set_num_threads(1)
    yield
    set_num_threads(before)


def parsed(dev: int, folder: Path, *more: str) -> Any:
    return transfer.parse(["--quick", "--dev", str(dev), "--no-progress", "--out", str(folder / "found.png"), *more])


def test_features_of_other_digits_help(dev: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ["--backbone", str(tmp_path / "features.npz"), "--save", str(tmp_path / "all.safetensors")]
    result = transfer.run(parsed(dev, tmp_path, *files))
    assert result["transferred"] > 0.7
    assert result["transferred"] > result["scratch"] + 0.1
    assert result["loaded"] == pytest.approx(result["transferred"], abs=0 if dev < 0 else 0.005)
    assert (tmp_path / "found.png").read_bytes().startswith(b"\x89PNG")

    features, whole = load(tmp_path / "features.npz"), load(tmp_path / "all.safetensors")
    assert {name: array for name, array in whole.items() if name.startswith("head.")}.keys() == {
        "head.weight",
        "head.bias",
    }
    for name, array in features.items():
        np.testing.assert_array_equal(whole[f"backbone.{name}"], array)

    capsys.readouterr()
    again = transfer.run(parsed(dev, tmp_path, *files))  # with the features of the file
    assert "Backbone:" in capsys.readouterr().out
    assert again == pytest.approx(result, abs=0 if dev < 0 else 0.05)


@pytest.mark.parametrize("part", ["freeze", "testmode"])
def test_it_says_when_features_have_changed(
    part: str, dev: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without either, weights or running averages move."""
    options = parsed(dev, tmp_path)
    options.steps = 1
    _, few, _ = transfer.load(np.random.default_rng(0), 2)
    features = transfer.nt.torch(transfer.backbone(0), dev=dev)
    transfer.transfer(features, few, options)
    transfer.nt.thaw(transfer.testmode(features, "auto"))
    monkeypatch.setattr(transfer.nt if part == "freeze" else transfer, part, lambda model: model)
    with pytest.raises(RuntimeError, match="arrays of the frozen backbone have changed"):
        transfer.transfer(features, few, options)


def test_images() -> None:
    old, few, rest = transfer.load(np.random.default_rng(0), 3)
    assert np.bincount(few[1]).tolist() == [3] * 5
    assert len(old[1]) + len(few[1]) + len(rest[1]) == 1797
    assert set(old[1]) == set(few[1]) == set(rest[1]) == set(range(5))
    image = np.arange(4.0).reshape(1, 1, 2, 2)
    images, labels = transfer.turned(image, np.array([3]))
    assert labels.tolist() == [24, 25, 26, 27, 28, 29, 30, 31]
    assert len({tuple(one.ravel()) for one in images}) == 8
