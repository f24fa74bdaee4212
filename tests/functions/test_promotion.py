"""Every pair of dtypes: the result has NumPy's dtype and values, or both refuse."""

from itertools import product

import pytest

from tests.ops.promotion import OUTPUTS, ROWS
from tests.pairing import ALL, Row, compare

MIXED = [row for row in ROWS if row.text not in OUTPUTS]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_pairs_of_dtypes(row: Row, dev: int) -> None:
    found = [f"{x} {y}: {text}" for x, y in product(ALL, ALL) for text in compare(row, x, dev, y)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("row", MIXED, ids=str)
def test_tensor_with_ndarray(row: Row, dev: int) -> None:
    pairs = [("float32", "float64"), ("int64", "float32"), ("uint16", "int8"), ("complex64", "float64")]
    found = [f"{x} {y}: {text}" for x, y in pairs for text in compare(row, x, dev, y, hosted="acgh")]
    assert not found, "\n".join(found)
