"""``python -m tests.fuzz [SECONDS] [SEED] [MACHINE ...]``: the machines for longer than a test may take.

Prints a minimal program for each difference, and ends with status 1 if there was one. Each machine runs in a process of
its own: a program that ends the process is printed as it was drawn.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.machines import MACHINES, search

ROUND = 60.0  # seconds that a process lives


def search_until(name: str, end: float, seed: int, note: Path) -> int:
    """Rounds with one seed after the other; the number of differences."""
    found: set[str] = set()
    while time.time() < end:
        difference = search(MACHINES[name], seed, end, note)
        if difference is not None and difference.what not in found:
            found.add(difference.what)
            print(f"---- {name}, seed {seed} ----\n# {difference.what}\n{difference.source}", flush=True)
        seed += 1
    return len(found)


def run_machine(name: str, seconds: float, seed: int) -> int:
    """The same in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "program"
        command = [sys.executable, "-m", "tests.fuzz", str(seconds), str(seed), name, "--within", str(note)]
        try:
            status = subprocess.run(command, timeout=seconds + 120).returncode
        except subprocess.TimeoutExpired:
            status = -14
        if status not in (0, 1):
            text = note.read_text() if note.exists() else ""
            print(f"---- {name}, seed {seed} ----\n# the process ended with status {status}\n{text}", flush=True)
    return int(status != 0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./do fuzz", description="Search for programs that give something wrong.")
    parser.add_argument("seconds", type=float, nargs="?", default=300.0, help="of all machines together")
    parser.add_argument("seed", type=int, nargs="?", default=int(time.time()) % 1_000_000)
    parser.add_argument("machines", nargs="*", default=[], help=f"of {', '.join(MACHINES)}; by default all")
    parser.add_argument("--within", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.machines) - set(MACHINES)
    if unknown:
        parser.error(f"there are the machines {', '.join(MACHINES)}, not {', '.join(sorted(unknown))}")
    if options.within is not None:
        end = time.time() + options.seconds
        return int(search_until(options.machines[0], end, options.seed, Path(options.within)) > 0)
    names = options.machines or list(MACHINES)
    print(
        f"seed {options.seed}, {options.seconds:.0f} seconds, {os.cpu_count()} processors: {', '.join(names)}",
        flush=True,
    )
    return int(sum(run_machine(name, options.seconds / len(names), options.seed) for name in names) > 0)


if __name__ == "__main__":
    sys.exit(main())
