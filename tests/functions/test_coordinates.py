"""Places as one number and as one for each axis: each row gives the same on ndarrays and on Tensors."""

import pytest

from tests.ops import coordinates
from tests.pairing import Row, check


@pytest.mark.parametrize("row", coordinates.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)
