"""Runs array-api-tests, the suite of the array API standard, on numtorch.numpy.

    python tests/external/array_api.py PATH [--version 2024.12] [--examples 100]

PATH is a checkout of github.com/data-apis/array-api-tests with its submodule array-api; its requirements.txt must be
installed. The same run on NumPy says which failures are NumPy's, too.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path


def failures(
    checkout: Path, module: str, version: str, examples: int, *tests: str, seed: int = 0
) -> tuple[set[str], str]:
    """Which of the tests fail, by default of all, and pytest's closing line."""
    command = [sys.executable, "-m", "pytest", *(tests or ["array_api_tests"]), "-q", "--max-examples", str(examples)]
    command += ["--disable-deadline", f"--hypothesis-seed={seed}"]  # no timing is a test
    environment = os.environ | {"ARRAY_API_TESTS_MODULE": module, "ARRAY_API_TESTS_VERSION": version}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    found = re.findall(r"^(?:FAILED|ERROR) (\S*?::.*?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return set(found), done.stdout.strip().splitlines()[-1]


def main() -> int:
    """Prints what fails on numtorch.numpy and not on NumPy; the exit status says whether anything does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--version", default="2024.12")
    parser.add_argument("--examples", type=int, default=100)
    given = parser.parse_args()
    if not (given.path / "array_api_tests").is_dir():
        parser.error(f"{given.path} is no checkout of array-api-tests")
    numpys, numpy_line = failures(given.path, "numpy", given.version, given.examples)
    ours, our_line = failures(given.path, "numtorch.numpy", given.version, given.examples)
    print(f"NumPy           {numpy_line}")
    print(f"numtorch.numpy  {our_line}")
    only_ours = ours - numpys
    for seed in range(1, 41):  # what fails for few of the numbers drawn, NumPy may have missed
        if only_ours:
            only_ours -= failures(given.path, "numpy", given.version, given.examples, *only_ours, seed=seed)[0]
    for name in sorted(only_ours):
        print(f"only numtorch.numpy: {name}")
    return bool(only_ours)


if __name__ == "__main__":
    sys.exit(main())
