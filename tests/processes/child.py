"""Programs in a Python of their own, which nothing may end or hang but they themselves."""

from __future__ import annotations

import os
import subprocess
import sys

TIMEOUT = 100.0  # seconds after which a program hangs: none of them takes more than a few


def run(code: str, *, status: int = 0, **environment: str) -> str:
    """What the program prints; an AssertionError if it ends with another status, or not at all."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE", **environment},
    )
    assert done.returncode == status, f"status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
