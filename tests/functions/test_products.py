"""Products and contractions: each row gives the same on ndarrays and on Tensors."""

import pytest

from tests.ops import products
from tests.pairing import Row, check


@pytest.mark.parametrize("row", products.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)
