"""The example of training at length: it learns, and goes on after an interruption as if there had been none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from examples import train_digits
from numtorch import get_num_threads, set_num_threads


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests share the processors with each other, and threads that wait for each other there are slow."""
    before = get_num_threads()
    set_num_threads(1)
    yield
    set_num_threads(before)


def result_of(dev: int, *more: str) -> dict[str, Any]:
    return train_digits.run(train_digits.parse(["--quick", "--dev", str(dev), "--no-progress", *more]))


def test_it_learns_and_goes_on_exactly(dev: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = result_of(dev)
    assert whole["accuracy"] > 0.93

    calls = 0

    def interrupted(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 90:
            raise KeyboardInterrupt
        return cross_entropy(*args)

    cross_entropy = train_digits.cross_entropy
    file = str(tmp_path / "digits.npz")
    with monkeypatch.context() as patch:
        patch.setattr(train_digits, "cross_entropy", interrupted)
        with pytest.raises(KeyboardInterrupt):
            result_of(dev, "--checkpoint", file)
    assert result_of(dev, "--checkpoint", file) == whole
