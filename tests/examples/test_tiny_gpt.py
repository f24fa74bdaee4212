"""The example that trains a transformer on text: it learns, its tied weights stay tied, and it goes on exactly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from examples import tiny_gpt
from numtorch import get_num_threads, set_num_threads


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests share the processors with each other, and threads that wait for each other there are slow."""
    before = get_num_threads()
    set_num_threads(1)
    yield
    set_num_threads(before)


def result_of(dev: int, folder: Path, *more: str) -> dict[str, Any]:
    picture = str(folder / "gpt.png")
    return tiny_gpt.run(tiny_gpt.parse(["--quick", "--dev", str(dev), "--no-progress", "--out", picture, *more]))


SMALL = ("--characters", "30000", "--epochs", "2", "--dropout", "0.1", "--features", "32")


def test_it_learns_more_than_frequencies(dev: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(dev, tmp_path)
    assert result["entropy"] > 4
    assert result["bits"][-1] < result["entropy"] - 1.2
    assert result["bits"] == sorted(result["bits"], reverse=True)
    assert len(result["sample"]) == 604
    assert set(result["sample"]) <= set(result["text"])
    assert result["sample"] in capsys.readouterr().out
    model = result["model"]
    assert model.head.weight is model.embedding.weight


def test_it_goes_on_exactly(dev: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = result_of(dev, tmp_path, *SMALL)
    calls = 0

    def interrupted(*args: Any) -> Any:
        nonlocal calls
        calls += nt.within_gradient()
        if calls == 80:
            raise KeyboardInterrupt
        return loss(*args)

    loss = tiny_gpt.loss
    file = str(tmp_path / "gpt.npz")
    with monkeypatch.context() as patch:
        patch.setattr(tiny_gpt, "loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            result_of(dev, tmp_path, *SMALL, "--checkpoint", file)
    again = result_of(dev, tmp_path, *SMALL, "--checkpoint", file)
    assert len(whole["losses"]) > 80
    for name in ("losses", "bits", "sample"):
        assert again[name] == whole[name]


def test_in_float16(dev: int, tmp_path: Path) -> None:
    half = result_of(dev, tmp_path, *SMALL, "--half", "--dropout", "0")
    single = result_of(dev, tmp_path, *SMALL, "--dropout", "0")
    model = half["model"]
    assert model.head.weight is model.embedding.weight
    dtypes = {part.dtype.name for part in nt.params(model)}
    assert dtypes == {"float16", "float32"}  # the norms
    assert half["bits"][-1] < half["entropy"] - 0.2
    np.testing.assert_allclose(half["bits"], single["bits"], rtol=0.01)


def test_no_character_sees_those_after_it(dev: int) -> None:
    model = nt.torch(tiny_gpt.GPT(7, 6, 8, 2, 2, 0.0, np.random.default_rng(0)), dev=dev)
    text = nt.tensor(np.array([[1, 2, 3, 4, 5, 6]]), dev=dev)
    other = nt.tensor(np.array([[1, 2, 3, 0, 0, 0]]), dev=dev)
    one, two = (nt.collect(model(t)) for t in (text, other))
    np.testing.assert_allclose(one[:, :3], two[:, :3], rtol=1e-5, atol=1e-6)
    assert np.abs(one[:, 3:] - two[:, 3:]).max() > 1e-2


def test_only_matrices_decay() -> None:
    options = tiny_gpt.parse(["--quick"])
    model = tiny_gpt.GPT(7, 6, 8, 1, 2, 0.0, np.random.default_rng(0))
    state = tiny_gpt.optimiser(options, model, 100)
    decay = {len(leaf.shape): leaf.rule.rules[1].rule.lam for leaf in (state.norm.weight, state.head.weight)}
    assert decay == {1: 0.0, 2: 0.1}
