"""The example that reads text with LSTMs: it learns what comes next, and goes on after an interruption exactly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from examples import char_lstm
from numtorch import get_num_threads, set_num_threads


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests share the processors with each other, and threads that wait for each other there are slow."""
    before = get_num_threads()
    set_num_threads(1)
    yield
    set_num_threads(before)


def result_of(dev: int, folder: Path, *more: str) -> dict[str, Any]:
    picture = str(folder / "lstm.png")
    return char_lstm.run(char_lstm.parse(["--quick", "--dev", str(dev), "--no-progress", "--out", picture, *more]))


def test_it_learns_more_than_frequencies(dev: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(dev, tmp_path)
    assert result["entropy"] > 4
    assert result["bits"][-1] < result["entropy"] - 1.5
    assert result["bits"] == sorted(result["bits"], reverse=True)
    assert len(result["sample"]) == 604
    assert set(result["sample"]) <= set(result["text"])
    assert result["sample"] in capsys.readouterr().out


def test_it_goes_on_exactly(dev: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = ("--characters", "30000", "--epochs", "2", "--dropout", "0.2", "--depth", "2", "--features", "32")
    whole = result_of(dev, tmp_path, *small)
    steps = len(whole["losses"]) // 2
    calls = 0

    def interrupted(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == steps + steps // 2:
            raise KeyboardInterrupt
        return loss(*args)

    loss = char_lstm.loss
    file = str(tmp_path / "lstm.npz")
    with monkeypatch.context() as patch:
        patch.setattr(char_lstm, "loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            result_of(dev, tmp_path, *small, "--checkpoint", file)
    again = result_of(dev, tmp_path, *small, "--checkpoint", file)
    assert again == whole


def test_pieces_carry_the_state_but_no_gradient(dev: int) -> None:
    model = nt.torch(char_lstm.CharLSTM(5, 4, 2, 0.0, np.random.default_rng(0)), dev=dev)
    text = nt.tensor(np.arange(14).reshape(2, 7) % 5, dev=dev)
    model.forget(2, dev)
    first = char_lstm.loss(model, text[:, :4])
    second, grads = nt.withgradient(lambda: char_lstm.loss(model, text[:, 3:]), nt.params(model))
    assert all(g is not None for g in grads.values())
    assert not any(part.tracked for pair in model.carried for part in pair)
    model.forget(2, dev)
    np.testing.assert_allclose(float(first + second) / 2, float(char_lstm.loss(model, text)), rtol=1e-5)


def test_characters_and_numbers(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("häß 😀\n", encoding="utf-8")
    text = char_lstm.load(file)
    characters = "".join(sorted(set(text)))
    assert "".join(characters[i] for i in char_lstm.encode(text, characters)) == text
    assert char_lstm.entropy(np.array([0, 1, 2, 3])) == 2
    assert len(char_lstm.load(None)) > 200_000
