"""NumPy's functions on 10⁶ elements: numtorch beside NumPy and PyTorch, on one thread and on two.

Run `python bench/numpy_functions.py`; bench/README.md says how the figures are made.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
SAME = 1.15  # numtorch and PyTorch take the same time, whose kernel is the same
LIMIT = 1.5  # a row that takes longer than this many times NumPy's time needs a reason


def host_arrays() -> dict[str, Any]:
    import numpy as np

    rng = np.random.default_rng(0)
    n, size = 1000, 1_000_000
    x, y = (rng.uniform(0.5, 1.5, (n, n)) for _ in range(2))
    v, w, o = (rng.uniform(0.5, 1.5, size) for _ in range(3))
    q = rng.uniform(0.5, 1.5, (500, 500)) + 500 * np.eye(500)
    i, j = (rng.integers(0, n, size) for _ in range(2))
    arrays = {
        "x": x,
        "y": y,
        "c": x.copy(),
        "v": v,
        "w": w,
        "o": o,
        "s": np.sort(v),
        "s_short": np.linspace(0.5, 1.5, n),
    }
    arrays |= {"g": v[:64].copy(), "g_row": v[:n].copy(), "q": q, "p": q @ q.T, "t": v.reshape(100, 100, 100).copy()}
    arrays |= {
        "z": v + 1j * w,
        "i": i,
        "j": j,
        "r": rng.integers(0, n, (n, n)),
        "u": rng.integers(0, 256, size, np.uint8),
    }
    arrays |= {"m": v > 1, "k": rng.uniform(size=size) < 1e-3, "v3": x[:, :999].reshape(-1, 3).copy()}
    return arrays | {"w3": y[:, :999].reshape(-1, 3).copy()}


def sides(dev: int) -> dict[str, dict[str, Any]]:
    """What each side's statements see."""
    import numpy as np
    import torch

    import numtorch as nt

    arrays = host_arrays()
    where = "cpu" if dev < 0 else f"cuda:{dev}"
    torch.set_default_device(where)
    numtorchs = {name: nt.tensor(array, dev=dev) for name, array in arrays.items()}
    torchs = {name: torch.tensor(array, device=where) for name, array in arrays.items()}
    common = {"h": arrays["x"]}
    return {
        "numtorch": {"np": np, **common, **numtorchs},
        "numpy": {"np": np, **common, **{name: array.copy() for name, array in arrays.items()}},
        "torch": {"np": torch, **common, **torchs},
    }


def measure(threads: int, dev: int, rounds: int, seconds: float, only: str) -> list[dict[str, Any]]:
    """A row for each statement, in this process."""
    import torch
    from numpy_rows import FAMILIES, REASONS
    from timing import interleave, ratio, statement_loop

    import numtorch as nt

    nt.set_num_threads(threads)
    torch.set_num_threads(threads)
    names = sides(dev)
    waits = {"numtorch": lambda: nt.synchronize(dev), "torch": lambda: torch.cuda.synchronize(dev)} if dev >= 0 else {}
    rows = []
    for family, statements in FAMILIES.items():
        for statement in statements:
            if only not in f"{family} {statement.text}":
                continue
            row: dict[str, Any] = {"family": family, "statement": statement.text, "threads": threads}
            rows.append(row)
            try:
                loops = {
                    side: statement_loop(statement.on(side), names[side], waits.get(side))
                    for side in names
                    if statement.on(side) and (side != "torch" or runs(statement.on(side), names[side]))
                }
                times = interleave(loops, rounds, seconds)
            except Exception as error:
                row["error"] = f"{type(error).__name__}: {error}"
            else:
                row["median_ns"] = {side: statistics.median(values) for side, values in times.items()}
                row["ratio"] = {
                    side: vars(ratio(times, "numtorch", side)) for side in ("numpy", "torch") if side in times
                }
                row["reason"] = REASONS.get(statement.text, "")
            print(row_text(row), flush=True)
    return rows


def runs(statement: str, names: Mapping[str, Any]) -> bool:
    """Whether PyTorch takes the statement."""
    try:
        exec(statement, dict(names))
    except Exception:
        return False
    return True


def row_text(row: Mapping[str, Any]) -> str:
    if "error" in row:
        return f"  {row['statement'][:52]:52} failed: {row['error'][:100]}"
    microseconds = row["median_ns"]["numtorch"] / 1e3
    ratios = "".join(
        f"  {r['median']:6.2f} [{r['low']:.2f}, {r['high']:.2f}]" if r else "" for r in row["ratio"].values()
    )
    return f"  {row['statement'][:52]:52} {microseconds:10.0f}{ratios}"


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from timing import geometric_mean

    means = []
    for threads in sorted({row["threads"] for row in rows}):
        measured = [row for row in rows if row["threads"] == threads and "ratio" in row]
        if not measured:
            continue
        numpy = geometric_mean([row["ratio"]["numpy"]["median"] for row in measured])
        both = [row["ratio"]["torch"]["median"] for row in measured if "torch" in row["ratio"]]
        torch = geometric_mean(both) if both else None
        failed = sum("error" in row for row in rows if row["threads"] == threads)
        means.append({"threads": threads, "numpy": numpy, "torch": torch, "rows": len(measured), "failed": failed})
        print(
            f"\n{threads} thread(s): {len(measured)} rows, {failed} failed; "
            f"geometric means: numtorch / NumPy {numpy:.2f}",
            end="",
        )
        print("" if torch is None else f", numtorch / PyTorch {torch:.2f} ({len(both)} rows)")
        for row in measured:
            if row["ratio"]["numpy"]["median"] > LIMIT:
                reason = row["reason"] or reason_in(row) or "NO REASON GIVEN"
                print(f"  {row['statement']:50} {row['ratio']['numpy']['median']:6.2f}  {reason}")
    return means


def reason_in(row: Mapping[str, Any]) -> str:
    """What the figures themselves say: that libtorch's kernel takes that long, called from PyTorch as well."""
    if "torch" not in row["ratio"] or row["ratio"]["torch"]["median"] > SAME:
        return ""
    return f"libtorch's kernel: PyTorch takes {row['ratio']['numpy']['median'] / row['ratio']['torch']['median']:.1f}"


def in_a_process(threads: int, arguments: list[str]) -> list[dict[str, Any]]:
    """The rows of a process that has that many threads from its beginning."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        variables = os.environ | dict.fromkeys(THREADS, str(threads))
        command = [sys.executable, __file__, "--inside", str(threads), "--json", file.name, *arguments]
        subprocess.run(command, env=variables, check=True)
        return json.load(file)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", type=int, default=-1, help="device of the Tensors: -1 the CPU, 0, 1, ... a GPU")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.02, help="how long each side runs in a round")
    parser.add_argument("--only", default="", help="rows whose family or statement contains this")
    parser.add_argument("--json", help="file for the figures")
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside is not None:
        rows = measure(options.inside, options.dev, options.rounds, options.seconds, options.only)
        with open(options.json, "w") as file:
            json.dump(rows, file)
        return 0
    threads = options.threads if options.dev < 0 else options.threads[:1]
    rounds, seconds = (options.rounds, options.seconds) if options.dev < 0 else (3, 0.005)
    arguments = ["--dev", str(options.dev), "--rounds", str(rounds), "--seconds", str(seconds), "--only", options.only]
    rows = []
    for count in threads:
        print(f"\n{count} thread(s)\n  {'statement':52} {'µs':>10}  numtorch / NumPy, numtorch / PyTorch")
        rows += in_a_process(count, arguments)
    means = summary(rows)
    if options.json:
        from figures import write

        write(options.json, means=means, rows=rows)
    return int(any(mean["failed"] for mean in means))


if __name__ == "__main__":
    sys.exit(main())
