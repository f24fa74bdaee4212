"""Each row of tests/ops under vmap gives what a loop gives, or is refused by name; `-k shape` picks a family.

In float64 and one more of a row's dtypes; with NUMTORCH_ALL_DTYPES=1 in all of them, in some 3 minutes of one core.
"""

import os
import zlib
from collections import Counter

import pytest

from tests.batching.refused import REFUSED
from tests.batching.sweep import all_rows, is_tried, names, outcome
from tests.pairing import Row

ALL_DTYPES = "NUMTORCH_ALL_DTYPES" in os.environ
ROWS = all_rows()
SAME_TEXT = Counter(row.text for _, row in ROWS)


def dtypes_of(row: Row, everything: bool = ALL_DTYPES) -> list[str]:
    tried = [dtype for dtype in row.dtypes if is_tried(row, dtype)]
    if everything or len(tried) < 2:
        return tried
    others = [dtype for dtype in tried if dtype != "float64"]
    return [*sorted({"float64"} & set(tried)), others[zlib.crc32(row.text.encode()) % len(others)]]


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{family}: {row}") for family, row in ROWS])
def test_a_row_is_as_in_a_loop(row: Row, dev: int) -> None:
    found = []
    for name in names(row):
        listed = (row.text, name) in REFUSED
        outcomes = {dtype: outcome(row, dtype, name, dev) for dtype in dtypes_of(row, ALL_DTYPES or listed)}
        found += [f"{dtype} {name}: {why}" for dtype, (what, why) in outcomes.items() if what == "wrong"]
        refusals = [f"{dtype} {name}: {why}" for dtype, (what, why) in outcomes.items() if what == "refused"]
        if not listed:
            found += [f"{text} (name it in tests/batching/refused.py)" for text in refusals]
        elif outcomes and not refusals and SAME_TEXT[row.text] == 1:
            found.append(f"{name}: no longer refused; take it out of tests/batching/refused.py")
    assert not found, "\n".join([row.text, *found])


def test_what_is_refused_are_rows() -> None:
    assert set(REFUSED) - {(row.text, name) for _, row in ROWS for name in names(row)} == set()
