"""SciPy with SCIPY_ARRAY_API=1 and scikit-learn with array_api_dispatch=True compute on Tensors what NumPy gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.interop import dispatching

pytest.importorskip("scipy")
KNOWN: dict[str, str] = {}


def marked(rows: list[str]) -> list[object]:
    """The rows; those that cannot work yet, and that must fail until they do, with the reason."""
    return [
        pytest.param(row, marks=pytest.mark.xfail(reason=KNOWN[row], strict=True)) if row in KNOWN else row
        for row in rows
    ]


@pytest.fixture(scope="module")
def found(dev: int) -> dict[str, dict[str, str]]:
    """What differs, by library and row."""
    outcomes = {}
    for library in ("scipy", "sklearn"):
        command = [sys.executable, "-m", "tests.interop.dispatching", library, str(dev)]
        environment = os.environ | {"SCIPY_ARRAY_API": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        outcomes[library] = json.loads(done.stdout.splitlines()[-1])
    return outcomes


@pytest.mark.parametrize("row", marked(dispatching.SCIPY))
def test_scipy(row: str, found: dict[str, dict[str, str]]) -> None:
    assert not found["scipy"][row], found["scipy"][row]


@pytest.mark.parametrize("row", marked(dispatching.SKLEARN))
def test_sklearn(row: str, found: dict[str, dict[str, str]]) -> None:
    assert not found["sklearn"][row], found["sklearn"][row]
