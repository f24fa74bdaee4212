"""NumPy's own loops beside the kernels that they stand for: the figures of `numtorch/functions/calls/host_loops.py`.

Run `python bench/host_loops.py`; bench/README.md says how the figures are made.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

STATEMENTS = {
    "argmax": ["np.argmax(x, axis=0)", "np.argmax(x, axis=1)", "np.argmax(i)"],
    "argmin": ["np.argmin(x, axis=0)", "np.argmin(x, axis=1)", "np.argmin(i)"],
    "argwhere": ["np.argwhere(m)"],
    "bincount": ["np.bincount(i)", "np.bincount(i, weights=v)"],
    "convolve": ["np.convolve(v, g)"],
    "count_nonzero": ["np.count_nonzero(m)", "np.count_nonzero(x)", "np.count_nonzero(x, axis=1)"],
    "digitize": ["np.digitize(v, s)"],
    "flatnonzero": ["np.flatnonzero(m)"],
    "interp": ["np.interp(v, s, s)"],
    "isin": ["np.isin(i, i[:100])", "np.isin(v, v[:100])"],
    "median": ["np.median(v)", "np.median(x, axis=1)"],
    "nanargmax": ["np.nanargmax(v)"],
    "nanargmin": ["np.nanargmin(x, axis=0)"],
    "nanmax": ["np.nanmax(v)", "np.nanmax(x, axis=0)"],
    "nanmin": ["np.nanmin(v)", "np.nanmin(x, axis=1)"],
    "nonzero": ["np.nonzero(m)", "np.nonzero(x > 1)"],
    "packbits": ["np.packbits(m)", "np.packbits(x > 1, axis=0)"],
    "partition": ["np.partition(v, 5000)"],
    "repeat": ["np.repeat(v, 3)", "np.repeat(x, 3, 0)", "np.repeat(v, i % 4)"],
    "searchsorted": ["np.searchsorted(s, v)"],
    "take": ["np.take(v, i)", "np.take(x, i[:50] % 100, 1)"],
    "unpackbits": ["np.unpackbits(u)"],
    "floor_divide": ["i // 7", "i // j", "u // np.uint8(7)", "h // h[0]"],
    "remainder": ["i % 7", "i % j", "h % h[0]"],
    "fmod": ["np.fmod(i, j)"],
    "divmod": ["np.divmod(i, 7)"],
    "power": ["i ** 2", "np.power(i, 3)"],
    "reduceat": ["np.add.reduceat(v, k)", "np.maximum.reduceat(x, k[k < 90], axis=1)"],
    "reduce": [
        "np.logical_and.reduce(x)", "np.logical_or.reduce(x, axis=1)", "np.bitwise_and.reduce(i)",
        "np.bitwise_xor.reduce(i)", "np.maximum.reduce(m)", "np.minimum.reduce(i.reshape(100, -1), axis=1)",
    ],
    "masks": ["c[x > 1.4] = 0.5", "c[x > 9] = 0"],
}  # fmt: skip


def arrays(size: int) -> dict[str, Any]:
    import numpy as np

    rng = np.random.default_rng(0)
    n = round(size**0.5)
    return {
        "x": rng.uniform(0.5, 1.5, (n, n)),
        "c": rng.uniform(0.5, 1.5, (n, n)),
        "v": rng.uniform(0.5, 1.5, size),
        "s": np.linspace(0.5, 1.5, 1000),
        "g": rng.uniform(size=9),
        "i": rng.integers(0, 1000, size),
        "j": rng.integers(1, 10, size),
        "h": rng.integers(1, 1000, size).astype(np.uint64),
        "u": rng.integers(0, 256, size, np.uint8),
        "m": rng.uniform(size=size) > 0.5,
    }


def measure(rounds: int, seconds: float, only: str) -> list[dict[str, Any]]:
    import numpy as np
    from figures import compared
    from timing import interleave, statement_loop

    import numtorch as nt
    from numtorch import _core

    nt.set_num_threads(1)
    rows = []
    print(f"  {'statement':44}{'size':>9}{'µs':>10}  numtorch / NumPy, kernels / NumPy's loop")
    for size in (1_000_000, 10_000):
        host = arrays(size)
        common = {"np": np, "k": np.arange(0, size, 10)}
        ours = {**common, **{name: nt.tensor(array) for name, array in host.items()}}

        def kernels(statement: str, names: dict[str, Any] = ours) -> Any:
            loop = statement_loop(statement, names)

            def alone(n: int) -> float:
                before = _core.set_host_loops(False)
                try:
                    return loop(n)
                finally:
                    _core.set_host_loops(before)

            return alone

        for name, statements in STATEMENTS.items():
            for statement in statements:
                if only not in f"{name} {statement}":
                    continue
                sides = {
                    "numtorch": statement_loop(statement, ours),
                    "numpy": statement_loop(statement, {**common, **host}),
                    "kernels": kernels(statement),
                }
                row = {
                    "loop": name,
                    "statement": statement,
                    "size": size,
                    **compared(interleave(sides, rounds, seconds)),
                }
                rows.append(row)
                speed = 1 / row["ratio"]["kernels"]["median"]
                print(
                    f"  {statement:44}{size:9}{row['median_ns']['numtorch'] / 1e3:10.1f}  "
                    f"{row['ratio']['numpy']['median']:6.2f} {speed:8.1f}",
                    flush=True,
                )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.01, help="how long each side runs in a round")
    parser.add_argument("--only", default="", help="rows whose name or statement contains this")
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":  # from the beginning of a process
        variables = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **variables})
    rows = measure(options.rounds, options.seconds, options.only)
    if options.json:
        from figures import write

        write(options.json, rows=rows)


if __name__ == "__main__":
    main()
