"""Batches that are left out, and training that a loss or a callback ends."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.optim import Adam, setup
from numtorch.train import skip, stop, train


def with_a_bad_batch(w: Any, x: Any) -> Any:
    if float(x) < 0:
        skip()
    return np.mean((w - x) ** 2)


def test_a_skipped_batch_leaves_no_trace(dev: int, tmp_path: Path) -> None:
    batches = [nt.tensor(x, dev=dev) for x in (1.0, -1.0, 2.0, -1.0, 3.0)]

    def result(data: Any, epochs: int, file: Path | None = None, **options: Any) -> tuple[list[float], list[float]]:
        w = nt.tensor(np.zeros(1), dev=dev)
        state = setup(Adam(0.1), w)
        history = train(with_a_bad_batch, w, data, state, epochs=epochs, checkpoint=file, progress=False, **options)
        return history.losses, history.epochs

    want = result(batches[::2], 3)
    assert result(batches, 3) == want
    file = tmp_path / "run.npz"

    def interrupt(report: Any) -> None:
        if report.step == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        result(batches, 3, file, every=5, on_step=interrupt)
    assert result(batches, 3, file) == want


def test_stop_from_everywhere() -> None:
    def run(loss: Any, **options: Any) -> Any:
        w = np.zeros(1)
        return train(loss, w, [1.0, 2.0], setup(Adam(0.1), w), epochs=9, progress=False, **options)

    def loss(w: Any, x: Any) -> Any:
        return np.mean((w - x) ** 2)

    counted: list[int] = []
    ended = run(loss, callbacks=[lambda _: stop(), lambda report: counted.append(report.epoch)])
    assert (len(ended.losses), ended.stopped, counted) == (2, True, [1])
    ended = run(loss, on_step=lambda report: report.step == 3 and stop())
    assert (len(ended.losses), ended.stopped) == (3, True)
    ended = run(lambda w, x: loss(w, x) if x < 2 else stop())
    assert (len(ended.losses), ended.stopped, len(ended.epochs)) == (1, True, 1)
    with pytest.raises(Exception, match="skip: this is for the loss"):
        run(loss, on_step=lambda _: skip())
