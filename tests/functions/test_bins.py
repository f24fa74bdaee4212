"""Counting what falls into bins: each row gives the same on ndarrays and on Tensors."""

import pytest

from tests.ops import bins
from tests.pairing import Row, check


@pytest.mark.parametrize("row", bins.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)
