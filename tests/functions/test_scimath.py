"""numpy.emath: each row gives the same on ndarrays and on Tensors."""

import pytest

from tests.ops import scimath
from tests.pairing import Row, check


@pytest.mark.parametrize("row", scimath.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)
