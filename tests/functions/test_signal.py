"""Functions of signals: each row gives the same on ndarrays and on Tensors."""

import pytest

from tests.ops import signal
from tests.pairing import Row, check


@pytest.mark.parametrize("row", signal.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)


@pytest.mark.parametrize("row", [row for row in signal.ROWS if "np.co" in row.text], ids=str)
def test_pairs_without_looking_at_the_numbers(row: Row, dev: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a device computes, and the CPU of numbers that are not finite."""
    monkeypatch.setattr("numtorch.functions.mathematics.signal.convolved_by_blocks", lambda *_: None)
    check(row, dev)
