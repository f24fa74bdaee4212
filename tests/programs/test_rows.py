"""Each row of tests/ops as a traced program gives what eager mode gives, or is refused; NUMTORCH_ALL_ROWS=1 for all."""

from __future__ import annotations

import pytest

from tests.pairing import Row
from tests.programs import row_calls


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{family}: {row}")
        for family in row_calls.FAMILIES
        for row in row_calls.chosen(row_calls.rows_of(family))
    ],
)
def test_row(row: Row, dev: int) -> None:
    row_calls.check(row, lambda row, dtype: row_calls.row_disagreement(row, dtype, dev))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{family}: {row}")
        for family in row_calls.FAMILIES
        for row in row_calls.chosen(row_calls.rows_of(family, "GRADIENTS"))
    ],
)
def test_gradient(row: Row, dev: int) -> None:
    row_calls.check(row, lambda row, dtype: row_calls.gradient_disagreement(row, dtype, dev))
