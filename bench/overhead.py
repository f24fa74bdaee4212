"""What an operation on a small array costs: numtorch beside PyTorch and NumPy.

Run `python bench/overhead.py`; bench/README.md says how the figures are made.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from operations import BACKWARD_AIM, CHAINS, GROUPS, IMPORT_AIM, Group, Operation
from timing import Loop, Spread, geometric_mean, interleave, ratio, statement_loop

import numtorch as nt

Wait = Callable[[], object] | None


class Bench:
    """The arrays of every side, what is measured on them, and the rows that come out."""

    def __init__(self, size: int, dev: int, rounds: int, target: float) -> None:
        self.dev, self.rounds, self.target = dev, rounds, target
        self.where = torch.device("cpu" if dev < 0 else f"cuda:{dev}")
        self.waits: dict[str, Wait] = {"numtorch": None, "torch": None, "numpy": None}
        if dev >= 0:
            self.waits |= {"numtorch": lambda: nt.synchronize(dev), "torch": lambda: torch.cuda.synchronize(dev)}
        self.arrays = host_arrays(size)
        self.rows: list[dict[str, Any]] = []
        self.means: list[dict[str, Any]] = []

    def names(self, side: str) -> dict[str, Any]:
        """What a side's statements see."""
        h = self.arrays["a"]
        modules = {"np": np, "torch": torch, "Tensor": nt.Tensor, "tensor": nt.tensor, "h": h, "n": len(h)}
        if self.dev >= 0:
            modules |= {"Tensor": lambda *shape: nt.Tensor(*shape, dev=self.dev)}
            modules |= {"tensor": lambda value: nt.tensor(value, dev=self.dev)}
        return modules | {name: self.put(side, array) for name, array in self.arrays.items()}

    def put(self, side: str, array: np.ndarray) -> Any:
        if side == "numtorch":
            return nt.tensor(array, dev=self.dev)
        if side == "torch":
            return torch.tensor(array, device=self.where)
        return array.copy()

    def group(self, group: Group) -> None:
        print(f"\n{group.name}", flush=True)
        for operation in group.operations:
            loops = self.recorded_loops if group.recorded else self.plain_loops
            self.measure(group.name, operation.statement, partial(loops, operation))
        self.conclude(group.name, group.aim)

    def plain_loops(self, operation: Operation) -> dict[str, Loop]:
        return {
            side: statement_loop(operation.on(side), self.names(side), self.waits[side])
            for side in ("numtorch", "torch", "numpy")
        }

    def recorded_loops(self, operation: Operation) -> dict[str, Loop]:
        names = self.names("torch")
        for name in ("a", "b"):
            names[name].requires_grad_(True)
        torch_loop = statement_loop(operation.on("torch"), names, self.waits["torch"])
        return {"numtorch": self.tracked_loop(operation.on("numtorch")), "torch": torch_loop}

    def tracked_loop(self, statement: str) -> Loop:
        """The loop runs inside the function whose gradient is being taken; entering that is not timed."""
        names, wait = self.names("numtorch"), self.waits["numtorch"]

        def loop(n: int) -> float:
            seconds = 0.0

            def timed(a: Any, b: Any) -> Any:
                nonlocal seconds
                seconds = statement_loop(statement, {**names, "a": a, "b": b}, wait)(n)
                return (a * b).sum()

            nt.pullback(timed, names["a"], names["b"])
            return seconds

        return loop

    def backward(self) -> None:
        """The reverse pass alone, over a graph that is kept: 100 operations and the sum that ends them."""
        print("\nbackward through 100 operations", flush=True)
        for chain in CHAINS:
            self.measure("backward", chain.__name__, partial(self.backward_loops, chain))
        self.conclude("backward", BACKWARD_AIM)

        print("\nforward and backward, 100 operations (for information)", flush=True)
        for chain in CHAINS:
            self.measure("forward and backward", chain.__name__, partial(self.gradient_loops, chain))
        self.conclude("forward and backward", None)

    def operands(self, side: str) -> tuple[Any, Any]:
        return self.put(side, self.arrays["a"]), self.put(side, self.arrays["b"])

    def backward_loops(self, chain: Callable[..., Any]) -> dict[str, Loop]:
        _, back = nt.pullback(lambda x, y: chain(np, x, y), *self.operands("numtorch"))
        leaves = [leaf.requires_grad_(True) for leaf in self.operands("torch")]
        result = chain(torch, *leaves)
        names = {"back": back, "grad": torch.autograd.grad, "result": result, "leaves": leaves}
        return {
            "numtorch": statement_loop("back()", names, self.waits["numtorch"]),
            "torch": statement_loop("grad(result, leaves, retain_graph=True)", names, self.waits["torch"]),
        }

    def gradient_loops(self, chain: Callable[..., Any]) -> dict[str, Loop]:
        x, y = self.operands("numtorch")
        leaves = [leaf.requires_grad_(True) for leaf in self.operands("torch")]
        names = {"chain": chain, "x": x, "y": y, "leaves": leaves, "np": np, "torch": torch}
        names |= {"grad": torch.autograd.grad, "gradient": nt.gradient, "f": lambda x, y: chain(np, x, y)}
        return {
            "numtorch": statement_loop("gradient(f, x, y)", names, self.waits["numtorch"]),
            "torch": statement_loop("grad(chain(torch, *leaves), leaves)", names, self.waits["torch"]),
        }

    def measure(self, group: str, name: str, loops: Callable[[], dict[str, Loop]]) -> None:
        """Adds and prints a row. A failure is a row too: its group has no mean then, and the run fails."""
        row: dict[str, Any] = {"group": group, "name": name}
        self.rows.append(row)
        try:
            times = interleave(loops(), self.rounds, self.target)
        except Exception as error:
            row["error"] = f"{type(error).__name__}: {error}"
            print(f"  {name:28} failed: {row['error'][:120]}", flush=True)
            return
        row["ns"] = times
        row["median_ns"] = {side: statistics.median(values) for side, values in times.items()}
        row["ratio"] = {"torch": vars(ratio(times, "numtorch", "torch"))}
        if "numpy" in times:
            row["ratio"]["numpy"] = vars(ratio(times, "numtorch", "numpy"))
        print("  " + row_text(row), flush=True)

    def conclude(self, group: str, aim: float | None) -> None:
        """The geometric mean over every row of the group."""
        rows = [row for row in self.rows if row["group"] == group]
        failed = sum("error" in row for row in rows)
        value = None if failed else geometric_mean([row["ratio"]["torch"]["median"] for row in rows])
        self.add_mean(group, value, aim, rows=len(rows), failed=failed)

    def imports(self, rounds: int) -> None:
        """Seconds of each import, in processes that do nothing else, by turns."""
        times: dict[str, list[float]] = {"numpy": [], "numtorch": [], "torch": []}
        for _ in range(rounds + 1):
            for module, values in times.items():
                values.append(import_seconds(module))
        times = {module: values[1:] for module, values in times.items()}  # the first fills the file cache
        spread = ratio(times, "numtorch", "torch")
        self.rows.append({"group": "import", "name": "import", "seconds": times, "ratio": {"torch": vars(spread)}})
        medians = ", ".join(f"{module} {statistics.median(values):.3f} s" for module, values in times.items())
        print(f"\nimport\n  {medians}; numtorch / torch {spread_text(spread)}")
        self.add_mean("import", spread.median, IMPORT_AIM, rows=1, failed=0)

    def add_mean(self, group: str, value: float | None, aim: float | None, rows: int, failed: int) -> None:
        self.means.append({"group": group, "ratio": value, "aim": aim, "rows": rows, "failed": failed})

    def summary(self) -> None:
        print("\nnumtorch / PyTorch, geometric mean of the medians     rows  ratio    aim")
        for mean in self.means:
            ratio_text = "failed" if mean["ratio"] is None else f"{mean['ratio']:.2f}"
            aim = "" if mean["aim"] is None else f"{mean['aim']:.2f}"
            missed = mean["ratio"] is None or (mean["aim"] is not None and mean["ratio"] > mean["aim"])
            print(f"  {mean['group']:50} {mean['rows']:5} {ratio_text:>6} {aim:>6}{'  missed' if missed else ''}")


def host_arrays(size: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    a, b, c, d = (rng.uniform(0.5, 1.5, (rows, size)).astype(np.float32) for rows in (size, size, size, size - 1))
    arrays = {"a": a, "b": b, "written": c, "d": d, "v": a[0].copy()}
    return arrays | {"mask": a > 1, "index": rng.permutation(size)}


def import_seconds(module: str) -> float:
    code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def spread_text(spread: Spread) -> str:
    return f"{spread.median:5.2f} [{spread.low:.2f}, {spread.high:.2f}]"


def row_text(row: Mapping[str, Any]) -> str:
    median = row["median_ns"]
    numpy = f"{median['numpy']:9.0f}" if "numpy" in median else "        -"
    ratios = "   ".join(spread_text(Spread(**spread)) for spread in row["ratio"].values())
    return f"{row['name']:28} {median['numtorch']:9.0f} {median['torch']:9.0f} {numpy}   {ratios}"


def machine(dev: int) -> dict[str, Any]:
    facts = {"python": platform.python_version(), "numtorch": nt.__version__, "torch": torch.__version__}
    facts |= {"numpy": np.__version__, "system": platform.platform(), "cpu": cpu_name(), "cpus": os.cpu_count()}
    return facts | ({"gpu": torch.cuda.get_device_name(dev)} if dev >= 0 else {})


def cpu_name() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=3, help="rows and columns of the arrays (default 3)")
    parser.add_argument("--dev", type=int, default=-1, help="-1 the CPU (default), 0, 1, ... a GPU")
    parser.add_argument("--rounds", type=int, default=41, help="rounds a row (default 41)")
    parser.add_argument("--quick", action="store_true", help="5 short rounds: to see that it runs, not to quote")
    parser.add_argument("--only", help="one group, by the beginning of its name")
    parser.add_argument("--json", metavar="PATH", help="writes every figure there")
    options = parser.parse_args()
    if options.size < 3:
        parser.error(f"argument --size: at least 3, not {options.size}")
    return options


def restart_with_one_thread() -> None:
    """BLAS and OpenMP read these variables when they are loaded, so they must stand before Python starts."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    if any(os.environ.get(variable) != value for variable, value in one.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | one)


def main() -> None:
    options = parse()
    restart_with_one_thread()
    torch.set_num_threads(1)
    nt.set_num_threads(1)
    bench = Bench(options.size, options.dev, 5 if options.quick else options.rounds, 5e-4 if options.quick else 1e-3)
    facts = machine(options.dev)
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print(f"{options.size} x {options.size} float32, one thread, {bench.rounds} rounds; ns an operation, then ratios")
    print("with their quartiles: numtorch, PyTorch, NumPy; numtorch / PyTorch; numtorch / NumPy")

    def chosen(name: str) -> bool:
        return options.only is None or name.startswith(options.only)

    for group in GROUPS:
        if chosen(group.name):
            bench.group(group)
    if chosen("backward"):
        bench.backward()
    if chosen("import"):
        bench.imports(2 if options.quick else 7)
    bench.summary()
    if options.json:
        figures = {"command": sys.argv, "machine": facts, "options": vars(options)}
        with open(options.json, "w") as file:
            json.dump(figures | {"means": bench.means, "rows": bench.rows}, file, indent=1)
    if any(mean["failed"] for mean in bench.means):
        sys.exit(1)


if __name__ == "__main__":
    main()
