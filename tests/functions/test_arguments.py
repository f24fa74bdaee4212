"""Arguments that are no plain numbers: each row gives the same on ndarrays and on Tensors."""

import pytest

from tests.ops import arguments
from tests.pairing import Row, check


@pytest.mark.parametrize("row", arguments.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)
