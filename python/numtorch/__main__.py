"""``python -m numtorch [--dev N] script.py [arguments]`` runs a NumPy script on Tensors."""

from __future__ import annotations

import argparse
import sys

from numtorch.scripts import run_script


def main() -> None:
    """Reads the command line and runs the script."""
    parser = argparse.ArgumentParser(
        prog="python -m numtorch",
        description="Runs a NumPy script with numtorch.numpy instead of NumPy.",
    )
    parser.add_argument("--dev", type=int, default=-1, help="device of its arrays: -1 the CPU, 0, 1, ... a GPU")
    parser.add_argument("script", help="the script; what follows it are its own arguments")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    given = parser.parse_args()
    try:
        run_script(given.script, given.arguments, given.dev)
    except FileNotFoundError as error:
        if "python -m numtorch" not in str(error):
            raise
        sys.exit(str(error))


if __name__ == "__main__":
    main()
