"""What the tests of the ufuncs share: their rows, their operands, and what to say when they disagree with NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.agreement import draw
from tests.ops.elementwise import ROWS, Row

ELEMENTWISE = [row for row in ROWS if row.ufunc.signature is None]
BINARY = [row for row in ELEMENTWISE if row.ufunc.nin == 2]


def rows(which: list[Row]) -> Any:
    return pytest.mark.parametrize("row", which, ids=lambda row: row.ufunc.__name__)


def assert_agree(problems: dict[str, str | None]) -> None:
    found = {name: text for name, text in problems.items() if text}
    assert not found, "\n".join(f"{name}: {text}" for name, text in list(found.items())[:20])


def operands(row: Row, dtypes: tuple[np.dtype, ...], size: int = 32) -> list[np.ndarray]:
    # Large complex powers differ in more than the last bits.
    large = row.ufunc not in (np.power, np.float_power) or not any(dtype.kind == "c" for dtype in dtypes)
    return [draw(dtype, size, seed, large) for seed, dtype in enumerate(dtypes)]
