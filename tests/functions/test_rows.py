"""Each row of tests/ops gives the same on ndarrays and on Tensors; `-k shape` picks a family."""

import importlib

import pytest

from tests.pairing import Row, check

FAMILIES = (
    "arguments", "bins", "coordinates", "creation", "editing", "elementwise_functions", "fft", "functional",
    "indexing", "joining", "nanfunctions", "packing", "padding", "polynomials", "products", "quantiles",
    "reduction", "scimath", "sets", "shape", "sorting",
)  # fmt: skip
ROWS = [(family, row) for family in FAMILIES for row in importlib.import_module(f"tests.ops.{family}").ROWS]


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{family}: {row}") for family, row in ROWS])
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)
