"""Gradients of the rows of tests/ops; `-k shape` picks a family."""

import importlib

import pytest

from tests.autograd.differentiation import check_row
from tests.pairing import Row

FAMILIES = (
    "bins", "editing", "elementwise_functions", "fft", "functional", "histograms", "indexing", "joining",
    "linalg", "nanfunctions", "padding", "polynomials", "products", "quantiles", "reduction", "scimath", "sets",
    "shape", "signal", "sorting",
)  # fmt: skip
CASES = [
    pytest.param(row, dtype, id=f"{family}: {row} {dtype}")
    for family in FAMILIES
    for row in importlib.import_module(f"tests.ops.{family}").GRADIENTS
    for dtype in row.dtypes
]


@pytest.mark.parametrize(("row", "dtype"), CASES)
def test_gradient(row: Row, dtype: str, dev: int) -> None:
    check_row(row, dtype, dev)
