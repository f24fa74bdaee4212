"""Gradients of the rows in tests/ops/products.py."""

import pytest

from tests.autograd.differentiation import check_row
from tests.ops.products import GRADIENTS
from tests.pairing import Row

CASES = [(row, dtype) for row in GRADIENTS for dtype in row.dtypes]


@pytest.mark.parametrize(("row", "dtype"), CASES, ids=[f"{row} {dtype}" for row, dtype in CASES])
def test_gradient(row: Row, dtype: str, dev: int) -> None:
    check_row(row, dtype, dev)
