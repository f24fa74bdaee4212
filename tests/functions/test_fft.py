"""Fourier transforms: each row gives the same on ndarrays and on Tensors."""

import pytest

from tests.ops import fft
from tests.pairing import Row, check


@pytest.mark.parametrize("row", fft.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)
