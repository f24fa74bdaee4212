"""Products of matrices and convolutions of float32: numtorch beside PyTorch and NumPy, by size and order of memory.

Run `python bench/products.py`; bench/README.md says how the figures are made.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

# Rows, inner length, columns.
PRODUCTS = (
    *((n, n, n) for n in (64, 128, 256, 512, 1024, 2048)),
    *((rows, 4096, 4096) for rows in (1, 8, 64)),
    *((197, 768, 2304), (10000, 64, 64), (64, 10000, 64), (1000, 1000, 10)),
)
# Images, channels in and out, side, window.
CONVOLUTIONS = (
    *((1, 8, 16, 14, 3), (1, 64, 64, 8, 3), (16, 3, 16, 32, 3), (8, 64, 64, 8, 3)),
    *((1, 64, 64, 56, 3), (1, 256, 64, 56, 1), (1, 512, 512, 7, 3), (8, 128, 128, 28, 3)),
)


def products(dev: int) -> dict[str, dict[str, Any]]:
    """What the sides compute, by the name of the row: of rows and columns side by side in memory."""
    import torch

    import numtorch as nt

    where = "cpu" if dev < 0 else f"cuda:{dev}"
    rng = np.random.default_rng(0)
    rows = {}
    for m, k, n in PRODUCTS:
        one, other = (rng.normal(size=shape).astype(np.float32) for shape in ((m, k), (k, n)))
        for order in ("rows", "columns"):
            first = one if order == "rows" else np.asfortranarray(one)
            # A column-major array is the transposed of a row-major one, on every side.
            ours = nt.tensor(one, dev=dev) if order == "rows" else nt.tensor(one.T.copy(), dev=dev).T
            theirs = torch.tensor(one, device=where)
            theirs = theirs if order == "rows" else theirs.T.contiguous().T
            b, c = nt.tensor(other, dev=dev), torch.tensor(other, device=where)
            rows[f"{m} x {k} @ {k} x {n}, {order}"] = {
                "numtorch": lambda x=ours, y=b: x @ y,
                "torch": lambda x=theirs, y=c: x @ y,
                "numpy": lambda x=first, y=other: x @ y,
            }
    return rows


def convolutions(dev: int) -> dict[str, dict[str, Any]]:
    import torch

    import numtorch as nt
    from numtorch import nn

    where = "cpu" if dev < 0 else f"cuda:{dev}"
    rng = np.random.default_rng(0)
    rows = {}
    for images, inputs, outputs, side, k in CONVOLUTIONS:
        x = rng.normal(size=(images, inputs, side, side)).astype(np.float32)
        w = rng.normal(size=(outputs, inputs, k, k)).astype(np.float32)
        ours, theirs = [nt.tensor(a, dev=dev) for a in (x, w)], [torch.tensor(a, device=where) for a in (x, w)]
        rows[f"conv {images} x {inputs} x {side} x {side}, {outputs} of {k} x {k}"] = {
            "numtorch": lambda a=ours, p=k // 2: nn.conv(*a, pad=p),
            "torch": lambda a=theirs, p=k // 2: torch.nn.functional.conv2d(*a, padding=p),
            "numpy": lambda a=(x, w), p=k // 2: nn.conv(*a, pad=p),
        }
    return rows


def measure(dev: int, rounds: int, seconds: float) -> list[dict[str, Any]]:
    from figures import compared, ratios_text
    from timing import interleave, statement_loop

    import numtorch as nt

    rows = []
    for name, calls in (products(dev) | convolutions(dev)).items():
        loops = {
            side: statement_loop("step()", {"step": step}, (lambda: nt.synchronize(dev)) if dev >= 0 else None)
            for side, step in calls.items()
        }
        row = {"name": name, **compared(interleave(loops, rounds, seconds))}
        rows.append(row)
        print(f"  {name:40}{row['median_ns']['numtorch'] / 1e3:10.1f} µs{ratios_text(row)}", flush=True)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", type=int, default=-1, help="device: -1 the CPU, 0, 1, ... a GPU")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.01, help="how long each side runs in a round")
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    print("time of a call, and its ratio to")
    rows = measure(options.dev, options.rounds, options.seconds)
    if options.json:
        from figures import write

        write(options.json, rows=rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
