"""Gradients of arrays without elements: every rule and every function of nn, with each axis of length 0 in turn.

In another process, since libtorch's kernels for the way back, called by hand, may divide by a length.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_every_axis_of_length_0(dev: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.autograd.nothing", str(dev)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    lines = ran.stdout.splitlines()
    wrong = [f"{lines[i - 1]}: {line}" for i, line in enumerate(lines) if line.startswith("WRONG")]
    assert wrong == []
    assert ran.returncode == 0, f"ended by {ran.returncode} in {lines[-1:]}; {ran.stderr[-1000:]}"
    assert len(lines) > 1000
