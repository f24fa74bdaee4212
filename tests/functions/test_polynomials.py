"""Polynomials: each row gives the same on ndarrays and on Tensors."""

import pytest

from tests.ops import polynomials
from tests.pairing import Row, check


@pytest.mark.parametrize("row", polynomials.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)
