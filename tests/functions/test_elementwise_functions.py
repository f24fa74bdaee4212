"""Elementwise functions that are not ufuncs: each row gives the same on ndarrays and on Tensors."""

import pytest

from tests.ops import elementwise_functions
from tests.pairing import Row, check


@pytest.mark.parametrize("row", elementwise_functions.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)
